import { createPerMinute } from '../../bounded/per-minute';
import { Failure } from '../../domain/failures';
import { orderNameOf, turnOf } from '../../domain/ids';
import type { OrderRow } from '../../store/orders';

const minuteMs = 60_000;
/** Of one order. Whoever has a link could ask without end, and 10,000 codes take half a second each time. */
const shownPerMinute = 120;
/** Of all that is asked by a link: of 10,000 codes a page without them takes a tenth of that. */
const looksPerMinute = 600;
const codesPerUnit = 500;
/** Of all orders of one issuer that have more codes than that: it has the links of all of them. */
const ofIssuerPerMinute = 4_000;
/** To open codes takes so much longer than a page without them. */
const openedTimes = 4;

export type ShownLimit = ReturnType<typeof createShownLimit>;

type Sized = Pick<OrderRow, '_id' | 'quantity'>;
type Shown = Sized & Pick<OrderRow, 'timeline'>;

const costOf = ({ quantity }: Sized): number => 1 + Math.floor(quantity / codesPerUnit);

export const createShownLimit = (nowMs: () => number) => {
  const ofIssuers = createPerMinute(ofIssuerPerMinute, nowMs);

  const limited = (perMinute: number, times = 1) => {
    const taken = createPerMinute(perMinute, nowMs);
    return (row: Sized): void => {
      const cost = costOf(row);
      const issuer = cost > 1 ? turnOf(orderNameOf(row._id).issuerId) : undefined;
      const retryAfterSeconds =
        taken.secondsLeft(row._id) ?? (issuer === undefined ? undefined : ofIssuers.secondsLeft(issuer));
      if (retryAfterSeconds !== undefined) throw new Failure('rate_limited', { retryAfterSeconds });
      taken.note(row._id, cost);
      if (issuer !== undefined) ofIssuers.note(issuer, cost * times);
    };
  };
  const takeHere = limited(shownPerMinute, openedTimes);
  return {
    /** Before codes are opened, once it is known that they may be. @throws Failure `rate_limited` */
    take: (row: Shown): void => {
      // Reveals of all processes, as far as the order has lines of them.
      const lately = row.timeline.filter(({ event, atMs }) => event === 'opened' && atMs > nowMs() - minuteMs);
      if (lately.length * costOf(row) >= shownPerMinute) {
        const [first = { atMs: nowMs() }] = lately;
        throw new Failure('rate_limited', {
          retryAfterSeconds: Math.max(1, Math.ceil((first.atMs + minuteMs - nowMs()) / 1_000)),
        });
      }
      takeHere(row);
    },

    /** By whoever has given them away: they are opened all the same, and who got them has as much. @throws Failure `rate_limited` */
    takeGiven: limited(shownPerMinute, openedTimes),

    /** Before anything is answered by a link, and before each line of its stream. @throws Failure `rate_limited` */
    look: limited(looksPerMinute),
  };
};
