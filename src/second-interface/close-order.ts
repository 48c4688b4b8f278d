import type { AskedMessage } from '../order-messages/order-messages';
import type { OrderRow } from '../store/orders';
import { askOrder, expectNotRefused, type SecondInterface } from './ask-order';
import { type OperationAnswer, queued } from './operation-answer';
import { orderBody } from './order-body';

/** A refusal or a cancellation: while the engine is away it waits in the inbox, and the reconciler brings it. */
export const closeOrder = async (
  room: SecondInterface,
  row: OrderRow,
  updateId: string,
  message: Extract<AskedMessage, { kind: 'refuse' | 'cancel' }>,
): Promise<OperationAnswer> => {
  const judged = await askOrder(room, row, updateId, message);
  if (judged === 'away') {
    await room.inbox.put(row, updateId, message, new Date(room.nowMs()));
    return queued;
  }
  expectNotRefused(judged.answer, judged.row.facts, room.nowMs());
  return { status: 200, body: orderBody(judged.row, await room.holdsOf(row.issuerId), room.nowMs()) };
};
