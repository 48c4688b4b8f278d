import { randomInt } from 'node:crypto';
import type { Collection, Document, Filter, FindCursor, Sort } from 'mongodb';
import { type Day, statementDays } from '../domain/days';
import { type Mode, modeOf, type OrderName, orderId, orderNameOf } from '../domain/ids';
import type { ItemSums, ListedFacts } from '../domain/items';
import type { Giving, KeptMessage } from '../domain/kept-message';
import type { LedgerEntry, OrderEvent, TimelineEntry } from '../domain/messages';
import {
  type AfterSale,
  type Amount,
  type DeliveryState,
  finalStates,
  isCalled,
  isFinal,
  type OrderFacts,
  type OrderState,
  openStates,
  type Terminal,
} from '../domain/order';
import type { SaidText } from '../domain/said-text';
import { pinFailureLimit, pinLockEndsAtMs } from '../domain/timings';
import { addingEvents, arrayOf } from './adding-events';
import { firstOf } from './first-of';
import { forOperators, inLists, inView, listed, onPage, opened, type shownInLists, sumsToKeep } from './listed-orders';
import { openedAtOf, openedKept } from './opened-at';
import { createReadTogether } from './read-together';
import { callByCall } from './sealed-rows';
import { isDuplicate } from './store-errors';
import { deliveryLines, hasTaken, keysIn, lacks, lineKeys, newestLines, push, withAllLines } from './timeline';

export interface PendingEvent extends OrderEvent {
  readonly status: 'pending' | 'sent' | 'given_up';
  /** The webhook-id of its message; absent on those of before issuers could name it. */
  readonly id?: string;
  /** By the database's clock; absent on those of before there was a feed. */
  readonly writtenAt?: Date;
  readonly given?: Giving;
  /** Of its issuer's, by which it is fetched once more. */
  readonly replayId?: string;
}

/** One order: what was paid for, the copy of the workflow's facts, its timeline and its outbox of events. */
export interface OrderRow {
  readonly _id: string;
  readonly issuerId: string;
  readonly orderNo: string;
  /** For searches in any case; left out in rows of before. */
  readonly orderNoLower?: string;
  /** `{createdAt}/{issuerId}/{orderNo}`, after a `t` for test orders: lists page by a range on this one field. */
  readonly position: string;
  readonly product: { readonly id: string; readonly name: string; readonly instructions?: string };
  readonly quantity: number;
  readonly amount: Amount;
  /** Pairs: a key may hold what a database reads as a path. */
  readonly metadata: readonly (readonly [string, string])[];
  readonly payment?: { readonly id: string; readonly paidAt?: string; readonly payer?: string };
  readonly terminal: Terminal;
  /** False where the issuer's preset terminal was taken. */
  readonly terminalGiven: boolean;
  /** The platform's public URL when the order was accepted: all tries of one message carry the same addresses. */
  readonly baseUrl: string;
  readonly wrappedKey: Buffer;
  /** Over what stays as it was accepted, by the order's own key; the terminal has one of its own. */
  readonly mac: string;
  /** What issuers' calls are compared with: it goes no further than this row. */
  readonly tokenHash: string;
  readonly pickupHash: string;
  /** Which of its links that is; left out: the first. */
  readonly pickupLink?: number;
  /** The link that the buyer made for somebody else: it alone shows the codes. */
  readonly gift?: Gift;
  readonly createdAt: Date;
  /** UTC days on which it changed: in whose statements it is. Left out in rows of before there were any. */
  readonly days?: readonly Day[];
  readonly state: OrderState;
  readonly facts: OrderFacts;
  /** Of its items, with each view; left out where there is no more to say of them than how many they are. */
  readonly itemSums?: ItemSums;
  readonly version: number;
  /** The highest version whose events are in the outbox. */
  readonly projected: number;
  readonly timeline: readonly TimelineEntry[];
  /** As it is stored: whoever reads a row has these lines in its timeline. */
  readonly callLines?: Readonly<Record<string, readonly TimelineEntry[]>>;
  readonly events: readonly PendingEvent[];
  /** The newest messages that waited for an answer, since their first attempt. */
  readonly messages?: readonly KeptMessage[];
  /** While its issuer has something to fetch: `{issuerId}/{when}/{a word of this very write}`. */
  readonly toGive?: string;
  readonly eventsPendingSince?: Date;
  /** The time of the newest of them. */
  readonly eventsAt?: Date;
  /** Until the workflow is known to run. */
  readonly unstartedSince?: Date;
  readonly deliveredAt?: Date;
  /** When its codes were first shown, by whichever link: nothing resets it. Rows of before have a line of it. */
  readonly openedAt?: Date;
  /** When what its product forces once was done. */
  readonly forcedAt?: Date;
  /** Of the newest delivery after the first. */
  readonly redeliveredAt?: Date;
  /** Messages that went to a server on the way to the buyer, the newest last: a receipt names one of them. */
  readonly sentMessages?: readonly string[];
  /** The newest of them, and in which delivery: attempts that were put off have begun none. */
  readonly sentIn?: string;
  /** What became of the newest of them. */
  readonly receipt?: { readonly event: ReceiptEvent; readonly atMs: number };
  /** How often a message went out again after its receipt. */
  readonly resent?: number;
  /** Attempts at its PIN since the last right one: `count` of them since the last of `locks` that are over, or a new link. */
  readonly pinAttempts?: { readonly count: number; readonly at: Date; readonly locks?: number };
  /** While its message has come back, and nobody has sent another one. */
  readonly bouncedAt?: Date;
  /** While no attempt says that its terminal took all: what came after the first delivery, or that itself. */
  readonly deliveryFailedAt?: Date;
  /** The newest entries, until they are in the ledger: written with the change itself. */
  readonly ledger?: readonly LedgerEntry[];
  /** The claim of the newest replacement, written with the change itself: its call marks it later, and may die before. */
  readonly takenClaim?: string;
  /** Why somebody wants money back, of the newest requests. */
  readonly voidReasons?: readonly { readonly requestId: string; readonly reason: string }[];
  /** While its newest void request has no decision. */
  readonly voidWaits?: { readonly state: 'open' | 'undecided'; readonly at: Date };
  /** Its position, while money is due; the other one once all of it was paid back. */
  readonly refundOpen?: string;
  readonly refundSettled?: string;
  /** When a payment with another id came for it last. */
  readonly paidTwiceAt?: Date;
  /** When its buyer last said that a code does not work. */
  readonly codeReportedAt?: Date;
  /** Calls to its terminal whose outcome is not known; `name`: of each one's workflow. */
  readonly afterSalesDue?: readonly AfterSaleDue[];
  /** While there are any: when they were looked at, or a later time until which they are not. */
  readonly afterSalesDueSince?: Date;
  /** While the row is not as the platform wrote it. */
  readonly tamperedAt?: Date;
  /** Terminals that were named for it while its workflow runs, until it takes one: the workflow knows the reference. */
  readonly corrections?: readonly Correction[];
  /** Words of people that the timeline refers to. */
  readonly texts?: readonly { readonly ref: string; readonly text: string }[];
  /** When the last of its events was given up. */
  readonly eventsGivenUpAt?: Date;
  /** Only on what a purge leaves of an order (see purge.ts); no reader but the pick-up page is given that. */
  readonly purgedAt?: Date;
}

export interface AfterSaleDue extends AfterSale {
  readonly name: string;
  /** Of which message a redelivery is; left out in rows of before. */
  readonly n?: number;
  /** Of one about items: when they changed, as its message says on every attempt. */
  readonly atMs?: number;
  /** Over all of it and its order, by the master key: whoever writes to the database has nothing sent, or sent again. */
  readonly seal: Buffer;
}

/** With what a call to its terminal needs of the order. */
export interface WithAfterSales extends OrderName, Pick<OrderRow, '_id' | 'afterSalesDue'> {
  readonly facts: Pick<OrderFacts, 'deliveryMessage' | 'updatedAtMs'>;
}

export interface Gift {
  readonly n: number;
  /** Left out: a new link of the buyer's has ended it. */
  readonly hash?: string;
  /** Of which of the order's links it was made; left out: the first. */
  readonly link?: number;
  /** Base64: the buyer's words, by the order's own key. */
  readonly message?: string;
}

