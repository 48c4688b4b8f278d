import { randomUUID } from 'node:crypto';
import type { Collection } from 'mongodb';
import { dayMs } from '../../src/domain/timings';
import { platformOfFile } from '../support/platform-of-file';
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
