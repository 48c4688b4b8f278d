import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../domain/failures';

const actionsPerSecond = 20;
const betweenMs = 1_000 / actionsPerSecond;
/** A caller that waits longer than this for its answer gives up; what is left has a cursor. */
const longestMs = 30_000;
/** While another operator waits. */
const longestOfManyMs = 5_000;
/** Whoever was refused asks again after a second; who does not has gone. */
const waitsMs = 10_000;

/**
 * One batch at a time in this process, and its actions at a steady pace: issuers' own messages come first. Operators take
 * turns: one whose batches have no end keeps nobody's out.
 */
export const createBatchPace = (nowMs: () => number) => {
  let isRunning = false;
  /** When each asked last, who waits longest first. */
  const waiting = new Map<string, number>();
  const nextWaiting = (): string | undefined => {
    for (const [name, askedAtMs] of waiting) {
      if (nowMs() - askedAtMs <= waitsMs) return name;
      waiting.delete(name);
    }
    return undefined;
  };
  const isForOthers = (operator: string): boolean => (nextWaiting() ?? operator) !== operator;
  return {
    /**
     * Resolves to how many were done before `act` resolved to false, or the time was over.
     *
     * @throws Failure `rate_limited` while another batch runs, or is the next.
     */
    each: async <T>(operator: string, items: readonly T[], act: (item: T) => Promise<boolean>): Promise<number> => {
      // A batch of nothing takes no turn, and so ends nobody's.
      if (items.length === 0) return 0;
      if (isRunning || isForOthers(operator)) {
        waiting.set(operator, nowMs());
        throw new Failure('rate_limited', { detail: 'Another batch runs', retryAfterSeconds: 1 });
      }
      isRunning = true;
      waiting.delete(operator);
      const beganMs = nowMs();
      const isOver = (): boolean => nowMs() - beganMs >= (isForOthers(operator) ? longestOfManyMs : longestMs);
      let done = 0;
      try {
        for (const item of items) {
          const startedAtMs = nowMs();
          const goesOn = await act(item);
          done += 1;
          if (!goesOn || isOver()) break;
          await pause(Math.max(0, betweenMs - (nowMs() - startedAtMs)));
        }
        return done;
      } finally {
        isRunning = false;
      }
    },
  };
};
