import { Registry } from 'prom-client';
import { createProject } from '../../activities/project';
import { createOrderMeter } from '../../src/metrics/order-meter';
import type { OrderDeps } from '../../src/second-interface/ask-order';
import type { Codes } from '../../src/store/codes';
import { createIssuers } from '../../src/store/issuers';
import { createOrders } from '../../src/store/orders';
import { acceptedRow, codesOf, databaseOfFile, issuerSeal } from '../support/database-of-file';

const file = databaseOfFile();

const projecting = (orders: ReturnType<typeof createOrders>, told: string[], codes: Codes = codesOf(file.database)) =>
  createProject({
    orderDeps: { orders, codes } as unknown as OrderDeps,
    issuers: createIssuers(file.database, issuerSeal),
    meter: createOrderMeter(new Registry()),
    tellEvent: ({ orderNo }, sequence) => told.push(`${orderNo}/${sequence}`),
    nowMs: Date.now,
  }).project;

const claimedBy = async (orderNo: string): Promise<string> => {
  const _id = `acme/${orderNo}/u`;
  await codesOf(file.database).claimFor({
    _id,
    orderId: `acme/${orderNo}`,
    issuerId: 'acme',
    orderNo,
    updateId: 'u',
    codes: [{ itemId: 'a', fingerprint: `f-${orderNo}`, valueFingerprint: `v-${orderNo}`, sealed: Buffer.from('s') }],
    at: new Date(),
  });
  return _id;
};

test('codes are too late only once the row shows the close: after a death in between the order may still take them', async () => {
  const orders = createOrders(file.database);
  const row = acceptedRow('dies');
  await orders.insertAccepted(row);
  const id = await claimedBy('dies');
  const facts = { ...row.facts, state: 'cancelled' as const, version: row.version + 1 };
  const late = { issuerId: 'acme', orderNo: 'dies', facts, entries: [], events: [], accepted: [], late: [id] };

  const dying = {
    ...orders,
    project: async () => {
      throw new Error('killed');
    },
  };
  await expect(projecting(dying, [])(late)).rejects.toThrow('killed');
  expect(await file.database.submissions.findOne({ _id: id })).toMatchObject({
    status: 'claimed',
    claims: ['acme:v-dies'],
  });

  await projecting(orders, [])(late);
  expect(await file.database.submissions.findOne({ _id: id })).toMatchObject({ status: 'late' });
});

test('a row that is closed in another way marks nothing late and tells nothing: the workflow follows it', async () => {
  const orders = createOrders(file.database);
  const row = acceptedRow('ahead');
  const delivered = { ...row.facts, state: 'delivered' as const, version: row.version + 2, issued: 1 };
  await orders.insertAccepted({ ...row, state: 'delivered', facts: delivered, version: delivered.version });
  const id = await claimedBy('ahead');
  const told: string[] = [];
  const ahead = await projecting(
    orders,
    told,
  )({
    issuerId: 'acme',
    orderNo: 'ahead',
    facts: { ...row.facts, state: 'cancelled', version: row.version + 1 },
    entries: [],
    events: [{ sequence: 1, type: 'order.cancelled', atMs: Date.now(), state: 'cancelled' }],
    accepted: [],
    late: [id],
  });
  expect(ahead).toEqual(delivered);
  expect(told).toEqual([]);
  expect(await file.database.submissions.findOne({ _id: id })).toMatchObject({ status: 'claimed' });
});

test('an order whose row says that it is verified does not expire unverified, and tells no such thing: the engine lost it', async () => {
  const orders = createOrders(file.database);
  const row = acceptedRow('verified');
  const verification = { verifiedAtMs: Date.now(), issueByMs: Date.now() + 60_000 };
  const verified = { ...row.facts, state: 'verified' as const, version: row.version + 2, verification };
  await orders.insertAccepted({ ...row, state: 'verified', facts: verified, version: verified.version });
  const told: string[] = [];
  // A workflow that heard of less, or of more, since.
  for (const version of [row.version + 1, row.version + 5]) {
    const ahead = await projecting(
      orders,
      told,
    )({
      issuerId: 'acme',
      orderNo: 'verified',
      facts: { ...row.facts, state: 'expired', closedReason: 'verify_window', version },
      entries: [],
      events: [{ sequence: 1, type: 'order.expired', atMs: Date.now(), state: 'expired' }],
      accepted: [],
      late: [],
    });
    expect(ahead).toEqual(verified);
  }
  expect(told).toEqual([]);
  expect(await orders.find({ issuerId: 'acme', orderNo: 'verified' })).toMatchObject({ state: 'verified', events: [] });
});

