import { openOrder } from '../../sealing/order-row';
import type { OrderDeps } from '../../second-interface/ask-order';
import type { OrderRow } from '../../store/orders';

export const giftPlace = ({ _id }: Pick<OrderRow, '_id'>): string => `gift:${_id}`;

/** For the page of the link that it came with. @throws SealBroken */
export const giftMessage = ({ ring }: Pick<OrderDeps, 'ring'>, row: OrderRow): string | undefined =>
  row.gift?.message === undefined
    ? undefined
    : openOrder(ring, row).terminal.open(row.gift.message, giftPlace(row)).toString();
