import { hasPage } from '../../channels/terminals';
import { Failure } from '../../domain/failures';
import { pickupLifetimeMs } from '../../domain/timings';
import { sha256 } from '../../sealing/key-ring';
import { openOrder, whoseLink } from '../../sealing/order-row';
import type { OrderDeps } from '../../second-interface/ask-order';
import { isUntouched } from '../../second-interface/untouched-order';
import { isPurged, type LinkPlace, type OrderRow } from '../../store/orders';
import { heldForPerson } from '../edge/problems';
import type { ShownLimit } from './shown-limit';

/** @throws Failure `path_unknown`: a link that never was, has ended, or whose codes go elsewhere now; `unavailable`: somebody else wrote to its order. */
export const findByLink = async (
  deps: Pick<OrderDeps, 'orders' | 'codes' | 'ring' | 'nowMs'>,
  secret: string,
  place?: LinkPlace,
): Promise<OrderRow> => {
  const row = await deps.orders.findByPickup(sha256(secret), place);
  if (row && isPurged(row)) throw new Failure('path_unknown', { detail: 'The order and its codes are no longer kept' });
  if (!row) throw new Failure('path_unknown');
  // Before anything of it is believed.
  if (!(await isUntouched(deps, row)))
    throw new Failure('unavailable', { detail: heldForPerson, retryAfterSeconds: 60 });
  const since = row.redeliveredAt ?? row.deliveredAt;
  const isOver = since !== undefined && !(Number(since) + pickupLifetimeMs >= deps.nowMs());
  if (isOver || !hasPage(row.terminal)) throw new Failure('path_unknown');
  // A link that somebody else wrote into the row is none.
  if (!whoseLink(openOrder(deps.ring, row), row, secret)) throw new Failure('path_unknown');
  return row;
};

interface Entered {
  readonly orderDeps: Parameters<typeof findByLink>[0];
  readonly shownLimit: ShownLimit;
}

/** For a request that comes by a link: one that is refused reads no row. @throws Failure as `findByLink`, `rate_limited` */
export const enterByLink = async ({ orderDeps, shownLimit }: Entered, secret: string): Promise<OrderRow> => {
  const place = await orderDeps.orders.placeOfLink(sha256(secret));
  if (!place) throw new Failure('path_unknown');
  await shownLimit.look(place);
  return findByLink(orderDeps, secret, place);
};

export const isGiftLink = ({ gift }: Pick<OrderRow, 'gift'>, secret: string): boolean => gift?.hash === sha256(secret);

/** The link of a buyer who has given the codes away: it lives on, and shows none. */
export const isGiven = (row: Pick<OrderRow, 'gift'>, secret: string): boolean =>
  row.gift?.hash !== undefined && !isGiftLink(row, secret);
