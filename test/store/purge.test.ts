import { createApprovals } from '../../src/store/approvals';
import { createInbox } from '../../src/store/inbox';
import { createOrders, type OrderRow } from '../../src/store/orders';
import { createPurge, type Purge, whyKept } from '../../src/store/purge';
import { acceptedRow, anyClaims, anySeal, codesOf, databaseOfFile } from '../support/database-of-file';

const file = databaseOfFile();
let purge: Purge;
beforeAll(() => {
  purge = createPurge(file.database, anyClaims);
});
beforeEach(async () => {
  const { orders, submissions, inbox } = file.database;
  await Promise.all([orders.deleteMany({}), submissions.deleteMany({}), inbox.deleteMany({})]);
});

const endedAtMs = Date.parse('2026-01-02T03:04:05.678Z');
const endedAt = new Date(endedAtMs);

const ended = async (orderNo: string, change: Partial<OrderRow> = {}): Promise<OrderRow> => {
  const row = acceptedRow(orderNo, { createdAt: new Date(endedAtMs - 60_000), ...change });
  const state = change.state ?? 'delivered';
  const { unstartedSince: _, ...full } = { ...row, state, facts: { ...row.facts, state, updatedAtMs: endedAtMs } };
  await createOrders(file.database).insertAccepted(full);
  return full;
};
const dueAt = async (at: number, limit = 100): Promise<string[]> =>
  (await purge.due(new Date(at), limit, 'live')).map(({ _id }) => _id);
const draft = (row: OrderRow, id: string, valueFingerprint = id) => ({
  _id: `${row._id}/${id}`,
  orderId: row._id,
  issuerId: row.issuerId,
  orderNo: row.orderNo,
  updateId: id,
  codes: [{ itemId: 'an-item', fingerprint: 'whole', valueFingerprint, sealed: Buffer.from('sealed-bytes') }],
  at: endedAt,
});

test.each([['delivered'], ['refused'], ['expired'], ['cancelled']] as const)(
  'an order that is %s is due at the very end of its time, and not a millisecond before',
  async (state) => {
    await ended('one', { state });
    expect(await dueAt(endedAtMs - 1)).toEqual([]);
    expect(await dueAt(endedAtMs)).toEqual(['acme/one']);
  },
);

test.each([['accepted'], ['notified'], ['verified'], ['partially_issued'], ['issued'], ['undeliverable']] as const)(
  'an order that is %s is never due, however old it is',
  async (state) => {
    await ended('open', { state });
    expect(await dueAt(endedAtMs + 10 * 365 * 86_400_000)).toEqual([]);
  },
);

test('an order that was open for long is kept as long after its end as any other', async () => {
  await ended('held-for-a-year', { createdAt: new Date(endedAtMs - 365 * 86_400_000) });
  expect(await dueAt(endedAtMs - 1)).toEqual([]);
});

test('an order with an event that was not told yet waits for it', async () => {
  const row = await ended('untold', { eventsPendingSince: endedAt });
  expect(await dueAt(endedAtMs)).toEqual([]);
  await file.database.orders.updateOne({ _id: row._id }, { $unset: { eventsPendingSince: 1 } });
  expect(await dueAt(endedAtMs)).toEqual([row._id]);
});

test('a look is bounded, over all states together, and what was purged is not seen again', async () => {
  const states = ['delivered', 'refused', 'expired', 'cancelled'] as const;
  for (let n = 0; n < 8; n += 1) await ended(`many-${n}`, { state: states[n % 4] as OrderRow['state'] });
  const seen: string[] = [];
  for (const size of [3, 3, 2, 0]) {
    const due = await purge.due(endedAt, 3, 'live');
    expect(due).toHaveLength(size);
    for (const order of due) expect(await purge.forget(order, endedAt)).toBe(true);
    seen.push(...due.map(({ _id }) => _id));
  }
  expect(new Set(seen).size).toBe(8);
});

test('what stays of an order is its name, the hash of its link and the time; nobody finds an order by it', async () => {
  const orders = createOrders(file.database);
  const row = await ended('gone');
  await purge.forget(row, endedAt);
  expect(await file.database.orders.findOne({ _id: row._id })).toEqual({
    _id: row._id,
    pickupHash: row.pickupHash,
    purgedAt: endedAt,
  });
  expect(await orders.find(row)).toBeNull();
  expect(await orders.list({ limit: 10 })).toEqual([]);
  expect(await orders.list({ limit: 10, issuerId: 'acme', orderNoPrefix: 'go' })).toEqual([]);
  expect(await orders.insertAccepted(acceptedRow('gone'))).toBe('exists');
});

test('an address that waited for approval, or did not get it, goes with its order', async () => {
  const approvals = createApprovals(file.database);
  const [row, neighbour] = [await ended('asked'), await ended('asked0')];
  const asked = { position: 'p', issuerId: 'acme', sealed: Buffer.alloc(8), askedBy: 'ann', state: 'refused' } as const;
  for (const { _id: orderId, orderNo } of [row, neighbour])
    await approvals.insert({ ...asked, _id: orderNo, orderId, orderNo, askedAt: endedAt, endsAt: endedAt });
  await purge.forget(row, endedAt);
  expect((await approvals.list(undefined, 10)).map(({ orderId }) => orderId)).toEqual([neighbour._id]);
});

