import type { OrderEvent } from '../../src/domain/messages';
import { createEventFeed, type FeedPosition, feedDelayMs, feedKeptMs } from '../../src/store/event-feed';
import { createOrders, type PendingEvent } from '../../src/store/orders';
import { createPullQueue } from '../../src/store/pull-queue';
import { acceptedRow, databaseOfFile } from '../support/database-of-file';
import { randomOf } from '../support/random';
import { seedOf } from '../support/seed';

const file = databaseOfFile();
const databaseNow = async (): Promise<number> => (await file.database.db.command({ hello: 1 })).localTime.getTime();
const event = (sequence: number, change: Partial<PendingEvent> = {}): PendingEvent => ({
  ...{ sequence, type: 'order.delivered', atMs: 1, state: 'delivered', status: 'sent' },
  ...change,
});

/** All of it, a page at a time. */
const readAll = async (issuerId: string, limitOf: () => number): Promise<string[]> => {
  // So few that most pages are parts.
  const feed = createEventFeed(file.database, 12);
  const all: string[] = [];
  let after: FeedPosition | undefined;
  for (;;) {
    const page = await feed.page(issuerId, after, limitOf());
    if (typeof page === 'string') throw new Error(page);
    if (page.events.length === 0) return all;
    all.push(...page.events.map(({ row, event: { sequence } }) => `${row.orderNo}/${sequence}`));
    after = page.next;
  }
};

test('an event has the time of its write by the database’s clock, which never falls within an order', async () => {
  const orders = createOrders(file.database);
  const row = acceptedRow('clocks');
  const name = { issuerId: row.issuerId, orderNo: row.orderNo };
  await orders.insertAccepted(row);
  const fact = (version: number) => ({ ...row.facts, version });
  const bring = (version: number, events: readonly OrderEvent[]) =>
    orders.project(name, { facts: fact(version), entries: [], events });
  const before = await databaseNow();
  // Their worker's clock is far behind.
  await bring(2, [
    { sequence: 1, type: 'order.delivered', atMs: 1, state: 'delivered' },
    { sequence: 2, type: 'order.refund_due', atMs: 1, state: 'delivered' },
  ]);
  const after = await databaseNow();
  const times = async () => (await orders.find(name))?.events.map(({ writtenAt }) => Number(writtenAt?.getTime()));
  const [first, second] = (await times()) ?? [];
  expect(first).toBeGreaterThanOrEqual(before);
  expect(first).toBeLessThanOrEqual(after);
  expect(second).toBe(first);
  // A database whose clock was ahead, before another server took its place.
  const ahead = new Date(after + 3_600_000);
  await file.database.orders.updateOne({ _id: row._id }, { $set: { eventsAt: ahead } });
  await bring(3, [{ sequence: 3, type: 'order.opened', atMs: 1, state: 'delivered' }]);
  expect(await times()).toEqual([first, first, ahead.getTime()]);
});

