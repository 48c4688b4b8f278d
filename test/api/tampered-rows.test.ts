import { createHash } from 'node:crypto';
import type { UpdateFilter } from 'mongodb';
import { Registry } from 'prom-client';
import { finders, type TroubleSources } from '../../activities/find-trouble';
import { createProject } from '../../activities/project';
import { testIdPrefix } from '../../src/domain/ids';
import { dayMs, testOrdersKeptMs, testTombstoneKeptMs } from '../../src/domain/timings';
import { createOrderMeter } from '../../src/metrics/order-meter';
import type { IssuerRow } from '../../src/store/issuers';
import type { OrderRow } from '../../src/store/orders';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reconcileOnce } from '../support/reconcile';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { until } from '../support/until';

/** What somebody writes to the database: the platform does nothing for good because of it, nor shows it. */
const file = platformOfFile();
let buyer: TestTerminal;
beforeAll(async () => {
  buyer = await startTerminal();
});
afterAll(() => buyer.stop());

const orders = () => file.platform.core.database.orders;
const issuers = () => file.platform.core.database.issuers;
const rowOf = async <Row>(found: Promise<Row | null>): Promise<Row> => {
  const row = await found;
  if (!row) throw new Error('it has no row');
  return row;
};
const isNoted = async (_id: string): Promise<boolean> => (await orders().findOne({ _id }))?.tamperedAt !== undefined;

test('an issuer that somebody else ends or deletes keeps its orders, and sells on once its row is put back', async () => {
  for (const $set of [
    { deletedAt: new Date() },
    { endsAt: new Date(0) },
    { deletedAt: new Date(), endsAt: new Date(0), deletionSeal: Buffer.alloc(64) },
  ] satisfies UpdateFilter<IssuerRow>['$set'][]) {
    const issuer = await file.issuer();
    const _id = issuer.issuerId;
    await issuer.placeVerified('open');
    const row = await rowOf(issuers().findOne({ _id }));
    await issuers().updateOne({ _id }, { $set });
    for (const pass of [await reconcileOnce(file.platform), await reconcileOnce(file.platform)]) {
      expect(pass).toMatchObject({ testsDeleted: 0, cancelled: 0 });
    }
    const names = Object.keys($set).map((name) => [name, '' as const]);
    await issuers().updateOne({ _id }, { $unset: Object.fromEntries(names) });
    expect((await issuer.order('open')).body).toMatchObject({ state: 'verified' });
    expect((await issuer.place('next')).status).toBe(201);
    const { tamperedAt: _at, ...after } = await rowOf(issuers().findOne({ _id }));
    expect(after).toEqual(row);
  }
});

test('one that looks deleted by somebody else is named as a trouble, and one that an operator deleted no more', async () => {
  const { stats } = file.platform.core;
  const issuer = await file.issuer();
  const _id = issuer.issuerId;
  await issuer.placeVerified('left');
  await issuers().updateOne({ _id }, { $set: { deletedAt: new Date() } });
  await reconcileOnce(file.platform);
  expect(await stats.tamperedIssuers(100)).toContain(_id);
  await issuers().updateOne({ _id }, { $unset: { deletedAt: '' }, $set: { name: 'Thief' } });
  expect((await file.platform.operator('DELETE', `/issuers/${_id}?confirm=${_id}`)).status).toBe(204);
  const state = async () => (await rowOf(orders().findOne({ _id: `${_id}/left` }))).state;
  await until('its orders end', async () => {
    await reconcileOnce(file.platform);
    return (await state()) === 'cancelled';
  });
  expect(await stats.tamperedIssuers(100)).not.toContain(_id);
});

test('what a deleted issuer left open is cancelled, but an order to which somebody else wrote waits until it is put back', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('left');
  const _id = `${issuer.issuerId}/left`;
  await orders().updateOne({ _id }, { $set: { quantity: 7 } });
  await file.platform.operator('DELETE', `/issuers/${issuer.issuerId}?confirm=${issuer.issuerId}`);
  await until('it is looked at', () => isNoted(_id));
  expect((await reconcileOnce(file.platform)).cancelled).toBe(0);
  await orders().updateOne({ _id }, { $set: { quantity: 1 } });
  expect((await reconcileOnce(file.platform)).cancelled).toBe(1);
});

