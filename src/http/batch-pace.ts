import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../domain/failures';

const actionsPerSecond = 20;
const betweenMs = 1_000 / actionsPerSecond;

/** One batch at a time in this process, and its actions at a steady pace: issuers' own messages come first. */
export const createBatchPace = (nowMs: () => number) => {
  let isRunning = false;
  return {
    /** @throws Failure `rate_limited` while another batch runs. */
    each: async <T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> => {
      if (isRunning && items.length > 0) {
        throw new Failure('rate_limited', { detail: 'Another batch runs', retryAfterSeconds: 1 });
      }
      isRunning = true;
      try {
        for (const item of items) {
          const startedAtMs = nowMs();
          await act(item);
          await pause(Math.max(0, betweenMs - (nowMs() - startedAtMs)));
        }
      } finally {
        isRunning = false;
      }
    },
  };
};
