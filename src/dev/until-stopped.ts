const npmPollMs = 500;

/** A run on one machine that a person ends. */
export interface StoppedByHand {
  started: Promise<void>;
  /** Bounded by itself; may come before `started` is settled. */
  stop(): Promise<void>;
}

/** An npm that is killed outright cannot pass the signal on: nobody could find the run to stop it. */
function whenNpmIsGone(stop: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const npmPid = process.ppid;
  setInterval(() => process.ppid !== npmPid && stop(), npmPollMs).unref();
}

/** The mains of `npm start` and `npm run engine:postgres`: until Ctrl-C, with one message when the start fails. */
export function untilStopped(what: string, start: () => StoppedByHand): void {
  const fail = (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\n${what} could not start.\n${message}\n`);
    process.exit(1);
  };
  let run: StoppedByHand;
  try {
    run = start();
  } catch (error) {
    fail(error);
    return;
  }
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    process.stderr.write('\n• Stopping\n');
    void run.stop().then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  whenNpmIsGone(stop);
  run.started.catch(async (error: unknown) => {
    if (stopping) return;
    stopping = true;
    await run.stop();
    fail(error);
  });
}
