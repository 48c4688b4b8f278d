import { CannotStart, readRunSettings } from './run-settings';
import { startEverything } from './start-everything';

const npmPollMs = 500;

/** An npm that is killed outright cannot pass the signal on: nobody could find the platform to stop it. */
function whenNpmIsGone(stop: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const npmPid = process.ppid;
  setInterval(() => process.ppid !== npmPid && stop(), npmPollMs).unref();
}

/** `npm start`: the whole platform on one machine, until Ctrl-C. */
async function main(): Promise<void> {
  const settings = readRunSettings(process.env);
  const run = startEverything(settings);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    process.stderr.write('\n• Stopping\n');
    void run.stop().then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  whenNpmIsGone(stop);
  try {
    await run.started;
  } catch (error) {
    if (stopping) return;
    stopping = true;
    await run.stop();
    throw error;
  }
}

main().catch((error: unknown) => {
  const message = error instanceof CannotStart || error instanceof Error ? error.message : String(error);
  process.stderr.write(`\nCodeferry could not start.\n${message}\n`);
  process.exit(1);
});