test.each([
  ['verify', 'notified', 'verify_window', { verifyExtensionMs: 60_000 }],
  ['issue', 'verified', 'issue_window', { issueExtensionMs: 60_000 }],
] as const)(
  'an order whose row has a longer %s window does not expire before: the engine lost the extension',
  async (window, state, closedReason, longer) => {
    const orders = createOrders(file.database);
    const name = { issuerId: 'acme', orderNo: `longer-${window}` };
    const row = acceptedRow(name.orderNo);
    const now = Date.now();
    const opened =
      window === 'verify' ? row.facts : { ...row.facts, verification: { verifiedAtMs: now, issueByMs: now } };
    const extended = { ...opened, ...longer, state, version: row.version + 2 };
    await orders.insertAccepted({ ...row, state, facts: extended, version: extended.version });
    const told: string[] = [];
    const ends = async (facts: typeof opened) => {
      const expired = { ...facts, state: 'expired' as const, closedReason, version: row.version + 2 };
      const events = [{ sequence: 1, type: 'order.expired', atMs: now, state: 'expired' }] as const;
      return projecting(orders, told)({ ...name, facts: expired, entries: [], events, accepted: [], late: [] });
    };
    expect(await ends(opened)).toEqual(extended);
    expect(told).toEqual([]);
    expect(await orders.find(name)).toMatchObject({ state, events: [] });
    // One that heard of the extension does.
    expect(await ends({ ...opened, ...longer })).toBeUndefined();
    expect(await orders.find(name)).toMatchObject({ state: 'expired', events: [{ sequence: 1 }] });
  },
);

test.each([
  ['verify', 'notified', 'verify_window', 'verifyExtensionMs'],
  ['issue', 'verified', 'issue_window', 'issueExtensionMs'],
] as const)(
  'an order whose %s window a moved clock ended does expire, though its row has not heard of the move',
  async (window, state, closedReason, extension) => {
    const orders = createOrders(file.database);
    const name = { issuerId: 'acme', orderNo: `moved-${window}` };
    const row = acceptedRow(name.orderNo);
    const now = Date.now();
    const first = { id: 'first', atMs: now, byMs: 1_000 };
    const opened = { ...row.facts, state, advances: [first], [extension]: -1_000 };
    if (window === 'issue') Object.assign(opened, { verification: { verifiedAtMs: now, issueByMs: now } });
    await orders.insertAccepted({ ...row, state, facts: opened });
    const told: string[] = [];
    const advances = [first, { id: 'second', atMs: now, byMs: 600_000 }];
    const expired = { ...opened, advances, [extension]: -601_000, state: 'expired' as const, closedReason };
    const events = [{ sequence: 1, type: 'order.expired', atMs: now, state: 'expired' }] as const;
    const facts = { ...expired, version: row.version + 2 };
    const ahead = await projecting(orders, told)({ ...name, facts, entries: [], events, accepted: [], late: [] });
    expect(ahead).toBeUndefined();
    expect(await orders.find(name)).toMatchObject({ state: 'expired', events: [{ sequence: 1 }] });
  },
);

test('the row shows codes only once their claims are the order’s: where that fails nothing is written, and it is done again', async () => {
  const orders = createOrders(file.database);
  const row = acceptedRow('claims-first');
  await orders.insertAccepted(row);
  const id = await claimedBy('claims-first');
  const name = { issuerId: 'acme', orderNo: 'claims-first' };
  const facts = { ...row.facts, state: 'issued' as const, issued: 1, version: row.version + 1 };
  const taken = { ...name, facts, entries: [], events: [], accepted: [id], late: [] };
  const shown = async () => (await orders.find(name))?.state;

  const failing = {
    ...codesOf(file.database),
    markAccepted: async () => {
      // As long as the projection itself would need, and longer.
      for (let n = 0; n < 10; n += 1) expect(await shown()).toBe('accepted');
      throw new Error('the database is away');
    },
  };
  await expect(projecting(orders, [], failing)(taken)).rejects.toThrow('away');
  expect(await shown()).toBe('accepted');

  await projecting(orders, [])(taken);
  expect(await shown()).toBe('issued');
  expect(await file.database.submissions.findOne({ _id: id })).toMatchObject({ status: 'accepted' });
});

test('a projection that the engine runs again tells its events once', async () => {
  const orders = createOrders(file.database);
  const row = acceptedRow('again');
  await orders.insertAccepted(row);
  const told: string[] = [];
  const project = projecting(orders, told);
  const facts = { ...row.facts, state: 'cancelled' as const, version: row.version + 1 };
  const events = [{ sequence: 1, type: 'order.cancelled' as const, atMs: Date.now(), state: 'cancelled' as const }];
  const projection = { issuerId: 'acme', orderNo: 'again', facts, entries: [], events, accepted: [], late: [] };
  await project(projection);
  await project(projection);
  expect(told).toEqual(['again/1']);
});

test('the terminal that an order took by reference is its terminal, once and for all', async () => {
  const orders = createOrders(file.database);
  const row = acceptedRow('corrected');
  await orders.insertAccepted(row);
  const name = { issuerId: 'acme', orderNo: 'corrected' };
  const terminal = { channel: 'webhook', url: 'https://terminal.example/second' };
  await orders.keepCorrection(name, { ref: 'first', terminal: { channel: 'page' } });
  await orders.keepCorrection(name, { ref: 'second', terminal });
  const facts = { ...row.facts, channel: 'webhook', version: row.version + 1 };
  const taken = { ...name, facts, entries: [], events: [], accepted: [], late: [], correction: 'second' };
  await projecting(orders, [])(taken);
  await projecting(orders, [])(taken);
  expect(await orders.find(name)).toMatchObject({ terminal, corrections: [{ ref: 'first' }] });
});
