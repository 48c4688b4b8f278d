import { gzipSync } from 'node:zlib';
import { createMakeStatements } from '../../activities/make-statements';
import { createRowReader } from '../../src/bounded/row-reader';
import { createLogger } from '../../src/logger';
import { createStatements as createMaking } from '../../src/second-interface/statements/statements';
import { createIssuers, type IssuerRow } from '../../src/store/issuers';
import { createOrders } from '../../src/store/orders';
import { createStatements } from '../../src/store/statements';
import { acceptedRow, databaseOfFile, issuerSeal } from '../support/database-of-file';

const file = databaseOfFile();
const rowReader = createRowReader(() => undefined);
const dayMs = 86_400_000;
const midnightMs = Date.parse('2026-03-02T00:00:00Z');
const orderOf = (orderNo: string, atMs: number, issuerId = 'acme') => {
  const row = acceptedRow(orderNo, { issuerId, createdAt: new Date(atMs) });
  return { ...row, facts: { ...row.facts, updatedAtMs: atMs } };
};

const setOf = (nowMs: () => number) => {
  const orders = createOrders(file.database, undefined, nowMs);
  const kept = createStatements(file.database);
  return { orders, kept, statements: createMaking({ orders, rowReader, statements: kept, nowMs }) };
};
const numbersOf = async (pages: AsyncIterable<readonly { orderNo: string }[]>): Promise<string[]> => {
  const numbers: string[] = [];
  for await (const page of pages) numbers.push(...page.map(({ orderNo }) => orderNo));
  return numbers;
};

describe('the statement in which a change is', () => {
  const issuerId = 'marks';

  test('is that of its day, and of the day of its writing as well where that comes after the statement', async () => {
    let now = midnightMs - 1;
    const { orders } = setOf(() => now);
    const numbersOn = async (day: string) =>
      (await orders.changedOn(issuerId, day, '', 10)).map(({ orderNo }) => orderNo);
    await orders.insertAccepted(orderOf('last', midnightMs - 1, issuerId));
    now = midnightMs;
    await orders.insertAccepted(orderOf('first', midnightMs, issuerId));
    now = midnightMs + 4_000;
    await orders.insertAccepted(orderOf('slow', midnightMs - 1, issuerId));
    now = midnightMs + 12 * 3_600_000;
    await orders.insertAccepted(orderOf('late', midnightMs - 1, issuerId));
    expect(await numbersOn('2026-03-01')).toEqual(['last', 'late', 'slow']);
    expect(await numbersOn('2026-03-02')).toEqual(['first', 'late']);

    // Each way in which facts are written marks the day.
    now = midnightMs + dayMs + 1_000;
    const facts = (version: number, state: 'notified' | 'verified' | 'delivered') => ({
      ...orderOf('x', now).facts,
      version,
      state,
    });
    await orders.writeView({ issuerId, orderNo: 'last' }, facts(2, 'verified'), []);
    const event = { sequence: 1, type: 'order.delivered', atMs: now, state: 'delivered' } as const;
    const projection = { facts: facts(2, 'delivered'), entries: [], events: [event] };
    await orders.project({ issuerId, orderNo: 'first' }, projection);
    await orders.recordTry({ issuerId, orderNo: 'slow' }, [], { notified: true });
    const late = await orders.find({ issuerId, orderNo: 'late' });
    if (!late) throw new Error('it was inserted');
    await orders.applyDecision(late, { facts: facts(2, 'notified'), entries: [], events: [], ledger: [] });
    expect(await numbersOn('2026-03-03')).toEqual(['first', 'last', 'late', 'slow']);
    expect(await numbersOn('2026-03-01')).toEqual(['last', 'late', 'slow']);
    // A projection that the engine runs again, a day later, is no change.
    now += dayMs;
    await orders.project({ issuerId, orderNo: 'first' }, { ...projection, facts: facts(1, 'delivered'), events: [] });
    expect(await numbersOn('2026-03-04')).toEqual([]);
  });
});

