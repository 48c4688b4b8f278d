import { Failure } from '../../domain/failures';
import type { OrderRow } from '../../store/orders';

/** Each round somebody else has changed the order while its codes were drawn. */
const roundsMax = 10;

/**
 * What holds codes is made from one version of its order, and given out only where the order is still that one when all
 * is made: a void that was answered meanwhile is not passed by.
 *
 * @throws Failure `in_progress` where the order changed at every round.
 */
export const fromOneVersion = async <T>(
  read: () => Promise<OrderRow>,
  make: (row: OrderRow) => Promise<T>,
  isStill: (row: OrderRow) => Promise<boolean>,
): Promise<T> => {
  for (let round = 0; round < roundsMax; round += 1) {
    const row = await read();
    const made = await make(row);
    if (await isStill(row)) return made;
  }
  throw new Failure('in_progress', { retryAfterSeconds: 1 });
};
