import { CannotStart, readRunSettings } from './run-settings';
import { startEverything } from './start-everything';

/** `npm start`: the whole platform on one machine, until Ctrl-C. */
async function main(): Promise<void> {
  const settings = readRunSettings(process.env);
  const run = startEverything(settings);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      process.stderr.write('\n• Stopping\n');
      void run.stop().then(() => process.exit(0));
    });
  }
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
