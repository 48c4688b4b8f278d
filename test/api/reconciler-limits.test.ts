import { retentionMs } from '../../src/domain/timings';
import { unwrapOrderKey } from '../../src/sealing/order-keys';
import { macOfOrder } from '../../src/sealing/order-row';
import { boundRow } from '../support/database-of-file';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { reconcileOnce } from '../support/reconcile';
import { until } from '../support/until';

const file = platformOfFile();
const many = [1, 2, 3, 4, 5, 6, 7, 8];
let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await file.issuer();
});
afterEach(() => jest.restoreAllMocks());

const noAlerts = async () => ({ alertsRaised: 0, alertsCleared: 0, alertsSent: 0 });
const queued = async (orderNo: string, part: string, body: object) =>
  issuer.post(`/orders/${orderNo}/${part}`, { orderNo, ...body });

test('orders that answer nothing take a bounded time of each pass, and the next pass asks others', async () => {
  const { platform } = file;
  for (const n of many) {
    await issuer.placeVerified(`codes-${n}`);
    await issuer.placeVerified(`cancel-${n}`);
  }
  await platform.stopWorkers();
  const answers = await Promise.all(
    many.flatMap((n) => [
      queued(`codes-${n}`, 'codes', {
        type: 'order.codes',
        token: issuer.tokenOf(`codes-${n}`),
        codes: [{ itemId: 'a', value: `LIMIT-${n}` }],
      }),
      queued(`cancel-${n}`, 'cancellation', { type: 'order.cancellation', reason: 'changed my mind' }),
    ]),
  );
  expect(answers.map(({ status }) => status)).toEqual(many.flatMap(() => [202, 202]));

  const asking = jest.spyOn(platform.core.gateway, 'ask');
  const alert = jest.fn(noAlerts);
  const askedIn = async (): Promise<string[]> => {
    asking.mockClear();
    const startedMs = performance.now();
    await reconcileOnce(platform, { stageLimitMs: 4_000, alert });
    expect(performance.now() - startedMs).toBeLessThan(25_000);
    return asking.mock.calls.map(([{ orderNo }]) => orderNo);
  };
  const first = await askedIn();
  const second = await askedIn();
  expect(alert).toHaveBeenCalledTimes(2);
  for (const kind of ['codes', 'cancel']) {
    const inFirst = first.filter((orderNo) => orderNo.startsWith(kind));
    const inSecond = second.filter((orderNo) => orderNo.startsWith(kind));
    expect(inFirst.length).toBeGreaterThan(0);
    expect(inFirst.length).toBeLessThan(many.length / 2);
    expect(inSecond.length).toBeGreaterThan(0);
    expect(inFirst.filter((orderNo) => inSecond.includes(orderNo))).toEqual([]);
  }

  asking.mockRestore();
  await platform.startWorkers();
  await until('every queued call is judged', async () => {
    await reconcileOnce(platform);
    const states = await Promise.all(many.map(async (n) => (await issuer.order(`cancel-${n}`)).body.state));
    const ends = await Promise.all(many.map(async (n) => (await issuer.order(`codes-${n}`)).body.state));
    return states.every((state) => state === 'cancelled') && ends.every((state) => state === 'delivered');
  });
}, 240_000);

/** What is counted here is looks, however slow the machine. */
const stageLimitMs = 100_000;

test('an event that a dead worker left is told in the next pass, however many of an issuer that is away are pending', async () => {
  const { gateway, database, ring } = file.platform.core;
  const long = Date.now() - 3_600_000;
  const rows = Array.from({ length: 400 }, (_, n) => {
    const events = [
      { sequence: 1, type: 'order.cancelled', atMs: long, state: 'cancelled', status: 'pending', id: `cf_away_${n}` },
    ] as const;
    const isLast = n === 399;
    const issuerId = isLast ? issuer.issuerId : 'away';
    const row = boundRow(isLast ? 'left' : `away-${n}`, { issuerId, events, state: 'cancelled' }, ring);
    const { unstartedSince: _left, ...begun } = row;
    return { ...begun, eventsPendingSince: new Date(long + n) };
  });
  await database.orders.insertMany(rows);
  const started = jest.spyOn(gateway, 'startEvent').mockResolvedValue('exists');
  await reconcileOnce(file.platform, { alert: noAlerts, stageLimitMs });
  expect(started.mock.calls.map(([{ orderNo }]) => orderNo)).toContain('left');
  await database.orders.deleteMany({ _id: { $in: rows.map(({ _id }) => _id) } });
});

