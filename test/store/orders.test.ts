import { BSON, type Document } from 'mongodb';
import { askedAddress } from '../../src/api/pickup/asked-address';
import { dayOf } from '../../src/domain/days';
import { testIdPrefix } from '../../src/domain/ids';
import type { LedgerEntry, OrderEvent, TimelineEntry } from '../../src/domain/messages';
import type { OrderFacts } from '../../src/domain/order';
import { orderBody } from '../../src/second-interface/order-body';
import { openDatabase } from '../../src/store/database';
import { opened } from '../../src/store/listed-orders';
import { wasOpened } from '../../src/store/opened-at';
import { createOrders, type ListedOrder, type OrderRow, type Orders } from '../../src/store/orders';
import { createPullQueue } from '../../src/store/pull-queue';
import { createReplays } from '../../src/store/replays';
import { createStats } from '../../src/store/stats';
import { acceptedRow, callLimitMs, databaseOfFile, uriOfOwnDatabase } from '../support/database-of-file';

const file = databaseOfFile();
let orders: Orders;
beforeAll(() => {
  orders = createOrders(file.database);
});

const placed = async (orderNo: string, change: Partial<OrderRow> = {}): Promise<OrderRow> => {
  const row = acceptedRow(orderNo, change);
  expect(await orders.insertAccepted(row)).toBe('inserted');
  return row;
};
const found = async (row: OrderRow): Promise<OrderRow> => {
  const seen = await orders.find(row);
  if (!seen) throw new Error('the row is gone');
  return seen;
};
const version = (row: OrderRow, n: number): OrderFacts => ({ ...row.facts, version: n, failures: n, sequence: n });
/** After their orders were accepted. */
const laterMs = Date.now() + 60_000;
const entry = (n: number): TimelineEntry => ({
  key: `v${n}.0`,
  atMs: laterMs + n,
  event: 'verification_judged',
  detail: { n },
});
const entered = (n: number): LedgerEntry => ({ seq: n + 1, kind: 'void', atMs: n, by: 'issuer' });
const nothing = { messages: new Map(), events: new Map(), nextAtMs: undefined };
const event = (sequence: number): OrderEvent => ({
  sequence,
  type: 'order.delivered',
  atMs: sequence,
  state: 'delivered',
});
const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

test('64 inserts of one order at the same moment: one is inserted, and its content stays', async () => {
  const rows = Array.from({ length: 64 }, (_, n) =>
    acceptedRow('one', { amount: { value: n, currency: 'EUR' }, pickupHash: `hash-${n}` }),
  );
  const outcomes = await Promise.all(rows.map((row) => orders.insertAccepted(row)));
  expect(outcomes.filter((outcome) => outcome === 'inserted')).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === 'exists')).toHaveLength(63);
  const winner = rows[outcomes.indexOf('inserted')] as OrderRow;
  expect((await found(winner)).amount).toEqual(winner.amount);
});

test('the same number of another issuer is another order', async () => {
  await placed('shared-number', { issuerId: 'one' });
  await placed('shared-number', { issuerId: 'two' });
});

test('orders that went to an address are found by their number in any case, however many other ones have it', async () => {
  const to = (address: string) => ({ terminal: { channel: 'email', address } });
  for (let n = 0; n < 25; n += 1) await placed('Lost-Number', { issuerId: `other-${n}`, ...to(`${n}@mail.example`) });
  for (let n = 0; n < 5; n += 1) {
    const issuerId = `${testIdPrefix}${String(n).padStart(20, '0')}`;
    await placed('Lost-Number', { issuerId, ...to('ann+b@mail.example') });
  }
  const mine = await placed('Lost-Number', { issuerId: 'shop', ...to('Ann+B@mail.example') });
  const before = await placed('Lost-Number', { issuerId: 'shop-before', ...to('ann+b@mail.example') });
  await file.database.orders.updateOne({ _id: before._id }, { $unset: { orderNoLower: 1 } });
  const terminal = { channel: 'sms', number: '+491511234567' };
  const texted = await placed('LOST-NUMBER', { issuerId: 'shop-sms', terminal });

  const idsOf = async (mode: 'live' | 'test', orderNo: string, address: string, isOwn = (_row: object) => true) =>
    (await orders.sentTo(orderNo, askedAddress(address), mode, 3, isOwn)).map(({ _id }) => _id).sort();
  expect(await idsOf('live', 'lost-NUMBER', 'ann+b@Mail.example')).toEqual([mine._id]);
  expect(await idsOf('live', 'Lost-Number', 'ann+b@mail.example')).toEqual([before._id, mine._id]);
  expect(await idsOf('test', 'lost-number', 'ann+b@mail.example')).toHaveLength(3);
  // In other cases, by another issuer, to the same address: they take the place of none, and are one.
  for (const orderNo of ['LOST-Number', 'lost-Number', 'lOst-Number', 'loSt-Number'])
    await placed(orderNo, { issuerId: 'crowd', ...to('Ann+B@mail.example') });
  const found = await idsOf('live', 'Lost-Number', 'ann+b@mail.example');
  expect(found).toEqual(expect.arrayContaining([before._id, mine._id]));
  expect(found.filter((id) => id.startsWith('crowd/'))).toHaveLength(1);
  for (const number of ['+49 (0)151 123-45/67', '0049 151 1234567', '0151 1234567', '491511234567']) {
    expect([number, await idsOf('live', 'lost-number', number)]).toEqual([number, [texted._id]]);
  }
  // Whatever somebody else put before it.
  for (let n = 0; n < 60; n += 1) await placed('Late-Number', { issuerId: `forged-${n}`, ...to('ann+b@mail.example') });
  const late = await placed('Late-Number', { issuerId: 'shop', ...to('ann+b@mail.example') });
  const isOwn = (row: object) => !('issuerId' in row && String(row.issuerId).startsWith('forged'));
  expect(await idsOf('live', 'late-number', 'ann+b@mail.example', isOwn)).toEqual([late._id]);
  for (const none of ['annxb@mail.example', '.*', 'b@mail.example', '1234567', '0171 1234567', '@', '+']) {
    expect([none, await idsOf('live', 'lost-number', none)]).toEqual([none, []]);
  }
});