test('the tombstone of a test issuer goes in its time, whatever somebody else wrote to it', async () => {
  const { issuers: store } = file.platform.core;
  const { terminal: _terminal, ...row } = await rowOf(issuers().findOne({ _id: (await file.issuer()).issuerId }));
  const at = new Date(Date.now() - testTombstoneKeptMs - dayMs);
  const _id = `${testIdPrefix}${'0'.repeat(20)}`;
  await store.insert({ ...row, _id, secrets: [], endsAt: at });
  await store.bury(_id, at);
  await issuers().updateOne({ _id }, { $set: { name: 'Thief' } });
  await reconcileOnce(file.platform);
  expect(await store.findEver(_id)).toBeNull();
});

test('nobody but the platform has words or alarms told to operators', async () => {
  const { core } = file.platform;
  const { workers, guesses, comparisons } = core.database;
  const sources = { ...core, nowMs: Date.now } as unknown as TroubleSources;
  const told = async () =>
    (await Promise.all([finders.circuit_open(sources), finders.tokens_guessed(sources), finders.sides_differ(sources)]))
      .flat()
      .map(({ subject }) => subject);
  const words = 'terminal:acme:https://pay.example. URGENT: call us';
  const at = new Date();
  const report = { host: 'h', startedAt: at, at, circuits: [], openedLately: ['acme'], throttled: [] };
  await core.workers.report({ ...report, _id: 'ours' });
  await core.workers.report({ ...report, _id: 'ahead', at: new Date(Date.now() + dayMs), openedLately: ['ahead'] });
  const ours = await rowOf(workers.findOne({ _id: 'ours' }));
  await workers.insertMany([
    { ...report, _id: 'none', openedLately: [words] },
    { ...ours, _id: 'taken', openedLately: [words] },
  ]);
  await guesses.insertOne({ _id: 'operator-tokens', at });
  const counts = [{ issuerId: 'acme', kind: 'workflow_left' as const, count: 1 }];
  const compared = { at, orders: 1, workflows: 1, isWhole: true, findings: [] };
  await comparisons.insertMany([
    { ...compared, _id: '2999-01-01', counts },
    { ...compared, _id: at.toISOString().slice(0, 10), counts, findings: [{ ...counts[0], orderNo: words } as never] },
  ]);
  expect(await told()).toEqual(['acme']);
  const { body } = await file.platform.operator('GET', '/health');
  expect(body.workers.filter(({ host }: { host: string }) => host === 'h')).toHaveLength(1);
  await core.guesses.note(at);
  await comparisons.deleteMany({});
  await core.comparisons.keep({ ...compared, _id: at.toISOString().slice(0, 10), counts });
  await core.workers.leave('ours', at);
  expect(await told()).toEqual(['operators', 'acme']);
  await Promise.all([workers.deleteMany({ host: 'h' }), guesses.deleteMany({}), comparisons.deleteMany({})]);
});

test('no window of an order ends by what somebody else writes of its issuer’s pauses', async () => {
  const issuer = await file.issuer();
  const _id = issuer.issuerId;
  const row = await rowOf(issuers().findOne({ _id }));
  const { core } = file.platform;
  const meter = createOrderMeter(new Registry());
  const { heldTime } = createProject({ ...core, meter, tellEvent: () => undefined, nowMs: Date.now });
  const asked = () => heldTime({ issuerId: _id, sinceMs: 0 });
  expect(await asked()).toMatchObject({ heldMs: 0, isHeld: false });
  for (const $set of [{ holds: [{ from: new Date(0), to: new Date(1) }] }, { deletedAt: new Date() }]) {
    await issuers().updateOne({ _id }, { $set });
    expect(await asked()).toMatchObject({ isHeld: true });
    await issuers().replaceOne({ _id }, row);
  }
  expect(await asked()).toMatchObject({ heldMs: 0, isHeld: false });
});

