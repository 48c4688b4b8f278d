import { createRowReader } from '../../src/bounded/row-reader';
import { createSalesReader, salesOf } from '../../src/operator/overview/sales';
import type { SoldOrder } from '../../src/store/stats';

const atMs = Date.parse('2026-01-08T12:30:00.000Z');
const sold = (at: string, change: Partial<SoldOrder> = {}): SoldOrder => ({
  issuerId: 'acme',
  position: `${at}/acme/${at}`,
  state: 'delivered',
  createdAt: new Date(at),
  product: { id: 'tea', name: 'Tea' },
  amount: { value: 500, currency: 'EUR' },
  facts: {},
  ...change,
});

test('a day in hours, up to the running one; by product and by money', () => {
  const orders = [
    sold('2026-01-08T12:10:00.000Z'),
    sold('2026-01-08T12:00:00.000Z', { state: 'expired', facts: { refundDueValue: 500 } }),
    sold('2026-01-07T13:00:00.000Z', { amount: { value: 7, currency: 'JPY' }, product: { id: 'cup', name: 'Cup' } }),
  ];
  const { buckets, products, money, since } = salesOf('24', atMs, orders, false);
  expect([buckets.length, since]).toEqual([24, '2026-01-07T13:00:00.000Z']);
  expect(buckets[0]).toEqual({ at: '2026-01-07T13:00:00.000Z', delivered: 1, under_way: 0, failed: 0 });
  expect(buckets[23]).toEqual({ at: '2026-01-08T12:00:00.000Z', delivered: 1, under_way: 0, failed: 1 });
  expect(products).toMatchObject([
    { productId: 'tea', name: 'Tea', orders: 2, delivered: 1, failed: 1 },
    { productId: 'cup', orders: 1, delivered: 1 },
  ]);
  expect(money).toEqual([
    { currency: 'EUR', orders: 2, paid: 1_000, refundDue: 500 },
    { currency: 'JPY', orders: 1, paid: 7, refundDue: 0 },
  ]);
});

test('a week in quarters of days', () => {
  const { buckets } = salesOf('168', atMs, [sold('2026-01-02T00:00:00.000Z')], false);
  expect([buckets.length, buckets[0]?.at, buckets[27]?.at]).toEqual([
    28,
    '2026-01-01T18:00:00.000Z',
    '2026-01-08T12:00:00.000Z',
  ]);
  expect(buckets[1]?.delivered).toBe(1);
});

test('it is read page by page, up to a limit that is told, and once a minute for all who ask', async () => {
  let reads = 0;
  let now = atMs;
  const stats = {
    sold: async (_since: Date, _before: string | undefined, limit: number) => {
      reads += 1;
      return Array.from({ length: limit }, () => sold('2026-01-08T12:10:00.000Z'));
    },
  };
  const read = createSalesReader({ stats, rowReader: createRowReader(() => undefined), nowMs: () => now });
  expect(await read('24')).toMatchObject({ orders: 50_000, isCapped: true, since: '2026-01-08T12:10:00.000Z' });
  await Promise.all([read('24'), read('24')]);
  expect(reads).toBe(10);
  now += 60_000;
  await read('24');
  expect(reads).toBe(20);
});