test('operators hear of live orders alone that were paid twice or whose code does not work', async () => {
  const mine = await placed('told', { issuerId: 'shop' });
  const test = await placed('told', { issuerId: `${testIdPrefix}${'0'.repeat(20)}` });
  for (const row of [mine, test]) {
    await orders.notePaidTwice(row, { key: 'p', atMs: 1, event: 'payment_repeated', detail: {} });
    await orders.noteReported(row, { key: 'r', atMs: 1, event: 'code_reported', detail: {} });
  }
  const marked = { paidTwiceAt: new Date(1), codeReportedAt: new Date(1) };
  expect(await found(mine)).toMatchObject(marked);
  const { timeline, ...kept } = await found(test);
  expect(timeline.map(({ key }) => key)).toEqual(expect.arrayContaining(['p', 'r']));
  for (const name of Object.keys(marked)) expect(kept).not.toHaveProperty(name);
});

describe('lines that somebody can have written again and again', () => {
  const line = (event: TimelineEntry['event'], n: number, detail = {}): TimelineEntry => ({
    ...{ key: `${event}.${n}`, atMs: laterMs + n, event, detail },
  });
  const others = [
    line('verification_judged', 0, { verdict: 'verified' }),
    ...(['delivered', 'opened', 'resumed', 'note', 'void_decided', 'code_reported', 'closed'] as const).map(
      (event, n) => line(event, n + 1),
    ),
  ];
  const refusals = Array.from({ length: 2_100 }, (_, n) =>
    line('verification_judged', 100 + n, { verdict: 'order_closed' }),
  );
  const told = (lines: readonly TimelineEntry[]) => lines.map(({ key }) => key);
  const next = (row: OrderRow, entries: TimelineEntry[]) => ({ facts: version(row, row.version + 1), entries });

  test.each<readonly [name: string, (row: OrderRow, lines: TimelineEntry[]) => Promise<unknown>]>([
    ['a call', (row, lines) => orders.recordTry(row, lines)],
    ['a view', (row, lines) => orders.writeView(row, version(row, row.version + 1), lines)],
    ['a projection', (row, lines) => orders.project(row, { ...next(row, lines), events: [] })],
    [
      'a projection with an event',
      (row, lines) => orders.project(row, { ...next(row, lines), events: [event(row.version)] }),
    ],
    [
      'a judgement from the row',
      (row, lines) => orders.applyDecision(row, { ...next(row, lines), events: [], ledger: [] }),
    ],
    [
      'a judgement with an event',
      (row, lines) => orders.applyDecision(row, { ...next(row, lines), events: [event(row.version)], ledger: [] }),
    ],
    ['a told event', (row, lines) => orders.markEvent(row, 1, 'sent', lines)],
    ['a fetched message', (row, lines) => createPullQueue(file.database).give(row, { ...nothing, lines })],
  ])('push out none of another kind, and the newest are seen: %s', async (name, write) => {
    const row = await placed(`again-${name}`);
    await orders.recordTry(row, others);
    for (let n = 0; n < refusals.length; n += 150) await write(await found(row), refusals.slice(n, n + 150));
    const { timeline } = await found(row);
    const all = ['accepted', ...told(others), ...told(refusals.slice(-200))];
    expect(told(timeline)).toEqual(all);
    expect(told((await orders.timelineOf(row))?.timeline ?? [])).toEqual(all);
    expect(told((await orders.timelinesOf(row.issuerId, 1))[0]?.timeline ?? [])).toEqual(all.slice(-50));
    const [failing] = await orders.withNewestLines([row._id]);
    expect(told(failing?.timeline ?? [])).toEqual(expect.arrayContaining(['closed.7', ...all.slice(-40)]));
  });

  test('are each kept with their kind, and of a row of before all its lines stay', async () => {
    const before = [others[0], refusals[0], line('opened', 1)] as TimelineEntry[];
    const row = await placed('again-before', { timeline: before });
    await orders.notePaidTwice(row, line('payment_repeated', 9_000));
    await orders.notePaidTwice(row, line('payment_repeated', 9_000));
    await orders.writeView(row, version(row, 2), []);
    for (const late of [refusals[0], refusals[1], refusals[1]] as TimelineEntry[])
      await orders.writeView(row, version(row, 2), [late]);
    await orders.project(row, { facts: version(row, 3), entries: [refusals[0] as TimelineEntry], events: [] });
    await orders.recordTry(row, [line('item_redeemed', 9_001), line('closed', 9_002)]);
    const keys = [
      ...told(before),
      'verification_judged.101',
      'payment_repeated.9000',
      'item_redeemed.9001',
      'closed.9002',
    ];
    expect(told((await found(row)).timeline).sort()).toEqual(keys.sort());
  });

  test('what voided the codes last is read by operators, wherever its line is', async () => {
    const row = await placed('again-void', { timeline: [line('item_void', 1, { by: 'operator' })] });
    await orders.recordTry(row, [line('item_void', 2, { by: 'issuer' })]);
    expect(told((await orders.viewForOperators(row))?.timeline ?? [])).toEqual(['item_void.1', 'item_void.2']);
  });
});

