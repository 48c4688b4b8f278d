import { endingsOf, isWhole, latenciesIn } from '../../bench/compare/endings';
import { createArrivals, createLoad, type PlacedOrder } from '../../bench/compare/load';
import { readSettings } from '../../bench/compare/settings';
import { median, percentile, spreadOf } from '../../bench/compare/statistics';
import { writtenBytesIn } from '../../bench/compare/usage';
import { codeOf, type PostAnswer } from '../../bench/compare/wire';
import { decadesAround, ticksTo } from '../../bench/report/chart-frame';

const order = (changes: Partial<PlacedOrder> = {}): PlacedOrder => ({
  orderNo: 'o-1',
  issuerId: 'i-1',
  dueMs: 1_000,
  sentMs: 1_000,
  answeredMs: 1_010,
  status: 201,
  deliveredMs: 1_050,
  deliveries: 1,
  wrongCodes: 0,
  ...changes,
});

const { deliveredMs: _at, ...never } = order({ deliveries: 0 });

test('a percentile is one of the values, and none of nothing', () => {
  expect(percentile([4, 1, 3, 2], 0.5)).toBe(2);
  expect(percentile([4, 1, 3, 2], 0.99)).toBe(4);
  expect(percentile([], 0.5)).toBeUndefined();
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test('a round without a value does not count, and does not count as nought', () => {
  expect(spreadOf([3, undefined, 1, Number.NaN])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spreadOf([undefined])).toBeUndefined();
});

test.each([
  ['was never delivered', never, 'notDelivered'],
  ['was delivered twice', order({ deliveries: 2 }), 'deliveredAgain'],
  ['came with a wrong code', order({ wrongCodes: 1 }), 'wrongCodes'],
  ['was delivered although it was refused', order({ status: 503 }), 'deliveredUnaccepted'],
  ['had no answer', { ...never, status: 0, problem: 'ECONNRESET' }, 'unanswered'],
] as const)('a run with an order that %s is not whole', (_what, bad, where) => {
  const endings = endingsOf({ orders: [order(), bad], strays: 0 });
  expect(endings[where]).toBe(1);
  expect(isWhole(endings)).toBe(false);
});

test('refusals are counted by their answer, and do no harm to a whole run', () => {
  const endings = endingsOf({ orders: [order(), { ...never, status: 429 }, { ...never, status: 429 }], strays: 0 });
  expect(endings).toMatchObject({ placed: 3, accepted: 1, refused: 2, answers: { 429: 2 } });
  expect(isWhole(endings)).toBe(true);
});

test('a delivery that nobody placed makes a run not whole', () => {
  expect(isWhole(endingsOf({ orders: [order()], strays: 1 }))).toBe(false);
});

test('latency counts from when an order was due, and an order that was delivered after the window counts', () => {
  const late = order({ dueMs: 1_000, sentMs: 1_400, answeredMs: 1_500, deliveredMs: 9_000 });
  const { accept, paymentToCode } = latenciesIn([late], 900, 2_000);
  expect(accept.p50).toBe(500);
  expect(paymentToCode.p99).toBe(8_000);
});

test('the same seed gives the same arrivals, at the rate that was asked for', () => {
  const gaps = (seed: string): number[] => {
    const next = createArrivals(100, seed);
    return Array.from({ length: 5_000 }, next);
  };
  expect(gaps('a')).toEqual(gaps('a'));
  expect(gaps('a')).not.toEqual(gaps('b'));
  const meanMs = gaps('a').reduce((sum, gap) => sum + gap, 0) / 5_000;
  expect(meanMs).toBeGreaterThan(9.5);
  expect(meanMs).toBeLessThan(10.5);
});

const target = { name: 'null', baseUrl: 'http://nowhere', issuers: [{ issuerId: 'i-1', secret: null }] } as const;
const delivery = (orderNo: string, value = codeOf('i-1', orderNo).value) => ({
  type: 'code.delivered' as const,
  timestamp: '',
  data: {
    issuerId: 'i-1',
    orderNo,
    product: { id: 'coffee-voucher', name: 'Coffee voucher' },
    codes: [{ itemId: 'a', value }],
  },
});

test('under an open load orders are sent while the first answer is still awaited', async () => {
  const waiting: ((answer: PostAnswer) => void)[] = [];
  let tellMany: () => void = () => undefined;
  const manyAreSent = new Promise<void>((resolve) => {
    tellMany = resolve;
  });
  let isOver = false;
  const load = createLoad({
    newMessageId: () => 'id',
    post: () =>
      new Promise((answer) => {
        if (isOver) answer({ status: 429, text: '' });
        else waiting.push(answer);
        if (waiting.length === 20) tellMany();
      }),
  });
  load.begin({ name: 'open', target, load: { kind: 'open', perSecond: 1_000, seed: 's' } });
  await manyAreSent;
  isOver = true;
  for (const answer of waiting) answer({ status: 429, text: '' });
  const { orders } = await load.end(0);
  expect(orders.length).toBeGreaterThanOrEqual(20);
  expect(orders.every(({ status }) => status === 429)).toBe(true);
});

test('a closed lane places its next order only after the code of the last one', async () => {
  const bodies: string[] = [];
  let tellSent: () => void = () => undefined;
  const load = createLoad({
    newMessageId: () => 'id',
    post: async (_url, body) => {
      bodies.push((JSON.parse(body) as { orderNo: string }).orderNo);
      tellSent();
      return { status: 201, text: '' };
    },
  });
  const sent = (): Promise<void> =>
    new Promise((resolve) => {
      tellSent = resolve;
    });
  const first = sent();
  load.begin({ name: 'closed', target, load: { kind: 'closed', inFlight: 1 } });
  await first;
  await new Promise((resolve) => setImmediate(resolve));
  expect(bodies).toEqual(['closed-0']);
  const second = sent();
  load.arrived(delivery('closed-0'));
  await second;
  expect(bodies).toEqual(['closed-0', 'closed-1']);
  const ended = load.end(1_000);
  load.arrived(delivery('closed-1', 'another'));
  expect((await ended).orders.map(({ deliveries, wrongCodes }) => [deliveries, wrongCodes])).toEqual([
    [1, 0],
    [1, 1],
  ]);
});

test('axes reach the highest value in round steps', () => {
  expect(ticksTo(43)).toEqual([0, 10, 20, 30, 40, 50]);
  expect(decadesAround(3, 1_200)).toEqual([1, 10, 100, 1_000, 10_000]);
});

test('what was cut before the kernel wrote it is not told as written', () => {
  const io = 'rchar: 1\nwchar: 9\nread_bytes: 0\nwrite_bytes: 12288\ncancelled_write_bytes: 4096\n';
  expect(writtenBytesIn(io)).toBe(8_192);
});

describe('settings of the bench', () => {
  test('the engine is the dev server unless PostgreSQL is asked for', () => {
    expect(readSettings([]).engine).toBe('dev');
    expect(readSettings(['--short', '--engine=postgres']).engine).toBe('postgres');
    expect(() => readSettings(['--engine=mysql'])).toThrow('--engine must be dev or postgres, not mysql');
  });

  test('the warm-up is that of the form unless it is given in seconds', () => {
    expect(readSettings(['--short']).warmUpMs).toBe(30_000);
    expect(readSettings(['--short', '--warm-up', '5']).warmUpMs).toBe(5_000);
  });
});
