import { LRUCache } from 'lru-cache';
import { pinFailureLimit, pinLockEndsAtMs } from '../../domain/timings';
import type { OrderRow } from '../../store/orders';

type PinAttempts = NonNullable<OrderRow['pinAttempts']>;

const countsMax = 10_000;

/** Undefined while it is locked. */
const withOneMore = (before: PinAttempts | undefined, at: Date): PinAttempts | undefined => {
  const { count, locks = 0 } = before ?? { count: 0 };
  if (before === undefined || count < pinFailureLimit) return { count: count + 1, at, locks };
  return at.getTime() < pinLockEndsAtMs(before) ? undefined : { count: 1, at, locks: locks + 1 };
};

export type PinLimit = ReturnType<typeof createPinLimit>;

/**
 * What this process has seen of wrong PINs, by the rule of the order's row: whoever has a link and writes to the row gets no
 * more tries by it. `counted`: an order's link and PIN. Of a right one in another process it does not hear: its lock may come early.
 */
export const createPinLimit = () => {
  const seen = new LRUCache<string, PinAttempts>({ max: countsMax });
  return {
    /** Called once the row has counted the attempt. */
    take: (counted: string, at: Date): 'taken' | 'locked' => {
      const attempts = withOneMore(seen.get(counted), at);
      if (attempts) seen.set(counted, attempts);
      return attempts ? 'taken' : 'locked';
    },

    /** The later end of its own lock and the row's. */
    lockedForMs: (counted: string, row: PinAttempts | undefined, nowMs: number): number =>
      Math.max(0, ...[seen.get(counted), row].map((attempts) => (attempts ? pinLockEndsAtMs(attempts) - nowMs : 0))),

    forget: (counted: string): void => {
      seen.delete(counted);
    },
  };
};