describe('that somebody has seen the codes', () => {
  const opened = (n: number): TimelineEntry => ({ key: `opened.${n}`, atMs: laterMs + n, event: 'opened', detail: {} });
  const shown = (row: OrderRow, n: number, state: 'opened' | 'delivered'): OrderFacts => ({
    ...{ ...version(row, n), state: 'delivered', delivery: { state, tries: 1 }, updatedAtMs: laterMs + n },
  });
  const judged = async (row: OrderRow, facts: OrderFacts) =>
    expect(await orders.applyDecision(await found(row), { facts, entries: [], events: [], ledger: [] })).toBe(true);
  const forgotten = (row: OrderRow) =>
    file.database.orders.updateOne({ _id: row._id }, { $set: { timeline: [] }, $unset: { callLines: 1 } });
  const mayGive = async (row: OrderRow) => orders.giveAway(await found(row), { n: 1, hash: `gift-of-${row.orderNo}` });

  test('stands from the first reveal on, whatever becomes of its lines and its delivery', async () => {
    const row = await placed('seen');
    for (const n of [5, 7]) expect(await orders.recordReveal(await found(row), opened(n))).toBe(true);
    expect(await orders.recordReveal({ ...(await found(row)), version: 9 }, opened(8))).toBe(false);
    await forgotten(row);
    await judged(row, shown(row, 2, 'delivered'));
    const after = await found(row);
    expect([after.openedAt, wasOpened(after)]).toEqual([new Date(laterMs + 5), true]);
    expect(await mayGive(row)).toBe(false);
  });

  test('stands where no reveal could be noted, and is not said of who has seen nothing', async () => {
    const row = await placed('seen-by-facts');
    await judged(row, shown(row, 2, 'delivered'));
    expect(await found(row)).not.toHaveProperty('openedAt');
    await judged(row, shown(row, 3, 'opened'));
    await judged(row, shown(row, 4, 'delivered'));
    expect((await found(row)).openedAt).toEqual(new Date(laterMs + 3));
    expect(await mayGive(row)).toBe(false);
    expect(await mayGive(await placed('unseen'))).toBe(true);
  });

  test.each([
    ['by its line', { timeline: [opened(1)] }, laterMs + 1],
    ['by its delivery', { facts: shown(acceptedRow('any'), 1, 'opened') }, laterMs + 1],
  ])('is kept of a row of before, %s, with the first write', async (how, before, atMs) => {
    const row = await placed(`seen-before-${how}`, before);
    expect([wasOpened(await found(row)), await mayGive(row)]).toEqual([true, false]);
    await judged(row, shown(row, 2, 'delivered'));
    await forgotten(row);
    expect((await found(row)).openedAt).toEqual(new Date(atMs));
    expect(await mayGive(row)).toBe(false);
  });
});

