import { setTimeout as pause } from 'node:timers/promises';
import { type OrderName, orderId } from '../domain/ids';
import type { AskedCall } from '../domain/messages';
import type { Answers } from '../store/answers';

/** Written and looked for together. */
const batchMax = 500;
/** What does not fit is told a little later. */
const unwrittenMax = 10_000;
/** Between two looks: the shorter one while answers keep coming. */
const shortestPauseMs = 5;
const longestPauseMs = 50;

interface Waiting {
  readonly id: string;
  readonly untilMs: number;
  readonly end: (isAnswered: boolean) => void;
}

export type AnsweredCalls = ReturnType<typeof createAnsweredCalls>;

/**
 * What a call sets off is told to its issuer only after the call's own answer has left. The process that answers notes
 * that it has, and whoever tells looks for that note, all of a process in one look. A process that dies in between leaves
 * none: no answer comes later than `answerLimitMs`, and who waits goes on then.
 */
export const createAnsweredCalls = ({ answers, nowMs }: { answers: Answers; nowMs: () => number }) => {
  const unwritten: string[] = [];
  let writing: Promise<void> | undefined;
  const waiting = new Set<Waiting>();
  let isLooking = false;

  const write = async (): Promise<void> => {
    while (unwritten.length > 0) {
      await answers.note(unwritten.splice(0, batchMax), new Date(nowMs())).catch(() => undefined);
    }
    writing = undefined;
  };

  const look = async (): Promise<void> => {
    let pauseMs = shortestPauseMs;
    while (waiting.size > 0) {
      await pause(pauseMs);
      const asked = new Set([...waiting].slice(0, batchMax).map(({ id }) => id));
      const found = await answers.among([...asked]).catch(() => new Set<string>());
      const before = waiting.size;
      for (const one of waiting) {
        const isAnswered = found.has(one.id);
        if (!isAnswered && nowMs() < one.untilMs) continue;
        waiting.delete(one);
        one.end(isAnswered);
      }
      pauseMs = waiting.size < before ? shortestPauseMs : Math.min(2 * pauseMs, longestPauseMs);
    }
    isLooking = false;
  };

  return {
    /** Called once the answer has left, or its caller has gone. `call`: as the Updates of that call are named. */
    note: (order: OrderName, call: string): void => {
      if (unwritten.length >= unwrittenMax) return;
      unwritten.push(idOf(order, call));
      writing ??= write();
    },

    /** Resolves to whether the answer has left, at the latest after `limitMs`. */
    left: (order: OrderName, { call }: AskedCall, limitMs: number): Promise<boolean> =>
      new Promise((resolve) => {
        waiting.add({ id: idOf(order, call), untilMs: nowMs() + limitMs, end: resolve });
        if (isLooking) return;
        isLooking = true;
        void look();
      }),

    /** Resolves when all that was noted is written. */
    settled: async (): Promise<void> => writing,
  };
};

const idOf = (order: OrderName, call: string): string => `${orderId(order)}/${call}`;
