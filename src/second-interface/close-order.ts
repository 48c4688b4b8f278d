import type { CancellationAnswer, RefusalAnswer } from '../contract/issuer/order-operations';
import type { AskedMessage } from '../domain/messages';
import type { OrderRow } from '../store/orders';
import { askOrder, expectNotRefused, type OrderDeps } from './ask-order';
import { keptText } from './kept-text';
import { queued } from './operation-answer';
import { orderBody } from './order-body';

/**
 * A refusal or a cancellation. While the engine is away it waits in the inbox, and the reconciler brings it.
 */
export const closeOrder = async (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  closing: Extract<AskedMessage, { kind: 'refuse' | 'cancel' }>,
  text?: string,
): Promise<CancellationAnswer & RefusalAnswer> => {
  const message = { ...closing, ...(await keptText(deps, row, updateId, text)) };
  const judged = await askOrder(deps, row, updateId, message);
  if (judged === 'unavailable') {
    await deps.inbox.put(row, updateId, message, new Date(deps.nowMs()));
    return queued;
  }
  expectNotRefused(judged.answer, judged.row.facts, deps.nowMs());
  return { status: 200, body: orderBody(judged.row, await deps.holdsOf(row.issuerId), deps.nowMs()) };
};
