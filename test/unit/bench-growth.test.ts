import type { Document } from 'mongodb';
import { createDraws } from '../../bench/compare/load';
import { type Burst, isEndedOnce } from '../../bench/growth/burst';
import { type Findings, type Ran, ratioOf, withPiece } from '../../bench/growth/findings';
import { grownIn, type Memory } from '../../bench/growth/memory';
import { readGrowthOptions } from '../../bench/growth/options';
import { byPart } from '../../bench/growth/played';
import { copyOf, type SampleOrder } from '../../bench/growth/stored-rows';
import { growthSection } from '../../bench/report/growth-section';
import { orderPosition } from '../../src/store/orders';

const growthText = (found: Findings): string =>
  growthSection({ setUp: { engine: 'dev', database: 'mongod' }, found }).join('\n\n');

const endings = {
  placed: 9,
  accepted: 9,
  refused: 0,
  unanswered: 0,
  deliveredOnce: 9,
  notDelivered: 0,
  deliveredAgain: 0,
  deliveredUnaccepted: 0,
  wrongCodes: 0,
  strays: 0,
  answers: {},
};

const ran = (share: number, startedAt: string, isWhole = true): Ran<Memory> => ({
  startedAt,
  tookMs: 60_000,
  machine: {
    cores: 2,
    processor: 'a processor',
    memoryGiB: 8,
    kernel: '6',
    node: 'v20',
    temporal: 'temporal version 1',
    loadBefore: 0.1,
  },
  databaseKind: 'mongod',
  settings: { orders: 9 },
  isWhole,
  found: {
    orders: 9,
    inFlight: 16,
    tookMs: 1_000,
    endings,
    grown: { api: { firstMiB: 100, lastMiB: 100 * (1 + share), share } },
    samples: [],
  },
});

test('a ratio is of two figures that are there, and never of nothing', () => {
  expect(ratioOf(2, 5)).toBe(2.5);
  expect(ratioOf(undefined, 5)).toBeUndefined();
  expect(ratioOf(2, undefined)).toBeUndefined();
  expect(ratioOf(0, 5)).toBeUndefined();
});

