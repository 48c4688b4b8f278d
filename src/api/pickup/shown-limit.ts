import { createPerMinute } from '../../bounded/per-minute';
import { Failure } from '../../domain/failures';
import { orderNameOf, turnOf } from '../../domain/ids';
import { codesHeld } from '../../domain/items';
import { createPace, type Pace } from '../../overload/pace';
import type { LinkPlace, OrderRow } from '../../store/orders';

const minuteMs = 60_000;
/** Of one order. Whoever has a link could ask without end, and 10,000 codes take half a second each time. */
const shownPerMinute = 120;
/** Of all that is asked by a link: of 10,000 codes a page without them takes a tenth of that. */
const looksPerMinute = 600;
const codesPerUnit = 500;
/** Of all orders of one issuer together, which has their links: a fifth of the one thread, in steps that others go between. */
const ofIssuer = { unitsPerSecond: 16_000, atOnceMs: 1_000, waitMaxMs: 10_000 } as const;
/** To open codes takes so much longer than a page without them. */
const openedTimes = 8;
/** A buyer of so few waits for nobody: the page around them takes longer than they do. */
const fewCodesMax = 10;

export type ShownLimit = ReturnType<typeof createShownLimit>;

type Whole = Pick<OrderRow, '_id' | 'quantity' | 'facts'>;
type Shown = Whole & Pick<OrderRow, 'timeline'>;

const placeOf = ({ _id, quantity, facts }: Whole): LinkPlace => ({ _id, quantity, codes: codesHeld(facts) });

const costOf = ({ quantity }: Pick<LinkPlace, 'quantity'>): number => 1 + Math.floor(quantity / codesPerUnit);

export const createShownLimit = (nowMs: () => number, pace: Pace = createPace(ofIssuer)) => {
  const limited = (perMinute: number, times = 1) => {
    const taken = createPerMinute(perMinute, nowMs);
    return async (place: LinkPlace): Promise<void> => {
      const { _id, codes } = place;
      const retryAfterSeconds = taken.secondsLeft(_id);
      if (retryAfterSeconds !== undefined) throw new Failure('rate_limited', { retryAfterSeconds });
      taken.note(_id, costOf(place));
      await pace(turnOf(orderNameOf(_id).issuerId), codes * times, codes > fewCodesMax);
    };
  };
  const takeHere = limited(shownPerMinute, openedTimes);
  const takeGiven = limited(shownPerMinute, openedTimes);
  return {
    /** Before codes are opened, once it is known that they may be. @throws Failure `rate_limited` */
    take: async (row: Shown): Promise<void> => {
      // Reveals of all processes, as far as the order has lines of them.
      const lately = row.timeline.filter(({ event, atMs }) => event === 'opened' && atMs > nowMs() - minuteMs);
      if (lately.length * costOf(row) >= shownPerMinute) {
        const [first = { atMs: nowMs() }] = lately;
        throw new Failure('rate_limited', {
          retryAfterSeconds: Math.max(1, Math.ceil((first.atMs + minuteMs - nowMs()) / 1_000)),
        });
      }
      await takeHere(placeOf(row));
    },

    /** By whoever has given them away: they are opened all the same, and who got them has as much. @throws Failure `rate_limited` */
    takeGiven: (row: Whole): Promise<void> => takeGiven(placeOf(row)),

    /** Before an order is read for a link, and before each line of its stream. @throws Failure `rate_limited` */
    look: limited(looksPerMinute),
  };
};
