import { sha256 } from '../sealing/key-ring';
import { openOrder } from '../sealing/order-row';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';

/**
 * Compared here, where a call comes in: the order hears whether the token was right, and never of a token. That it was
 * wrong is an answer for good, which a row of somebody else's gives nobody.
 *
 * @throws SealBroken
 */
export const isTokenOf = ({ ring }: Pick<OrderDeps, 'ring'>, row: OrderRow, token: string): boolean => {
  const isRight = sha256(token) === row.tokenHash;
  if (!isRight) openOrder(ring, row);
  return isRight;
};
