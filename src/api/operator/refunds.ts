import * as routes from '../../contract/operator/refunds';
import type { OrderDeps } from '../../second-interface/ask-order';
import { isOwed } from '../../store/order-shape';
import type { ListedOrder } from '../../store/orders';
import type { OwedRefund, Stats } from '../../store/stats';
import { csvLines, pagesOf } from '../edge/file-answer';
import type { Mount } from '../edge/mount';
import { pageOf, positionOf } from '../edge/paging';

export interface Refunds {
  readonly orderDeps: Pick<OrderDeps, 'orders' | 'rowReader'>;
  readonly stats: Pick<Stats, 'refundsOpen'>;
}

const summedMax = 10_000;

/** Who is to get money back, and what was paid back: the platform moves none. */
export const mountRefunds = (mount: Mount, { orderDeps, stats }: Refunds): void => {
  const shown = orderDeps.rowReader.of('orders', refundBody);

  const owedOf = (open: readonly OwedRefund[]) => ({
    orders: open.length,
    isCapped: open.length === summedMax,
    sums: sumsOf(orderDeps.rowReader.those('orders', open, isOwed)),
  });

  mount.operator(routes.listRefunds)(async ({ query: { settled, limit, cursor, mode = 'live' } }) => {
    const which = settled === 'true' ? 'refundSettled' : 'refundOpen';
    const before = cursor === undefined ? undefined : positionOf(cursor);
    const [rows, open] = await Promise.all([
      orderDeps.orders.withRefund(which, before, limit + 1, mode),
      before === undefined ? stats.refundsOpen(summedMax, mode) : undefined,
    ]);
    return { status: 200, body: { ...pageOf(rows, limit, shown), ...(open ? { owed: owedOf(open) } : {}) } };
  });

  mount.operatorFile(routes.exportRefunds)(({ query }) => {
    const { settled, mode = 'live' } = query;
    const which = settled === 'true' ? 'refundSettled' : 'refundOpen';
    return {
      deed: { action: 'refunds.exported', target: 'refunds', after: query },
      name: settled === 'true' ? 'refunds-settled.csv' : 'refunds-due.csv',
      lines: csvLines(
        ['issuerId', 'orderNo', 'state', 'closedReason', 'paymentId', 'due', 'settled', 'currency', 'at'],
        pagesOf<ListedOrder>((limit, last) => orderDeps.orders.withRefund(which, last?.position, limit, mode)),
        (write) => orderDeps.rowReader.of('orders', write),
        (row) => {
          const { payment, due, settled: paidBack, ...refund } = refundBody(row);
          return {
            ...{ ...refund, paymentId: payment?.id },
            ...{ due: due.value, settled: paidBack?.value, currency: due.currency },
          };
        },
      ),
    };
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

const refundBody = ({ issuerId, orderNo, facts, payment, amount: { currency } }: ListedOrder) => ({
  issuerId,
  orderNo,
  state: facts.state,
  ...(facts.closedReason ? { closedReason: facts.closedReason } : {}),
  ...(payment ? { payment } : {}),
  due: { value: facts.refundDueValue ?? 0, currency },
  ...(facts.refundSettledValue ? { settled: { value: facts.refundSettledValue, currency } } : {}),
  at: new Date(facts.updatedAtMs).toISOString(),
});