test('what comes with an event is written as it stands: words with a dollar sign, lines at their limit, fields that go', async () => {
  const orders = createOrders(file.database);
  const { unstartedSince, ...row } = acceptedRow('dollars');
  const name = { issuerId: row.issuerId, orderNo: row.orderNo };
  const line = (n: number) => ({ key: `k${n}`, atMs: n, event: 'note' as const, detail: { text: '$$NOW $issuerId' } });
  await file.database.orders.insertOne({
    ...row,
    ...(unstartedSince ? { unstartedSince } : {}),
    timeline: Array.from({ length: 1_999 }, (_, n) => line(n)),
    corrections: [
      { ref: '$x', terminal: { channel: 'page' } },
      { ref: 'other', terminal: { channel: 'page' } },
    ],
  });
  const facts = { ...row.facts, version: 2, closedReason: undefined, verifiedAtMs: 7 };
  await orders.project(name, {
    facts,
    entries: [line(2_000), line(2_001)],
    events: [
      {
        sequence: 1,
        type: 'order.terminal_changed',
        atMs: 1,
        state: 'delivered',
        terminal: { channel: '$a', hint: '$$b' },
      },
    ],
    ledger: [{ seq: 1, kind: 'redeemed', atMs: 1, by: 'issuer', place: '$place' }],
    correction: { ref: '$x', terminal: { channel: 'page' } },
  });
  const written = await orders.find(name);
  const { verifiedAtMs: _, ...kept } = facts;
  await orders.project(name, {
    facts: { ...kept, version: 3 },
    entries: [],
    events: [{ sequence: 2, type: 'order.opened', atMs: 1, state: 'delivered' }],
  });
  expect(written?.timeline).toHaveLength(2_000);
  expect(written?.timeline.at(-1)).toEqual(line(2_001));
  expect(written?.timeline[0]).toEqual(line(1));
  expect(written?.ledger).toEqual([{ seq: 1, kind: 'redeemed', atMs: 1, by: 'issuer', place: '$place' }]);
  expect(written?.corrections?.map(({ ref }) => ref)).toEqual(['other']);
  expect(written?.events[0]).toMatchObject({ status: 'pending', terminal: { channel: '$a', hint: '$$b' } });
  expect(written?.facts).toMatchObject({ version: 2, verifiedAtMs: 7 });
  expect(written).not.toHaveProperty('unstartedSince');
  expect(written?.eventsPendingSince).toBeInstanceOf(Date);
  const later = await orders.find(name);
  expect(later?.facts).not.toHaveProperty('verifiedAtMs');
  expect(later?.facts.version).toBe(3);
});

test('pages of any size give each event once, by time, number and sequence, dense or sparse', async () => {
  const random = randomOf(seedOf('event feed'));
  const issuerId = 'many';
  const now = await databaseNow();
  const shown = now - feedDelayMs - 1_000;
  const expected: { at: number; orderNo: string; sequence: number }[] = [];
  const rows = Array.from({ length: 70 }, (_, n) => {
    const orderNo = `${String.fromCharCode(97 + Math.floor(random() * 26))}.${n}`;
    // Many in one millisecond, many within a second, some over weeks.
    const spread = n < 20 ? 1 : n < 50 ? 1_000 : feedKeptMs - 60_000;
    let at = shown - 1_000 - Math.floor(random() * spread);
    const events = Array.from({ length: 1 + Math.floor(random() * 3) }, (_unused, k) => {
      const later = Math.floor(random() * 3) * Math.floor(random() * 1_000_000);
      at = k === 0 ? at : Math.min(shown, at + later);
      expected.push({ at, orderNo, sequence: k + 1 });
      return event(k + 1, { writtenAt: new Date(at) });
    });
    return acceptedRow(orderNo, { issuerId, events });
  });
  const hidden = [
    acceptedRow('too-new', { issuerId, events: [event(1, { writtenAt: new Date(now + 60_000) })] }),
    acceptedRow('too-old', { issuerId, events: [event(1, { writtenAt: new Date(now - feedKeptMs - 1_000) })] }),
    acceptedRow('of-before', { issuerId, events: [event(1)] }),
    acceptedRow('other', { issuerId: 'another', events: [event(1, { writtenAt: new Date(shown) })] }),
  ];
  await file.database.orders.insertMany([...rows, ...hidden]);
  expected.sort(
    (a, b) => a.at - b.at || (a.orderNo < b.orderNo ? -1 : Number(a.orderNo > b.orderNo)) || a.sequence - b.sequence,
  );
  const names = expected.map(({ orderNo, sequence }) => `${orderNo}/${sequence}`);
  expect(await readAll(issuerId, () => 100)).toEqual(names);
  expect(await readAll(issuerId, () => 1 + Math.floor(random() * 100))).toEqual(names);
});