/** As lists have it. */
export interface ListedOrder extends Pick<OrderRow, '_id' | keyof typeof shownInLists> {
  readonly facts: ListedFacts;
}

/** As it is shown alone, and known to be as the platform wrote it. */
export interface ViewedOrder extends ListedOrder, Pick<OrderRow, keyof typeof opened> {}

export interface OperatorsView extends ViewedOrder, Pick<OrderRow, 'timeline'> {
  readonly events: readonly Pick<PendingEvent, 'type' | 'atMs' | 'state' | 'closedReason'>[];
}

/** With its newest lines. */
export type FailingOrder = ListedOrder & Pick<OrderRow, 'timeline'>;

/** Where a link leads, and how large an order that is: known before it is read. */
export interface LinkPlace extends Pick<OrderRow, '_id' | 'quantity'> {
  readonly codes: number;
}

/** With a gift it ends that as well. */
export type NewLink = Required<Pick<OrderRow, 'pickupHash' | 'pickupLink'>> & Pick<OrderRow, 'gift'>;

/** What a call after the sale writes beside its decision. */
export interface RowChange
  extends Partial<Pick<OrderRow, 'terminal' | 'redeliveredAt' | 'takenClaim' | 'pinAttempts'>>,
    Partial<NewLink> {}

export interface Correction {
  readonly ref: string;
  readonly terminal: Terminal;
}

/** Of a terminal, as somebody writes it. */
export interface AskedAddress {
  readonly field: 'address' | 'number';
  readonly is: RegExp;
}

export type ReceiptEvent = 'delivered' | 'bounced';

export interface Projection {
  readonly facts: OrderFacts;
  readonly entries: readonly TimelineEntry[];
  readonly events: readonly OrderEvent[];
  readonly ledger?: readonly LedgerEntry[];
  /** The one that the order took: its terminal from now on. */
  readonly correction?: Correction;
  readonly afterSalesDue?: readonly AfterSaleDue[];
}

export interface Projected {
  readonly fresh: readonly OrderEvent[];
  readonly ahead?: OrderFacts;
}

/** `isNew`: the row did not have it when it was read. */
interface TriedMessage {
  readonly message: KeptMessage;
  readonly isNew: boolean;
}

export interface ListFilter {
  /** Left out: that of the issuer, or live. */
  readonly mode?: Mode;
  readonly issuerId?: string;
  readonly state?: OrderState;
  readonly states?: readonly OrderState[];
  readonly productId?: string;
  /** In any case. */
  readonly orderNoPrefix?: string;
  readonly paymentId?: string;
  readonly payer?: string;
  readonly createdAfter?: Date;
  /** Both inclusive, to the millisecond. */
  readonly createdFrom?: Date;
  readonly createdTo?: Date;
  /** Position of the last row of the page before. */
  readonly before?: string;
  readonly limit: number;
}

export interface ChangedFilter extends Pick<ListFilter, 'state' | 'paymentId' | 'createdAfter' | 'limit'> {
  readonly issuerId: string;
  readonly updatedAfter?: Date;
  /** Of the last row of the page before. */
  readonly before?: { readonly updatedAtMs: number; readonly orderNo: string };
}

const linesPerOrder = 50;
/** Attempts of calls that fail are the newest lines of their order. */
const failureLines = 40;
const waitingStates = ['accepted', 'verified', 'partially_issued'] as const;
/** Of each kind, the newest: more at once have one cause. */
const failingMax = 500;
const projectTries = 10;
const boundAtOnce = 100;
const sentMessagesLimit = 20;
/** Of one order: whoever voids 10,000 codes one a call while the engine is away keeps no other order waiting. */
export const afterSalesAtOnceMax = 50;
/** More than an order can have. */
const afterSalesMax = 1_000_000;
const voidReasonsLimit = 20;
/** The engine keeps ten questions of one order at a time: none that may still be judged loses its terminal. */
const correctionsMax = 20;
const textsMax = 20;
/** Far more than there are of one number that went to one address: the others somebody else put there. */
const sentToRowsMax = 2_000;
const sentToRowsAtOnce = 50;
export const keptMessagesMax = 20;
const readToProject = { facts: 1, state: 1, version: 1, projected: 1, purgedAt: 1 } as const;

/** Of one order: whoever has thousands of events keeps no other order waiting. */
const eventsAtOnceMax = 50;

/**
 * What events tell stays in the database: one may name 10,000 items. Of more than are read at once each look has others,
 * as those of an issuer that is away stay pending.
 */
export const pendingShown = () => {
  const isPending = { $eq: ['$$this.status', 'pending'] };
  const count = { $size: '$$pending' };
  const from = { $mod: [randomInt(2 ** 31), count] };
  const some = { $slice: ['$$pending', { $cond: [{ $gt: [count, eventsAtOnceMax] }, from, 0] }, eventsAtOnceMax] };
  return {
    ...{ issuerId: 1, orderNo: 1, toGive: 1 },
    events: {
      $map: {
        input: {
          $let: { vars: { pending: { $filter: { input: arrayOf('events'), cond: isPending } } }, in: some },
        },
        in: { sequence: '$$this.sequence', atMs: '$$this.atMs', given: { $ifNull: ['$$this.given', '$$REMOVE'] } },
      },
    },
  };
};

/** Those that nobody is known to have told. */
export interface WithPendingEvents extends Pick<OrderRow, '_id' | 'issuerId' | 'orderNo' | 'toGive'> {
  readonly events: readonly Pick<PendingEvent, 'sequence' | 'atMs' | 'given'>[];
}

/** Nothing is written to what a purge left of an order. One condition: by `$or` the stand-in reads all rows for it. */
export const isKept = { purgedAt: { $exists: false } } as const;
/** What a purge left has none. */
const hasState = { state: { $exists: true } } as const;
/** Nothing is read from it. A mark that somebody else wrote hides no order. */
export const isPurged = ({ purgedAt, state }: Partial<Pick<OrderRow, 'purgedAt' | 'state'>>): boolean =>
  purgedAt !== undefined && state === undefined;

/** Test orders stand after all others in every index: no query over live ones passes over them, nor the other way. */
const marks = { live: '', test: 't' } as const satisfies Record<Mode, string>;
/** A position begins with its mark and a digit, and a purged order has none. No bound begins a position: see `list`. */
const firsts = { live: '0', test: 's~' } as const satisfies Record<Mode, string>;
const ends = { live: ':', test: 'u' } as const satisfies Record<Mode, string>;

/** A position, a bound of positions: of that moment. */
export const positionAt = (mode: Mode, at: Date): string => `${marks[mode]}${at.toISOString()}`;

export const positionsOf = (mode: Mode) => ({ $gt: firsts[mode], $lt: ends[mode] as string });

export const orderPosition = (createdAt: Date, order: OrderName): string =>
  `${positionAt(modeOf(order.issuerId), createdAt)}/${orderId(order)}`;

const isSameEnd = (a: OrderFacts, b: OrderFacts): boolean =>
  a.state === b.state && a.issued === b.issued && a.sequence === b.sequence;

/** A verification or a longer window was answered; the engine lost that Update, and the window ended without it. */
const hasLostTime = (shown: OrderFacts, facts: OrderFacts): boolean => {
  const movedMs = movedSince(shown, facts);
  const isIssueLonger = shown.issueExtensionMs - movedMs > facts.issueExtensionMs;
  switch (facts.closedReason) {
    case 'verify_window':
      return shown.verification !== undefined || shown.verifyExtensionMs - movedMs > facts.verifyExtensionMs;
    case 'issue_window':
      return isIssueLonger;
    default:
      // With some of its codes the order does not expire: they are delivered, and no more are taken.
      return shown.state === 'partially_issued' && facts.short && !facts.completed && isIssueLonger;
  }
};

/** Its last codes, or a redelivery, went on to the delivery within an Update's own task, and the engine lost that one. */
const hasLostIssue = (row: Pick<OrderRow, 'facts' | 'projected'>, facts: OrderFacts): boolean =>
  row.facts.state === 'issued' && row.projected > facts.version;

