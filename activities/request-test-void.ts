import { isTestIssuer, type OrderName } from '../src/domain/ids';
import { requestVoid } from '../src/second-interface/after-sale/void-requests';
import { type CallsOut, rowOf } from './call-issuer';

/** Forced by the product of a test order. Doing it twice changes nothing. */
export const createRequestTestVoid = ({ orderDeps, log }: Pick<CallsOut, 'orderDeps' | 'log'>) => ({
  requestTestVoid: async (order: OrderName): Promise<void> => {
    if (!isTestIssuer(order.issuerId)) return;
    const row = await rowOf({ orderDeps, log }, order);
    if (row.facts.voidRequest) return;
    await requestVoid(orderDeps, row, 'requestVoid/forced', { by: 'buyer', reason: 'test_void_requested' });
  },
});