test('orders of before are bound however many there are, and longer than one call may take', async () => {
  const database = openDatabase(uriOfOwnDatabase(), 4_000);
  const all = createOrders(database);
  const rows = Array.from({ length: 601 }, (_, n) => {
    const { mac: _mac, ...unbound } = acceptedRow(`before-${n}`);
    return unbound as OrderRow;
  });
  try {
    expect(await all.areUnbound()).toBe(false);
    for (const from of [0, 300, 600]) await database.orders.insertMany(rows.slice(from, from + 300));
    expect(await all.areUnbound()).toBe(true);
    await all.bindAll(({ _id }) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8);
      return { mac: _id };
    });
    expect(await all.areUnbound()).toBe(false);
    expect(await database.orders.countDocuments({ mac: { $exists: true } })).toBe(601);
  } finally {
    await database.db.dropDatabase({ timeoutMS: 30_000 });
    await database.close();
  }
});

describe('views', () => {
  test('written at the same moment in any order, the newest one stays', async () => {
    const row = await placed('views');
    const writes = shuffled([2, 3, 4, 5, 6, 7, 8, 9]);
    await Promise.all(writes.map((n) => orders.writeView(row, version(row, n), [entry(n)])));
    const after = await found(row);
    expect([after.version, after.facts.version, after.facts.failures]).toEqual([9, 9, 9]);
    const keys = after.timeline.map(({ key }) => key);
    expect(keys.sort()).toEqual(['accepted', 'v2.0', 'v3.0', 'v4.0', 'v5.0', 'v6.0', 'v7.0', 'v8.0', 'v9.0']);
  });

  test('an older view that comes late changes nothing but the timeline', async () => {
    const row = await placed('late-view');
    await orders.writeView(row, version(row, 5), [entry(5)]);
    await orders.writeView(row, version(row, 4), [entry(4)]);
    await orders.writeView(row, version(row, 4), [entry(4)]);
    await orders.writeView(row, version(row, 5), [entry(5)]);
    const after = await found(row);
    expect(after.facts.version).toBe(5);
    expect(after.timeline.map(({ key }) => key)).toEqual(['accepted', 'v4.0', 'v5.0']);
  });

  test('one from before the notice was taken does not take that back, and is written all the same', async () => {
    const row = await placed('notified-before');
    await orders.recordTry(row, [entry(1)], { notified: true });
    await orders.writeView(row, version(row, 2), [entry(2)]);
    const after = await found(row);
    expect([after.state, after.facts.state, after.version]).toEqual(['notified', 'notified', 2]);
    expect(after.timeline.map(({ key }) => key)).toEqual(['accepted', 'v1.0', 'v2.0']);
  });

  test('the first view tells that the workflow runs', async () => {
    const row = await placed('started');
    await orders.writeView(row, version(row, 2), []);
    expect(await found(row)).not.toHaveProperty('unstartedSince');
  });
});

describe("the workflow's projection beside views of answers", () => {
  test('newest facts, every timeline line once, every event once, in eight rounds of a race', async () => {
    const row = await placed('race');
    for (let n = 2; n <= 9; n += 1) {
      const projection = { facts: version(row, n), entries: [entry(n)], events: [event(n - 1)] };
      await Promise.all(
        shuffled([
          () => orders.project(row, projection),
          // A try that was given up and still runs.
          () => orders.project(row, projection),
          () => orders.writeView(row, version(row, n), [entry(n)]),
          () => orders.writeView(row, version(row, n - 1), [entry(n - 1)]),
        ]).map((write) => write()),
      );
      const { facts, state, version: seen, projected } = await found(row);
      expect([facts.version, facts.state, seen, projected]).toEqual([n, state, n, n]);
    }
    const { timeline, events } = await found(row);
    expect(timeline.map(({ key }) => key).sort()).toEqual([
      'accepted',
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `v${n}.0`),
    ]);
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(events.every(({ status }) => status === 'pending')).toBe(true);
  });

  test('a view of a later version, written before the projection of an earlier one, is not covered', async () => {
    const row = await placed('behind');
    await orders.writeView(row, version(row, 6), [entry(6)]);
    await orders.project(row, { facts: version(row, 4), entries: [entry(3), entry(4)], events: [event(1)] });
    const after = await found(row);
    expect([after.facts.version, after.version, after.projected]).toEqual([6, 6, 4]);
    expect(after.timeline.map(({ key }) => key)).toEqual(['accepted', 'v3.0', 'v4.0', 'v6.0']);
    expect(after.events.map(({ sequence }) => sequence)).toEqual([1]);
  });

  test('projected again, nothing changes', async () => {
    const row = await placed('twice');
    const projection = {
      facts: version(row, 3),
      entries: [entry(2), entry(3)],
      events: [event(1), event(2)],
      ledger: [{ seq: 1, kind: 'void' as const, atMs: 2, by: 'issuer' as const, itemId: 'a' }],
    };
    expect((await orders.project(row, projection)).fresh).toEqual(projection.events);
    const { eventsPendingSince: _first, ...first } = await found(row);
    expect((await orders.project(row, projection)).fresh).toEqual([]);
    const { eventsPendingSince: _second, ...second } = await found(row);
    expect(second).toEqual(first);
  });

  test('an order without a row is an error, so that the workflow waits and shows it', async () => {
    const facts = acceptedRow('nowhere').facts;
    const projecting = orders.project({ issuerId: 'acme', orderNo: 'nowhere' }, { facts, entries: [], events: [] });
    await expect(projecting).rejects.toThrow('no row');
  });
});

