import { openOrder } from '../sealing/order-row';
import type { OrderDeps } from './ask-order';

/** No order has it: what is said of an order that is unknown is answered so. */
const nobodys = '-';

/** For a person at the issuer's own page, who knows an order by its number: the token is the server's. */
export const ownTokenOf =
  ({ orders, ring }: Pick<OrderDeps, 'orders' | 'ring'>) =>
  async (issuerId: string, orderNo: string): Promise<string> => {
    const row = await orders.view({ issuerId, orderNo });
    return row ? openOrder(ring, row).token : nobodys;
  };
