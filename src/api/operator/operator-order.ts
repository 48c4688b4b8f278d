import type { OperatorOrder } from '../../contract/operator/orders';
import { orderBody } from '../../second-interface/order-body';
import type { Hold } from '../../store/issuers';
import type { ListedOrder } from '../../store/orders';

/** `updatedAt` moves with whatever comes after the sale, so that how long a delivery took is told apart. */
export const operatorOrder = (row: ListedOrder, holds: readonly Hold[], nowMs: number): OperatorOrder => ({
  ...orderBody(row, holds, nowMs, undefined, 'operator'),
  ...(row.deliveredAt ? { deliveredAt: row.deliveredAt.toISOString() } : {}),
});