test('no logo that somebody else wrote is shown, on a page or in a preview, whatever hash stands beside it', async () => {
  const drawn = (text: string) =>
    `data:image/svg+xml;base64,${Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><text>${text}</text></svg>`).toString('base64')}`;
  const issuer = await file.issuer({ branding: { displayName: 'Shop', logo: drawn('ours') } });
  const _id = issuer.issuerId;
  const link = String((await issuer.placeVerified('shown')).body.pickupUrl);
  const { operator } = file.platform;
  const seen = async () => [
    await (await fetch(link)).text(),
    JSON.stringify((await operator('POST', `/issuers/${_id}/preview`, {})).body),
  ];
  const row = await rowOf(issuers().findOne({ _id }));
  const own = String(row.logo);
  expect((await seen()).map((text) => text.includes(own))).toEqual([true, true]);
  const logo = drawn('send your code to a thief');
  const logoHash = createHash('sha256').update(logo).digest('base64url');
  await issuers().updateOne({ _id }, { $set: { logo, 'branding.logoHash': logoHash } });
  expect((await seen()).map((text) => text.includes(logo))).toEqual([false, false]);
  // Its hash is as it was.
  await issuers().replaceOne({ _id }, { ...row, logo });
  expect((await seen()).map((text) => text.includes(logo))).toEqual([false, false]);
  await issuers().replaceOne({ _id }, row);
  expect((await seen()).map((text) => text.includes(own))).toEqual([true, true]);
});

test('no order is purged earlier, nor as a test order, by what somebody else writes', async () => {
  const issuer = await file.issuer();
  const purged = (atMs: number, purgeAfterMs?: number) =>
    reconcileOnce(file.platform, { nowMs: () => atMs, ...(purgeAfterMs ? { purgeAfterMs } : {}) });
  const late = Date.now() + 2 * testOrdersKeptMs;
  for (const orderNo of ['early', 'as-test', 'other']) {
    await issuer.placeVerified(orderNo);
    await issuer.submit(orderNo, [{ itemId: '1', value: `KEPT-${orderNo}` }]);
    await issuer.message('order.delivered', orderNo);
  }
  const idOf = (orderNo: string) => `${issuer.issuerId}/${orderNo}`;
  await until('all is told', async () => {
    const told = await orders().countDocuments({ issuerId: issuer.issuerId, eventsPendingSince: { $exists: false } });
    return told === 3;
  });
  const before = await rowOf(orders().findOne({ _id: idOf('other') }));
  const position = (row: Pick<OrderRow, '_id'>, mark = '') => `${mark}2000-01-01T00:00:00.000Z/${row._id}`;
  await orders().updateOne(
    { _id: idOf('early') },
    { $set: { position: position({ _id: idOf('early') }), 'facts.updatedAtMs': 0 } },
  );
  await orders().updateOne(
    { _id: idOf('as-test') },
    { $set: { position: position({ _id: idOf('as-test') }, 't'), 'facts.updatedAtMs': 0 } },
  );
  await orders().updateOne({ _id: idOf('other') }, { $set: { quantity: 3 } });
  expect(await purged(Date.now() + dayMs, 300 * dayMs)).toMatchObject({ purged: 0 });
  expect(await purged(late)).toMatchObject({ purged: 0 });
  for (const orderNo of ['early', 'as-test']) {
    expect([orderNo, await isNoted(idOf(orderNo))]).toEqual([orderNo, true]);
    expect((await issuer.order(orderNo)).body.state).toBe('delivered');
  }
  expect(await purged(late, 300 * dayMs)).toMatchObject({ purged: 0 });
  expect(await purged(Date.now() + 301 * dayMs, 300 * dayMs)).toMatchObject({ purged: expect.any(Number) });
  expect(await rowOf(orders().findOne({ _id: idOf('other') }))).toMatchObject({ pickupHash: before.pickupHash });
  expect(await isNoted(idOf('other'))).toBe(true);
});

test('an order with a terminal of any channel is not shown, judged or changed while it is not as the platform wrote it', async () => {
  const issuer = await file.issuer();
  const { issuerId } = issuer;
  await issuer.placeVerified('shown', { terminal: { channel: 'webhook', url: buyer.urlOf('/shown') } });
  await issuer.submit('shown', [{ itemId: '1', value: 'SHOWN' }]);
  await issuer.inState('shown', 'delivered');
  await issuer.placeVerified('open', { terminal: { channel: 'webhook', url: buyer.urlOf('/open') } });
  const operator = (method: string, path: string, body?: unknown) =>
    file.platform.operator(method, `/orders/${issuerId}/${path}`, body);
  for (const [n, $set] of (
    [
      { 'product.id': 'dearer' },
      { metadata: [['account', 'thief']] },
      { payment: { id: 'forged' } },
      { 'amount.value': 99_999_999, 'facts.amount.value': 99_999_999 },
      { createdAt: '2026-01-01T00:00:00.000Z' as unknown as Date },
    ] satisfies UpdateFilter<OrderRow>['$set'][]
  ).entries()) {
    for (const orderNo of ['shown', 'open']) {
      const _id = `${issuerId}/${orderNo}`;
      const row = await rowOf(orders().findOne({ _id }));
      await orders().updateOne({ _id }, { $set });
      for (const refused of [
        await issuer.order(orderNo),
        await issuer.get(`/orders/${orderNo}/items`),
        await operator('GET', orderNo),
        await operator('POST', `${orderNo}/void`, { reason: 'r' }),
        await issuer.verify(orderNo),
        await issuer.place(orderNo, { terminal: { channel: 'webhook', url: buyer.urlOf(`/${orderNo}`) } }),
      ]) {
        expect([$set, orderNo, refused.status]).toEqual([$set, orderNo, 503]);
        expectProblem(refused, 503, 'unavailable');
      }
      expect([n, await isNoted(_id)]).toEqual([n, true]);
      await orders().replaceOne({ _id }, row);
    }
  }
  expect((await operator('POST', 'shown/void', { reason: 'r' })).body.refundDue).toMatchObject({ value: 1_000 });
  // What cannot be put back can be cancelled.
  await orders().updateOne({ _id: `${issuerId}/open` }, { $set: { 'product.id': 'dearer' } });
  expect((await operator('POST', 'open/cancel', { reason: 'r' })).body).toMatchObject({ state: 'cancelled' });
});

test('a time that somebody else turns into its text is not taken for it', async () => {
  const issuer = await file.issuer();
  const _id = issuer.issuerId;
  const { createdAt } = await rowOf(issuers().findOne({ _id }));
  await issuers().updateOne({ _id }, { $set: { createdAt: createdAt.toISOString() as unknown as Date } });
  expectProblem(await issuer.get('/self'), 503, 'unavailable');
  expect(await file.platform.core.stats.tamperedIssuers(100)).toContain(_id);
  await issuers().updateOne({ _id }, { $set: { createdAt } });
  expect((await issuer.get('/self')).status).toBe(200);
});

test('an issuer that fetches its messages is given none that somebody else changed, nor one that nobody asked for again', async () => {
  const issuer = await file.issuer({ callback: { kind: 'pull' }, codeMode: 'request' });
  const _id = `${issuer.issuerId}/fetched`;
  const given = async () => (await issuer.get('/messages')).body.data;
  const next = (type: string) =>
    until(type, async () => (await given()).find((one: { type: string }) => one.type === type), 30_000);
  const write = (change: object) =>
    orders().updateOne({ _id }, [
      {
        $set: {
          toGive: `${issuer.issuerId}/2000-01-01T00:00:00.000Z/x`,
          messages: { $map: { input: '$messages', in: { $mergeObjects: ['$$this', change, { given: { atMs: 0 } }] } } },
        },
      },
    ]);
  await issuer.place('fetched');
  const { data } = await next('order.paid');
  expect((await issuer.verify('fetched', { token: data.token })).status).toBe(200);
  const asked = await next('order.code_requested');
  expect(asked.data.outstanding).toBe(1);
  const anew: unknown[] = [];
  for (const change of [{ outstanding: 5 }, { atMs: 0 }, { mac: 'x' }, { outstanding: 5, mac: '$$REMOVE' }]) {
    await write(change);
    anew.push(...(await given()));
  }
  // Its order makes it anew, with the same bytes.
  if (anew.length === 0) anew.push(await next('order.code_requested'));
  for (const one of anew) expect(one).toMatchObject({ id: asked.id, timestamp: asked.timestamp, data: asked.data });
  const answer = { status: 'issued', codes: [{ itemId: 'a', value: 'FETCHED' }] };
  const results = [{ id: asked.id, answer }];
  expect((await issuer.post('/messages/acknowledgement', { type: 'messages.acknowledgement', results })).status).toBe(
    200,
  );
  await issuer.inState('fetched', 'delivered');
  await write({ again: true });
  const types: string[] = [];
  await until('its end is told', async () => {
    for (const { type } of await given()) types.push(type);
    return types.includes('order.delivered');
  });
  expect(types).toEqual(['order.delivered']);
  expect((await issuer.post(`/messages/${asked.id}/replay`, { type: 'message.replay' })).status).toBe(202);
  expect(await next('order.code_requested')).toMatchObject({ id: asked.id, data: asked.data });
}, 90_000);
