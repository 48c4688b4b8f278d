import { randomUUID } from 'node:crypto';
import type { Collection } from 'mongodb';
import { dayMs } from '../../src/domain/timings';
import { createSecondPerson } from '../../src/operator/approvals';
import { createApprovals } from '../../src/store/approvals';
import { platformOfFile } from '../support/platform-of-file';
import { signInByLink } from '../support/portal';
import { reconcileOnce } from '../support/reconcile';
import { until } from '../support/until';

/** Rows under another name than their own: each is noted itself, and stands in nobody's way. */
const file = platformOfFile();

type Bare = Record<string, unknown> & { readonly _id: string };
const orders = (): Collection<Bare> => file.platform.core.database.db.collection<Bare>('orders');
const isNoted = async (_id: string): Promise<boolean> => (await orders().findOne({ _id }))?.tamperedAt !== undefined;
const first = '2000-01-01T00:00:00.000Z';

/** As many as a pass reads, before all others. */
const putBefore = async (count: number, named: { issuerId: string; orderNo: string }, more: object): Promise<void> => {
  const rows = Array.from({ length: count }, (_, n): Bare => {
    const _id = `zz${String(n).padStart(4, '0')}`;
    return { _id, ...named, pickupHash: randomUUID(), position: `${first}/${_id}`, ...more };
  });
  await orders().insertMany(rows);
};

afterEach(async () => {
  await orders().deleteMany({ _id: /^zz/ });
});

test('a hundred rows that are nobody’s orders keep no old order from being purged', async () => {
  const issuer = await file.issuer();
  const _id = `${issuer.issuerId}/old`;
  await issuer.placeVerified('old');
  await issuer.submit('old', [{ itemId: '1', value: 'OLD' }]);
  await issuer.message('order.delivered', 'old');
  await until('all is told', async () => (await orders().findOne({ _id }))?.eventsPendingSince === undefined);
  const named = { issuerId: issuer.issuerId, orderNo: 'another' };
  await putBefore(60, named, { state: 'delivered', facts: { updatedAtMs: 0 } });
  await orders().insertMany(
    Array.from({ length: 60 }, (_, n) => ({
      ...{ _id: `zz/of-${n}`, issuerId: 'zz', orderNo: `of-${n}`, pickupHash: randomUUID(), purgedAt: new Date() },
      ...{ state: 'delivered', facts: [{ updatedAtMs: 0 }], position: `${first}/of-${n}` },
    })),
  );
  const nowMs = () => Date.now() + 500 * dayMs;
  const purged = async () => (await reconcileOnce(file.platform, { nowMs, purgeAfterMs: 400 * dayMs })).purged;
  expect((await purged()) + (await purged())).toBe(1);
  expect((await orders().findOne({ _id }))?.state).toBeUndefined();
  expect(await isNoted('zz0000')).toBe(true);
});

test('a row that names another order is noted itself, and begins nothing for that one', async () => {
  const issuer = await file.issuer();
  const named = { issuerId: issuer.issuerId, orderNo: 'real' };
  const _id = `${issuer.issuerId}/real`;
  await issuer.placeVerified('real');
  const at = new Date(0);
  const pending = { sequence: 77, status: 'pending', atMs: 1, type: 'order.delivered' };
  await putBefore(1, named, {
    ...{ unstartedSince: at, createdAt: new Date(), state: 'accepted', eventsPendingSince: at, events: [pending] },
    ...{ voidWaits: { state: 'open', at }, afterSalesDueSince: at, afterSalesDue: [{ name: 'redeliver-9' }] },
    facts: { state: 'accepted', updatedAtMs: 1, voidRequest: { requestId: 'r', startedAtMs: 1, decideByMs: 2 } },
  });
  expect(await reconcileOnce(file.platform)).toMatchObject({ started: 0, eventsStarted: 0, voidsAsked: 0 });
  await until('it is noted', () => isNoted('zz0000'));
  expect(await isNoted(_id)).toBe(false);
});

test('neither foreign rows nor unreadable ones keep events and void requests of others waiting', async () => {
  const at = new Date(0);
  const named = { issuerId: 'zz', orderNo: 'none' };
  const state = { state: 'delivered', createdAt: new Date() };
  await putBefore(120, named, { ...state, eventsPendingSince: at, events: [null], facts: 5 });
  await orders().updateMany({ _id: /^zz00/ }, { $set: { voidWaits: { state: 'open', at } } });
  await orders().updateMany({ _id: /^zz000/ }, { $set: { voidWaits: [{ state: 'open', at }] as never } });
  await orders().insertOne({
    ...{
      _id: 'zz/times',
      issuerId: 'zz',
      orderNo: 'times',
      ...state,
      pickupHash: randomUUID(),
      eventsPendingSince: at,
    },
    ...{ position: `${first}/times`, events: [{ sequence: 1, status: 'pending', atMs: 'x' }] },
  });
  await reconcileOnce(file.platform, { stageLimitMs: 60_000 });
  await reconcileOnce(file.platform, { stageLimitMs: 60_000 });
  const before = new Date(Date.now() - 1_000);
  expect(await orders().countDocuments({ eventsPendingSince: { $lt: before } })).toBe(0);
  expect(await orders().countDocuments({ 'voidWaits.at': { $lt: before } })).toBe(0);
});

