import type { CancellationAnswer, CancelOrder } from '../contract/issuer/order-operations';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { closeOrder } from './close-order';

/** The issuer takes the order back. @throws Failure `already_delivered`, `order_closed`. */
export const cancelOrder = (
  deps: OrderDeps,
  row: OrderRow,
  messageId: string,
  { reason }: Pick<CancelOrder, 'reason'>,
  by: 'issuer' | 'operator' = 'issuer',
): Promise<CancellationAnswer> => closeOrder(deps, row, `cancel/${messageId}`, { kind: 'cancel', by }, reason);
