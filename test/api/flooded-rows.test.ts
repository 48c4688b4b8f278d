import { randomUUID } from 'node:crypto';
import type { Collection } from 'mongodb';
import { finders, type TroubleSources } from '../../activities/find-trouble';
import { createMakeStatements } from '../../activities/make-statements';
import { createLogger } from '../../src/logger';
import { platformOfFile } from '../support/platform-of-file';
import { reconcileOnce } from '../support/reconcile';
import { startTerminal } from '../support/terminal';
import { until } from '../support/until';

/** More rows than any page has, none of them ours, before or behind all that are. */
const file = platformOfFile();

type Bare = Record<string, unknown> & { readonly _id: unknown };
const collection = (name: string): Collection<Bare> => file.platform.core.database.db.collection<Bare>(name);
const sources = (nowMs = Date.now) => ({ ...file.platform.core, nowMs }) as unknown as TroubleSources;
const subjects = async (kind: 'orders_overdue' | 'orders_wait_for_person' | 'issuer_paused', nowMs?: () => number) =>
  (await finders[kind](sources(nowMs))).map(({ subject }) => subject);

let ids = 0;
const put = async (name: string, count: number, rowOf: (n: number) => object): Promise<void> => {
  const rows = Array.from({ length: count }, (): Bare => {
    ids += 1;
    return { _id: ids, isForged: true, ...rowOf(ids) };
  });
  await collection(name).insertMany(rows as never[]);
};
const putOrders = (count: number, state: string, issuerId: string, positionOf: (n: number) => unknown) =>
  put('orders', count, (n) => ({
    ...{ issuerId, orderNo: `f${n}`, pickupHash: randomUUID(), createdAt: new Date(0), state },
    position: positionOf(n),
  }));

afterEach(async () => {
  for (const name of ['orders', 'issuers', 'replays']) await collection(name).deleteMany({ isForged: true });
});

const early = (n: number): string => `1 ${n}`;
const late = (n: number) => (n % 2 ? `9 ${n}` : [`9999-01-01T00:00:00.000Z/${n}`, { toString: 1 }]);

test('a lost order is recovered behind a hundred rows whose places are none, and each of those is noted', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('lost');
  const handle = file.platform.client.workflow.getHandle(`order/${issuer.issuerId}/lost`);
  await handle.terminate('by a user of the engine');
  await putOrders(100, 'accepted', 'zz', (n) => [`2000-01-01T00:00:00.000Z/${n}`]);
  expect((await reconcileOnce(file.platform)).resumed).toBe(1);
  expect((await handle.describe()).status.name).toBe('RUNNING');
  const noted = { isForged: true, tamperedAt: { $exists: true } };
  await until('all are noted', async () => (await collection('orders').countDocuments(noted)) === 100);
  const told = await finders.tampered(sources());
  expect(told.map(({ subject, summary }) => [subject, /: (\d+)\.$/.exec(summary)?.[1]])).toEqual([['database', '100']]);
});

test('troubles of orders are told behind whatever stands before them', async () => {
  const terminal = await startTerminal();
  const issuer = await file.issuer({ deliveryDelaysSeconds: [1] });
  terminal.answer('/t', () => 410);
  await issuer.placeVerified('failed', { terminal: { channel: 'webhook', url: terminal.urlOf('/t') } });
  await issuer.submit('failed', [{ itemId: '1', value: 'A1' }]);
  await issuer.inState('failed', 'undeliverable');
  await issuer.placeVerified('open');
  await putOrders(200, 'undeliverable', 'zz', early);
  await putOrders(200, 'verified', 'zz', early);
  expect(await subjects('orders_wait_for_person')).toContain(issuer.issuerId);
  expect(await subjects('orders_overdue', () => Date.now() + 3 * 86_400_000)).toContain(issuer.issuerId);
  await terminal.stop();
});

test('lists and files have all orders, whatever places others have', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('seen');
  await putOrders(501, 'accepted', issuer.issuerId, late);
  const own = await issuer.get('/orders?limit=20');
  expect(own.body.data.map(({ orderNo }: { orderNo: string }) => orderNo)).toEqual(['seen']);
  const all = await file.platform.operator('GET', `/orders?limit=20&issuerId=${issuer.issuerId}`);
  expect([all.body.data.length, all.body.nextCursor]).toEqual([1, null]);
  const headers = { authorization: `Bearer ${file.platform.operatorToken}` };
  const csv = await (await fetch(`${file.platform.baseUrl}/v1/operator/orders.csv`, { headers })).text();
  expect(csv).toContain(`${issuer.issuerId},seen,`);
});

test('issuers are listed, looked at and asked for statements behind rows that are none', async () => {
  const issuer = await file.issuer();
  await put('issuers', 100, () => ({ name: 'x', state: 'active', callback: { kind: 'url' } }));
  await put('issuers', 250, (n) => ({ _id: `a-${n}`, name: 'x', state: 'paused' }));
  await put('issuers', 1, (n) => ({ _id: `a-${n}`, name: 'x', state: 'active', callback: { kind: 'url' } }));
  await file.platform.operator('POST', `/issuers/${issuer.issuerId}/pause`, {});
  expect(await subjects('issuer_paused')).toEqual([issuer.issuerId]);
  const listed = new Set<string>();
  for (let cursor = ''; cursor !== 'null'; ) {
    const { status, body } = await file.platform.operator('GET', `/issuers?limit=50${cursor}`);
    expect(status).toBe(200);
    for (const { issuerId } of body.data) listed.add(issuerId);
    cursor = body.nextCursor === null ? 'null' : `&cursor=${body.nextCursor}`;
  }
  expect(listed.has(issuer.issuerId)).toBe(true);
  const asked = new Set<unknown>();
  const makeDue = async ({ issuerId }: { issuerId: string }) => asked.add(issuerId) === undefined;
  const { issuers } = file.platform.core;
  const made = { issuers, log: createLogger('silent', 'test'), nowMs: Date.now, sayAlive: () => undefined };
  await createMakeStatements({ ...made, statements: { makeDue } }).makeStatements();
  expect(asked.has(issuer.issuerId)).toBe(true);
  const settings = await file.platform.operator('PUT', '/settings', { callbackOwnership: 'required' });
  expect(settings.status).not.toBe(500);
  await file.platform.operator('PUT', '/settings', {});
});

test('a replay that waits to be started is found behind others that nobody began', async () => {
  const { replays } = file.platform.core.orderDeps;
  await replays.begin('zz-issuer', 'real', [{ orderNo: 'none', sequence: 1 }], new Date(0));
  await put('replays', 100, (n) => ({ _id: `-/${n}`, issuerId: '-', running: `-${n}`, at: new Date(0) }));
  const running = await replays.running('', new Date(), 100);
  expect(running.map(({ _id }) => _id)).toEqual(['zz-issuer/real']);
  await replays.end('zz-issuer', 'real');
});
