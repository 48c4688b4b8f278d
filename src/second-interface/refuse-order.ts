import type { RefuseOrder } from '../contract/issuer';
import { sha256 } from '../sealing/key-ring';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { closeOrder } from './close-order';
import type { OperationAnswer } from './operation-answer';

/** The issuer says that it cannot give the code. @throws Failure `token_mismatch`, `already_delivered`, `order_closed`. */
export const refuseOrder = (
  deps: OrderDeps,
  row: OrderRow,
  messageId: string,
  { token, reason, detail }: RefuseOrder,
): Promise<OperationAnswer> =>
  closeOrder(deps, row, `refuse/${messageId}`, {
    kind: 'refuse',
    tokenHash: sha256(token),
    reason,
    ...(detail !== undefined ? { detail } : {}),
  });
