import { type Child, startChild, waitUntilReady } from '../../src/dev/child-process';

const readyLimitMs = 60_000;

export interface Start {
  readonly name: string;
  readonly args: string[];
  readonly env?: Record<string, string>;
  readonly logFile: string;
  /** What it says once it can work. */
  readonly readyLine: string;
}

/** A Node process of the run, awaited until it can work. */
export const startReady = async ({ name, args, env, logFile, readyLine }: Start): Promise<Child> => {
  const child = startChild({
    name,
    command: process.execPath,
    args,
    env: { NODE_ENV: 'production', ...env },
    logFile,
  });
  let isReady = false;
  child.onLine((line) => {
    isReady ||= line.includes(readyLine);
  });
  await waitUntilReady(child, async () => isReady, readyLimitMs);
  return child;
};
