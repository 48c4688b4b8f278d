import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../domain/failures';

const actionsPerSecond = 20;
const betweenMs = 1_000 / actionsPerSecond;
/** A caller that waits longer than this for its answer gives up; what is left has a cursor. */
const longestMs = 30_000;

/** One batch at a time in this process, and its actions at a steady pace: issuers' own messages come first. */
export const createBatchPace = (nowMs: () => number) => {
  let isRunning = false;
  return {
    /**
     * Resolves to how many were done before `act` resolved to false, or the time was over.
     *
     * @throws Failure `rate_limited` while another batch runs.
     */
    each: async <T>(items: readonly T[], act: (item: T) => Promise<boolean>): Promise<number> => {
      // A batch of nothing takes no turn, and so ends nobody's.
      if (items.length === 0) return 0;
      if (isRunning) {
        throw new Failure('rate_limited', { detail: 'Another batch runs', retryAfterSeconds: 1 });
      }
      isRunning = true;
      const endMs = nowMs() + longestMs;
      let done = 0;
      try {
        for (const item of items) {
          const startedAtMs = nowMs();
          const goesOn = await act(item);
          done += 1;
          if (!goesOn || nowMs() >= endMs) break;
          await pause(Math.max(0, betweenMs - (nowMs() - startedAtMs)));
        }
        return done;
      } finally {
        isRunning = false;
      }
    },
  };
};
