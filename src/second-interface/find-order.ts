import { Failure } from '../domain/failures';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';

/** @throws Failure `order_unknown` */
export const expectKnown = <T>(row: T | null): T => {
  if (!row) throw new Failure('order_unknown');
  return row;
};

/** Whole, for whoever may change it. @throws Failure `order_unknown`, also for another issuer's order. */
export const findOrder = async (
  { orderDeps }: { readonly orderDeps: Pick<OrderDeps, 'orders'> },
  issuerId: string | undefined,
  orderNo: string | undefined,
): Promise<OrderRow> => expectKnown(issuerId && orderNo ? await orderDeps.orders.find({ issuerId, orderNo }) : null);
