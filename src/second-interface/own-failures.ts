import { failuresOf, type OrderFailure } from '../domain/failing';
import type { FailingOrder } from '../store/orders';
import type { OrderDeps } from './ask-order';

interface Failing extends OrderFailure {
  readonly orderNo: string;
}

const sources = ['waiting', 'bounced', 'untaken', 'given_up', 'undecided'] as const;

/** `key`: of its place in the list. */
export interface KeyedFailure {
  readonly failing: Failing;
  readonly key: string;
}

/** Of an issuer, newest first. Up to 2,500 orders are read. */
export const ownFailures = async (
  { orders, rowReader }: Pick<OrderDeps, 'orders' | 'rowReader'>,
  issuerId: string,
): Promise<KeyedFailure[]> => {
  const keyed = rowReader.of('orders', (row: FailingOrder) =>
    failuresOf(row)
      .map((failure): Failing => ({ ...failure, orderNo: row.orderNo }))
      .map((failing) => ({ failing, key: keyOf(failing) })),
  );
  const lists = await Promise.all(sources.map((what) => orders.failing(issuerId, what)));
  return [...new Map(lists.flat().map((row) => [row._id, row])).values()]
    .flatMap((row) => keyed(row) ?? [])
    .sort((a, b) => (a.key < b.key ? 1 : -1));
};

/** By time, then number: a failure that goes meanwhile moves none of the others. */
const keyOf = ({ sinceMs, kind, orderNo }: Failing): string => `${new Date(sinceMs).toISOString()}/${orderNo}/${kind}`;
