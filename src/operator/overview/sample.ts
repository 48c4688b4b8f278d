import type { RowReader } from '../../bounded/row-reader';
import { isFinal } from '../../domain/order';
import { isSampled } from '../../store/order-shape';
import type { SampledOrder, Stats } from '../../store/stats';

const ordersLimit = 3_000;
/** Open orders that are read again in one turn; with more of them each waits for its own. */
const openPerTurn = 500;
/** Rows become visible a little out of order: clocks of several api processes differ, and writes take their time. */
const overlapMs = 30_000;

export interface Sample {
  /** Newest first. */
  readonly orders: readonly SampledOrder[];
  /** There were more. */
  readonly isCapped: boolean;
}

/**
 * The newest orders, kept between two looks: after the first one only what is new and what was still open is read, since
 * an order that has ended stays as it is.
 */
export const createConsoleSample = (stats: Pick<Stats, 'newest' | 'again'>, rowReader: RowReader) => {
  let known: readonly SampledOrder[] = [];
  /** From here on none is missing. */
  let wholeSinceMs = 0;
  let turn = 0;

  const readOpen = async (): Promise<SampledOrder[]> => {
    const open = known.filter(({ state }) => !isFinal(state)).map(idOf);
    if (turn >= open.length) turn = 0;
    const ids = open.slice(turn, turn + openPerTurn);
    turn += openPerTurn;
    return ids.length === 0 ? [] : stats.again(ids);
  };

  return {
    read: async (since: Date): Promise<Sample> => {
      const open = await readOpen();
      const newestMs = known[0]?.createdAt.getTime() ?? 0;
      const from = new Date(Math.max(since.getTime(), newestMs - overlapMs));
      const fresh = await stats.newest(from, ordersLimit);
      // A full answer may have left a gap behind it: what is older is let go.
      const before = fresh.length < ordersLimit ? [...known, ...open] : [];
      const sampled = rowReader.those('orders', [...before, ...fresh], isSampled);
      const orders = new Map(sampled.map((order) => [idOf(order), order]));
      const inTime = [...orders.values()]
        .filter(({ createdAt }) => createdAt >= since)
        .sort((a, b) => (a.position < b.position ? 1 : -1));
      known = inTime.slice(0, ordersLimit);
      if (known.length >= ordersLimit) wholeSinceMs = known.at(-1)?.createdAt.getTime() ?? 0;
      return { orders: known, isCapped: wholeSinceMs > since.getTime() };
    },
  };
};

const idOf = ({ issuerId, orderNo }: SampledOrder): string => `${issuerId}/${orderNo}`;
