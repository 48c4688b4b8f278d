import { afterSaleWorkflowId, type OrderName, orderId } from '../../domain/ids';
import type { OrderEvent } from '../../domain/messages';
import type { AfterSale, OrderFacts } from '../../domain/order';
import { deriveKey, fingerprint, type KeyRing, SealBroken } from '../../sealing/key-ring';
import { places } from '../../sealing/places';
import { createRowSeal } from '../../sealing/row-seal';
import type { AfterSaleDue, OrderRow, WithAfterSales } from '../../store/orders';
import type { OrderDeps } from '../ask-order';

const sealOf = (ring: KeyRing) => createRowSeal<AfterSaleDue & { readonly _id: string }>(ring, places.afterSale);

/** A seal's place: this order's, and no other call to its terminal. */
const placed = <T extends { readonly name: string }>(order: OrderName, due: T) => ({
  ...due,
  _id: afterSaleWorkflowId(order, due.name),
});

/**
 * What has to be said to the terminal once this change is written, and is written with it. One about items is named by
 * them, the others by the change: begun again it is the same one.
 */
export const afterSalesDue = (
  { ring, fingerprintKey }: Pick<OrderDeps, 'ring' | 'fingerprintKey'>,
  order: OrderName,
  facts: OrderFacts,
  events: readonly OrderEvent[],
  asked?: AfterSale | undefined,
): AfterSaleDue[] =>
  [...voidsToTell(facts, events), ...(asked ? [dated(asked, facts.updatedAtMs)] : [])].map((one) => {
    const ofItems = one.itemIds && itemsName({ fingerprintKey }, one.itemIds);
    const due = { ...one, name: `${one.kind}-${ofItems ?? facts.version}` };
    return { ...due, seal: sealOf(ring).of(placed(order, due)) };
  });

type Dated = AfterSale & Pick<AfterSaleDue, 'atMs'>;

/** What is sent again keeps the time of its first message, and so its bytes. */
const dated = (one: AfterSale, atMs: number): Dated => (one.itemIds ? { ...one, atMs } : one);

/** Keyed: what items are called can be guessed, and the engine has this name in the clear. */
export const itemsName = ({ fingerprintKey }: Pick<OrderDeps, 'fingerprintKey'>, itemIds: readonly string[]): string =>
  fingerprint(deriveKey(fingerprintKey, 'after-sale items'), [...itemIds].sort().join('\0'));

/** Of one call to the terminal: their names, of 64 characters each, fit one payload of the engine. */
const voidedAtOnceMax = 2_000;

const voidParts = (itemIds: readonly string[]): AfterSale[] =>
  Array.from({ length: Math.ceil(itemIds.length / voidedAtOnceMax) }, (_, n) => ({
    kind: 'void',
    itemIds: itemIds.slice(n * voidedAtOnceMax, (n + 1) * voidedAtOnceMax),
  }));

/**
 * To a terminal that may have them: an attempt is counted once it has ended, and one may be under way as long as the order
 * is issued.
 */
const voidsToTell = ({ channel, delivery }: OrderFacts, events: readonly OrderEvent[]): Dated[] =>
  events.flatMap(({ type, atMs, state, itemIds }) =>
    type === 'order.codes_void' && channel === 'webhook' && itemIds && (state === 'issued' || delivery.tries > 0)
      ? voidParts(itemIds).map((one) => dated(one, atMs))
      : [],
  );

const isOurs = (ring: KeyRing, order: OrderName, due: AfterSaleDue): boolean =>
  sealOf(ring).isUntouched(placed(order, due));

/** False where a call to its terminal is not as the platform wrote it. */
export const hasOwnCalls = (ring: KeyRing, row: OrderName & Pick<OrderRow, 'afterSalesDue'>): boolean =>
  (row.afterSalesDue ?? []).every((due) => isOurs(ring, row, due));

/**
 * Begins their short workflows. Called by whoever wrote the change, who does not wait for it, and by the reconciler for
 * what that left. Resolves to how many began here.
 *
 * @throws SealBroken for what somebody else wrote, once the others are begun
 */
export const startAfterSales = async (
  { orders, gateway, ring, nowMs }: Pick<OrderDeps, 'orders' | 'gateway' | 'ring' | 'nowMs'>,
  { issuerId, orderNo, facts, afterSalesDue = [] }: Omit<WithAfterSales, '_id'>,
): Promise<number> => {
  const delivery = facts.deliveryMessage ?? { n: 1, atMs: facts.updatedAtMs };
  let begun = 0;
  const order = { issuerId, orderNo };
  const ours = afterSalesDue.filter((due) => isOurs(ring, order, due));
  for (const { name, seal: _seal, atMs = delivery.atMs, ...afterSale } of ours) {
    const input = { ...order, callsOutQueue: gateway.callsOutQueue, delivery: { n: delivery.n, atMs }, ...afterSale };
    const started = await gateway.startAfterSale(input, name);
    if (started === 'unavailable') break;
    if (started === 'started') begun += 1;
    await orders.markAfterSale(order, name);
  }
  if (ours.length < afterSalesDue.length) {
    await orders.noteTampered(orderId(order), new Date(nowMs()));
    throw new SealBroken('a call to the terminal is not as the platform wrote it');
  }
  return begun;
};
