import { Failure } from '../../domain/failures';
import type { AfterSaleInput } from '../../order-messages/order-messages';
import { sha256 } from '../../sealing/key-ring';
import type { OrderRow } from '../../store/orders';
import { engineUnavailable, type OrderDeps } from '../ask-order';

const namingRoundsMax = 5;

/**
 * Starts the short workflow of what calls somebody after the close. One about items is named by them: started again it is
 * the same one.
 *
 * @throws Failure `in_progress` while others start some at the same moment, `unavailable`: it may have been started all the same.
 */
export const startAfterSale = async (
  { orders, gateway }: OrderDeps,
  row: OrderRow,
  { kind, itemIds }: Pick<AfterSaleInput, 'kind' | 'itemIds'>,
): Promise<void> => {
  const { issuerId, orderNo, facts } = row;
  const delivery = facts.deliveryMessage ?? { n: 1, atMs: facts.updatedAtMs };
  const name = itemIds
    ? `${kind}-${sha256([...itemIds].sort().join('\0')).slice(0, 22)}`
    : await nextNumber(orders, row);
  const started = await gateway.startAfterSale(
    { issuerId, orderNo, kind, callsOutQueue: gateway.callsOutQueue, delivery, ...(itemIds ? { itemIds } : {}) },
    name,
  );
  if (started === 'unavailable') throw engineUnavailable();
};

const nextNumber = async (orders: OrderDeps['orders'], row: OrderRow): Promise<number> => {
  let newest: OrderRow | null = row;
  for (let round = 0; newest && round < namingRoundsMax; round += 1) {
    const n = await orders.nextAfterSale(newest);
    if (n !== undefined) return n;
    newest = await orders.find(row);
  }
  throw new Failure('in_progress', { retryAfterSeconds: 1 });
};
