import type { Collection, Db } from 'mongodb';
import { isText, orderNoPattern } from '../domain/ids';
import { dayMs, secondMs } from '../domain/timings';
import { arrayOf } from './adding-events';
import type { OrderRow, PendingEvent } from './orders';
import { thatFit } from './that-fit';

/** By the database's clock. An event shows later than its write: each call to the database has four seconds. */
export const feedDelayMs = 5 * secondMs;
export const feedKeptMs = 30 * dayMs;

/** A reader that is further behind than so many orders is served a part of the time at once. */
const ordersAtOnceMax = 500;
/** On one page, as items that its events name. */
const itemsOnPageMax = 20_000;
const firstSpanMs = 10 * 60 * secondMs;

/** One server of the database may take another one's place. */
const clocksDifferMs = 60 * secondMs;

/** Where a reader is: behind this event, or before all of that moment. */
export interface FeedPosition {
  readonly atMs: number;
  readonly orderNo: string;
  readonly sequence: number;
}

/** What a message of an event is made of. */
export type FeedRow = Pick<OrderRow, '_id' | 'issuerId' | 'orderNo' | 'amount' | 'payment'>;

interface FeedOrder extends Pick<OrderRow, '_id' | 'orderNo'> {
  readonly events: readonly (Pick<PendingEvent, 'sequence' | 'writtenAt'> & { readonly items: number })[];
}

interface Found {
  readonly orderId: string;
  readonly position: FeedPosition;
  readonly items: number;
}

export interface FeedEvent {
  readonly position: FeedPosition;
  readonly row: FeedRow;
  readonly event: PendingEvent;
}

interface Span {
  readonly after: FeedPosition;
  readonly fromMs: number;
  readonly toMs: number;
  /** Of one page. */
  readonly limit: number;
}

/** Of an event; what is no time is within none. */
const isWithin = ({ after, fromMs, toMs }: Span) => {
  const at = '$$this.writtenAt';
  const sameMs = { $eq: [at, new Date(after.atMs)] };
  const sameOrder = { $eq: ['$orderNo', { $literal: after.orderNo }] };
  return {
    $and: [
      { $gte: [at, new Date(fromMs)] },
      { $lte: [at, new Date(toMs)] },
      {
        $or: [
          { $gt: [at, new Date(after.atMs)] },
          { $and: [sameMs, { $gt: ['$orderNo', { $literal: after.orderNo }] }] },
          { $and: [sameMs, sameOrder, { $gt: ['$$this.sequence', after.sequence] }] },
        ],
      },
    ],
  };
};

interface FeedPage {
  readonly events: readonly FeedEvent[];
  readonly next: FeedPosition;
  readonly entries: number;
}

export type EventFeed = ReturnType<typeof createEventFeed>;