test('a notice that was taken moves an accepted order, and never one that is further', async () => {
  const row = await placed('notice');
  await orders.recordTry(row, [entry(1)], { notified: true });
  expect(await found(row)).toMatchObject({ state: 'notified', facts: { state: 'notified', version: 1 } });
  const facts = { ...version(row, 2), state: 'verified' as const };
  await orders.writeView(row, facts, []);
  await orders.recordTry(row, [entry(3)], { notified: true });
  const after = await found(row);
  expect([after.state, after.facts.state]).toEqual(['verified', 'verified']);
  expect(after.timeline.map(({ key }) => key)).toEqual(['accepted', 'v1.0', 'v3.0']);
});

test('a message that was kept without a MAC has one from its next attempt on', async () => {
  const row = await placed('unbound-message');
  const message = { id: 'm', kind: 'paid', atMs: 1, verifyByMs: 2 } as const;
  await orders.recordTry(row, [entry(1)], { tried: { message, isNew: true } });
  await orders.recordTry(row, [entry(2)], { tried: { message: { ...message, mac: 'made' }, isNew: false } });
  expect((await found(row)).messages).toEqual([{ ...message, mac: 'made' }]);
});

test('a message that goes out by another delivery has no receipt yet, however often that was put off before', async () => {
  const row = await placed('receipts');
  const bounced = { receipt: { event: 'bounced', atMs: 1 }, bouncedAt: new Date(1) } as const;
  const told = () => file.database.orders.updateOne({ _id: row._id }, { $set: bounced });
  await orders.noteMessage(row, 'm', '.first');
  await told();
  await orders.noteMessage(row, 'm', '.first');
  expect(await found(row)).toMatchObject(bounced);
  await orders.noteMessage(row, 'm', '.second');
  const after = await found(row);
  expect([after.receipt, after.bouncedAt, after.resent]).toEqual([undefined, undefined, 1]);
  await told();
  await orders.noteMessage(row, 'm', '.second');
  expect(await found(row)).toMatchObject({ ...bounced, resent: 1 });
});

describe('events in the outbox', () => {
  test('are pending until each is sent or given up', async () => {
    const row = await placed('outbox');
    await orders.project(row, { facts: version(row, 2), entries: [], events: [event(1), event(2)] });
    const waiting = async () => {
      const rows = await orders.withPendingEvents(new Date(Date.now() + 1_000), 100, 'live');
      return rows.some(({ orderNo }) => orderNo === 'outbox');
    };
    expect(await waiting()).toBe(true);
    await orders.markEvent(row, 1, 'sent');
    expect(await waiting()).toBe(true);
    await orders.markEvent(row, 2, 'given_up');
    expect(await waiting()).toBe(false);
    expect((await found(row)).events.map(({ status }) => status)).toEqual(['sent', 'given_up']);
  });

  test('of an order with many events each look has some, and looks have all of them', async () => {
    const row = await placed('many-events');
    const events = Array.from({ length: 120 }, (_, n) => event(n + 1));
    await orders.project(row, { facts: version(row, 2), entries: [], events });
    for (const sequence of [1, 2]) await orders.markEvent(row, sequence, 'sent');
    const look = async () => {
      const rows = await orders.withPendingEvents(new Date(Date.now() + 1_000), 100, 'live');
      return rows.find(({ orderNo }) => orderNo === 'many-events')?.events.map(({ sequence }) => sequence) ?? [];
    };
    const seen = new Set<number>();
    for (let n = 0; n < 500 && seen.size < 118; n += 1) {
      const some = await look();
      expect(some.length).toBeGreaterThan(0);
      expect(some.length).toBeLessThanOrEqual(50);
      for (const sequence of some) seen.add(sequence);
    }
    expect([seen.size, seen.has(1), seen.has(2)]).toEqual([118, false, false]);
  });

  test('a judgement from the row is written once: whoever read an older row writes nothing', async () => {
    const row = await placed('void');
    await orders.project(row, { facts: { ...version(row, 2), sequence: 1 }, entries: [], events: [event(1)] });
    const read = await found(row);
    const entry = { seq: 1, kind: 'void' as const, atMs: 2, by: 'issuer' as const, itemId: 'a' };
    const decision = {
      facts: { ...read.facts, version: 3, sequence: 2 },
      entries: [],
      events: [event(2)],
      ledger: [entry],
    };
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => orders.applyDecision(read, decision)));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    const after = await found(row);
    expect(after.events.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect([after.facts.sequence, after.version, after.ledger]).toEqual([2, 3, [entry]]);
  });
});

