import type { Collection } from 'mongodb';
import type { KeptMessage } from '../domain/kept-message';
import { arrayOf } from './adding-events';
import { inLists, listed, opened } from './listed-orders';
import type { OrderRow, PendingEvent, ViewedOrder } from './orders';

/** Far more than there are under the ids of one call: what is beyond somebody else put there. */
export const toldRowsMax = 10_000;
const rowsReadAtOnce = 100;

type ToldEvent = Pick<PendingEvent, 'id' | 'type' | 'atMs' | 'sequence' | 'status' | 'given' | 'replayId'>;

/** An order as one of its messages names it: those that were asked for, and what its seals are over. */
export interface ToldOrder extends ViewedOrder, Pick<OrderRow, 'afterSalesDue' | 'eventsGivenUpAt'> {
  readonly events: readonly ToldEvent[];
  readonly messages: readonly KeptMessage[];
}

const eventFields = [
  'id',
  'type',
  'atMs',
  'sequence',
  'status',
  'given',
  'replayId',
] as const satisfies readonly (keyof ToldEvent)[];

/**
 * Orders that have an event or a message of one of these ids, a row at a time: for each id one is the order that told it,
 * and whoever writes to the database puts others before it. What a purge left has none.
 */
export const toldOrders = (orders: Collection<OrderRow>) =>
  async function* (ids: readonly string[]): AsyncGenerator<ToldOrder> {
    const named = (list: string) => ({
      $filter: { input: arrayOf(list), cond: { $in: ['$$this.id', { $literal: ids }] } },
    });
    const projection = {
      ...inLists,
      ...opened,
      afterSalesDue: 1,
      messages: named('messages'),
      events: {
        $map: {
          input: named('events'),
          in: Object.fromEntries(eventFields.map((field) => [field, { $ifNull: [`$$this.${field}`, '$$REMOVE'] }])),
        },
      },
    };
    for (const field of ['events.id', 'messages.id']) {
      const found = orders
        .find({ [field]: { $in: [...ids] } })
        .project<ToldOrder>(projection)
        .limit(toldRowsMax)
        .batchSize(rowsReadAtOnce);
      for await (const row of found) yield listed(row);
    }
  };
