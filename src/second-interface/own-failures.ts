import { failuresOf, type OrderFailure } from '../domain/failing';
import type { OrderDeps } from './ask-order';

interface Failing extends OrderFailure {
  readonly orderNo: string;
}

const sources = ['waiting', 'bounced', 'given_up', 'undecided'] as const;

/** Of an issuer, newest first, those behind a key. */
export const ownFailures = async (
  orders: OrderDeps['orders'],
  issuerId: string,
  after: string | undefined,
): Promise<{ readonly failing: Failing; readonly key: string }[]> => {
  const lists = await Promise.all(sources.map((what) => orders.failing(issuerId, what)));
  return [...new Map(lists.flat().map((row) => [row._id, row])).values()]
    .flatMap((row) => failuresOf(row).map((failure): Failing => ({ ...failure, orderNo: row.orderNo })))
    .map((failing) => ({ failing, key: keyOf(failing) }))
    .filter(({ key }) => after === undefined || key < after)
    .sort((a, b) => (a.key < b.key ? 1 : -1));
};

/** By time, then number: a failure that goes meanwhile moves none of the others. */
const keyOf = ({ sinceMs, kind, orderNo }: Failing): string => `${new Date(sinceMs).toISOString()}/${orderNo}/${kind}`;
