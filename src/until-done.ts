import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';

/** Called at the start of api and worker: what they need may come up later, and may be away for as long as it likes. */
export const untilDone = async <T>(
  what: string,
  log: Logger,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> => {
  for (let pauseMs = 250; ; pauseMs = Math.min(2 * pauseMs, 5_000)) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      log.warn({ err: error, pauseMs }, `waiting for ${what}`);
      await pause(pauseMs, undefined, { signal });
    }
  }
};