test('of two processes that make the same one at once the first counts for both, and nothing of the other stays', async () => {
  const { orders, kept } = setOf(() => midnightMs + 3_600_000);
  const issuerId = 'race';
  await orders.insertAccepted(orderOf('one', midnightMs - 1, issuerId));
  const name = { issuerId, day: '2026-03-01' };
  await kept.keepPart(name, 'died', 0, Buffer.from('of a process that died'), new Date(midnightMs));
  let readers = 0;
  let letGo = (): void => undefined;
  const bothRead = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  /** Both have read before either ends, each at another time. */
  const making = (asOfMs: number) =>
    createMaking({
      orders: {
        ...orders,
        changedOn: async (...args) => {
          const rows = await orders.changedOn(...args);
          readers += 1;
          if (readers === 2) letGo();
          await bothRead;
          return rows;
        },
      },
      rowReader,
      statements: kept,
      nowMs: () => asOfMs,
    });
  const times = [1, 2].map((n) => midnightMs + n * 3_600_000);
  const [a, b] = await Promise.all(times.map((asOfMs) => making(asOfMs).ofPastDay(name)));
  expect(a?.asOf).toEqual(b?.asOf);
  expect(times).toContain(a?.asOf.getTime());
  expect(await numbersOf(a?.pages ?? (async function* () {})())).toEqual(['one']);
  expect(await file.database.statementParts.countDocuments({ _id: { $gt: 'race/', $lt: 'race0' } })).toBe(1);
});

test('the daily job makes what changed and was not made, also of days that it missed, and once', async () => {
  let now = midnightMs - 3 * dayMs;
  const { orders, statements, kept } = setOf(() => now);
  const issuers = createIssuers(file.database, issuerSeal);
  for (const issuerId of ['job-a', 'job-b', 'job-quiet']) {
    await issuers.insert({
      ...{ _id: issuerId, name: 'x', state: 'active', codeMode: 'push', callback: { kind: 'function', name: 'f' } },
      ...{ createdAt: new Date(0), secrets: [], holds: [] },
    } as Omit<IssuerRow, 'seal'>);
  }
  await orders.insertAccepted(orderOf('a', now, 'job-a'));
  now = midnightMs - 1;
  await orders.insertAccepted(orderOf('b', now, 'job-b'));
  const job = createMakeStatements({
    statements,
    issuers,
    log: createLogger('silent', 'test'),
    nowMs: () => now,
    sayAlive: () => undefined,
  });
  now = midnightMs + 9 * 60_000;
  expect(await job.makeStatements()).toBe(1);
  now = midnightMs + 10 * 60_000;
  expect(await job.makeStatements()).toBe(1);
  expect(await job.makeStatements()).toBe(0);
  expect((await kept.find({ issuerId: 'job-a', day: '2026-02-27' }))?.orders).toBe(1);
  expect((await kept.find({ issuerId: 'job-b', day: '2026-03-01' }))?.orders).toBe(1);
  expect(await kept.find({ issuerId: 'job-quiet', day: '2026-03-01' })).toBeNull();
  // Asked for later it is what the job made.
  now = midnightMs + 100 * dayMs;
  await file.database.orders.deleteMany({ issuerId: 'job-b' });
  const later = await statements.ofPastDay({ issuerId: 'job-b', day: '2026-03-01' });
  expect([later.asOf.getTime(), await numbersOf(later.pages)]).toEqual([midnightMs + 10 * 60_000, ['b']]);
});

test.each([
  ['one line without end', 1, Buffer.alloc(2 ** 26, 0x20)],
  ['more lines than it was made of', 1, Buffer.from('{}\n'.repeat(2 ** 20))],
  ['no lines', 3, Buffer.from('no\nline\n')],
])('a kept statement that unpacks to %s is read no further, and noted', async (what, count, text) => {
  const told: unknown[] = [];
  const kept = createStatements(file.database);
  const making = createMaking({
    orders: createOrders(file.database),
    rowReader: createRowReader((collection, id) => told.push([collection, id])),
    statements: kept,
    nowMs: () => midnightMs,
  });
  const name = { issuerId: `bomb-${what.length}`, day: '2026-03-01' } as const;
  const at = new Date(midnightMs);
  await kept.keepPart(name, 'm', 0, gzipSync(text), at);
  await kept.finish(name, { making: 'm', asOf: at, orders: count, parts: 1, at });
  const unpacked = jest.spyOn(JSON, 'parse');
  const { pages } = await making.ofPastDay(name);
  await expect(numbersOf(pages)).rejects.toThrow('not as the platform wrote it');
  expect(unpacked.mock.calls.length).toBeLessThan(100_000);
  unpacked.mockRestore();
  expect(told).toEqual([['statements', `${name.issuerId}/${name.day}`]]);
});