test('no late writer puts anything back', async () => {
  const orders = createOrders(file.database);
  const row = await ended('late-writers');
  await purge.forget(row, endedAt);
  const before = await file.database.orders.findOne({ _id: row._id });
  const entry = { key: 'late', atMs: endedAtMs, event: 'event_sent' as const, detail: {} };
  const facts = { ...row.facts, version: 99 };
  await orders.recordTry(row, [entry], { notified: true, deliveryTries: 3 });
  await orders.writeView(row, facts, [entry]);
  expect(await orders.project(row, { facts, entries: [entry], events: [] })).toEqual({ fresh: [] });
  await orders.markEvent(row, 1, 'sent');
  expect(await orders.applyDecision(row, { facts, entries: [entry], events: [], ledger: [] })).toBe(false);
  expect(await file.database.orders.findOne({ _id: row._id })).toEqual(before);
});

test('of its codes the claims stay, so that none is sold twice; all sealed bytes, items and messages are gone', async () => {
  const codes = codesOf(file.database);
  const row = await ended('codes');
  const neighbour = await ended('codes0');
  for (const id of ['held', 'unjudged']) await codes.claimFor(draft(row, id));
  await codes.markAccepted([`${row._id}/held`]);
  await codes.keepLate(draft(row, 'late'));
  await codes.claimFor(draft(neighbour, 'of-the-neighbour'));
  const inbox = createInbox(file.database, anySeal);
  const message = { kind: 'cancel', by: 'issuer', textRef: 'cancel/1' } as const;
  for (const order of [row, neighbour]) await inbox.put(order, 'cancel/1', message, endedAt);

  await purge.forget(row, endedAt);

  const left = await file.database.submissions.find({ orderId: row._id }).toArray();
  expect(left.map(({ _id, codes: rest, claims, unjudgedSince }) => [_id, rest, claims, unjudgedSince]).sort()).toEqual([
    [`${row._id}/held`, [], ['acme:held'], undefined],
    [`${row._id}/unjudged`, [], ['acme:unjudged'], undefined],
  ]);
  expect(JSON.stringify(left)).not.toContain('an-item');
  const another = await ended('another');
  for (const id of ['held', 'unjudged']) {
    expect((await codes.claimFor(draft(another, `again-${id}`, id))).kind).toBe('reused');
  }
  expect((await codes.claimFor(draft(another, 'late'))).kind).toBe('claimed');
  expect(await inbox.waiting(new Date(endedAtMs + 1), 10, 'live')).toMatchObject([
    { _id: `${neighbour._id}/cancel/1` },
  ]);
  const kept = await file.database.submissions.findOne({ orderId: neighbour._id });
  expect(kept?.codes).toHaveLength(1);
});

test('what holds no value of its own is not kept, and does not keep an order from being forgotten', async () => {
  const row = await ended('without-own');
  const codes = codesOf(file.database);
  for (const id of ['w1', 'w2']) {
    await codes.claimFor(draft(row, id));
    await file.database.submissions.updateOne({ _id: `${row._id}/${id}` }, { $set: { claims: [`acme:not-${id}`] } });
  }
  expect(await purge.forget(row, endedAt)).toBe(true);
  expect(await file.database.submissions.countDocuments({ orderId: row._id })).toBe(0);
});

test('two passes at once: each order is ended once', async () => {
  const rows = await Promise.all(Array.from({ length: 12 }, (_, n) => ended(`both-${n}`)));
  const codes = codesOf(file.database);
  for (const row of rows) await codes.claimFor(draft(row, row.orderNo));
  const pass = async (): Promise<number> => {
    const outcomes = await Promise.all(
      (await purge.due(endedAt, 100, 'live')).map((order) => purge.forget(order, endedAt)),
    );
    return outcomes.filter(Boolean).length;
  };
  const counts = await Promise.all([pass(), pass()]);
  expect(counts.reduce((a, b) => a + b)).toBe(12);
  expect(await file.database.orders.countDocuments({ purgedAt: { $exists: true } })).toBe(12);
  expect(await file.database.submissions.countDocuments({ 'codes.0': { $exists: true } })).toBe(0);
  expect(await dueAt(endedAtMs)).toEqual([]);
});

test('an order that a mark keeps is asked whether the platform wrote it: what is owed, or told yet, keeps it', async () => {
  const nowMs = endedAtMs + 1;
  const event = { type: 'order.delivered', sequence: 1, atMs: 1, state: 'delivered', status: 'pending' } as const;
  const sent = { ...event, status: 'sent' } as const;
  const owes = { ...acceptedRow('owes').facts, refundDueValue: 2, refundSettledValue: 1 };
  await ended('a-owes', { refundOpen: 'p', facts: owes });
  await ended('b-owes-none', { refundOpen: 'p' });
  await ended('c-waits', { eventsPendingSince: endedAt, events: [event] });
  await ended('d-told', { eventsPendingSince: endedAt, events: [sent] });
  await ended('e-never', { eventsPendingSince: new Date(4e12), events: [event] });
  await ended('f-due');
  const why: string[][] = [];
  let after = '';
  for (let n = 0; n < 3; n += 1) {
    const rows = await purge.kept(endedAt, after, 2, 'live');
    why.push(...rows.map((row) => [row._id, whyKept(row, nowMs)]));
    after = rows.at(-1)?.position ?? after;
  }
  expect(why).toEqual([
    ['acme/a-owes', 'kept'],
    ['acme/b-owes-none', 'wrong'],
    ['acme/c-waits', 'kept'],
    ['acme/d-told', 'told'],
    ['acme/e-never', 'wrong'],
  ]);
});
