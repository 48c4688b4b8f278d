import type { VerifyOrder } from '../contract/issuer/order-operations';
import { Failure } from '../domain/failures';
import { isBeforeVerification } from '../domain/order';
import type { OrderDeps } from '../second-interface/ask-order';
import { isTokenOf } from '../second-interface/order-token';
import { refuseOrder } from '../second-interface/refuse-order';
import type { OrderRow } from '../store/orders';

/** Before each call about an order. @throws Failure `unavailable`, for the first of one that is to have it. */
export const failOnce = async ({ orders, nowMs }: OrderDeps, row: OrderRow): Promise<void> => {
  if (row.facts.forced !== 'unavailable') return;
  if (await orders.noteForced(row, new Date(nowMs()))) throw new Failure('unavailable', { retryAfterSeconds: 1 });
};

/** Before a verification: one that is right finds that the issuer has refused the order. */
export const refuseAtVerification = async (
  deps: OrderDeps,
  row: OrderRow,
  messageId: string,
  { token, quantity, amount }: VerifyOrder,
): Promise<OrderRow> => {
  const isRight =
    isTokenOf(deps, row, token) &&
    quantity === row.quantity &&
    amount.value === row.amount.value &&
    amount.currency === row.amount.currency;
  if (row.facts.forced !== 'out_of_stock' || !isBeforeVerification(row.facts.state) || !isRight) return row;
  const { issuerId, orderNo } = row;
  await refuseOrder(deps, row, messageId, { type: 'order.refusal', orderNo, token, reason: 'out_of_stock' });
  return (await deps.orders.find({ issuerId, orderNo })) ?? row;
};
