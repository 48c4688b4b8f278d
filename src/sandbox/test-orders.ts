import { isTestIssuer } from '../domain/ids';
import type { DayCounts } from '../store/day-counts';
import { ordersPerDay } from './limits';

/** How many orders a test issuer may still place in this UTC day. */
export const createTestOrders = (dayCounts: DayCounts, nowMs: () => number) => {
  const shareOf = (issuerId: string) => ({ name: `orders/${issuerId}`, n: 1, at: new Date(nowMs()) });
  return {
    /** Asked for every new order. @throws Failure `rate_limited` */
    take: async (issuerId: string): Promise<void> => {
      if (!isTestIssuer(issuerId)) return;
      const detail = `A test issuer places ${ordersPerDay} orders a day`;
      await dayCounts.require({ ...shareOf(issuerId), limit: ordersPerDay, detail });
    },

    /** It was none: its number was taken. */
    giveBack: async (issuerId: string): Promise<void> => {
      if (isTestIssuer(issuerId)) await dayCounts.giveBack(shareOf(issuerId));
    },
  };
};
