import { Failure } from '../domain/failures';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { requireUntouched } from './untouched-order';

/** @throws Failure `order_unknown` */
export const expectKnown = <T>(row: T | null): T => {
  if (!row) throw new Failure('order_unknown');
  return row;
};

interface Deps {
  readonly orderDeps: Pick<OrderDeps, 'orders' | 'codes' | 'ring' | 'nowMs'>;
}

/**
 * Whole, for whoever may change it.
 *
 * @throws Failure `order_unknown`, also for another issuer's order; SealBroken for what somebody else wrote
 */
export const findOrder = async (deps: Deps, issuerId?: string, orderNo?: string): Promise<OrderRow> => {
  const row = await findAnyOrder(deps, issuerId, orderNo);
  await requireUntouched(deps.orderDeps, row);
  return row;
};

/** Also one that somebody else wrote to, which a person asks about or cancels. @throws Failure `order_unknown` */
export const findAnyOrder = async ({ orderDeps }: Deps, issuerId?: string, orderNo?: string): Promise<OrderRow> =>
  expectKnown(issuerId && orderNo ? await orderDeps.orders.find({ issuerId, orderNo }) : null);
