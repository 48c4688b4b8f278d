import { Failure } from '../domain/failures';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';

/** @throws Failure `order_unknown`, also for another issuer's order. */
export const findOrder = async (
  { orderDeps }: { readonly orderDeps: Pick<OrderDeps, 'orders'> },
  issuerId: string | undefined,
  orderNo: string | undefined,
): Promise<OrderRow> => {
  const row = issuerId && orderNo ? await orderDeps.orders.find({ issuerId, orderNo }) : null;
  if (!row) throw new Failure('order_unknown');
  return row;
};
