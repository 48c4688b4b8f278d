import type { RefusalAnswer, RefuseOrder } from '../contract/issuer/order-operations';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { closeOrder } from './close-order';
import { isTokenOf } from './order-token';

/** The issuer says that it cannot give the code. @throws Failure `token_mismatch`, `already_delivered`, `order_closed`. */
export const refuseOrder = (
  deps: OrderDeps,
  row: OrderRow,
  messageId: string,
  { token, reason, detail }: RefuseOrder,
): Promise<RefusalAnswer> =>
  closeOrder(
    deps,
    row,
    `refuse/${messageId}`,
    { kind: 'refuse', isRightToken: isTokenOf(deps, row, token), reason },
    detail,
  );