/** A test order's clock shortens its windows: by what the row has not heard of. */
const movedSince = (shown: OrderFacts, { advances = [] }: OrderFacts): number => {
  const known = new Set(shown.advances?.map(({ id }) => id));
  return advances.filter(({ id }) => !known.has(id)).reduce((sum, { byMs }) => sum + byMs, 0);
};

/** Changes with everything that a pick-up page shows; a notice that was taken moves the state alone. */
export const viewVersion = ({ version, state, gift }: Pick<OrderRow, 'version' | 'state' | 'gift'>): string =>
  `${version}/${state}/${gift?.n ?? 0}`;

/** Of which it says more than that they are good. */
export const codesKept = ({ facts }: Pick<OrderRow, 'facts'>): number => facts.items?.length ?? 0;

const lesser = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a;

/** By which the reconciler and operators find void requests that wait; orders that never had one pay nothing for it. */
const voidWaits = ({ voidRequest }: OrderFacts) => {
  if (!voidRequest) return {};
  const { state, decideByMs, startedAtMs } = voidRequest;
  if (state === 'open') return { $set: { voidWaits: { state, at: new Date(startedAtMs) } } };
  return state === 'undecided'
    ? { $set: { voidWaits: { state, at: new Date(decideByMs) } } }
    : { $unset: { voidWaits: 1 as const } };
};

interface RefundMarks {
  readonly $set?: Partial<Pick<OrderRow, 'refundOpen' | 'refundSettled'>>;
  readonly $unset?: { readonly refundOpen?: 1; readonly refundSettled?: 1 };
}

/** By which refunds are listed: those that are due, and those of which all was paid back. */
const refundMarks = (_id: string, facts: OrderFacts): RefundMarks => {
  const { createdAtMs, refundDueValue = 0, refundSettledValue = 0 } = facts;
  if (refundDueValue === 0) return {};
  const position = orderPosition(new Date(createdAtMs), orderNameOf(_id));
  return refundSettledValue < refundDueValue
    ? { $set: { refundOpen: position }, $unset: { refundSettled: 1 } }
    : { $set: { refundSettled: position }, $unset: { refundOpen: 1 } };
};

const marksOf = (_id: string, facts: OrderFacts) => {
  const [waits, refund] = [voidWaits(facts), refundMarks(_id, facts)];
  return {
    $set: { ...waits.$set, ...refund.$set, ...sumsToKeep(facts) },
    $unset: { ...waits.$unset, ...refund.$unset },
  };
};

export type Orders = ReturnType<typeof createOrders>;

/** Of a field that few rows have, in an index of all: those without it are none of the range. */
export const ever = { $gt: new Date(0) };

const beginsWith = (text: string) => ({ $gte: text, $lt: `${text}\uffff` });

/** Rows of before, without the field, are found as they were: in the case in which they are written. */
const numbersLike = (orderNo: string, like: (text: string) => Filter<OrderRow>['orderNo']): Filter<OrderRow>[] => [
  { orderNoLower: like(orderNo.toLowerCase()) },
  { orderNo: like(orderNo), orderNoLower: { $exists: false } },
];
const numbersWith = (prefix: string): Filter<OrderRow>[] => numbersLike(prefix, beginsWith);
const numbered = (orderNo: string): Filter<OrderRow>[] => numbersLike(orderNo, (text) => text);

/** The newest of some lists, each newest first. */
const newestOf = (lists: readonly (readonly ListedOrder[])[], limit: number): ListedOrder[] =>
  [...new Map(lists.flat().map((row) => [row._id, row])).values()]
    .sort((a, b) => (a.position < b.position ? 1 : -1))
    .slice(0, limit);

const isOf = (sequences: number | readonly number[]) => ({ $in: [sequences].flat() });

/** Of a row that may be anything. */
const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);

