import { isTestIssuer } from '../domain/ids';
import { createOrdersPerSecond } from '../overload/orders-per-second';
import { requestsPerSecond } from './limits';

/** Asked for each request whose signature fits. */
export const createTestRequests = (nowMs: () => number) => {
  const bucket = createOrdersPerSecond(nowMs);
  return {
    /** @throws Failure `rate_limited` */
    admit: (issuerId: string): void => {
      if (isTestIssuer(issuerId)) bucket.admit(issuerId, requestsPerSecond);
    },
  };
};
