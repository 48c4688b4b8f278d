import { createPerMinute } from '../../bounded/per-minute';
import { Failure } from '../../domain/failures';
import type { OrderRow } from '../../store/orders';

/** Of one order, in a process. Whoever has a link could ask without end, and 10,000 codes take half a second each time. */
const shownPerMinute = 120;
/** Of all that is asked by a link: of 10,000 codes a page without them takes a tenth of that. */
const looksPerMinute = 600;
const codesPerUnit = 500;

export type ShownLimit = ReturnType<typeof createShownLimit>;

type Sized = Pick<OrderRow, '_id' | 'quantity'>;

export const createShownLimit = (nowMs: () => number) => {
  const limited = (perMinute: number) => {
    const taken = createPerMinute(perMinute, nowMs);
    return ({ _id, quantity }: Sized): void => {
      const retryAfterSeconds = taken.secondsLeft(_id);
      if (retryAfterSeconds !== undefined) throw new Failure('rate_limited', { retryAfterSeconds });
      taken.note(_id, 1 + Math.floor(quantity / codesPerUnit));
    };
  };
  return {
    /** Before codes are opened, once it is known that they may be. @throws Failure `rate_limited` */
    take: limited(shownPerMinute),

    /** Before anything is answered by a link, and before each line of its stream. @throws Failure `rate_limited` */
    look: limited(looksPerMinute),
  };
};