export const createOrders = (
  { orders }: { readonly orders: Collection<OrderRow> },
  /** The webhook-id of an event, by which its issuer names it. */
  eventId: (order: OrderName, sequence: number) => string | undefined = () => undefined,
  nowMs: () => number = Date.now,
  /** Of a row as a list has it. */
  isOrder: (row: object) => boolean = () => true,
) => {
  const onDays = ({ updatedAtMs }: Pick<OrderFacts, 'updatedAtMs'>) => ({
    days: { $each: [...statementDays(updatedAtMs, nowMs())] },
  });

  const idIn =
    (_id: string) =>
    (sequence: number): string | undefined =>
      eventId(orderNameOf(_id), sequence);

  /** Beside the change that they follow from. */
  const addingDue = (due: readonly AfterSaleDue[] = []) =>
    due.length > 0
      ? { $set: { afterSalesDueSince: new Date(nowMs()) }, $push: { afterSalesDue: { $each: [...due] } } }
      : {};

  /** Of test orders they hear nothing: what looks for live ones passes over none. */
  const toldOperators = <Marks extends object>({ issuerId }: OrderName, marks: Marks) =>
    modeOf(issuerId) === 'test' ? {} : { $set: marks };

  /** By a projection that leaves items out. */
  const showing = <Row extends ListedOrder>(found: FindCursor<OrderRow>, projection: Document): FindCursor<Row> =>
    found.project<Row>(projection).map((row) => listed(withAllLines(row)));

  const shown = <Row extends ListedOrder>(found: FindCursor<OrderRow>, projection: Document): Promise<Row[]> =>
    showing<Row>(found, projection).toArray();

  const listOf = (filter: Filter<OrderRow>, sort: Sort, limit: number): Promise<ListedOrder[]> =>
    firstOf(showing<ListedOrder>(orders.find(filter).sort(sort), inLists), limit, isOrder);

  const whole = async (filter: Filter<OrderRow>): Promise<OrderRow | null> => {
    const row = await orders.findOne(filter);
    return row && withAllLines(row);
  };

  const oneOf = async <Row extends ListedOrder>(order: OrderName, projection: Document): Promise<Row | null> =>
    (await shown<Row>(orders.find({ _id: orderId(order) }), projection)).find((row) => !isPurged(row)) ?? null;

  /** Newest first; the caller asks for one more than a page to know whether there is a next one. */
  const list = async (filter: ListFilter): Promise<ListedOrder[]> => {
    const { before, createdTo, createdFrom, createdAfter, limit } = filter;
    // A bound that begins other values is not compared alike everywhere: the end of the millisecond before is none.
    const after = createdAfter ?? (createdFrom && new Date(createdFrom.getTime() - 1));
    const mode = filter.mode ?? modeOf(filter.issuerId ?? '');
    const all = positionsOf(mode);
    const end = createdTo ? `${positionAt(mode, createdTo)}/\uffff` : all.$lt;
    const position = {
      $lt: lesser(before, end),
      $gt: after ? `${positionAt(mode, after)}/\uffff` : all.$gt,
    };
    const numbers = filter.orderNoPrefix === undefined ? [{}] : numbersWith(filter.orderNoPrefix);
    const lists = numbers.map((number) =>
      listOf(
        {
          ...(filter.issuerId !== undefined ? { issuerId: filter.issuerId } : {}),
          ...(filter.state !== undefined ? { state: filter.state } : {}),
          ...(filter.states !== undefined ? { state: { $in: [...filter.states] } } : {}),
          ...(filter.productId !== undefined ? { 'product.id': filter.productId } : {}),
          ...(filter.paymentId !== undefined ? { 'payment.id': filter.paymentId } : {}),
          ...(filter.payer !== undefined ? { 'payment.payer': filter.payer } : {}),
          ...number,
          position,
        },
        { position: -1 },
        limit,
      ),
    );
    return newestOf(await Promise.all(lists), limit);
  };

  /** The same rows with what their void requests name. */
  const withRequestedItems = async (rows: readonly ListedOrder[]): Promise<ListedOrder[]> => {
    // Rows as they stand there: facts may be none.
    const ids = rows.flatMap(({ _id, facts }) => (facts?.voidRequest && !facts.voidRequest.itemIds ? [_id] : []));
    if (ids.length === 0) return [...rows];
    const requests = await orders
      .find({ _id: { $in: ids } })
      .project<Pick<OrderRow, '_id' | 'facts'>>({ 'facts.voidRequest': 1 })
      .toArray();
    const byId = new Map(requests.map(({ _id, facts }) => [_id, facts?.voidRequest]));
    return rows.map((row) => {
      const voidRequest = byId.get(row._id);
      return voidRequest ? { ...row, facts: { ...row.facts, voidRequest } } : row;
    });
  };

  const withLines = (filter: Filter<OrderRow>, sort: Sort): Promise<FailingOrder[]> =>
    firstOf(
      showing<FailingOrder>(orders.find(filter).sort(sort), { ...inLists, ...newestLines(failureLines) }),
      failingMax,
      isOrder,
    );

  /** A link that leads nowhere costs no connection of its own. */
  const placeOfLink = createReadTogether(async (hashes): Promise<Map<string, LinkPlace>> => {
    type Found = Partial<Pick<OrderRow, 'pickupHash' | 'quantity' | 'gift' | 'facts' | 'itemSums'>> &
      Pick<OrderRow, '_id'>;
    const placed = { quantity: 1, 'facts.issued': 1, 'itemSums.replacements': 1 } as const;
    const foundBy = (field: 'pickupHash' | 'gift.hash') =>
      orders
        .find({ [field]: { $in: [...hashes] } })
        .project<Found>({ ...placed, [field]: 1 })
        .toArray();
    const [ofBuyers, ofGifts] = await Promise.all([foundBy('pickupHash'), foundBy('gift.hash')]);
    const place = ({ _id, quantity, facts, itemSums: sums }: Found): LinkPlace => ({
      _id,
      quantity: numberOf(quantity),
      codes: numberOf(facts?.issued) + numberOf(sums?.replacements),
    });
    return new Map([
      ...ofGifts.map((row) => [row.gift?.hash as string, place(row)] as const),
      ...ofBuyers.map((row) => [row.pickupHash as string, place(row)] as const),
    ]);
  });

  const forgetToldAll = async (_id: string): Promise<void> => {
    await orders.updateOne(
      { _id, eventsPendingSince: { $exists: true }, 'events.status': { $ne: 'pending' } },
      { $unset: { eventsPendingSince: 1 } },
    );
  };

  return {
    forgetToldAll,

    /** The real guard of an order's uniqueness: the engine forgets names after its retention, this does not. */
    insertAccepted: async (row: OrderRow): Promise<'inserted' | 'exists'> => {
      try {
        await orders.insertOne({ ...row, days: statementDays(row.facts.updatedAtMs, nowMs()) });
        return 'inserted';
      } catch (error) {
        if (isDuplicate(error)) return 'exists';
        throw error;
      }
    },

    areNone: async (): Promise<boolean> => (await orders.findOne({}, { projection: { _id: 1 } })) === null,

    /** There are some, and all are of 0.1.0: each version since binds every order by its MAC. */
    areUnbound: async (): Promise<boolean> => {
      let isThere = false;
      for await (const { mac } of orders.find({}, { projection: { mac: 1 }, ...callByCall })) {
        if (mac !== undefined) return false;
        isThere = true;
      }
      return isThere;
    },

    /** At the first start since. */
    bindAll: async (
      bindingOf: (row: OrderRow) => Partial<Record<'mac' | 'terminal.mac' | 'tokenHash', string>> | undefined,
    ) => {
      const bind = async (rows: readonly OrderRow[]): Promise<void> => {
        const writes = rows
          .filter(({ mac, purgedAt }) => mac === undefined && purgedAt === undefined)
          .flatMap((row) => {
            const $set = bindingOf(row);
            return $set ? { updateOne: { filter: { _id: row._id, mac: { $exists: false } }, update: { $set } } } : [];
          });
        if (writes.length > 0) await orders.bulkWrite(writes, { ordered: false });
      };
      let some: OrderRow[] = [];
      const projection = { timeline: 0, callLines: 0, events: 0, 'facts.items': 0 };
      for await (const row of orders.find({}, { projection, ...callByCall }).batchSize(boundAtOnce)) {
        some.push(row);
        if (some.length < boundAtOnce) continue;
        await bind(some);
        some = [];
      }
      await bind(some);
    },

    find: async (order: OrderName): Promise<OrderRow | null> => {
      const row = await whole({ _id: orderId(order) });
      return row && !isPurged(row) ? row : null;
    },

    /** Without its items: whoever only looks at an order reads no 10,000 of them. */
    view: (order: OrderName): Promise<ViewedOrder | null> => oneOf(order, inView),

    viewForOperators: (order: OrderName): Promise<OperatorsView | null> => oneOf(order, { ...inView, ...forOperators }),

    timelineOf: async (order: OrderName): Promise<Pick<OrderRow, 'timeline' | 'texts'> | null> => {
      const projection = { _id: 0, timeline: 1, callLines: 1, texts: 1 };
      const row = await orders.findOne({ _id: orderId(order), ...hasState }, { projection });
      return row && withAllLines(row);
    },

    /** Redemptions, and what was taken back, that may not be in the ledger yet. */
    redeemedLately: (order: OrderName): Promise<Pick<OrderRow, 'ledger'> | null> =>
      orders.findOne(
        { _id: orderId(order), ...hasState },
        {
          projection: {
            _id: 0,
            ledger: {
              $filter: { input: arrayOf('ledger'), cond: { $in: ['$$this.kind', ['redeemed', 'reversed']] } },
            },
          },
        },
      ),

    placeOfLink,

    /** Also what is left of a purged order: the page tells its buyer so. `place`: where its reader has found it. */
    findByPickup: async (pickupHash: string, place?: LinkPlace): Promise<OrderRow | null> => {
      const { _id } = place ?? (await placeOfLink(pickupHash)) ?? {};
      const row = _id === undefined ? null : await whole({ _id });
      return row && [row.pickupHash, row.gift?.hash].includes(pickupHash) ? row : null;
    },

    /** False: the codes were shown, or another link was made, since the row was read. */
    giveAway: async (row: OrderRow, gift: Gift): Promise<boolean> => {
      const given = await orders.updateOne(
        {
          _id: row._id,
          pickupHash: row.pickupHash,
          ...isKept,
          ...(row.gift ? { 'gift.n': row.gift.n } : { gift: { $exists: false } }),
          openedAt: { $exists: false },
          // A row of before.
          'timeline.event': { $ne: 'opened' },
          'facts.delivery.state': { $ne: 'opened' },
        },
        { $set: { gift } },
      );
      return given.matchedCount > 0;
    },

    /** Read for open pick-up pages: what changed, in one look. */
    versionsOf: async (ids: readonly string[]): Promise<Map<string, string>> => {
      const rows = await orders
        .find({ _id: { $in: [...ids] } }, { projection: { version: 1, state: 1, 'gift.n': 1 } })
        .toArray();
      return new Map(rows.map((row) => [row._id, viewVersion(row)]));
    },

    list,

    /**
     * By what people have of an order: the beginning of its number, its payment, its payer, its product. Each is a list of
     * its own, so that each has its index.
     */
    search: async (text: string, filter: ListFilter): Promise<ListedOrder[]> => {
      const { productId = text } = filter;
      const ways = [{ orderNoPrefix: text }, { paymentId: text }, { payer: text }];
      const lists = [...ways, ...(productId === text ? [{ productId }] : [])];
      return newestOf(await Promise.all(lists.map((way) => list({ ...filter, ...way }))), filter.limit);
    },

    /** Of an issuer, the newest change first. What changes meanwhile comes again. */
    listChanged: ({ issuerId, before, updatedAfter, ...filter }: ChangedFilter): Promise<ListedOrder[]> =>
      listOf(
        {
          issuerId,
          ...(filter.state !== undefined ? { state: filter.state } : {}),
          ...(filter.paymentId !== undefined ? { 'payment.id': filter.paymentId } : {}),
          ...(filter.createdAfter ? { createdAt: { $gt: filter.createdAfter } } : {}),
          'facts.updatedAtMs': {
            $gt: updatedAfter?.getTime() ?? 0,
            ...(before ? { $lte: before.updatedAtMs } : {}),
          },
          ...(before
            ? {
                $or: [
                  { 'facts.updatedAtMs': { $lt: before.updatedAtMs } },
                  { _id: { $lt: orderId({ issuerId, orderNo: before.orderNo }) } },
                ],
              }
            : {}),
        },
        { 'facts.updatedAtMs': -1, _id: -1 },
        filter.limit,
      ),

    /** As many rows of a list as fit on one page, with what their void requests name; the others as they are. */
    page: async (
      rows: readonly ListedOrder[],
      limitAsked: number,
    ): Promise<{ readonly rows: ListedOrder[]; readonly limit: number }> => {
      const asked = rows.slice(0, limitAsked);
      const fitting = onPage(asked);
      const limit = fitting.length < asked.length ? fitting.length : limitAsked;
      return { limit, rows: [...(await withRequestedItems(fitting)), ...rows.slice(limit)] };
    },

    /** Numbers of orders created within a time, from which they are listed on; `to` is not in it. */
    numbersWithin: async (
      issuerId: string,
      { from, to, after }: { readonly from: Date; readonly to: Date; readonly after: string | undefined },
      limit: number,
    ): Promise<{ readonly orderNo: string; readonly position: string }[]> => {
      const end = (at: Date): string => `${positionAt(modeOf(issuerId), new Date(at.getTime() - 1))}/\uffff`;
      const rows = await firstOf(
        orders
          .find(
            { issuerId, position: { $gt: after ?? end(from), $lt: end(to) } },
            { projection: { _id: 0, position: 1 } },
          )
          .sort({ position: 1 }),
        limit,
        ({ position }) => typeof position === 'string',
      );
      return rows.map(({ position }) => ({ position, orderNo: position.slice(position.lastIndexOf('/') + 1) }));
    },

    /** Of a day's statement, by number, those behind a number: also the keys of a purged order are not there. */
    changedOn: (issuerId: string, day: Day, after: string, limit: number): Promise<ListedOrder[]> =>
      listOf({ issuerId, days: day, _id: { $gt: `${issuerId}/${after}` } }, { _id: 1 }, limit),

    /** The newest orders of an issuer with the newest lines of what happened to them. */
    timelinesOf: async (issuerId: string, limit: number): Promise<Pick<OrderRow, '_id' | 'orderNo' | 'timeline'>[]> => {
      const projection = { issuerId: 1, orderNo: 1, position: 1, ...newestLines(linesPerOrder) };
      const rows = await firstOf(orders.find({ issuerId }, { projection }).sort({ position: -1 }), limit, isOrder);
      return rows.map((row) => withAllLines(row, linesPerOrder));
    },

    /**
     * Called with the view in an Update's answer before the issuer is answered; an older view never covers a newer one,
     * and none opens again what is closed.
     */
    writeView: async (order: OrderName, facts: OrderFacts, entries: readonly TimelineEntry[]): Promise<void> => {
      const _id = orderId(order);
      const write = async (view: OrderFacts, state: OrderState | { $nin: OrderState[] }): Promise<boolean> => {
        const { matchedCount } = await orders.updateOne(
          { _id, version: { $lt: view.version }, state },
          {
            $set: { facts: view, state: view.state, version: view.version, ...marksOf(_id, view).$set },
            $unset: { unstartedSince: 1, ...marksOf(_id, view).$unset },
            $addToSet: onDays(view),
            ...(entries.length > 0 ? { $push: push(entries) } : {}),
          },
        );
        return matchedCount > 0;
      };
      const isWritten =
        facts.state === 'accepted'
          ? (await write(facts, 'accepted')) ||
            // The row knows of a taken notice a moment before the workflow does: a view from in between leaves it.
            (await write({ ...facts, state: 'notified' }, 'notified'))
          : await write(facts, { $nin: finalStates.filter((state) => state !== facts.state) });
      const first = entries[0];
      if (isWritten || !first) return;
      await orders.updateOne({ _id, ...isKept, ...lacks(first) }, { $push: push(entries) });
    },

    /**
     * Called by the workflow's own projection: writes what is missing, so that doing it twice changes nothing. Resolves to
     * the events that this write put into the outbox: the engine runs a projection again whose task it dropped, and what
     * the first run told is told once. `ahead` are the row's facts where it is closed in another way, where a window ended
     * that by the row goes on, or where by the row its codes are on their way: worker and engine died right after an earlier
     * projection, and the Update that it came from is lost. What issuers and buyers were shown stays, and the workflow
     * follows. Nothing is written before `marked`: claims are the order's before its row says so.
     */
    project: async (
      order: OrderName,
      { facts, entries, events, ledger = [], correction, afterSalesDue }: Projection,
      marked?: Promise<unknown>,
    ): Promise<Projected> => {
      const _id = orderId(order);
      const isHandedOver = isCalled(facts.channel) && events.some(({ type }) => type === 'order.delivered');
      for (let n = 0; n < projectTries; n += 1) {
        const reading = orders.findOne(
          { _id },
          {
            projection: {
              ...{ ...readToProject, ...lineKeys, 'events.sequence': 1, 'ledger.seq': 1 },
              ...(isHandedOver ? deliveryLines : {}),
            },
          },
        );
        const [row] = await Promise.all([reading, marked]);
        if (!row) throw new Error('the order has no row');
        if (isPurged(row)) return { fresh: [] };
        const isClosedOtherwise = isFinal(row.facts.state) && !isSameEnd(row.facts, facts);
        if (isClosedOtherwise || hasLostTime(row.facts, facts) || hasLostIssue(row, facts))
          return { ahead: row.facts, fresh: [] };
        const known = keysIn(row);
        const missing = entries.filter(({ key }) => !known.has(key));
        const sequences = new Set(row.events.map(({ sequence }) => sequence));
        const fresh = events.filter(({ sequence }) => !sequences.has(sequence));
        const entered = new Set(row.ledger?.map(({ seq }) => seq));
        const newlyEntered = ledger.filter(({ seq }) => !entered.has(seq));
        const isNewer = facts.version >= row.version;
        const due = addingDue(fresh.length > 0 ? afterSalesDue : []);
        const written = await orders.updateOne(
          { _id, version: row.version, projected: row.projected },
          addingEvents(
            {
              $set: {
                projected: Math.max(row.projected, facts.version),
                ...(isNewer ? { facts, state: facts.state, version: facts.version, ...marksOf(_id, facts).$set } : {}),
                ...(facts.state === 'delivered' ? { deliveredAt: new Date(facts.updatedAtMs) } : {}),
                // A user of the engine can end an attempt in the terminal's name.
                ...(isHandedOver && !hasTaken(row) ? { deliveryFailedAt: new Date(nowMs()) } : {}),
                ...(correction ? { terminal: correction.terminal } : {}),
                ...due.$set,
              },
              $unset: { unstartedSince: 1, ...(isNewer ? marksOf(_id, facts).$unset : {}) },
              ...(isNewer ? { $addToSet: onDays(facts) } : {}),
              $push: {
                ...push(missing),
                ...(newlyEntered.length > 0 ? { ledger: { $each: newlyEntered } } : {}),
                ...due.$push,
              },
              ...(correction ? { $pull: { corrections: { ref: correction.ref } } } : {}),
            },
            fresh,
            idIn(_id),
          ),
        );
        if (written.matchedCount > 0) return { fresh };
      }
      throw new Error('the row changed at every try');
    },

    /** Whether the workflow's own projection has written that version, with its lines, events and claims. */
    isProjected: async (order: OrderName, version: number): Promise<boolean> =>
      (await orders.findOne({ _id: orderId(order), projected: { $gte: version } }, { projection: { _id: 1 } })) !==
      null,

    /** Each try with its answer, in one write; `tried`: the message, so that its bytes can be made once more. */
    recordTry: async (
      order: OrderName,
      entries: readonly TimelineEntry[],
      {
        notified = false,
        deliveryTries,
        tried,
      }: { notified?: boolean; deliveryTries?: number; tried?: TriedMessage } = {},
    ): Promise<void> => {
      const _id = orderId(order);
      const { message, isNew } = tried ?? {};
      const isKnown = message !== undefined && !isNew && (message.taken !== undefined || message.mac !== undefined);
      const taken = isKnown
        ? {
            // A row of before there were MACs has none.
            ...(message.mac === undefined ? {} : { 'messages.$[message].mac': message.mac }),
            ...(message.taken === undefined ? {} : { 'messages.$[message].taken': message.taken }),
            ...(message.taken !== undefined && message.again ? { 'messages.$[message].again': false } : {}),
          }
        : {};
      const $push = {
        ...push(entries),
        ...(message && isNew ? { messages: { $each: [message], $slice: -keptMessagesMax } } : {}),
      };
      const ofMessage = isKnown ? { arrayFilters: [{ 'message.id': message.id }] } : {};
      if (notified) {
        const moved = await orders.updateOne(
          { _id, state: 'accepted' },
          {
            $set: { state: 'notified', 'facts.state': 'notified', ...taken },
            $addToSet: onDays({ updatedAtMs: nowMs() }),
            $push,
            $unset: { unstartedSince: 1 },
          },
          ofMessage,
        );
        if (moved.matchedCount > 0) return;
      }
      const $set = { ...taken, ...(deliveryTries !== undefined ? { 'facts.delivery.tries': deliveryTries } : {}) };
      await orders.updateOne(
        { _id, ...isKept },
        { $push, $unset: { unstartedSince: 1 }, ...(Object.keys($set).length > 0 ? { $set } : {}) },
        ofMessage,
      );
    },

    /**
     * Called before a message goes to a server on the way: its receipt may be faster than our own note of the attempt.
     * `round`: the same for all attempts of one delivery, so that an attempt whose answer was lost keeps its receipt.
     */
    noteMessage: async (order: OrderName, messageId: string, round: string): Promise<void> => {
      const _id = orderId(order);
      const sentIn = `${messageId}${round}`;
      const noted = await orders.updateOne(
        { _id, ...isKept, sentMessages: { $ne: messageId } },
        {
          $push: { sentMessages: { $each: [messageId], $slice: -sentMessagesLimit } },
          $set: { sentIn },
          $unset: { receipt: 1, bouncedAt: 1 },
        },
      );
      if (noted.matchedCount > 0) return;
      const isAnother = { _id, ...isKept, sentIn: { $ne: sentIn } };
      // It goes once more: what was told of it before counts no longer.
      const wasTold = await orders.updateOne(
        { ...isAnother, receipt: { $exists: true } },
        { $set: { sentIn }, $unset: { receipt: 1, bouncedAt: 1 }, $inc: { resent: 1 } },
      );
      if (wasTold.matchedCount === 0) await orders.updateOne(isAnother, { $set: { sentIn } });
    },

    /** By its own name. */
    isOwnEvent: ({ _id }: Pick<OrderRow, '_id'>, { id, sequence }: Pick<PendingEvent, 'id' | 'sequence'>): boolean =>
      id !== undefined && idIn(_id)(sequence) === id,

    /** What a purge left has no such message. */
    findByMessage: (messageId: string): Promise<OrderRow | null> => whole({ sentMessages: messageId }),

    /**
     * A receipt of an order's newest message, with its line, and the event that the bounce of a delivered one is. False:
     * the row has changed since it was read, or has the line already.
     */
    takeReceipt: async (
      row: OrderRow,
      receipt: { readonly event: ReceiptEvent; readonly atMs: number },
      line: TimelineEntry,
      told?: OrderEvent,
    ): Promise<boolean> => {
      const taken = await orders.updateOne(
        {
          _id: row._id,
          version: row.version,
          projected: row.projected,
          'facts.sequence': row.facts.sequence,
          ...lacks(line),
        },
        addingEvents(
          {
            $set: {
              receipt,
              ...(told ? { 'facts.sequence': told.sequence, bouncedAt: new Date(receipt.atMs) } : {}),
            },
            $push: push([line]),
          },
          told ? [told] : [],
          idIn(row._id),
        ),
      );
      return taken.matchedCount > 0;
    },

    /** A bounce that was faster than the order itself. False: the row has changed, or somebody else has told it. */
    tellBounce: async (row: OrderRow, told: OrderEvent): Promise<boolean> => {
      const taken = await orders.updateOne(
        {
          _id: row._id,
          'facts.sequence': row.facts.sequence,
          'receipt.event': 'bounced',
          bouncedAt: { $exists: false },
        },
        addingEvents(
          { $set: { 'facts.sequence': told.sequence, bouncedAt: new Date(told.atMs) } },
          [told],
          idIn(row._id),
        ),
      );
      return taken.matchedCount > 0;
    },

    /** Whose message came back, the newest first. */
    bounced: (limit: number, mode: Mode): Promise<ListedOrder[]> =>
      listOf({ bouncedAt: { $exists: true }, position: positionsOf(mode) }, { bouncedAt: -1 }, limit),

    /** Of an issuer: orders that may wait for what does not come, with their newest lines. */
    failing: (
      issuerId: string,
      what: 'waiting' | 'bounced' | 'untaken' | 'given_up' | 'undecided',
    ): Promise<FailingOrder[]> => {
      switch (what) {
        case 'waiting':
          return withLines({ issuerId, state: { $in: [...waitingStates, 'undeliverable'] } }, { position: -1 });
        case 'bounced':
          return withLines({ issuerId, bouncedAt: ever }, { bouncedAt: -1 });
        case 'untaken':
          return withLines({ issuerId, deliveryFailedAt: ever }, { deliveryFailedAt: -1 });
        case 'given_up':
          return withLines({ issuerId, eventsGivenUpAt: ever }, { eventsGivenUpAt: -1 });
        case 'undecided':
          return withLines({ issuerId, 'voidWaits.state': 'undecided' }, { 'voidWaits.at': -1 });
        default:
          return what satisfies never;
      }
    },

    /** Those of them that are there, with their newest lines. */
    withNewestLines: (ids: readonly string[]): Promise<FailingOrder[]> =>
      withLines({ _id: { $in: [...ids] }, ...hasState }, { _id: 1 }),

    /** Of all issuers, the newest that their issuer may have to answer for. */
    waitingForIssuer: (mode: Mode): Promise<FailingOrder[]> =>
      withLines({ state: { $in: [...waitingStates] }, position: positionsOf(mode) }, { position: -1 }),

    /** Called before the order hears of another terminal: where the address is. */
    keepCorrection: async (order: OrderName, correction: Correction): Promise<void> => {
      const corrections = { $each: [correction], $slice: -correctionsMax };
      await orders.updateOne({ _id: orderId(order), ...isKept }, { $push: { corrections } });
    },

    /** Undefined where a projection that runs again has made it the order's terminal already. */
    findCorrection: async (order: OrderName, ref: string): Promise<Correction | undefined> => {
      const row = await orders.findOne({ _id: orderId(order) }, { projection: { corrections: 1 } });
      return row?.corrections?.find((correction) => correction.ref === ref);
    },

    /** The order has refused it. */
    dropCorrection: async (order: OrderName, ref: string): Promise<void> => {
      await orders.updateOne({ _id: orderId(order) }, { $pull: { corrections: { ref } } });
    },

    /** Called before the order hears of what was said: a repeat of the same call adds nothing. */
    keepText: async (order: OrderName, text: { readonly ref: string; readonly text: SaidText }): Promise<void> => {
      await orders.updateOne(
        { _id: orderId(order), ...isKept, 'texts.ref': { $ne: text.ref } },
        { $push: { texts: { $each: [text], $slice: -textsMax } } },
      );
    },

    /** A reveal, in the moment before its answer. False: the order is not as it was read, and nothing of it is shown. */
    recordReveal: async (row: OrderRow, line: TimelineEntry): Promise<boolean> => {
      const recorded = await orders.updateOne(
        {
          _id: row._id,
          version: row.version,
          pickupHash: row.pickupHash,
          ...(row.gift ? { 'gift.n': row.gift.n } : { gift: { $exists: false } }),
          ...isKept,
        },
        { $min: { openedAt: openedAtOf(row) ?? new Date(line.atMs) }, $push: push([line]) },
      );
      return recorded.matchedCount > 0;
    },

    /**
     * Of all issuers, each of which numbers its orders for itself; but test ones and others apart: anybody makes an order of
     * any number there, to any address. The database compares the address, so that no other order counts for the limit. One
     * of each issuer, as it was typed where there is such a one: no number in other cases takes the place of another issuer's.
     * `isOwn`: nor does what somebody else wrote, which is read over.
     */
    sentTo: async (
      orderNo: string,
      { field, is }: AskedAddress,
      mode: Mode,
      limit: number,
      isOwn: (row: ViewedOrder) => boolean,
    ): Promise<ViewedOrder[]> => {
      const at = { [`terminal.${field}`]: is, position: positionsOf(mode), ...isKept };
      const [asWritten, ...asBefore] = numbered(orderNo);
      const ofIssuers = new Map<string, ViewedOrder>();
      for (const number of [{ ...asWritten, orderNo }, asWritten, ...asBefore]) {
        const found = orders.find({ ...number, ...at }).project<ViewedOrder>({ ...inLists, ...opened });
        for await (const row of found.limit(sentToRowsMax).batchSize(sentToRowsAtOnce)) {
          if (ofIssuers.size >= limit) break;
          if (!ofIssuers.has(row.issuerId) && isOwn(listed(row))) ofIssuers.set(row.issuerId, listed(row));
        }
      }
      return [...ofIssuers.values()];
    },

    /** Ends the link that it had; false: the order has another one than the caller saw. */
    renewLink: async (row: Pick<OrderRow, '_id' | 'pickupHash'>, link: NewLink): Promise<boolean> => {
      const renewed = await orders.updateOne({ _id: row._id, pickupHash: row.pickupHash }, { $set: link });
      return renewed.matchedCount > 0;
    },

    /**
     * What came of a delivery after the close, which no workflow of the order sees. One that was taken has not failed since.
     * `askedAt`: what failed after that may be something else, as what is void.
     */
    setDeliveryState: async (order: OrderName, state: DeliveryState, askedAt = new Date(nowMs())): Promise<void> => {
      const $set = { 'facts.delivery.state': state };
      const isFailed = state === 'failed';
      const isTakenBefore = isFailed ? { 'facts.delivery.state': { $ne: 'delivered' as const } } : {};
      await orders.updateOne(
        { _id: orderId(order), state: 'delivered', ...isTakenBefore },
        { $set: { ...$set, ...(isFailed ? { deliveryFailedAt: new Date(nowMs()) } : {}) } },
      );
      if (isFailed) return;
      await orders.updateOne(
        { _id: orderId(order), state: 'delivered', deliveryFailedAt: { $lte: askedAt } },
        { $unset: { deliveryFailedAt: 1 } },
      );
    },

    /** Its terminal was not told which codes are void: what became of their delivery stays. */
    noteVoidUntaken: async (order: OrderName): Promise<void> => {
      await orders.updateOne({ _id: orderId(order), ...isKept }, { $set: { deliveryFailedAt: new Date(nowMs()) } });
    },

    /** Whose terminal did not take what came after the first delivery; the newest first. */
    deliveryFailed: (limit: number): Promise<ListedOrder[]> =>
      listOf({ deliveryFailedAt: { $exists: true }, position: positionsOf('live') }, { deliveryFailedAt: -1 }, limit),

    /**
     * Called before a PIN is compared, so that no number of attempts at once is more than may be; `locked` beyond, and where
     * the order has another link than the caller saw.
     */
    takePinAttempt: async (
      { _id, pickupHash }: Pick<OrderRow, '_id' | 'pickupHash'>,
      at: Date,
    ): Promise<'taken' | 'locked'> => {
      const isLeft = [{ pinAttempts: { $exists: false } }, { 'pinAttempts.count': { $lt: pinFailureLimit } }];
      // One after the other: by `$or` the stand-in reads all rows for it. Whoever is second finds the count of the first.
      for (const left of isLeft) {
        const counted = await orders.updateOne(
          { _id, pickupHash, ...left },
          { $inc: { 'pinAttempts.count': 1 }, $set: { 'pinAttempts.at': at } },
        );
        if (counted.matchedCount > 0) return 'taken';
      }
      const { pinAttempts } = (await orders.findOne({ _id, pickupHash }, { projection: { pinAttempts: 1 } })) ?? {};
      if (!pinAttempts || at.getTime() < pinLockEndsAtMs(pinAttempts)) return 'locked';
      const begun = await orders.updateOne(
        { _id, pickupHash, 'pinAttempts.at': pinAttempts.at },
        { $set: { 'pinAttempts.count': 1, 'pinAttempts.at': at }, $inc: { 'pinAttempts.locks': 1 } },
      );
      return begun.matchedCount > 0 ? 'taken' : 'locked';
    },

    pinAttemptsOf: async (order: OrderName): Promise<OrderRow['pinAttempts']> =>
      (await orders.findOne({ _id: orderId(order) }, { projection: { pinAttempts: 1 } }))?.pinAttempts,

    /** A right PIN ends the row of wrong ones. */
    forgetPinAttempts: async (order: OrderName): Promise<void> => {
      await orders.updateOne({ _id: orderId(order) }, { $unset: { pinAttempts: 1 } });
    },

    /** Called before the order hears of the request, which is without any text. */
    noteVoidReason: async (order: OrderName, requestId: string, reason: SaidText): Promise<void> => {
      await orders.updateOne(
        { _id: orderId(order), ...isKept },
        { $push: { voidReasons: { $each: [{ requestId, reason }], $slice: -voidReasonsLimit } } },
      );
    },

    /** Newest orders first. */
    withRefund: (
      which: 'refundOpen' | 'refundSettled',
      before: string | undefined,
      limit: number,
      mode: Mode,
    ): Promise<ListedOrder[]> =>
      firstOf(
        showing<ListedOrder & Pick<OrderRow, typeof which>>(
          orders
            .find({ [which]: { ...positionsOf(mode), ...(before === undefined ? {} : { $lt: before }) } })
            .sort({ [which]: -1 }),
          { ...inLists, [which]: 1 },
        ),
        limit,
        (row) => isOrder(row) && row[which] === row.position,
      ),

    /** Open ones by the reconciler, whose workflow may be missing; undecided ones by operators. Those that wait longest first. */
    waitingForVoid: (state: 'open' | 'undecided', before: Date, limit: number, mode: Mode): Promise<ListedOrder[]> =>
      firstOf(
        showing<ListedOrder>(
          orders
            .find({ 'voidWaits.state': state, 'voidWaits.at': { $lt: before }, position: positionsOf(mode) })
            .sort({ 'voidWaits.at': 1 }),
          inLists,
        ),
        limit,
        // The reconciler defers what is none.
        (row) => state === 'open' || isOrder(row),
      ),

    /** The reconciler looked at it just now: until then passes look at others. */
    deferVoid: async (_id: string, until: Date): Promise<void> => {
      await orders.updateOne({ _id, 'voidWaits.state': 'open' }, { $set: { voidWaits: { state: 'open', at: until } } });
    },

    /** Once for each payment: who repeats the request does not fill the timeline. */
    notePaidTwice: async (order: OrderName, entry: TimelineEntry): Promise<void> => {
      await orders.updateOne(
        { _id: orderId(order), ...isKept, ...lacks(entry) },
        { $push: push([entry]), ...toldOperators(order, { paidTwiceAt: new Date(entry.atMs) }) },
      );
    },

    /** Whether this is the first time. */
    noteForced: async (order: OrderName, at: Date): Promise<boolean> => {
      const noted = await orders.updateOne(
        { _id: orderId(order), ...isKept, forcedAt: { $exists: false } },
        { $set: { forcedAt: at } },
      );
      return noted.matchedCount > 0;
    },

    noteReported: async (order: OrderName, entry: TimelineEntry): Promise<void> => {
      await orders.updateOne(
        { _id: orderId(order), ...isKept },
        { $push: push([entry]), ...toldOperators(order, { codeReportedAt: new Date(entry.atMs) }) },
      );
    },

    /** Somebody else wrote to this very row: a person looks, and nothing is done for the order meanwhile. */
    noteTampered: async (_id: string, at: Date): Promise<void> => {
      const note = { $set: { tamperedAt: at } };
      const { matchedCount } = await orders.updateOne({ _id, ...isKept }, note);
      if (matchedCount === 0) await orders.updateOne({ _id, ...hasState }, note);
    },

    /** The row is as it was again. */
    forgetTampered: async (_id: string): Promise<void> => {
      await orders.updateOne({ _id }, { $unset: { tamperedAt: 1 } });
    },

    markStarted: async (order: OrderName): Promise<void> => {
      await orders.updateOne({ _id: orderId(order) }, { $unset: { unstartedSince: 1 } });
    },

    /** Read by the reconciler: rows whose workflow is not known to run. */
    unstarted: (before: Date, limit: number, mode: Mode): Promise<OrderRow[]> =>
      orders
        .find({ unstartedSince: { $lt: before }, position: positionsOf(mode) })
        .sort({ unstartedSince: 1 })
        .limit(limit)
        .map((row) => withAllLines(row))
        .toArray(),

    /** The reconciler did not start it: it goes behind all others that its pass saw. */
    deferStart: async (_id: string, until: Date): Promise<void> => {
      await orders.updateOne({ _id, unstartedSince: { $lt: until } }, { $set: { unstartedSince: until } });
    },

    /** Read by the reconciler: rows with events that nobody has sent yet. */
    withPendingEvents: (before: Date, limit: number, mode: Mode): Promise<(ViewedOrder & WithPendingEvents)[]> =>
      shown(
        orders
          .find({ eventsPendingSince: { $lt: before }, position: positionsOf(mode) })
          .sort({ eventsPendingSince: 1 })
          .limit(limit),
        { ...inLists, ...opened, ...pendingShown() },
      ),

    /** Called with the last tries of events of an order: usually nothing else is pending, and one write does all. */
    markEvent: async (
      order: OrderName,
      sequences: number | readonly number[],
      status: 'sent' | 'given_up',
      entries: readonly TimelineEntry[] = [],
    ): Promise<void> => {
      const _id = orderId(order);
      const change = {
        $set: {
          'events.$[event].status': status,
          ...(status === 'given_up' ? { eventsGivenUpAt: new Date() } : {}),
        },
        ...(entries.length > 0 ? { $push: push(entries) } : {}),
      };
      const isThis = { arrayFilters: [{ 'event.sequence': isOf(sequences) }] };
      const otherPending = { $elemMatch: { status: 'pending' as const, sequence: { $nin: [sequences].flat() } } };
      const last = await orders.updateOne(
        { _id, ...isKept, events: { $not: otherPending } },
        { ...change, $unset: { eventsPendingSince: 1 } },
        isThis,
      );
      if (last.matchedCount > 0) return;
      await orders.updateOne({ _id, ...isKept }, change, isThis);
      await forgetToldAll(_id);
    },

    /** A replay was taken: also what was given up, or is pending, is told now, and is no trouble any more. */
    markReplayed: async (
      order: OrderName,
      sequences: number | readonly number[],
      entries: readonly TimelineEntry[],
    ): Promise<void> => {
      const _id = orderId(order);
      await orders.updateOne(
        { _id, ...isKept },
        { $set: { 'events.$[event].status': 'sent' }, $push: push(entries) },
        { arrayFilters: [{ 'event.sequence': isOf(sequences) }] },
      );
      await orders.updateOne(
        { _id, eventsGivenUpAt: { $exists: true }, 'events.status': { $ne: 'given_up' } },
        { $unset: { eventsGivenUpAt: 1 } },
      );
      await forgetToldAll(_id);
    },

    /** The reconciler looked at these events just now: until then passes look at others. */
    deferEvents: async (_id: string, until: Date): Promise<void> => {
      await orders.updateOne({ _id, eventsPendingSince: { $exists: true } }, { $set: { eventsPendingSince: until } });
    },

    /** Their issuer is called again: the next passes look at all of them. */
    lookAtEvents: async (issuerId: string, at: Date): Promise<void> => {
      await orders.updateMany({ issuerId, eventsPendingSince: ever }, { $set: { eventsPendingSince: at } });
    },

    /** Its outcome is written, or a newer one says the same. */
    endAfterSale: async (order: OrderName, name: string): Promise<void> => {
      const _id = orderId(order);
      await orders.updateOne({ _id, 'afterSalesDue.name': name }, { $pull: { afterSalesDue: { name } } });
      await orders.updateOne({ _id, afterSalesDue: [] }, { $unset: { afterSalesDue: 1, afterSalesDueSince: 1 } });
    },

    /** Read by the reconciler: whoever wrote the change died, the engine was away, or has lost what it had begun. */
    withAfterSalesDue: (before: Date, limit: number, mode: Mode): Promise<WithAfterSales[]> =>
      orders
        .find({ afterSalesDueSince: { $lt: before }, position: positionsOf(mode) })
        .project<WithAfterSales>({
          ...{ issuerId: 1, orderNo: 1, 'facts.deliveryMessage': 1, 'facts.updatedAtMs': 1 },
          afterSalesDue: { $slice: afterSalesAtOnceMax },
        })
        .sort({ afterSalesDueSince: 1 })
        .limit(limit)
        .toArray(),

    /**
     * The reconciler looked at the first of them just now: until then passes look at others. They go behind those that it
     * did not come to.
     */
    deferAfterSales: async (_id: string, until: Date): Promise<void> => {
      const all = arrayOf('afterSalesDue');
      const behind = { $slice: [all, afterSalesAtOnceMax, afterSalesMax] };
      const $set = {
        afterSalesDueSince: until,
        afterSalesDue: { $concatArrays: [behind, { $slice: [all, afterSalesAtOnceMax] }] },
      };
      await orders.updateOne({ _id, afterSalesDueSince: { $exists: true } }, [{ $set }]);
    },

    /**
     * A judgement from the row of an order whose workflow has ended: facts, lines, events and ledger in one write, or
     * none where the row has changed since it was read. `kept`: entries that are in the ledger by now.
     */
    applyDecision: async (
      row: Pick<OrderRow, '_id' | 'version' | 'facts' | 'timeline' | 'openedAt'>,
      { facts, entries, events, ledger, afterSalesDue }: Projection & { readonly ledger: readonly LedgerEntry[] },
      change: RowChange = {},
    ): Promise<boolean> => {
      const due = addingDue(afterSalesDue);
      const written = await orders.updateOne(
        {
          _id: row._id,
          version: row.version,
          // A receipt counts an event and changes the delivery without another version.
          'facts.sequence': row.facts.sequence,
          'facts.delivery.state': row.facts.delivery.state,
        },
        addingEvents(
          {
            $set: {
              ...change,
              ...openedKept(row, facts),
              facts,
              state: facts.state,
              version: facts.version,
              projected: facts.version,
              ledger: [...ledger],
              ...marksOf(row._id, facts).$set,
              ...due.$set,
            },
            // What came back was the message to the terminal of before.
            $unset: { ...(change.terminal ? { receipt: 1, bouncedAt: 1 } : {}), ...marksOf(row._id, facts).$unset },
            $addToSet: onDays(facts),
            $push: { ...push(entries), ...due.$push },
          },
          events,
          idIn(row._id),
        ),
      );
      return written.matchedCount > 0;
    },

    /** As in a list; those that are not there are left out. */
    named: (names: readonly OrderName[]): Promise<ListedOrder[]> =>
      shown(orders.find({ _id: { $in: names.map(orderId) }, ...hasState }), inLists),

    /** Read by the reconciler: orders that should run, a part at a time, the oldest first. */
    openAfter: (position: string, before: Date, limit: number, mode?: Mode): Promise<ListedOrder[]> =>
      listOf(
        {
          state: { $in: [...openStates] },
          position: { ...(mode && positionsOf(mode)), $gt: position },
          createdAt: { $lt: before },
          unstartedSince: { $exists: false },
        },
        { position: 1 },
        limit,
      ),

    /** Of a test issuer: orders in which something waits, the oldest first. */
    waitingOf: async (issuerId: string, limit: number): Promise<ListedOrder[]> => {
      const waits = [
        { state: { $in: [...openStates] } },
        { 'voidWaits.state': 'open' as const },
        { eventsPendingSince: { $exists: true } },
      ];
      const lists = await Promise.all(waits.map((wait) => listOf({ issuerId, ...wait }, { position: 1 }, limit)));
      return [...new Map(lists.flat().map((row) => [row._id, row])).values()].slice(0, limit);
    },

    /** Open orders of one issuer, for the cancelling of what a deleted issuer leaves. */
    openOf: (issuerId: string, states: readonly OrderState[], limit: number, after?: string): Promise<ListedOrder[]> =>
      listOf(
        {
          issuerId,
          state: { $in: [...states] },
          position: { ...positionsOf(modeOf(issuerId)), ...(after === undefined ? {} : { $gt: after }) },
        },
        { position: 1 },
        limit,
      ),
  };
};