test('the reconciler sees rows whose workflow is not known to run, oldest first', async () => {
  const minutesAgo = (n: number) => new Date(Date.now() - n * 60_000);
  await placed('unstarted-9', { unstartedSince: minutesAgo(9) });
  const started = await placed('unstarted-8', { unstartedSince: minutesAgo(8) });
  await placed('unstarted-7', { unstartedSince: minutesAgo(7) });
  await orders.markStarted(started);
  const rows = await orders.unstarted(minutesAgo(5), 10, 'live');
  expect(rows.map(({ orderNo }) => orderNo)).toEqual(['unstarted-9', 'unstarted-7']);
});

describe('lists', () => {
  const base = Date.parse('2026-03-01T10:00:00.000Z');
  const numbers = Array.from({ length: 200 }, (_, n) => n);

  beforeAll(async () => {
    // Groups of five share a millisecond, as orders of a busy shop do.
    const rows = numbers.map((n) =>
      acceptedRow(`list-${String(n).padStart(3, '0')}`, {
        issuerId: 'lister',
        createdAt: new Date(base + Math.floor(n / 5)),
        ...(n % 4 === 0 ? { state: 'delivered' as const } : {}),
      }),
    );
    await file.database.orders.insertMany(rows);
  });

  const page = async (filter: Omit<Parameters<Orders['list']>[0], 'limit'>, limit = 7) => {
    const seen: ListedOrder[] = [];
    for (let before: string | undefined; ; ) {
      const rows = await orders.list({ ...filter, ...(before === undefined ? {} : { before }), limit });
      if (rows.length === 0) return seen;
      seen.push(...rows);
      before = rows.at(-1)?.position;
      // New orders come in while someone reads on.
      await file.database.orders.insertOne(
        acceptedRow(`new-${seen.length}-${Math.random()}`, { issuerId: 'lister', createdAt: new Date(base + 10_000) }),
      );
    }
  };
  const namesOf = (rows: readonly ListedOrder[]) =>
    rows.map(({ orderNo }) => orderNo).filter((no) => no.startsWith('list-'));
  const newestFirst = (from: readonly number[]) => [...from].reverse().map((n) => `list-${String(n).padStart(3, '0')}`);

  test('200 orders page by page, newest first, without a gap or a double, while others come in', async () => {
    expect(namesOf(await page({ issuerId: 'lister' }))).toEqual(newestFirst(numbers));
  });

  test('by state, by the beginning of the number, and after a moment (which is not in it)', async () => {
    const issuerId = 'lister';
    expect(namesOf(await page({ issuerId, state: 'delivered' }))).toEqual(
      newestFirst(numbers.filter((n) => n % 4 === 0)),
    );
    expect(namesOf(await page({ orderNoPrefix: 'list-01' }))).toEqual(
      newestFirst([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]),
    );
    expect(namesOf(await page({ issuerId, createdAfter: new Date(base + 37) }))).toEqual(
      newestFirst([190, 191, 192, 193, 194, 195, 196, 197, 198, 199]),
    );
  });

  test('carry no timeline, no events and no key', async () => {
    const [row] = await orders.list({ issuerId: 'lister', limit: 1 });
    for (const field of ['timeline', 'events', 'wrappedKey']) expect(row).not.toHaveProperty(field);
  });

  test('an issuer never sees what belongs to another', async () => {
    expect(await orders.list({ issuerId: 'list', limit: 10 })).toEqual([]);
  });
});

