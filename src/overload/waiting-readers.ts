import { setTimeout as pause } from 'node:timers/promises';
import { createSlots } from '../bounded/slots';
import { Failure } from '../domain/failures';
import { isTestIssuer } from '../domain/ids';

/** Readers that wait for what comes, per process. */
const waitingMax = 1_024;
const waitingPerIssuerMax = 4;
const lookEveryMs = 1_000;

interface Waiting<T> {
  readonly issuerId: string;
  readonly waitMs: number;
  /** The reader has gone. */
  readonly signal: AbortSignal;
  readonly look: () => Promise<T>;
  readonly isEnough: (seen: T) => boolean;
}

export type WaitingReaders = ReturnType<typeof createWaitingReaders>;

export const createWaitingReaders = (nowMs: () => number = () => performance.now()) => {
  const slots = createSlots(waitingMax, isTestIssuer);

  return {
    /** What the last look saw. @throws Failure `rate_limited` where enough of this issuer's readers wait. */
    wait: async <T>({ issuerId, waitMs, signal, look, isEnough }: Waiting<T>): Promise<T> => {
      const endMs = nowMs() + waitMs;
      let seen = await look();
      if (waitMs === 0 || isEnough(seen)) return seen;
      if (slots.take(issuerId, waitingPerIssuerMax) !== 'taken') {
        throw new Failure('rate_limited', { detail: 'Four readers of this issuer wait', retryAfterSeconds: 1 });
      }
      try {
        while (!isEnough(seen) && !signal.aborted) {
          const leftMs = endMs - nowMs();
          if (leftMs <= 0) break;
          await pause(Math.min(lookEveryMs, leftMs), undefined, { signal }).catch(() => undefined);
          // What fails meanwhile is looked at again: so far there is nothing that the reader misses.
          if (!signal.aborted) seen = await look().catch(() => seen);
        }
        return seen;
      } finally {
        slots.giveBack(issuerId);
      }
    },
  };
};
