import type { CancellationAnswer, RefusalAnswer } from '../contract/issuer/order-operations';
import type { AskedMessage } from '../domain/messages';
import type { OrderRow } from '../store/orders';
import { askOrder, expectNotRefused, type OrderDeps } from './ask-order';
import { askWithText } from './kept-text';
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
  const judged = await askWithText(deps, row, updateId, closing, text, async (message) => {
    const asked = await askOrder(deps, row, updateId, message);
    if (asked === 'unavailable') await deps.inbox.put(row, updateId, message, new Date(deps.nowMs()));
    else expectNotRefused(asked.answer, asked.row.facts, deps.nowMs());
    return asked;
  });
  if (judged === 'unavailable') return queued;
  return { status: 200, body: orderBody(judged.row, await deps.holdsOf(row.issuerId), deps.nowMs()) };
};
