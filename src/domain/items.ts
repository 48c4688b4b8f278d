import { freeTimes } from './free-times';
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

interface EntryCounts {
  /** Items with an entry, and how many of them stand in the place of another. */
  readonly entries: number;
  readonly replacements: number;
  readonly void: number;
  readonly replaced: number;
  /** With a use spent; of these the good ones. */
  readonly used: number;
  readonly redeemed: number;
  /** Good: without a use spent, with an end. */
  readonly unused: number;
  readonly ending: number;
}

/** What is told of all items of an order: kept in its row beside them, as a list has no room for 10,000 of each order. */
export interface ItemSums extends EntryCounts {
  /** Of the newest void request. Of one that is pending, how many have an entry, and are unused. */
  readonly asked: number;
  readonly askedEntries: number;
  readonly askedUnused: number;
  /** When one with an entry is free to be redeemed: from, to, from, to. */
  readonly redeemableMs: readonly number[];
}

/** Facts without items, as lists read them; those of before there were sums have their items. */
export type ListedFacts = Omit<OrderFacts, 'items' | 'voidRequest'> & {
  readonly items?: ItemList;
  readonly itemSums?: ItemSums;
  readonly voidRequest?: Omit<VoidRequest, 'itemIds'> & Partial<Pick<VoidRequest, 'itemIds'>>;
};

const counts = new WeakMap<ItemList, EntryCounts>();

const counted = ({ itemSums, items = noItems }: ListedFacts): EntryCounts => {
  if (itemSums) return itemSums;
  const known = counts.get(items);
  if (known) return known;
  const made = {
    ...{ entries: items.length, replacements: 0, void: 0, replaced: 0 },
    ...{ used: 0, redeemed: 0, unused: 0, ending: 0 },
  };
  for (const item of items) {
    if (item.replaces !== undefined) made.replacements += 1;
    if (item.state) made[item.state] += 1;
    if (isUsed(item)) made.used += 1;
    if (!isGood(item)) continue;
    made[isUsed(item) ? 'redeemed' : 'unused'] += 1;
    if (item.expiresAtMs !== undefined) made.ending += 1;
  }
  counts.set(items, made);
  return made;
};

const isUnused = (item: ItemFacts): boolean => isGood(item) && !isUsed(item);

export const itemSums = (facts: ListedFacts): ItemSums => {
  if (facts.itemSums) return facts.itemSums;
  const { items = noItems, voidRequest, updatedAtMs } = facts;
  const pending = new Set(pendingRequest(facts)?.itemIds);
  const asked = items.filter(({ itemId }) => pending.has(itemId));
  const isFree = (item: ItemFacts): boolean =>
    usesLeft(item) > 0 && !(voidRequest?.holdsItems && pending.has(item.itemId));
  return {
    ...counted(facts),
    asked: voidRequest?.itemIds?.length ?? 0,
    askedEntries: asked.length,
    askedUnused: asked.filter(isUnused).length,
    redeemableMs: freeTimes(items.filter(isFree), updatedAtMs),
  };
};

/** All items that the order has or had: pieces that got a code, and replacements. */
export const itemCount = (facts: ListedFacts): number => facts.issued + counted(facts).replacements;

/** Kept of it, also of one that was closed before its delivery. */
export const codesHeld = (facts: OrderFacts): number =>
  isClosed(facts.state) ? (facts.voidAtClose ?? 0) + endedCount(facts) : itemCount(facts);

/** Neither void nor replaced. Of an order that was closed before its delivery none is. */
export const goodCount = (facts: ListedFacts): number =>
  isClosed(facts.state) ? 0 : itemCount(facts) - endedCount(facts);

/** Void or replaced, whatever became of the order. */
export const endedCount = (facts: ListedFacts): number => counted(facts).void + counted(facts).replaced;