test('a piece that is run alone replaces its own section only, and what was not run is in none', () => {
  const burst = { any: 'figures' } as unknown as NonNullable<Findings['burst']>;
  const before: Findings = { burst, memory: ran(0.5, '2026-01-01T00:00:00Z') };
  const after = withPiece(before, 'memory', ran(0.05, '2026-02-02T00:00:00Z'));
  expect(after).toEqual({ burst, memory: ran(0.05, '2026-02-02T00:00:00Z') });
  const text = growthText({ memory: ran(0.05, '2026-02-02T00:00:00Z') });
  expect(text).toContain('### Memory');
  expect(text).toMatch(/^api +100 +105 +5.0%, reached$/m);
  expect(text).toContain('2026-02-02');
  expect(text.match(/^### /gm)).toHaveLength(1);
  expect(text).toContain('Not run yet: `stored`, `processes`, `fairness`, `burst`.');
});

test('what is not reached, and a run that is not whole, is said', () => {
  expect(growthText({ memory: ran(0.11, '2026-02-02T00:00:00Z') })).toContain('11.0%, not reached\n');
  expect(growthText({ memory: ran(0, '2026-02-02T00:00:00Z', false) })).toContain('none of the figures');
  expect(growthText({ memory: ran(0, '2026-02-02T00:00:00Z') })).not.toContain('none of the figures');
});

test('memory is compared between the tenth after the warm-up and the last one', () => {
  const samples = [5, 15, 18, 50, 91, 99, 120].map((orders) => ({ orders, rssMiB: { api: orders < 10 ? 1 : orders } }));
  expect(grownIn(samples, 100, 'api')).toEqual({ firstMiB: 16.5, lastMiB: 95, share: 95 / 16.5 - 1 });
  expect(grownIn(samples.slice(0, 4), 100, 'api')).toBeUndefined();
  expect(grownIn(samples, 100, 'worker')).toBeUndefined();
});

const burst: Burst = {
  wanted: 10,
  offeredInMs: 10_000,
  endings: { ...endings, placed: 10, accepted: 9, unanswered: 1, deliveredOnce: 8, notDelivered: 1 },
  refused: {},
  refuse: {},
  accept: {},
  toCode: {},
  lastDeliveryMs: 1,
  workedOffMs: 1,
  warmed: 2,
  executions: { Completed: 11 },
  rowsByState: { delivered: 10, expired: 1 },
};

test('what was accepted in a burst has ended when it was delivered once, or expired', () => {
  expect(isEndedOnce(burst)).toBe(true);
  expect(growthText({ burst: { ...ran(0, '2026-02-02T00:00:00Z'), found: burst } })).toContain(
    '10 x delivered, 1 x expired',
  );
});

test.each([
  ['has no row', { rowsByState: { delivered: 10 } }],
  ['is still open', { rowsByState: { delivered: 10, verified: 1 } }],
  ['has two rows', { rowsByState: { delivered: 10, expired: 3 }, executions: { Completed: 13 } }],
  ['still runs in the engine', { executions: { Completed: 10, Running: 1 } }],
  ['was delivered in the row only', { rowsByState: { delivered: 11 } }],
  ['was delivered twice', { endings: { ...burst.endings, deliveredAgain: 1 } }],
])('a burst in which an order %s is not whole', (_what, changes: Partial<Burst>) => {
  expect(isEndedOnce({ ...burst, ...changes })).toBe(false);
});

test('all processes of a part are counted together', () => {
  expect(byPart({ 'api 1': 1, 'api 2': 2, engine: 4 })).toEqual({ api: 3, engine: 4 });
});

test('the same seed draws the same issuers, as often as their shares say', () => {
  const drawn = Array.from({ length: 4_000 }, createDraws([0, 3, 1], 's'));
  expect(drawn).not.toContain(0);
  expect(drawn.filter((n) => n === 1).length / 4_000).toBeCloseTo(0.75, 1);
  expect(Array.from({ length: 9 }, createDraws([1, 1], 's'))).toEqual(
    Array.from({ length: 9 }, createDraws([1, 1], 's')),
  );
});

const createdAt = new Date('2026-05-05T05:05:05.005Z');
const sample: SampleOrder = {
  order: {
    _id: 'platform-1/sample-0',
    issuerId: 'platform-1',
    orderNo: 'sample-0',
    position: orderPosition(createdAt, { issuerId: 'platform-1', orderNo: 'sample-0' }),
    product: { id: 'coffee', name: 'Coffee' },
    createdAt,
    wrappedKey: Buffer.from('key'),
    pickupHash: 'ab12'.repeat(16),
    facts: { updatedAtMs: createdAt.getTime() + 40, sequence: 1 },
    timeline: [{ key: 'paid/sample-0', atMs: createdAt.getTime() }],
  },
  submissions: [
    {
      _id: 'platform-1/sample-0/u-1',
      orderId: 'platform-1/sample-0',
      claims: ['platform-1:print'],
      codes: [{ itemId: 'a', valueFingerprint: 'print', sealed: Buffer.from('sealed') }],
    },
  ],
  requests: [{ _id: 'platform-1/hook-1', path: '/v1/issuers/platform-1/orders', at: createdAt }],
};

test('a copy has the shape of the sample, and nothing that an index wants unique', () => {
  const at = new Date('2026-04-04T04:04:04.004Z');
  const copies = ['stored-1', 'stored-2'].map((orderNo) =>
    copyOf(sample, { issuerId: 'platform-2', orderNo, createdAt: at }),
  );
  const [copy] = copies as [SampleOrder];
  expect(copy.order).toMatchObject({
    _id: 'platform-2/stored-1',
    issuerId: 'platform-2',
    orderNo: 'stored-1',
    position: '2026-04-04T04:04:04.004Z/platform-2/stored-1',
    createdAt: at,
    wrappedKey: Buffer.from('key'),
    facts: { updatedAtMs: at.getTime() + 40, sequence: 1 },
    timeline: [{ key: 'paid/stored-1', atMs: at.getTime() }],
  });
  expect(copy.submissions[0]).toMatchObject({ _id: 'platform-2/stored-1/u-1', orderId: 'platform-2/stored-1' });
  expect(copy.submissions[0]?.claims).toEqual([`platform-2:${copy.submissions[0]?.codes[0].valueFingerprint}`]);
  expect(copy.requests[0]).toMatchObject({ path: '/v1/issuers/platform-2/orders', at });
  const unique = (one: SampleOrder): unknown[] => [
    one.order._id,
    one.order.pickupHash,
    ...one.submissions.flatMap(({ _id, claims }: Document) => [_id, ...claims]),
    ...one.requests.map(({ _id }: Document) => _id),
  ];
  const all = [sample, ...copies].flatMap(unique);
  expect(new Set(all).size).toBe(all.length);
  expect(copies.map(({ order }) => order.pickupHash.length)).toEqual([64, 64]);
});

test('a product of its own is given to the copy that is to be rare', () => {
  const { order } = copyOf(sample, { issuerId: 'i', orderNo: 'n', createdAt, productId: 'rare' });
  expect(order.product).toEqual({ id: 'rare', name: 'Coffee' });
});

test('pieces are chosen by name, and sizes rise', () => {
  expect(readGrowthOptions(['--only=burst,memory', '--burst=10000'])).toMatchObject({
    only: ['burst', 'memory'],
    burst: 10_000,
    isShort: false,
  });
  expect(readGrowthOptions(['--stored=10,20'])).toMatchObject({ stored: [10, 20] });
  expect(() => readGrowthOptions(['--only=all'])).toThrow('--only knows');
  expect(() => readGrowthOptions(['--stored=20,10'])).toThrow('must rise');
  expect(() => readGrowthOptions(['--orders=0'])).toThrow('above 0');
});
