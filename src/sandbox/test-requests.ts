import { isTestIssuer } from '../domain/ids';
import { createOrdersPerSecond } from '../overload/orders-per-second';
import type { DayCounts } from '../store/day-counts';
import { bytesPerCallMin, bytesPerDay, requestsPerSecond } from './limits';

/** What anybody may send who made a test issuer. */
export const createTestRequests = (dayCounts: Pick<DayCounts, 'require'>, nowMs: () => number) => {
  const bucket = createOrdersPerSecond(nowMs);
  return {
    /** Asked for each request whose signature fits. @throws Failure `rate_limited` */
    admit: (issuerId: string): void => {
      if (isTestIssuer(issuerId)) bucket.admit(issuerId, requestsPerSecond);
    },

    /** Before anything of its body is kept. @throws Failure `rate_limited` */
    spend: async (issuerId: string, bytes: number): Promise<void> => {
      if (!isTestIssuer(issuerId)) return;
      const n = Math.max(bytesPerCallMin, bytes);
      const share = { name: `bytes/${issuerId}`, n, at: new Date(nowMs()), limit: bytesPerDay };
      await dayCounts.require({ ...share, detail: `A test issuer sends ${bytesPerDay} bytes a day` });
    },
  };
};
