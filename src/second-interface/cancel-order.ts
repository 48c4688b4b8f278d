import type { CancellationAnswer, CancelOrder } from '../contract/issuer/order-operations';
import type { OrderName } from '../domain/ids';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { closeOrder } from './close-order';
import { isTokenOf } from './order-token';
import { isUntouched } from './untouched-order';

/** The issuer takes the order back. @throws Failure `token_mismatch`, `already_delivered`, `order_closed`. */
export const cancelOrder = (
  deps: OrderDeps,
  row: OrderRow,
  messageId: string,
  { reason, token }: Pick<CancelOrder, 'reason' | 'token'>,
  by: 'issuer' | 'operator' = 'issuer',
): Promise<CancellationAnswer> => {
  const checked = token === undefined ? {} : { isRightToken: isTokenOf(deps, row, token) };
  return closeOrder(deps, row, `cancel/${messageId}`, { kind: 'cancel', by, ...checked }, reason);
};

/**
 * By whoever deletes an issuer, and by the reconciler for what that left. Resolves to false where the order is gone, or
 * somebody else wrote to it.
 */
export const cancelOrphan = async (deps: OrderDeps, order: OrderName): Promise<boolean> => {
  const row = await deps.orders.find(order);
  if (!row || !(await isUntouched(deps, row))) return false;
  await cancelOrder(deps, row, 'issuer-deleted', { reason: 'the issuer was deleted' }, 'operator');
  return true;
};
