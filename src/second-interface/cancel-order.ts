import type { CancellationAnswer, CancelOrder } from '../contract/issuer/order-operations';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { closeOrder } from './close-order';
import { isTokenOf } from './order-token';

/** The issuer takes the order back. @throws Failure `token_mismatch`, `already_delivered`, `order_closed`. */
export const cancelOrder = (
  deps: OrderDeps,
  row: OrderRow,
  messageId: string,
  { reason, token }: Pick<CancelOrder, 'reason' | 'token'>,
  by: 'issuer' | 'operator' = 'issuer',
): Promise<CancellationAnswer> => {
  const checked = token === undefined ? {} : { isRightToken: isTokenOf(row, token) };
  return closeOrder(deps, row, `cancel/${messageId}`, { kind: 'cancel', by, ...checked }, reason);
};
