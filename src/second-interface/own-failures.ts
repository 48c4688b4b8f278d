import { failuresOf, type OrderFailure } from '../domain/failing';
import { createReadTogether } from '../store/read-together';
import type { OrderDeps } from './ask-order';

interface Failing extends OrderFailure {
  readonly orderNo: string;
}

const sources = ['waiting', 'bounced', 'given_up', 'undecided'] as const;

interface Keyed {
  readonly failing: Failing;
  readonly key: string;
}

const allOf = async (orders: OrderDeps['orders'], issuerId: string): Promise<Keyed[]> => {
  const lists = await Promise.all(sources.map((what) => orders.failing(issuerId, what)));
  return [...new Map(lists.flat().map((row) => [row._id, row])).values()]
    .flatMap((row) => failuresOf(row).map((failure): Failing => ({ ...failure, orderNo: row.orderNo })))
    .map((failing) => ({ failing, key: keyOf(failing) }))
    .sort((a, b) => (a.key < b.key ? 1 : -1));
};

/** Of an issuer, newest first, those behind a key. Up to 2,000 orders are read for a page: once for all who ask meanwhile. */
export const createOwnFailures = (orders: OrderDeps['orders']) => {
  const read = createReadTogether(
    async (issuerIds) =>
      new Map(await Promise.all(issuerIds.map(async (id) => [id, await allOf(orders, id)] as const))),
  );
  return async (issuerId: string, after: string | undefined): Promise<Keyed[]> =>
    ((await read(issuerId)) ?? []).filter(({ key }) => after === undefined || key < after);
};

/** By time, then number: a failure that goes meanwhile moves none of the others. */
const keyOf = ({ sinceMs, kind, orderNo }: Failing): string => `${new Date(sinceMs).toISOString()}/${orderNo}/${kind}`;
