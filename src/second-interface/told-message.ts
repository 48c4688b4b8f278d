import { Failure } from '../domain/failures';
import type { KeptMessage } from '../domain/kept-message';
import { isOwnMessage, openOrder } from '../sealing/order-row';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { isUntouched } from './untouched-order';

interface Told {
  readonly row: OrderRow;
  readonly event: OrderRow['events'][number] | undefined;
  readonly message: KeptMessage | undefined;
}

/**
 * What an issuer names by its `webhook-id`, to answer it or to have it again: an event or a message of its own order. A
 * message that somebody else put there is none: its answer has the codes of another order.
 *
 * @throws Failure `message_unknown`, `unavailable`
 */
export const toldMessage = async (deps: OrderDeps, issuerId: string, id: string): Promise<Told> => {
  const row = await deps.orders.findByWebhookId(id);
  const event = row?.events.find((one) => one.id === id);
  const message = row?.messages?.find((one) => one.id === id);
  if (row?.issuerId !== issuerId) throw new Failure('message_unknown');
  if (event) return { row, event, message: undefined };
  if (!message) throw new Failure('message_unknown');
  // Of many that are answered at once it holds no other one up.
  if (!(await isUntouched(deps, row))) throw new Failure('unavailable', { retryAfterSeconds: 60 });
  if (!isOwnMessage(openOrder(deps.ring, row), message)) throw new Failure('message_unknown');
  return { row, event, message };
};
