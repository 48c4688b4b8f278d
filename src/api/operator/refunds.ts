import * as routes from '../../contract/operator/refunds';
import type { OrderDeps } from '../../second-interface/ask-order';
import type { OrderRow } from '../../store/orders';
import type { OwedRefund, Stats } from '../../store/stats';
import type { Mount } from '../edge/mount';
import { pageOf, positionOf } from '../edge/paging';

export interface Refunds {
  readonly orderDeps: Pick<OrderDeps, 'orders'>;
  readonly stats: Pick<Stats, 'refundsOpen'>;
}

const summedMax = 10_000;

/** Who is to get money back, and what was paid back: the platform moves none. */
export const mountRefunds = (mount: Mount, { orderDeps, stats }: Refunds): void => {
  mount.operator(routes.listRefunds)(async ({ query: { settled, limit, cursor, mode = 'live' } }) => {
    const which = settled === 'true' ? 'refundSettled' : 'refundOpen';
    const before = cursor === undefined ? undefined : positionOf(cursor);
    const [rows, open] = await Promise.all([
      orderDeps.orders.withRefund(which, before, limit + 1, mode),
      stats.refundsOpen(summedMax, mode),
    ]);
    const owed = { orders: open.length, isCapped: open.length === summedMax, sums: sumsOf(open) };
    return { status: 200, body: { ...pageOf(rows, limit, refundBody), owed } };
  });
};

const sumsOf = (open: readonly OwedRefund[]) => {
  const sums = new Map<string, number>();
  for (const { amount, facts } of open) {
    const left = (facts.refundDueValue ?? 0) - (facts.refundSettledValue ?? 0);
    sums.set(amount.currency, (sums.get(amount.currency) ?? 0) + left);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, value]) => ({ value, currency }));
};

const refundBody = ({ issuerId, orderNo, facts, payment, amount: { currency } }: OrderRow) => ({
  issuerId,
  orderNo,
  state: facts.state,
  ...(facts.closedReason ? { closedReason: facts.closedReason } : {}),
  ...(payment ? { payment } : {}),
  due: { value: facts.refundDueValue ?? 0, currency },
  ...(facts.refundSettledValue ? { settled: { value: facts.refundSettledValue, currency } } : {}),
  at: new Date(facts.updatedAtMs).toISOString(),
});
