import { type OrderName, orderId, ownMessagePrefix } from '../domain/ids';
import { sha256 } from '../sealing/key-ring';

/** The webhook-id of a message of ours, from what the message is: the same over retries, restarts and replays. */
export const ownMessageId = (order: OrderName, kind: 'paid' | 'code' | 'delivery' | 'event', n: number): string =>
  `${ownMessagePrefix}${kind}_${sha256(`${orderId(order)}/${kind}/${n}`)}`;