/** The events of an issuer by the time of their write, then number and sequence: what was read is never added to. */
export const createEventFeed = (
  { orders, db }: { readonly orders: Collection<OrderRow>; readonly db: Db },
  ordersMax = ordersAtOnceMax,
) => {
  const nowMs = async (): Promise<number> => (await db.command({ hello: 1 })).localTime.getTime();

  const sizeOf = (list: string) => ({ $size: arrayOf(`$this.${list}`) });
  /**
   * Of each order those that may be on the page: within a row they stand in the order of their time. What they tell is read
   * of those on it alone: one may name 10,000 items.
   */
  const projectionOf = (span: Span) => ({
    orderNo: 1,
    events: {
      $map: {
        input: { $slice: [{ $filter: { input: arrayOf('events'), cond: isWithin(span) } }, span.limit] },
        in: {
          sequence: '$$this.sequence',
          writtenAt: '$$this.writtenAt',
          items: { $add: [sizeOf('itemIds'), sizeOf('replaces')] },
        },
      },
    },
  });

  /** With an event of that time or a later one. */
  const rowsSince = (issuerId: string, span: Span): Promise<FeedOrder[]> =>
    orders
      .find({ issuerId, 'events.writtenAt': { $gte: new Date(span.fromMs) } })
      .project<FeedOrder>(projectionOf(span))
      .limit(ordersMax)
      .toArray();

  const rowsWithin = (issuerId: string, span: Span, limit: number): Promise<FeedOrder[]> =>
    orders
      .find({
        issuerId,
        events: { $elemMatch: { writtenAt: { $gte: new Date(span.fromMs), $lte: new Date(span.toMs) } } },
      })
      .project<FeedOrder>(projectionOf(span))
      .limit(limit)
      .toArray();

  /** In order, those behind `from`; the end is included. */
  const eventsWithin = async (issuerId: string, from: FeedPosition, toMs: number, limit: number) => {
    let entries = 0;
    const counted = (rows: readonly FeedOrder[]): readonly FeedOrder[] => {
      entries += rows.reduce((sum, { events }) => sum + 1 + events.length, 0);
      return rows;
    };
    const of = (rows: readonly FeedOrder[]): Found[] =>
      rows
        .flatMap(feedEvents)
        .filter(({ position }) => compare(position, from) > 0)
        .sort((a, b) => compare(a.position, b.position));
    const newest = counted(await rowsSince(issuerId, { after: from, fromMs: from.atMs, toMs, limit }));
    if (newest.length < ordersMax) return { found: of(newest).slice(0, limit), entries };
    const found: Found[] = [];
    let fromMs = from.atMs;
    let spanMs = firstSpanMs;
    while (fromMs <= toMs && found.length < limit) {
      const endMs = Math.min(toMs, fromMs + spanMs);
      // One millisecond is read whole.
      const rowsMax = endMs > fromMs ? ordersMax : 0;
      const rows = counted(await rowsWithin(issuerId, { after: from, fromMs, toMs: endMs, limit }, rowsMax));
      if (rowsMax > 0 && rows.length === rowsMax) {
        spanMs = Math.floor((endMs - fromMs) / 2);
        continue;
      }
      found.push(...of(rows));
      fromMs = endMs + 1;
      spanMs = 2 * Math.max(1, spanMs);
    }
    return { found: found.slice(0, limit), entries };
  };

  /** The first ones, with all that they tell. */
  const whole = async (found: readonly Found[]): Promise<FeedEvent[]> => {
    const onPage = thatFit(itemsOnPageMax, found, ({ items }) => items);
    if (onPage.length === 0) return [];
    const sequences = [...new Set(onPage.map(({ position }) => position.sequence))];
    const isOnPage = { $in: ['$$this.sequence', sequences] };
    const rows = await orders
      .find({ _id: { $in: [...new Set(onPage.map(({ orderId }) => orderId))] } })
      .project<FeedRow & Pick<OrderRow, 'events'>>({
        ...{ issuerId: 1, orderNo: 1, amount: 1, payment: 1 },
        events: { $filter: { input: arrayOf('events'), cond: isOnPage } },
      })
      .toArray();
    const byId = new Map(rows.map((row) => [row._id, row]));
    return onPage.flatMap(({ orderId, position }) => {
      const { events = [], ...row } = byId.get(orderId) ?? {};
      const event = events.find(({ sequence }) => sequence === position.sequence);
      return event ? [{ position, row: row as FeedRow, event }] : [];
    });
  };

  return {
    /**
     * The events behind `after`, or from the oldest on that is kept. `gone`: what follows `after` may be kept no longer.
     * `ahead`: nobody was given it. `entries`: orders and events that were read for it.
     */
    page: async (
      issuerId: string,
      after: FeedPosition | undefined,
      limit: number,
    ): Promise<FeedPage | 'gone' | 'ahead'> => {
      const now = await nowMs();
      if (after && after.atMs < now - feedKeptMs) return 'gone';
      if (after && after.atMs > now + clocksDifferMs) return 'ahead';
      const shownMs = now - feedDelayMs;
      const from = after ?? { atMs: now - feedKeptMs, orderNo: '', sequence: 0 };
      const { found, entries } = await eventsWithin(issuerId, from, shownMs, limit);
      const events = await whole(found);
      const read = { atMs: shownMs + 1, orderNo: '', sequence: 0 };
      const next = events.at(-1)?.position ?? (compare(read, from) > 0 ? read : from);
      return { events, next, entries };
    },
  };
};

/** Those of before events had a time are not among them, nor what is none. */
const feedEvents = ({ _id, orderNo, events }: FeedOrder): Found[] =>
  events.flatMap(({ sequence, writtenAt, items }) =>
    writtenAt instanceof Date && Number.isInteger(sequence) && isText(orderNo, orderNoPattern)
      ? [{ orderId: _id, items, position: { atMs: writtenAt.getTime(), orderNo, sequence } }]
      : [],
  );

const compare = (a: FeedPosition, b: FeedPosition): number => {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  if (a.orderNo !== b.orderNo) return a.orderNo < b.orderNo ? -1 : 1;
  return a.sequence - b.sequence;
};
