import { createPerMinute } from '../../bounded/per-minute';
import { Failure } from '../../domain/failures';
import type { OrderRow } from '../../store/orders';

/** Of one order, in a process. Whoever has a link could ask without end, and 10,000 codes take half a second each time. */
const perMinute = 120;
const codesPerUnit = 500;

export type ShownLimit = ReturnType<typeof createShownLimit>;

/** Before codes are opened, once it is known that they may be. */
export const createShownLimit = (nowMs: () => number) => {
  const shown = createPerMinute(perMinute, nowMs);
  return {
    /** @throws Failure `rate_limited` */
    take: ({ _id, quantity }: Pick<OrderRow, '_id' | 'quantity'>): void => {
      const retryAfterSeconds = shown.secondsLeft(_id);
      if (retryAfterSeconds !== undefined) throw new Failure('rate_limited', { retryAfterSeconds });
      shown.note(_id, 1 + Math.floor(quantity / codesPerUnit));
    },
  };
};
