import { type ItemSums, itemSums, type ListedFacts } from '../domain/items';
import type { OrderFacts, VoidRequest } from '../domain/order';
import { arrayOf } from './adding-events';
import { thatFit } from './that-fit';

/** What lists read of an order: it does not grow with its codes. */
export const shownInLists = {
  issuerId: 1,
  orderNo: 1,
  position: 1,
  product: 1,
  quantity: 1,
  amount: 1,
  metadata: 1,
  payment: 1,
  terminal: 1,
  createdAt: 1,
  state: 1,
  receipt: 1,
  deliveredAt: 1,
  bouncedAt: 1,
  deliveryFailedAt: 1,
  eventsGivenUpAt: 1,
  voidWaits: 1,
  paidTwiceAt: 1,
  codeReportedAt: 1,
  tamperedAt: 1,
  purgedAt: 1,
} as const;

type ShownFacts = Record<keyof Omit<OrderFacts, 'items' | 'voidRequest' | 'advances'>, 1>;

const facts: ShownFacts = {
  state: 1,
  forced: 1,
  version: 1,
  quantity: 1,
  amount: 1,
  codeMode: 1,
  channel: 1,
  createdAtMs: 1,
  updatedAtMs: 1,
  closedAtMs: 1,
  verifyWindowMs: 1,
  issueWindowMs: 1,
  lastCallMs: 1,
  verifyExtensionMs: 1,
  issueExtensionMs: 1,
  failures: 1,
  verification: 1,
  lastCall: 1,
  issued: 1,
  voidAtClose: 1,
  short: 1,
  completed: 1,
  closedReason: 1,
  refundDueValue: 1,
  refundSettledValue: 1,
  earlySettlements: 1,
  delivery: 1,
  sequence: 1,
  ledger: 1,
  renotifications: 1,
  deliveryMessage: 1,
  redeliveries: 1,
  redeliveredOn: 1,
};

const voidRequest: Record<keyof Omit<VoidRequest, 'itemIds'>, 1> = {
  requestId: 1,
  state: 1,
  startedAtMs: 1,
  decideByMs: 1,
  undecided: 1,
  holdsItems: 1,
  endedAtMs: 1,
};

const within = (place: string, fields: Readonly<Record<string, 1>>): Record<string, 1> =>
  Object.fromEntries(Object.keys(fields).map((field) => [`${place}.${field}`, 1]));

/** Of rows of before there were sums. */
const unlessSummed = (field: string) => ({
  $cond: [{ $eq: [{ $type: '$itemSums' }, 'missing'] }, `$${field}`, '$$REMOVE'],
});

const factsBesideRequest = {
  itemSums: 1,
  ...within('facts', facts),
  'facts.items': unlessSummed('facts.items'),
} as const;

const factsWithoutItems = {
  ...factsBesideRequest,
  ...within('facts.voidRequest', voidRequest),
  'facts.voidRequest.itemIds': unlessSummed('facts.voidRequest.itemIds'),
} as const;

export const inLists = { ...shownInLists, ...factsWithoutItems } as const;

/** By which its link and its token are known to be its own. */
export const opened = {
  ...{ terminalGiven: 1, baseUrl: 1, wrappedKey: 1, mac: 1, tokenHash: 1, pickupHash: 1, pickupLink: 1 },
} as const;

/** What one order tells of itself, with all that its void request names. */
export const inView = { ...shownInLists, ...factsBesideRequest, 'facts.voidRequest': 1, ...opened } as const;

/** Beside it, for operators: of what became of its codes. */
export const forOperators = {
  events: {
    $map: {
      input: { $filter: { input: '$events', cond: { $eq: ['$$this.type', 'order.codes_void'] } } },
      in: { type: '$$this.type', atMs: '$$this.atMs', state: '$$this.state', closedReason: '$$this.closedReason' },
    },
  },
  timeline: {
    $concatArrays: [
      { $filter: { input: arrayOf('timeline'), cond: { $eq: ['$$this.event', 'item_void'] } } },
      arrayOf('callLines.item_void'),
    ],
  },
} as const;

/** Written with each view of an order that has more to say of its items than how many they are. */
export const sumsToKeep = (view: OrderFacts): { readonly itemSums?: ItemSums } =>
  view.items || view.voidRequest ? { itemSums: itemSums(view) } : {};

/** An empty request is none: its place is there for what might have been in it. Facts that are none stay what they are. */
export const listed = <T extends { readonly facts: ListedFacts }>(row: T & { readonly itemSums?: ItemSums }): T => {
  const { itemSums: sums, ...rest } = row;
  if (typeof row.facts !== 'object' || row.facts === null || Array.isArray(row.facts))
    return { ...rest, facts: row.facts } as unknown as T;
  const { voidRequest: request, ...others } = row.facts;
  const known = {
    ...(request?.requestId ? { voidRequest: request } : {}),
    ...(sums === undefined ? {} : { itemSums: sums }),
  };
  return { ...rest, facts: { ...others, ...known } } as unknown as T;
};

/** On one page of a list, as items of void requests. */
const requestedItemsMax = 20_000;

const askedIn = (facts: ListedFacts): number => {
  try {
    return itemSums(facts).asked;
  } catch {
    // Whoever shows it leaves it out.
    return 0;
  }
};

/** So many of these rows as their void requests leave room for on a page. */
export const onPage = <R extends { readonly facts: ListedFacts }>(rows: readonly R[]): readonly R[] =>
  thatFit(requestedItemsMax, rows, ({ facts: of }) => askedIn(of));
