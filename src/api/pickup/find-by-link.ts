import { hasPage } from '../../channels/terminals';
import { Failure } from '../../domain/failures';
import { pickupLifetimeMs } from '../../domain/timings';
import { sha256 } from '../../sealing/key-ring';
import type { OrderDeps } from '../../second-interface/ask-order';
import type { OrderRow } from '../../store/orders';

/** @throws Failure `path_unknown`: a link that never was, has ended, or whose codes go elsewhere now. */
export const findByLink = async (
  { orders, nowMs }: Pick<OrderDeps, 'orders' | 'nowMs'>,
  secret: string,
): Promise<OrderRow> => {
  const row = await orders.findByPickup(sha256(secret));
  if (row?.purgedAt) throw new Failure('path_unknown', { detail: 'The order and its codes are no longer kept' });
  const since = row?.redeliveredAt ?? row?.deliveredAt;
  const isOver = since !== undefined && since.getTime() + pickupLifetimeMs < nowMs();
  if (!row || isOver || !hasPage(row.terminal)) throw new Failure('path_unknown');
  return row;
};