describe('of orders of 10,000 dated codes', () => {
  const itemIds = Array.from({ length: 10_000 }, (_, n) => `item-${n}`);
  const at = new Date();
  const issuerId = 'stadium';
  const facts: OrderFacts = {
    ...acceptedRow('any').facts,
    ...{ state: 'undeliverable', quantity: 10_000, issued: 10_000, refundDueValue: 1 },
    items: itemIds.map((itemId, n) => ({
      itemId,
      expiresAtMs: at.getTime() + 1_000 + n,
      ...(n < 3 ? { used: 1 } : {}),
    })),
    voidRequest: {
      ...{ requestId: 'r', itemIds, state: 'undecided', startedAtMs: 1, decideByMs: 2, undecided: 'person' },
    },
  };
  let rows: OrderRow[];
  let read: ReturnType<typeof heardBytes>;
  let heard: Orders;

  beforeAll(async () => {
    rows = await Promise.all(
      [1, 2, 3].map(async (n) => {
        const row = await placed(`big-${n}`, {
          issuerId,
          bouncedAt: at,
          eventsGivenUpAt: at,
          deliveryFailedAt: at,
          eventsPendingSince: at,
          events: [{ ...event(1), itemIds, status: 'pending' }],
          createdAt: new Date(at.getTime() - n),
          payment: { id: 'pay', payer: 'ann' },
          pickupLink: n,
          terminal: { channel: 'email', address: 'ann@mail.example' },
        });
        await orders.project(row, {
          facts: { ...facts, createdAtMs: row.facts.createdAtMs, version: 2 },
          entries: [],
          events: [],
        });
        return found(row);
      }),
    );
    read = heardBytes();
    heard = createOrders(read.database);
  });
  afterAll(() => read.database.close());

  const inMode = 'live' as const;
  const later = new Date(at.getTime() + 60_000);
  const lists: Record<string, () => Promise<readonly unknown[]>> = {
    list: () => heard.list({ issuerId, limit: 3 }),
    search: () => heard.search('big', { issuerId, limit: 3 }),
    'list by change': () => heard.listChanged({ issuerId, limit: 3 }),
    'day of a statement': () => heard.changedOn(issuerId, dayOf(at.getTime()), '', 3),
    bounced: () => heard.bounced(3, inMode),
    'waiting of an issuer': () => heard.failing(issuerId, 'waiting'),
    'bounced of an issuer': () => heard.failing(issuerId, 'bounced'),
    'given up of an issuer': () => heard.failing(issuerId, 'given_up'),
    'undecided of an issuer': () => heard.failing(issuerId, 'undecided'),
    'later deliveries': () => heard.deliveryFailed(3),
    refunds: () => heard.withRefund('refundOpen', undefined, 3, inMode),
    'void requests': () => heard.waitingForVoid('undecided', later, 3, inMode),
    named: () => heard.named(rows),
    'of a number and an address': () => heard.sentTo('big-1', { field: 'address', is: /^ann@/ }, inMode, 3, () => true),
    open: () => heard.openAfter('0', later, 100),
    'of a deleted issuer': () => heard.openOf(issuerId, ['undeliverable'], 3),
    'of a test issuer': () => heard.waitingOf(issuerId, 3),
    'events to be told again': () =>
      createReplays(read.database, { of: () => Buffer.alloc(0), isUntouched: () => true }).untaken(
        issuerId,
        { sinceMs: 0 },
        3,
      ),
    'pending events': () => heard.withPendingEvents(later, 3, inMode),
    oldest: () => createStats(read.database).oldest('undeliverable', 3),
    'longest owed': () => createStats(read.database).refundsLongestOpen(3),
  };

  test.each(Object.keys(lists))('%s reads a few thousand bytes an order', async (name) => {
    read.bytes = 0;
    const seen = await lists[name]?.();
    expect(seen?.length).toBeGreaterThan(0);
    expect(read.bytes / (seen?.length ?? 0)).toBeLessThan(20_000);
  });

  const looks: Record<string, (row: OrderRow) => Promise<unknown>> = {
    'its timeline': (row) => heard.timelineOf(row),
    'its redemptions': (row) => heard.redeemedLately(row),
    'the order': (row) => heard.view(row),
    'the order, for operators': (row) => heard.viewForOperators(row),
  };

  test.each(Object.keys(looks))('a look at %s reads a few thousand bytes', async (name) => {
    const { voidRequest, ...others } = facts;
    const row = await placed(`look-${name}`, { issuerId: 'looks', events: [{ ...event(1), itemIds, status: 'sent' }] });
    const change = { facts: { ...others, version: 2 }, entries: [], events: [] };
    await orders.project(row, { ...change, ledger: itemIds.map((itemId, n) => ({ ...entered(n), itemId })) });
    read.bytes = 0;
    expect(await looks[name]?.(row)).not.toBeNull();
    expect(read.bytes).toBeLessThan(20_000);
  });

  test('an order whose messages are named is read once for all of them, without its items, lines and what events tell', async () => {
    const events = Array.from({ length: 100 }, (_, n) => ({
      ...event(n + 1),
      id: `told-${n}`,
      status: 'sent' as const,
    }));
    const row = await placed('look-told', {
      issuerId: 'looks',
      events: events.map((one, n) => (n === 7 ? { ...one, itemIds } : one)),
    });
    const { voidRequest, ...others } = facts;
    const entries = Array.from({ length: 2_000 }, (_, n) => entry(n));
    await orders.project(row, { facts: { ...others, version: 2 }, entries, events: [] });
    read.bytes = 0;
    const seen: string[] = [];
    for await (const { _id, events: told } of createPullQueue(read.database).told(events.map(({ id }) => id)))
      seen.push(`${_id} ${told.length}`);
    expect(seen).toEqual([`${row._id} 100`]);
    expect(read.bytes).toBeLessThan(30_000);
  });

  test('an order that is looked at tells what the whole row tells, and opens with its key', async () => {
    const row = await found(rows[1] as OrderRow);
    const [view, whole] = [await orders.viewForOperators(row), await found(row)];
    if (!view) throw new Error('the row is gone');
    const body = (of: ListedOrder) => orderBody(of, [], at.getTime() + 5_000);
    expect(body(view)).toEqual(body(whole));
    expect(view).toMatchObject(Object.fromEntries(Object.keys(opened).map((key) => [key, whole[key as 'mac']])));
  });

  test('a list tells of items what the order itself tells; rows of before there were sums do, too', async () => {
    const told = async () => {
      const { rows: page } = await orders.page(await orders.list({ issuerId, limit: 3 }), 1);
      return page.slice(0, 1).map((row) => orderBody(row, [], at.getTime() + 5_000));
    };
    const whole = orderBody(rows[0] as OrderRow, [], at.getTime() + 5_000);
    expect(whole).toMatchObject({ items: { redeemed: 3 }, voidRequest: { itemIds }, actions: expect.any(Array) });
    expect(await told()).toEqual([whole]);
    await file.database.orders.updateOne({ _id: rows[0]?._id ?? '' }, { $unset: { itemSums: 1 } });
    expect(await told()).toEqual([whole]);
    await orders.applyDecision(await found(rows[0] as OrderRow), {
      facts: { ...facts, version: 3 },
      entries: [],
      events: [],
      ledger: [],
    });
  });

  test('a page ends with 20,000 items of void requests, and is read on from there', async () => {
    const first = await orders.list({ issuerId, limit: 4 });
    const { rows: page, limit } = await orders.page(first, 3);
    expect(limit).toBe(2);
    expect(page.map(({ facts: { voidRequest } }) => voidRequest?.itemIds?.length)).toEqual([10_000, 10_000, undefined]);
    expect(await orders.page(first.slice(2), 3)).toMatchObject({ limit: 3 });
  });
});