test('what is under way is looked at again after as long as it has been pending, so that the next pass has others', async () => {
  const { gateway, database, ring } = file.platform.core;
  const { orders } = file.platform.core.orderDeps;
  const pendingFor = async (orderNo: string, ms: number): Promise<void> => {
    const atMs = Date.now() - ms;
    const events = [
      { sequence: 1, type: 'order.cancelled', atMs, state: 'cancelled', status: 'pending', id: `cf_${orderNo}` },
    ] as const;
    const { unstartedSince: _left, ...row } = boundRow(orderNo, { issuerId: 'away', events, state: 'cancelled' }, ring);
    await database.orders.insertOne({ ...row, eventsPendingSince: new Date(atMs) });
  };
  const hourMs = 3_600_000;
  const started = jest.spyOn(gateway, 'startEvent').mockResolvedValue('exists');
  const told = async (afterMs = 0): Promise<string[]> => {
    started.mockClear();
    await reconcileOnce(file.platform, { alert: noAlerts, stageLimitMs, nowMs: () => Date.now() + afterMs });
    return started.mock.calls.map(([{ orderNo }]) => orderNo).filter((orderNo) => orderNo.startsWith('wait-'));
  };
  await pendingFor('wait-hour', hourMs);
  await pendingFor('wait-days', 72 * hourMs);
  expect(await told()).toEqual(['wait-days', 'wait-hour']);
  await pendingFor('wait-new', 60_000);
  expect(await told()).toEqual(['wait-new']);
  expect(await told(hourMs + 120_000)).toEqual(['wait-new', 'wait-hour']);
  expect(await told(25 * hourMs)).toContain('wait-days');
  await orders.lookAtEvents('away', new Date(1));
  expect(await told()).toHaveLength(3);
  await database.orders.deleteMany({ issuerId: 'away' });
});

test('a pass looks for trouble although a stage of it failed, and is shown as failed', async () => {
  const alert = jest.fn(noAlerts);
  jest.spyOn(file.platform.core.orderDeps.codes, 'unjudged').mockRejectedValueOnce(new Error('no such luck'));
  const inbox = jest.spyOn(file.platform.core.orderDeps.inbox, 'waiting');
  await expect(reconcileOnce(file.platform, { alert })).rejects.toThrow('no such luck');
  expect(inbox.mock.calls.map(([, , mode]) => mode)).toEqual(['live', 'test']);
  expect(alert).toHaveBeenCalledTimes(1);
});

/** More than one issuer places at once. */
const placed = (orderNo: string): Promise<unknown> =>
  until('the order is placed', async () => (await issuer.place(orderNo)).status === 201);

test('calls that ended in the middle, and whose orders answer nothing, keep no other order’s row from being mended', async () => {
  const { gateway, database } = file.platform.core;
  await placed('behind');
  const callOf = (orderNo: string, n: number) => ({
    ...{ _id: `${issuer.issuerId}/call-${orderNo}`, path: `/v1/issuers/${issuer.issuerId}/orders/${orderNo}/codes` },
    ...{ bodyHash: 'x', status: 'running' as const, at: new Date(), leaseUntil: new Date(n) },
  });
  const silent = Array.from({ length: 100 }, (_, n) => callOf(`silent-${n}`, n));
  await database.requests.insertMany([...silent, callOf('behind', 1_000)]);
  const { readFacts } = gateway;
  const read = jest.spyOn(gateway, 'readFacts').mockImplementation(async (order) => {
    if (order.orderNo.startsWith('silent-')) throw new Error('it does not answer');
    return readFacts(order);
  });
  const mended = async () => (await reconcileOnce(file.platform, { alert: noAlerts, stageLimitMs })).viewsRefreshed;
  expect([await mended(), await mended()]).toEqual([0, 1]);
  expect(read.mock.calls.map(([{ orderNo }]) => orderNo)).toContain('behind');
  expect(await database.requests.countDocuments({ _id: /\/call-silent/, leaseUntil: { $exists: true } })).toBe(100);
  await database.requests.deleteMany({ _id: /\/call-/ });
});

test('orders that wait for a person keep no other one from being started, whatever mark somebody gives them', async () => {
  const { orderDeps, database, ring } = file.platform.core;
  const old = Array.from({ length: 100 }, (_, n) => `old-${n}`);
  // Each projection takes the mark off. They stay stopped: this is the last test.
  await file.platform.stopWorkers();
  for (const orderNo of [...old, 'lost']) await placed(orderNo);
  for await (const row of database.orders.find({ issuerId: issuer.issuerId, orderNo: /^old-/ })) {
    const createdAt = new Date(Date.now() - retentionMs - 3_600_000);
    const mac = macOfOrder(unwrapOrderKey(ring, row._id, row.wrappedKey), { ...row, createdAt });
    await database.orders.updateOne({ _id: row._id }, { $set: { createdAt, mac, unstartedSince: new Date(0) } });
  }
  const lost = { _id: `${issuer.issuerId}/lost` };
  await database.orders.updateOne(lost, { $set: { unstartedSince: new Date(Date.now() - 600_000) } });
  const started = jest.spyOn(orderDeps.orders, 'markStarted');
  const pass = () => reconcileOnce(file.platform, { alert: noAlerts, stageLimitMs });
  expect([await pass(), await pass()]).toMatchObject([
    { tooOld: 100, started: 0 },
    { tooOld: 99, started: 1 },
  ]);
  expect(started.mock.calls.map(([{ orderNo }]) => orderNo)).toEqual(['lost']);
  expect(await database.orders.findOne(lost)).not.toHaveProperty('unstartedSince');
  await database.orders.deleteMany({ issuerId: issuer.issuerId, orderNo: /^old-/ });
});
