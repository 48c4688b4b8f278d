import { randomUUID } from 'node:crypto';
import type { Collection, Document } from 'mongodb';
import { type OrderName, orderId } from '../domain/ids';
import type { Giving, KeptMessage } from '../domain/kept-message';
import type { TimelineEntry } from '../domain/messages';
import { openStates } from '../domain/order';
import { ever, isKept, keptMessagesMax, type OrderRow, pendingShown, type WithPendingEvents } from './orders';
import { push } from './timeline';
import { toldOrders } from './told-orders';

/** Events and what they name, which may be 10,000 items: what is read at once ends with the order that has the last of them. */
const itemsReadMax = 20_000;
const rowsReadAtOnce = 10;

/** Of what is no order at all none: whoever gives it looks. */
const itemsIn = ({ events, facts }: Partial<GivableRow>): number => {
  const asked = facts?.voidRequest?.itemIds?.length ?? 0;
  return Array.isArray(events) ? events.reduce((sum, event) => sum + 1 + (event?.itemIds?.length ?? 0), asked) : asked;
};

/** What a reader needs of an order. */
export type GivableRow = Omit<OrderRow, 'timeline' | 'callLines' | 'ledger'>;

/** What one reader gets of an order, and when something of it may be given next. */
export interface Given {
  readonly messages: ReadonlyMap<string, Giving>;
  readonly events: ReadonlyMap<number, Giving>;
  readonly lines: readonly TimelineEntry[];
  readonly nextAtMs: number | undefined;
}

export type PullQueue = ReturnType<typeof createPullQueue>;

/**
 * What issuers that fetch their messages have to be given. The orders' rows are the queue: `toGive` is there while there
 * is something, and each write of it differs, so that who writes on the condition of what was read is alone.
 */
