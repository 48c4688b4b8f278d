import type { Collection, Db } from 'mongodb';
import { dayMs, secondMs } from '../domain/timings';
import type { OrderRow, PendingEvent } from './orders';

/** By the database's clock. An event shows later than its write: each call to the database has four seconds. */
export const feedDelayMs = 5 * secondMs;
export const feedKeptMs = 30 * dayMs;

/** A reader that is further behind than so many orders is served a part of the time at once. */
const ordersAtOnceMax = 500;
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

type FeedOrder = FeedRow & Pick<OrderRow, 'events'>;

export interface FeedEvent {
  readonly position: FeedPosition;
  readonly row: FeedRow;
  readonly event: PendingEvent;
}

export type EventFeed = ReturnType<typeof createEventFeed>;

/** The events of an issuer by the time of their write, then number and sequence: what was read is never added to. */
export const createEventFeed = (
  { orders, db }: { readonly orders: Collection<OrderRow>; readonly db: Db },
  ordersMax = ordersAtOnceMax,
) => {
  const nowMs = async (): Promise<number> => (await db.command({ hello: 1 })).localTime.getTime();

  const projection = { issuerId: 1, orderNo: 1, amount: 1, payment: 1, events: 1 } as const;

  /** With an event of that time or a later one. */
  const rowsSince = (issuerId: string, fromMs: number): Promise<FeedOrder[]> =>
    orders
      .find({ issuerId, 'events.writtenAt': { $gte: new Date(fromMs) } }, { projection })
      .limit(ordersMax)
      .toArray() as Promise<FeedOrder[]>;

  const rowsWithin = (issuerId: string, fromMs: number, toMs: number, limit: number): Promise<FeedOrder[]> =>
    orders
      .find(
        { issuerId, events: { $elemMatch: { writtenAt: { $gte: new Date(fromMs), $lte: new Date(toMs) } } } },
        { projection },
      )
      .limit(limit)
      .toArray() as Promise<FeedOrder[]>;

  /** In order, those behind `from`; the end is included. */
  const eventsWithin = async (issuerId: string, from: FeedPosition, toMs: number, limit: number) => {
    const of = (rows: readonly FeedOrder[], fromMs: number, endMs: number): FeedEvent[] =>
      rows
        .flatMap(feedEvents)
        .filter(({ position: at }) => at.atMs >= fromMs && at.atMs <= endMs && compare(at, from) > 0)
        .sort((a, b) => compare(a.position, b.position));
    const newest = await rowsSince(issuerId, from.atMs);
    if (newest.length < ordersMax) return of(newest, from.atMs, toMs).slice(0, limit);
    const found: FeedEvent[] = [];
    let fromMs = from.atMs;
    let spanMs = firstSpanMs;
    while (fromMs <= toMs && found.length < limit) {
      const endMs = Math.min(toMs, fromMs + spanMs);
      // One millisecond is read whole.
      const rowsMax = endMs > fromMs ? ordersMax : 0;
      const rows = await rowsWithin(issuerId, fromMs, endMs, rowsMax);
      if (rowsMax > 0 && rows.length === rowsMax) {
        spanMs = Math.floor((endMs - fromMs) / 2);
        continue;
      }
      found.push(...of(rows, fromMs, endMs));
      fromMs = endMs + 1;
      spanMs = 2 * Math.max(1, spanMs);
    }
    return found.slice(0, limit);
  };

  return {
    /**
     * The events behind `after`, or from the oldest on that is kept. `gone`: what follows `after` may be kept no longer.
     * `ahead`: nobody was given it.
     */
    page: async (
      issuerId: string,
      after: FeedPosition | undefined,
      limit: number,
    ): Promise<{ readonly events: readonly FeedEvent[]; readonly next: FeedPosition } | 'gone' | 'ahead'> => {
      const now = await nowMs();
      if (after && after.atMs < now - feedKeptMs) return 'gone';
      if (after && after.atMs > now + clocksDifferMs) return 'ahead';
      const shownMs = now - feedDelayMs;
      const from = after ?? { atMs: now - feedKeptMs, orderNo: '', sequence: 0 };
      const events = await eventsWithin(issuerId, from, shownMs, limit);
      const read = { atMs: shownMs + 1, orderNo: '', sequence: 0 };
      const next = events.at(-1)?.position ?? (compare(read, from) > 0 ? read : from);
      return { events, next };
    },
  };
};

/** Those of before events had a time are not among them. */
const feedEvents = ({ events, ...row }: FeedOrder): FeedEvent[] =>
  events.flatMap((event) =>
    event.writtenAt
      ? [
          {
            position: { atMs: event.writtenAt.getTime(), orderNo: row.orderNo, sequence: event.sequence },
            row,
            event,
          },
        ]
      : [],
  );

const compare = (a: FeedPosition, b: FeedPosition): number => {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  if (a.orderNo !== b.orderNo) return a.orderNo < b.orderNo ? -1 : 1;
  return a.sequence - b.sequence;
};
