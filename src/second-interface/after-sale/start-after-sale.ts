import { afterSaleWorkflowId, type OrderName, orderId } from '../../domain/ids';
import type { OrderEvent } from '../../domain/messages';
import type { AfterSale, OrderFacts } from '../../domain/order';
import { deriveKey, fingerprint, type KeyRing, SealBroken } from '../../sealing/key-ring';
import { places } from '../../sealing/places';
import { createRowSeal } from '../../sealing/row-seal';
import { type AfterSaleDue, afterSalesAtOnceMax, type OrderRow, type WithAfterSales } from '../../store/orders';
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
): AfterSaleDue[] => {
  const nameOf = ({ kind, itemIds }: AfterSale): string =>
    itemIds ? namedByItems({ fingerprintKey }, kind, itemIds) : `${kind}-${facts.version}`;
  return [...voidsToTell(facts, events), ...(asked ? [dated(asked, facts.updatedAtMs)] : [])].map((one) => {
    const message = one.kind === 'redeliver' ? { n: facts.deliveryMessage?.n ?? 1 } : {};
    const due = { ...one, ...message, name: nameOf(one) };
    return { ...due, seal: sealOf(ring).of(placed(order, due)) };
  });
};

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

/** The name of one that is about items: once they are told, it is not due, whoever began the workflow that told it. */
export const namedByItems = (
  deps: Pick<OrderDeps, 'fingerprintKey'>,
  kind: AfterSale['kind'],
  itemIds: readonly string[],
): string => `${kind}-${itemsName(deps, itemIds)}`;

/** Of a redelivery's workflow; undefined for any other. */
export const redeliveryIn = (order: OrderName, workflow: string | undefined): string | undefined => {
  const begin = afterSaleWorkflowId(order, '');
  return workflow?.startsWith(`${begin}redeliver-`) ? workflow.slice(begin.length) : undefined;
};

export interface AfterSalesStarted {
  readonly begun: number;
  /** All that are due are, and none began here. */
  readonly isUnderWay: boolean;
}

/**
 * Begins their short workflows. Called by whoever wrote the change, who does not wait for it, and by the reconciler for
 * what that left and what the engine has lost since: one stays due until its outcome is written.
 *
 * @throws SealBroken for what somebody else wrote, once the others are begun
 */
export const startAfterSales = async (
  { orders, gateway, ring, nowMs }: Pick<OrderDeps, 'orders' | 'gateway' | 'ring' | 'nowMs'>,
  { issuerId, orderNo, facts, afterSalesDue = [] }: Omit<WithAfterSales, '_id'>,
): Promise<AfterSalesStarted> => {
  const delivery = facts.deliveryMessage ?? { n: 1, atMs: facts.updatedAtMs };
  const order = { issuerId, orderNo };
  const ours = afterSalesDue.filter((due) => isOurs(ring, order, due));
  const outcomes: string[] = [];
  for (const { name, seal: _seal, n = delivery.n, atMs = delivery.atMs, ...afterSale } of ours) {
    if (n < delivery.n) {
      // The newer redelivery, which is due itself, has the same codes.
      await orders.endAfterSale(order, name);
      continue;
    }
    const input = { ...order, callsOutQueue: gateway.callsOutQueue, delivery: { n: delivery.n, atMs }, ...afterSale };
    outcomes.push(await gateway.startAfterSale(input, name));
    if (outcomes.at(-1) === 'unavailable') break;
  }
  if (ours.length < afterSalesDue.length) {
    await orders.noteTampered(orderId(order), new Date(nowMs()));
    throw new SealBroken('a call to the terminal is not as the platform wrote it');
  }
  const isWhole = outcomes.length > 0 && afterSalesDue.length < afterSalesAtOnceMax;
  return {
    begun: outcomes.filter((outcome) => outcome === 'started').length,
    isUnderWay: isWhole && outcomes.every((outcome) => outcome === 'exists'),
  };
};