export const createPullQueue = ({ orders }: { readonly orders: Collection<OrderRow> }) => {
  const from = (issuerId: string, atMs: number): string =>
    `${issuerId}/${new Date(atMs).toISOString()}/${randomUUID().slice(0, 8)}`;
  const ofIssuer = (issuerId: string, until = '~') => ({ $gt: `${issuerId}/0`, $lt: `${issuerId}/${until}` });

  return {
    told: toldOrders(orders),

    /** A message of the first interface, which may be in the row since an attempt to call, and is from now on as it is. */
    offer: async (order: OrderName, message: KeptMessage, atMs: number): Promise<void> => {
      const _id = orderId(order);
      const $set = { toGive: from(order.issuerId, atMs) };
      const added = await orders.updateOne(
        { _id, 'messages.id': { $ne: message.id }, ...isKept },
        { $set, $push: { messages: { $each: [message], $slice: -keptMessagesMax } } },
      );
      if (added.matchedCount > 0) return;
      const messages = givable('$messages', ['$$this.id', message.id], message, sinceEver);
      await orders.updateOne({ _id, ...isKept }, [{ $set: { ...$set, messages } }]);
    },

    /** An event that is to be told now. Where a reader was faster, it stays as that one left it, unless it is to be told again. */
    offerEvent: async (
      order: OrderName,
      sequence: number,
      atMs: number,
      again?: { readonly replayId?: string },
    ): Promise<void> => {
      await orders.updateOne({ _id: orderId(order), ...isKept }, [
        {
          $set: {
            toGive: from(order.issuerId, atMs),
            ...(again ? { eventsPendingSince: new Date(atMs) } : {}),
            events: givable(
              '$events',
              ['$$this.sequence', sequence],
              again ? { status: 'pending', ...again } : {},
              again ? sincePast : sinceEver,
            ),
          },
        },
      ]);
    },

    /** It is fetched once more, whatever became of it. `again`: by which the reader knows that. */
    offerAgain: async (order: OrderName, messageId: string, again: string, atMs: number): Promise<void> => {
      await orders.updateOne({ _id: orderId(order), ...isKept }, [
        {
          $set: {
            toGive: from(order.issuerId, atMs),
            messages: givable('$messages', ['$$this.id', messageId], { again }, sincePast),
          },
        },
      ]);
    },

    /** Its issuer fetches from now on: whatever is pending is looked through by the next reader. */
    offerAll: async (issuerId: string, what: 'events' | 'open' | 'void_requests', atMs: number): Promise<void> => {
      const change = { $set: { toGive: from(issuerId, atMs) } };
      switch (what) {
        case 'events':
          await orders.updateMany({ issuerId, eventsPendingSince: ever }, change);
          return;
        case 'open':
          await orders.updateMany({ issuerId, state: { $in: [...openStates] } }, change);
          return;
        case 'void_requests':
          await orders.updateMany({ issuerId, 'voidWaits.state': 'open' }, change);
          return;
        default:
          what satisfies never;
      }
    },

    /** Those that wait longest first. */
    due: async (issuerId: string, atMs: number, limit: number): Promise<GivableRow[]> => {
      const found = orders
        .find({ toGive: ofIssuer(issuerId, `${new Date(atMs).toISOString()}/~`) })
        .project<GivableRow>({ timeline: 0, callLines: 0, ledger: 0, 'facts.items': 0 })
        .sort({ toGive: 1 })
        .limit(limit)
        .batchSize(rowsReadAtOnce);
      const rows: GivableRow[] = [];
      let items = 0;
      for await (const row of found) {
        rows.push(row);
        items += itemsIn(row);
        if (items >= itemsReadMax) break;
      }
      return rows;
    },

    /** What is another order's, or none: it is in no reader's way any more. */
    takeOut: async ({ _id, toGive }: Pick<GivableRow, '_id' | 'toGive'>): Promise<void> => {
      await orders.updateOne({ _id, toGive: { $eq: toGive as string } }, { $unset: { toGive: 1 } });
    },

    /** Of an issuer that fetches no more. */
    left: (issuerId: string, limit: number): Promise<WithPendingEvents[]> =>
      orders
        .find({ toGive: ofIssuer(issuerId) })
        .project<WithPendingEvents>(pendingShown())
        .limit(limit)
        .toArray(),

    /** False: another reader was faster, or something came in between. */
    give: async (
      row: Pick<OrderRow, '_id' | 'issuerId' | 'toGive'>,
      { messages, events, lines, nextAtMs }: Given,
    ): Promise<boolean> => {
      const named = [
        ...[...messages].map(([id, given], n) => ({
          field: `messages.$[m${n}].given`,
          given,
          filter: { [`m${n}.id`]: id },
        })),
        ...[...events].map(([sequence, given], n) => ({
          field: `events.$[e${n}].given`,
          given,
          filter: { [`e${n}.sequence`]: sequence },
        })),
      ];
      const next = nextAtMs === undefined ? {} : { toGive: from(row.issuerId, nextAtMs) };
      const $set = { ...next, ...Object.fromEntries(named.map(({ field, given }) => [field, given])) };
      const written = await orders.updateOne(
        { _id: row._id, ...(row.toGive === undefined ? {} : { toGive: row.toGive }) },
        {
          ...(Object.keys($set).length > 0 ? { $set } : {}),
          ...(nextAtMs === undefined ? { $unset: { toGive: 1 } } : {}),
          ...(lines.length > 0 ? { $push: push(lines) } : {}),
        },
        named.length > 0 ? { arrayFilters: named.map(({ filter }) => filter) } : {},
      );
      return written.matchedCount > 0;
    },
  };
};

/** At once, unless a reader has it. */
const sinceEver = { $ifNull: ['$$this.given', { atMs: 0 }] };

/** At once, however often and to whomever it was given. */
const sincePast = { $mergeObjects: ['$$this.given', { atMs: 0 }] };

/**
 * One element of a list may be given. The embedded database makes no field within a field
 * that is not there yet, which an update by array filters would need: an event that nobody fetched has no `given`.
 */
const givable = (
  list: string,
  isThis: readonly [field: string, value: unknown],
  change: Document,
  given: Document,
): Document => ({
  $map: {
    input: list,
    in: {
      $cond: [
        { $eq: [isThis[0], { $literal: isThis[1] }] },
        { $mergeObjects: ['$$this', { $literal: change }, { given }] },
        '$$this',
      ],
    },
  },
});
