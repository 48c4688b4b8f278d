import type { OrderName } from '../../domain/ids';
import type { OrderDeps } from '../../second-interface/ask-order';
import { codesKept, type OrderRow } from '../../store/orders';
import type { Reading } from '../edge/mount';

/** Codes of which more is kept than how many they are, or that may be opened. */
const largeMin = 1_000;

export const inTurnOfSize = <T>(
  { onLargeOrder }: Pick<Reading, 'onLargeOrder'>,
  codes: number,
  work: () => Promise<T>,
): Promise<T> => (codes < largeMin ? work() : onLargeOrder(work));

/** For calls that name their orders elsewhere than in the path: each is read in its turn, and paid for. */
export const paidReader =
  (orderDeps: Pick<OrderDeps, 'orders'>, { atWork, readCodes }: Pick<Reading, 'atWork' | 'readCodes'>) =>
  async (order: OrderName): Promise<OrderRow | null> => {
    const row = await atWork(() => orderDeps.orders.find(order));
    if (row) readCodes(codesKept(row));
    return row;
  };
