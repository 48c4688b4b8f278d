import { Failure } from '../domain/failures';
import { secondMs } from '../domain/timings';

/** As many issuers as place orders in one second; the oldest begins anew. */
const issuersMax = 10_000;

interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

/** The issuer's setting `ordersPerSecond`, in one api process: so many at once, and so many a second in the long run. */
export const createOrdersPerSecond = (nowMs: () => number) => {
  const buckets = new Map<string, Bucket>();
  return {
    /** Asked with every payment request. @throws Failure `rate_limited` */
    admit: (issuerId: string, perSecond: number | undefined): void => {
      if (perSecond === undefined) return;
      const atMs = nowMs();
      const bucket = buckets.get(issuerId) ?? { left: perSecond, atMs };
      const gained = (Math.max(0, atMs - bucket.atMs) / secondMs) * perSecond;
      const left = Math.min(perSecond, bucket.left + gained);
      buckets.delete(issuerId);
      buckets.set(issuerId, { left: left < 1 ? left : left - 1, atMs });
      const [oldest] = buckets.size > issuersMax ? buckets.keys() : [];
      if (oldest !== undefined) buckets.delete(oldest);
      if (left < 1) throw new Failure('rate_limited', { retryAfterSeconds: 1 });
    },
  };
};
