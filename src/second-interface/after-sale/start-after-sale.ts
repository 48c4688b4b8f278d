import type { OrderEvent } from '../../domain/messages';
import type { AfterSale, OrderFacts } from '../../domain/order';
import { sha256 } from '../../sealing/key-ring';
import type { AfterSaleDue, WithAfterSales } from '../../store/orders';
import type { OrderDeps } from '../ask-order';

/**
 * What has to be said to the terminal once this change is written, and is written with it. One about items is named by
 * them, the others by the change: begun again it is the same one.
 */
export const afterSalesDue = (
  facts: OrderFacts,
  events: readonly OrderEvent[],
  asked?: AfterSale | undefined,
): AfterSaleDue[] =>
  [...voidsToTell(facts, events), ...(asked ? [asked] : [])].map((one) => {
    const of = one.itemIds ? sha256([...one.itemIds].sort().join('\0')).slice(0, 22) : facts.version;
    return { ...one, name: `${one.kind}-${of}` };
  });

/**
 * To a terminal that may have them: an attempt is counted once it has ended, and one may be under way as long as the order
 * is issued.
 */
const voidsToTell = ({ channel, delivery }: OrderFacts, events: readonly OrderEvent[]): AfterSale[] =>
  events.flatMap(({ type, state, itemIds }) =>
    type === 'order.codes_void' && channel === 'webhook' && itemIds && (state === 'issued' || delivery.tries > 0)
      ? [{ kind: 'void', itemIds }]
      : [],
  );

/**
 * Begins their short workflows. Called by whoever wrote the change, who does not wait for it, and by the reconciler for
 * what that left. Resolves to how many began here.
 */
export const startAfterSales = async (
  { orders, gateway }: Pick<OrderDeps, 'orders' | 'gateway'>,
  { issuerId, orderNo, facts, afterSalesDue = [] }: Omit<WithAfterSales, '_id'>,
): Promise<number> => {
  const delivery = facts.deliveryMessage ?? { n: 1, atMs: facts.updatedAtMs };
  let begun = 0;
  for (const { name, ...afterSale } of afterSalesDue) {
    const input = { issuerId, orderNo, callsOutQueue: gateway.callsOutQueue, delivery, ...afterSale };
    const started = await gateway.startAfterSale(input, name);
    if (started === 'unavailable') break;
    if (started === 'started') begun += 1;
    await orders.markAfterSale({ issuerId, orderNo }, name);
  }
  return begun;
};
