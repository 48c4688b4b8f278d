import { SealBroken } from '../sealing/key-ring';
import { notAsWritten, openOrder } from '../sealing/order-row';
import { flawOfOrder } from '../store/order-shape';
import type { OrderRow, ViewedOrder } from '../store/orders';
import { hasOwnCalls } from './after-sale/start-after-sale';
import type { OrderDeps } from './ask-order';
import { areClaimsInPlace } from './codes-in-place';

type Deps = Pick<OrderDeps, 'orders' | 'codes' | 'ring' | 'nowMs'>;
type Row = ViewedOrder & Pick<Partial<OrderRow>, 'tamperedAt' | 'afterSalesDue'>;

/**
 * Asked before somebody is called about an order, before it is shown alone, judged or purged, and by an operator's `/why`.
 * What is found is noted for a person, and taken back once the row is as it was. A look at the codes reads all of them:
 * one a minute, but for a person who asks now.
 */
export const isUntouched = async (
  { orders, codes, ring, nowMs }: Deps,
  row: Row,
  isLookedNow = false,
): Promise<boolean> => {
  if (!isAsWritten(ring, row)) {
    await orders.noteTampered(row._id, new Date(nowMs()));
    return false;
  }
  // Forged calls to its terminal are not made, nor forged codes taken, and neither holds anything else up.
  if (row.tamperedAt === undefined) return true;
  const { tampered } = codes.lookedAt;
  if ((!isLookedNow && tampered.has(row._id)) || !hasOwnCalls(ring, row)) return true;
  tampered.set(row._id, true);
  const whole = await orders.find(row);
  if (whole && (await areClaimsInPlace({ codes }, whole))) await orders.forgetTampered(row._id);
  return true;
};

/** Facts are not bound by its MAC: what they cannot be starts no workflow. */
export const isAsWritten = (ring: OrderDeps['ring'], row: Row): boolean => {
  if (flawOfOrder(row) !== undefined) return false;
  try {
    openOrder(ring, row);
    return true;
  } catch (error) {
    if (error instanceof SealBroken) return false;
    throw error;
  }
};

/** @throws SealBroken */
export const requireUntouched = async (deps: Deps, row: Row): Promise<void> => {
  if (!(await isUntouched(deps, row))) throw notAsWritten(row);
};
