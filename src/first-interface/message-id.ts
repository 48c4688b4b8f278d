import { type OrderName, orderId, ownMessagePrefix } from '../domain/ids';
import { sha256 } from '../sealing/key-ring';

/** Of a delivery in parts: the first is named as the whole, each other one by its number as well. */
export const deliveryMessageId = (order: OrderName, n: number | string, part = 1): string =>
  ownMessageId(order, 'delivery', part === 1 ? n : `${n}.${part}`);

/** The webhook-id of a message of ours, from what the message is: the same over retries, restarts and replays. */
export const ownMessageId = (
  order: OrderName,
  kind: 'paid' | 'code' | 'closing' | 'delivery' | 'replacement' | 'void' | 'void_request' | 'event',
  n: number | string,
): string => `${ownMessagePrefix}${kind}_${sha256(`${orderId(order)}/${kind}/${n}`)}`;
