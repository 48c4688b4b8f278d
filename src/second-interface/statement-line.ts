import { goodCount, itemCounts } from '../domain/items';
import { isFinal } from '../domain/order';
import type { OrderRow } from '../store/orders';

/** What a statement says of an order, one line each; money in minor units, and never a code. */
export const statementColumns = [
  ...['orderNo', 'paymentId', 'state', 'product', 'quantity', 'amount', 'currency', 'issued', 'delivered', 'void'],
  ...['redeemed', 'refundDue', 'refundSettled', 'createdAt', 'closedAt'],
] as const;

export type StatementLine = Readonly<Record<string, string | number | undefined>>;

export const statementLine = ({ facts, deliveredAt, ...row }: Omit<OrderRow, 'timeline' | 'events'>): StatementLine => {
  const items = itemCounts(facts);
  const closedAt = deliveredAt ?? (isFinal(facts.state) ? new Date(facts.updatedAtMs) : undefined);
  return {
    orderNo: row.orderNo,
    paymentId: row.payment?.id,
    state: facts.state,
    product: row.product.id,
    quantity: row.quantity,
    amount: row.amount.value,
    currency: row.amount.currency,
    issued: goodCount(facts),
    delivered: items.delivered,
    void: items.void,
    redeemed: items.redeemed,
    refundDue: facts.refundDueValue || undefined,
    refundSettled: facts.refundSettledValue || undefined,
    createdAt: row.createdAt.toISOString(),
    closedAt: closedAt?.toISOString(),
  };
};
