import { setTimeout as sleep } from 'node:timers/promises';

const firstDelayMs = 1_000;
const longestDelayMs = 30_000;
const calmAfterMs = 60_000;

/** What a supervised part must offer: a child process, the engine or the database. */
export interface Runnable {
  exited: Promise<string>;
  stop(limitMs?: number): Promise<void>;
}

export interface KeptRunning {
  stop(limitMs?: number): Promise<void>;
}

/** Starts a part again when it ends by itself, later and later while it keeps ending. */
export function keepRunning<T extends Runnable>(
  first: T,
  startAgain: () => Promise<T>,
  onRestart: (how: string, delayMs: number) => void,
): KeptRunning {
  let current: T | undefined = first;
  const stopping = new AbortController();
  const watch = (async () => {
    let delayMs = firstDelayMs;
    while (!stopping.signal.aborted) {
      const sinceMs = Date.now();
      const how = current === undefined ? 'could not start' : await current.exited;
      if (stopping.signal.aborted) return;
      if (Date.now() - sinceMs > calmAfterMs) delayMs = firstDelayMs;
      current = undefined;
      onRestart(how, delayMs);
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      delayMs = Math.min(delayMs * 2, longestDelayMs);
      if (stopping.signal.aborted) return;
      current = await startAgain().catch(() => undefined);
    }
  })();
  return {
    async stop(limitMs) {
      stopping.abort();
      await current?.stop(limitMs);
      // A start that was under way is not left behind.
      await watch;
      await current?.stop(limitMs);
    },
  };
}
