import { Failure } from '../domain/failures';
import { isTestIssuer } from '../domain/ids';
import { createOrdersPerSecond } from '../overload/orders-per-second';
import type { DayCounts } from '../store/day-counts';
import { bytesPerCallMin, bytesPerDay, requestsPerSecond, requestsPerSecondInRun } from './limits';

interface Deps {
  readonly dayCounts: Pick<DayCounts, 'require'>;
  readonly nowMs: () => number;
  /** Whether a conformance run plays it: the messages that it fetches then are the platform's doing. */
  readonly isPlayed: (issuerId: string) => Promise<boolean>;
}

/** Of a day: it also tells whether a test issuer is used at all. */
export const bytesName = (issuerId: string): string => `bytes/${issuerId}`;

/** What anybody may send who made a test issuer. */
export const createTestRequests = ({ dayCounts, nowMs, isPlayed }: Deps) => {
  const bucket = createOrdersPerSecond(nowMs);
  const ofRuns = createOrdersPerSecond(nowMs);
  return {
    /** Asked for each request whose signature fits. @throws Failure `rate_limited` */
    admit: async (issuerId: string): Promise<void> => {
      if (!isTestIssuer(issuerId)) return;
      try {
        bucket.admit(issuerId, requestsPerSecond);
      } catch (error) {
        if (!(error instanceof Failure) || !(await isPlayed(issuerId))) throw error;
        ofRuns.admit(issuerId, requestsPerSecondInRun);
      }
    },

    /** Before anything of its body is kept. @throws Failure `rate_limited` */
    spend: async (issuerId: string, bytes: number): Promise<void> => {
      if (!isTestIssuer(issuerId)) return;
      const n = Math.max(bytesPerCallMin, bytes);
      const share = { name: bytesName(issuerId), n, at: new Date(nowMs()), limit: bytesPerDay };
      await dayCounts.require({ ...share, detail: `A test issuer sends ${bytesPerDay} bytes a day` });
    },
  };
};