test('of each order as many events are read as fit on the page, and what was read is told', async () => {
  const issuerId = 'behind';
  const firstMs = (await databaseNow()) - 86_400_000;
  const rows = Array.from({ length: 3 }, (_, n) => {
    // The first ones of all orders at one moment.
    const events = Array.from({ length: 40 }, (_unused, k) =>
      event(k + 1, { writtenAt: new Date(firstMs + Math.max(0, k - 2) * 1_000) }),
    );
    return acceptedRow(`n${n}`, { issuerId, events });
  });
  await file.database.orders.insertMany(rows);
  const feed = createEventFeed(file.database);
  const read: string[] = [];
  let after: FeedPosition = { atMs: firstMs, orderNo: '', sequence: 0 };
  for (let n = 0; n < 11; n += 1) {
    const page = await feed.page(issuerId, after, 1);
    if (typeof page === 'string') throw new Error(page);
    expect(page.entries).toBeLessThanOrEqual(6);
    read.push(...page.events.map(({ row, event: { sequence } }) => `${row.orderNo}/${sequence}`));
    after = page.next;
  }
  const first = rows.flatMap(({ orderNo }) => [1, 2, 3].map((sequence) => `${orderNo}/${sequence}`));
  expect(read).toEqual([...first, 'n0/4', 'n1/4']);
});

test('a position whose followers may be gone is told, and so is one that nobody was given', async () => {
  const feed = createEventFeed(file.database);
  const now = await databaseNow();
  const at = (atMs: number) => feed.page('nobody', { atMs, orderNo: '', sequence: 0 }, 1);
  expect(await at(now - feedKeptMs - 60_000)).toBe('gone');
  expect(await at(now + 3_600_000)).toBe('ahead');
  const page = await at(now - feedKeptMs + 60_000);
  expect(page).toMatchObject({ events: [] });
  // An empty page leads on to what nothing is added before.
  const { next } = page as { next: FeedPosition };
  expect(next.atMs).toBeGreaterThanOrEqual(now - feedDelayMs);
});

test('a page ends with 20,000 items that its events name, and goes on from there', async () => {
  const itemIds = Array.from({ length: 10_000 }, (_, n) => `item-${n}`);
  const writtenAt = new Date((await databaseNow()) - 60_000);
  const rows = Array.from({ length: 5 }, (_, n) =>
    acceptedRow(`void-${n}`, {
      issuerId: 'stadium',
      events: [event(1, { type: 'order.codes_void', itemIds, writtenAt }), event(2, { writtenAt })],
    }),
  );
  await file.database.orders.insertMany(rows);
  const feed = createEventFeed(file.database);
  const pages: string[][] = [];
  for (let after: FeedPosition | undefined; ; ) {
    const page = await feed.page('stadium', after, 100);
    if (typeof page === 'string') throw new Error(page);
    if (page.events.length === 0) break;
    for (const { event: told } of page.events) expect(told.itemIds?.length ?? 0).toBe(told.sequence === 1 ? 10_000 : 0);
    pages.push(page.events.map(({ position: { orderNo, sequence } }) => `${orderNo}/${sequence}`));
    after = page.next;
  }
  expect(pages.map((page) => page.length)).toEqual([4, 4, 2]);
  expect(pages.flat()).toEqual(rows.flatMap(({ orderNo }) => [`${orderNo}/1`, `${orderNo}/2`]));
});

test('who fetches has orders read without their items, until what is to be told names 20,000', async () => {
  const itemIds = Array.from({ length: 10_000 }, (_, n) => `item-${n}`);
  const rows = Array.from({ length: 5 }, (_, n) => {
    const row = acceptedRow(`due-${n}`, { issuerId: 'fetcher', toGive: `fetcher/2026-01-01T00:00:0${n}.000Z/a` });
    const facts = { ...row.facts, items: itemIds.map((itemId) => ({ itemId, uses: 2 })) };
    return { ...row, facts, events: [event(1, { type: 'order.codes_void', itemIds, status: 'pending' })] };
  });
  await file.database.orders.insertMany(rows);
  const queue = createPullQueue(file.database);
  const due = await queue.due('fetcher', Date.parse('2026-01-02'), 100);
  expect(due.map(({ orderNo, facts, events: [told] }) => [orderNo, facts.items, told?.itemIds?.length])).toEqual([
    ['due-0', undefined, 10_000],
    ['due-1', undefined, 10_000],
  ]);
  const left = await queue.left('fetcher', 100);
  expect(left.map(({ events: [told] }) => told)).toEqual(Array(5).fill({ sequence: 1, atMs: 1 }));
});