/** Of one order, told beside what is void: its row has room for the end of 10,000 codes. */
const eventsBesideVoidMax = 2_000;
/** Kept free of it for requests that want money back, and for the redemptions that are reversed first. */
const eventsOfRequestsMax = 2_000;
const replacedCodesMax = 10_000;
/** That it is void, and what is owed for it. */
const eventsOfVoid = 2;

const hasRoomBelow = (facts: ListedFacts, eventsMax: number): boolean =>
  facts.sequence - eventsOfVoid * counted(facts).void < eventsMax;

/** For a step that leaves its codes good, or puts others in their place. */
export const hasRoom = (facts: ListedFacts, replaced = 0): boolean =>
  hasRoomBelow(facts, eventsBesideVoidMax) && counted(facts).replaced + replaced <= replacedCodesMax;

export const hasRoomForEnd = (facts: ListedFacts): boolean =>
  hasRoomBelow(facts, eventsBesideVoidMax + eventsOfRequestsMax);

export interface ItemCounts {
  readonly issued: number;
  readonly delivered: number;
  readonly void: number;
  readonly replaced: number;
  /** Good and used. */
  readonly redeemed: number;
}

/** By state, as the order tells them. Source: "Order gets items" of the protocol's second part. */
export const itemCounts = (facts: ListedFacts): ItemCounts => {
  const good = goodCount(facts);
  const isDelivered = facts.state === 'delivered';
  const closedBefore = isClosed(facts.state) ? (facts.voidAtClose ?? 0) : 0;
  const { void: isVoid, replaced, redeemed } = counted(facts);
  return {
    issued: isDelivered ? 0 : good,
    delivered: isDelivered ? good : 0,
    void: isVoid + closedBefore,
    replaced,
    redeemed,
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

/** Of one decision: what it left alone is the very same object as before. */
export const changedItems = (before: OrderFacts, { items = noItems }: OrderFacts): readonly ItemFacts[] => {
  const known = byId(before);
  return items.filter((item) => known.get(item.itemId) !== item);
};

/** It waits for a decision, also after its time is over. */
export const pendingRequest = <R extends Pick<VoidRequest, 'state'>>({
  voidRequest,
}: {
  readonly voidRequest?: R;
}): R | undefined => (voidRequest?.state === 'open' || voidRequest?.state === 'undecided' ? voidRequest : undefined);

/** Items that are in a request: neither replaced nor in another one meanwhile. */
export const itemsInRequest = (facts: OrderFacts): ReadonlySet<string> => new Set(pendingRequest(facts)?.itemIds);

/** Nobody may redeem them now. */
export const heldItems = (facts: OrderFacts): ReadonlySet<string> => {
  const request = pendingRequest(facts);
  return new Set(request?.holdsItems ? request.itemIds : []);
};

/** What judgements of whole orders ask of their items at a moment. */
export interface AnyItem {
  readonly unused: boolean;
  /** In no request that is pending. */
  readonly replaceable: boolean;
  readonly ending: boolean;
  readonly used: boolean;
  readonly redeemable: boolean;
}

export const anyItem = (facts: ListedFacts, nowMs: number): AnyItem => {
  const { entries, replacements, unused, ending, used, ...sums } = itemSums(facts);
  const request = pendingRequest(facts);
  // Those without an entry are good, delivered with their order, unused and without dates.
  const plain = isClosed(facts.state) ? 0 : facts.issued - (entries - replacements);
  const plainUnasked = plain - (request ? sums.asked - sums.askedEntries : 0);
  // Each second one is an end: with an odd number of them behind, a time runs.
  const isFreeTime = sums.redeemableMs.filter((ms) => ms <= nowMs).length % 2 === 1;
  return {
    unused: unused > 0 || plain > 0,
    replaceable: unused > sums.askedUnused || plainUnasked > 0,
    ending: ending > 0,
    used: used > 0,
    redeemable: isFreeTime || (request?.holdsItems ? plainUnasked : plain) > 0,
  };
};
