import { Failure } from '../domain/failures';
import type { KeptMessage } from '../domain/kept-message';
import { isOwnMessage, openOrder } from '../sealing/order-row';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { isUntouched } from './untouched-order';

interface Told {
  readonly row: OrderRow;
  readonly event?: OrderRow['events'][number] | undefined;
  readonly message?: KeptMessage;
}

/**
 * What an issuer names by its `webhook-id`, to answer it or to have it again: an event or a message of its own order. An id
 * that somebody else gave another order is in nobody's way: what is answered has the codes of the right one.
 *
 * @throws Failure `message_unknown`, `unavailable`
 */
export const toldMessage = async (deps: OrderDeps, issuerId: string, id: string): Promise<Told> => {
  const rows = (await deps.orders.findByWebhookId(id)).filter((row) => row.issuerId === issuerId);
  let isHeld = false;
  for (const row of rows) {
    const event = deps.orders.eventOf(row, id);
    if (event) return { row, event };
    const message = row.messages?.find((one) => one.id === id);
    if (!message) continue;
    // Of many that are answered at once it holds no other one up.
    if (!(await isUntouched(deps, row))) isHeld = true;
    else if (isOwnMessage(openOrder(deps.ring, row), message)) return { row, message };
  }
  throw isHeld ? new Failure('unavailable', { retryAfterSeconds: 60 }) : new Failure('message_unknown');
};
