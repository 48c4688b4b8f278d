import { cachedFor } from '../../bounded/cached-for';
import type { RowReader } from '../../bounded/row-reader';
import type { Sales } from '../../contract/operator/overview';
import { hourMs, minuteMs } from '../../domain/timings';
import { isSold } from '../../store/order-shape';
import type { SoldOrder, Stats } from '../../store/stats';
import { outcomes } from './overview';

const ordersMax = 50_000;
const readAtOnce = 5_000;
const productsShown = 20;
/** However many look, a span is read once in this time. */
const keptMs = minuteMs;

/** A day in hours, a week in quarters of days. */
const bucketMsOf = { '24': hourMs, '168': 6 * hourMs } as const;
export type SalesHours = keyof typeof bucketMsOf;

export type SalesReader = ReturnType<typeof createSalesReader>;

export const createSalesReader = ({
  stats,
  rowReader,
  nowMs,
}: {
  readonly stats: Pick<Stats, 'sold'>;
  readonly rowReader: RowReader;
  readonly nowMs: () => number;
}) => {
  const read = async (hours: SalesHours): Promise<Sales> => {
    const atMs = nowMs();
    const sinceMs = firstBucketMs(hours, atMs);
    const sold: SoldOrder[] = [];
    for (;;) {
      const page = await stats.sold(new Date(sinceMs), sold.at(-1)?.position, readAtOnce);
      sold.push(...page);
      const isCapped = page.length === readAtOnce && sold.length >= ordersMax;
      if (page.length < readAtOnce || isCapped)
        return salesOf(hours, atMs, rowReader.those('orders', sold, isSold), isCapped);
    }
  };
  const readers = {
    '24': cachedFor(keptMs, nowMs, () => read('24')),
    '168': cachedFor(keptMs, nowMs, () => read('168')),
  } as const;
  return (hours: SalesHours): Promise<Sales> => readers[hours]();
};

/** The last bucket is the running one. */
const firstBucketMs = (hours: SalesHours, atMs: number): number => {
  const bucketMs = bucketMsOf[hours];
  return Math.floor(atMs / bucketMs) * bucketMs - Number(hours) * hourMs + bucketMs;
};

/** What was sold by time, by product and by money, as pure numbers. */
export const salesOf = (hours: SalesHours, atMs: number, sold: readonly SoldOrder[], isCapped: boolean): Sales => {
  const bucketMs = bucketMsOf[hours];
  const sinceMs = firstBucketMs(hours, atMs);
  const buckets = Array.from({ length: (Number(hours) * hourMs) / bucketMs }, (_, n) => ({
    ...{ at: new Date(sinceMs + n * bucketMs).toISOString(), delivered: 0, under_way: 0, failed: 0 },
  }));
  const products = new Map<string, Sales['products'][number]>();
  const money = new Map<string, Sales['money'][number]>();
  for (const { issuerId, state, createdAt, product, amount, facts } of sold) {
    const outcome = outcomes[state];
    const bucket = buckets[Math.floor((createdAt.getTime() - sinceMs) / bucketMs)];
    if (bucket) bucket[outcome] += 1;
    const key = `${issuerId}/${product.id}`;
    const none = {
      issuerId,
      productId: product.id,
      name: product.name,
      orders: 0,
      delivered: 0,
      under_way: 0,
      failed: 0,
    };
    const one = products.get(key) ?? none;
    products.set(key, { ...one, orders: one.orders + 1, [outcome]: one[outcome] + 1 });
    const { currency, value } = amount;
    const sum = money.get(currency) ?? { currency, orders: 0, paid: 0, refundDue: 0 };
    money.set(currency, {
      currency,
      orders: sum.orders + 1,
      paid: sum.paid + value,
      refundDue: sum.refundDue + (facts.refundDueValue ?? 0),
    });
  }
  return {
    since: (isCapped ? sold.at(-1)?.createdAt : undefined)?.toISOString() ?? new Date(sinceMs).toISOString(),
    orders: sold.length,
    isCapped,
    buckets,
    products: [...products.values()].sort((a, b) => b.orders - a.orders).slice(0, productsShown),
    money: [...money.values()].sort((a, b) => b.orders - a.orders),
  };
};