test('an issuer that fetches its messages has them, whatever stands in its queue', async () => {
  const issuer = await file.issuer({ callback: { kind: 'pull' }, codeMode: 'push' });
  const other = await file.issuer();
  for (let n = 0; n < 20; n += 1) await other.place(`b${n}`);
  const toGive = `${issuer.issuerId}/${first}/x`;
  await orders().updateMany({ issuerId: other.issuerId }, { $set: { toGive } });
  await putBefore(50, { issuerId: issuer.issuerId, orderNo: 'p1' }, { toGive, events: [], messages: [], facts: {} });
  await issuer.place('p1');
  const given = async () => (await issuer.get('/messages?waitSeconds=1')).body.data?.length;
  await until('it has its notice', async () => (await given()) === 1);
  expect(await orders().countDocuments({ toGive })).toBe(0);
  await orders().updateMany({ _id: /^zz/ }, { $set: { toGive }, $unset: { events: '' } });
  const callback = { kind: 'url', url: 'https://called.example/' };
  const path = `/issuers/${issuer.issuerId}`;
  expect((await file.platform.operator('PATCH', path, { callback })).status).toBe(200);
  expect(await orders().countDocuments({ _id: /^zz/, toGive: { $exists: true } })).toBe(0);
  expect((await other.order('b1')).status).toBe(200);
});

describe('however many rows somebody else writes, they count for no limit and are taken away', () => {
  const count = 120;
  const put = async (name: string, more: object): Promise<Collection<Bare>> => {
    const rows = file.platform.core.database.db.collection<Bare>(name);
    const endsAt = new Date(4e12);
    const at = {
      position: '2999-01-01T00:00:00.000Z/zz',
      endsAt,
      liveUntil: endsAt,
      startedAt: endsAt,
      seenAt: endsAt,
    };
    await rows.insertMany(Array.from({ length: count }, (_, n) => ({ _id: `forged/${n}`, ...at, ...more })));
    return rows;
  };
  const left = (rows: Collection<Bare>): Promise<number> => rows.countDocuments({ _id: /^forged\// });

  test('sessions of an operator', async () => {
    const sealed = { mac: 'x'.repeat(43), role: 'admin' };
    const rows = await put('consoleSessions', { name: 'operator', ...sealed });
    const url = `${file.platform.baseUrl}/v1/operator`;
    const signedIn = await fetch(`${url}/console/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: file.platform.operatorToken }),
    });
    const cookie = String(signedIn.headers.get('set-cookie')).split(';')[0] ?? '';
    const listed = await fetch(`${url}/console/sessions`, { headers: { cookie } });
    expect([signedIn.status, listed.status, (await listed.json()).data?.length]).toEqual([201, 200, 1]);
    expect(await left(rows)).toBe(0);
  });

  test('links to an issuer’s own page, and sessions there', async () => {
    const issuer = await file.issuer();
    const links = await put('portalLinks', { issuerId: issuer.issuerId, sealed: Buffer.alloc(64, 1) });
    const sessions = await put('portalSessions', { name: issuer.issuerId, sealed: Buffer.alloc(64, 1) });
    const body = { type: 'portal.link', role: 'admin', expiresInSeconds: 600 };
    const made = await issuer.post('/portal-links', body);
    expect(made.status).toBe(201);
    const browser = await signInByLink(made.body.url, file.platform.baseUrl);
    expect((await browser.get(`/v1/issuers/${issuer.issuerId}/portal-sessions`)).body.data).toHaveLength(1);
    expect([await left(links), await left(sessions)]).toEqual([0, 0]);
  });

  test('what an operator asked another one to approve', async () => {
    const issuer = await file.issuer();
    await issuer.place('asked');
    const { orderDeps, database } = file.platform.core;
    const row = await orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo: 'asked' });
    const asked = { askedBy: 'otto', state: 'open', askedAt: new Date(), orderId: 'a/b' };
    const rows = await put('approvals', asked);
    const second = createSecondPerson({ approvals: createApprovals(database), hasProvider: false, orderDeps });
    const terminal = { channel: 'page' } as const;
    const otto = { name: 'otto', role: 'operator' } as const;
    const ask = () => second.ask(row as NonNullable<typeof row>, { terminal }, otto);
    for (let n = 0; n < 100; n += 1) await ask();
    await expect(ask()).rejects.toMatchObject({ code: 'rate_limited' });
    expect(await left(rows)).toBe(0);
  });
});
