import type { StatementLine } from '../../contract/issuer/statements';
import { goodCount, itemCounts } from '../../domain/items';
import { isFinal } from '../../domain/order';
import type { ListedOrder } from '../../store/orders';

/** A line of an issuer's statement, and of the operators' orders.csv. */
export const statementLine = ({ facts, deliveredAt, ...row }: ListedOrder): StatementLine => {
  const items = itemCounts(facts);
  const closedAtMs = facts.closedAtMs ?? deliveredAt?.getTime() ?? facts.updatedAtMs;
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
    closedAt: isFinal(facts.state) ? new Date(closedAtMs).toISOString() : undefined,
  };
};