/** Bytes that the database answers with. */
const heardBytes = () => {
  const uri = new URL(uriOfOwnDatabase());
  uri.pathname = `/${file.database.db.databaseName}`;
  uri.searchParams.set('monitorCommands', 'true');
  const database = openDatabase(uri.href, callLimitMs);
  const heard = { database, bytes: 0 };
  database.db.client.on('commandSucceeded', ({ reply }) => {
    heard.bytes += BSON.calculateObjectSize(reply as Document);
  });
  return heard;
};

test('of two redeliveries the one that failed last leaves what the other one delivered', async () => {
  const { facts } = acceptedRow('twice-sent');
  const delivery = { state: 'pending', tries: 2 } as const;
  const row = await placed('twice-sent', { state: 'delivered', facts: { ...facts, state: 'delivered', delivery } });
  await orders.setDeliveryState(row, 'delivered');
  await orders.setDeliveryState(row, 'failed');
  const seen = await found(row);
  expect([seen.facts.delivery.state, seen.deliveryFailedAt]).toEqual(['delivered', undefined]);
});

test('a redelivery that was asked for before a terminal was not told what is void leaves that to be seen', async () => {
  const { facts } = acceptedRow('void-untaken');
  const row = await placed('void-untaken', { state: 'delivered', facts: { ...facts, state: 'delivered' } });
  const mark = async () => (await found(row)).deliveryFailedAt;
  await orders.noteVoidUntaken(row);
  await orders.setDeliveryState(row, 'delivered', new Date(0));
  expect(await mark()).toEqual(expect.any(Date));
  await orders.setDeliveryState(row, 'delivered', new Date());
  expect(await mark()).toBeUndefined();
});

test('of more calls to a terminal than one look takes, each look takes those that the looks before did not come to', async () => {
  const due = Array.from({ length: 120 }, (_, n) => ({
    kind: 'void' as const,
    name: `void-${n}`,
    seal: Buffer.alloc(0),
  }));
  const row = await placed('many-due', { afterSalesDue: due, afterSalesDueSince: new Date(0) });
  const look = async () => {
    const rows = await orders.withAfterSalesDue(new Date(1), 1_000, 'live');
    return rows.find(({ _id }) => _id === row._id)?.afterSalesDue?.map(({ name }) => name) ?? [];
  };
  const looks = [];
  for (let n = 0; n < 3; n += 1) {
    looks.push(await look());
    await orders.deferAfterSales(row._id, new Date(0));
  }
  expect(looks.map((one) => one.length)).toEqual([50, 50, 50]);
  expect(new Set(looks.flat()).size).toBe(120);
  await orders.deferAfterSales(row._id, new Date());
  expect(await look()).toEqual([]);
});
