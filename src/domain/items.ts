import {
  type ItemAttributes,
  type ItemFacts,
  type ItemState,
  isClosed,
  type OrderFacts,
  type VoidRequest,
} from './order';

/** The one good use of a code that says nothing else. */
export const defaultUses = 1;

type ItemList = readonly ItemFacts[];

const noItems: ItemList = [];
/** Of each list, which never changes: a call may name 10,000 items, and each is looked up. */
const byIds = new WeakMap<ItemList, ReadonlyMap<string, ItemFacts>>();

const byId = ({ items = noItems }: OrderFacts): ReadonlyMap<string, ItemFacts> => {
  const known = byIds.get(items);
  if (known) return known;
  const made = new Map(items.map((item) => [item.itemId, item]));
  byIds.set(items, made);
  return made;
};

export const itemOf = (facts: OrderFacts, itemId: string): ItemFacts => byId(facts).get(itemId) ?? { itemId };
export const hasEntry = (facts: OrderFacts, itemId: string): boolean => byId(facts).has(itemId);

export const itemState = (facts: OrderFacts, item: ItemFacts): ItemState => {
  if (item.state) return item.state;
  return facts.state === 'delivered' ? 'delivered' : 'issued';
};

export const isGood = ({ state }: ItemFacts): boolean => state === undefined;
export const isUsed = ({ used = 0 }: ItemFacts): boolean => used > 0;
export const usesLeft = ({ uses = defaultUses, used = 0, state }: ItemFacts): number => (state ? 0 : uses - used);
export const hasExpired = ({ expiresAtMs }: ItemFacts, atMs: number): boolean =>
  expiresAtMs !== undefined && atMs >= expiresAtMs;
export const hasStarted = ({ startsAtMs }: ItemFacts, atMs: number): boolean =>
  startsAtMs === undefined || atMs >= startsAtMs;

const count = (facts: OrderFacts, has: (item: ItemFacts) => boolean): number => facts.items?.filter(has).length ?? 0;

/** All items that the order has or had: pieces that got a code, and replacements. */
export const itemCount = (facts: OrderFacts): number =>
  facts.issued + count(facts, (item) => item.replaces !== undefined);

/** Neither void nor replaced. Of an order that was closed before its delivery none is. */
export const goodCount = (facts: OrderFacts): number =>
  isClosed(facts.state) ? 0 : itemCount(facts) - endedCount(facts);

/** Void or replaced, whatever became of the order. */
export const endedCount = (facts: OrderFacts): number => count(facts, (item) => !isGood(item));

export interface ItemCounts {
  readonly issued: number;
  readonly delivered: number;
  readonly void: number;
  readonly replaced: number;
  /** Good and used. */
  readonly redeemed: number;
}

/** By state, as the order tells them. Source: "Order gets items" of the protocol's second part. */
export const itemCounts = (facts: OrderFacts): ItemCounts => {
  const good = goodCount(facts);
  const isDelivered = facts.state === 'delivered';
  const closedBefore = isClosed(facts.state) ? (facts.voidAtClose ?? 0) : 0;
  return {
    issued: isDelivered ? 0 : good,
    delivered: isDelivered ? good : 0,
    void: count(facts, (item) => item.state === 'void') + closedBefore,
    replaced: count(facts, (item) => item.state === 'replaced'),
    redeemed: count(facts, (item) => isGood(item) && isUsed(item)),
  };
};

/** The attributes of a code that judgements need; nothing for a code that has none. */
export const itemsOfCodes = (codes: readonly ItemAttributes[]): ItemFacts[] =>
  codes.flatMap(({ itemId, uses, startsAtMs, expiresAtMs }) => {
    const said = {
      ...(uses !== undefined && uses !== defaultUses ? { uses } : {}),
      ...(startsAtMs !== undefined ? { startsAtMs } : {}),
      ...(expiresAtMs !== undefined ? { expiresAtMs } : {}),
    };
    return Object.keys(said).length > 0 ? [{ itemId, ...said }] : [];
  });

/** The list with these entries put in place of theirs, or added. */
export const withItems = (facts: OrderFacts, changed: readonly ItemFacts[]): readonly ItemFacts[] => {
  const all = new Map(byId(facts));
  for (const item of changed) all.set(item.itemId, { ...all.get(item.itemId), ...item });
  return [...all.values()];
};

/** It waits for a decision, also after its time is over. */
export const pendingRequest = ({ voidRequest }: OrderFacts): VoidRequest | undefined =>
  voidRequest?.state === 'open' || voidRequest?.state === 'undecided' ? voidRequest : undefined;

/** Items that are in a request: neither replaced nor in another one meanwhile. */
export const itemsInRequest = (facts: OrderFacts): ReadonlySet<string> => new Set(pendingRequest(facts)?.itemIds);

/** Nobody may redeem them now. */
export const heldItems = (facts: OrderFacts): ReadonlySet<string> => {
  const request = pendingRequest(facts);
  return new Set(request?.holdsItems ? request.itemIds : []);
};

/** Items without an entry: they are good, delivered with their order, unused and without dates. */
export const plainCount = (facts: OrderFacts): number =>
  facts.issued - count(facts, (item) => item.replaces === undefined);

/** Any item that fits and is not set aside, among those with an entry and those without. */
export const someItem = (
  facts: OrderFacts,
  fits: (item: ItemFacts) => boolean,
  aside: ReadonlySet<string> = new Set(),
): boolean => {
  const listed = facts.items ?? [];
  const plainAside = aside.size - listed.filter(({ itemId }) => aside.has(itemId)).length;
  const isPlain = !isClosed(facts.state) && plainCount(facts) > plainAside && fits({ itemId: '' });
  return isPlain || listed.some((item) => !aside.has(item.itemId) && fits(item));
};
