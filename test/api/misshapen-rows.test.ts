import { randomUUID } from 'node:crypto';
import type { Collection } from 'mongodb';
import type { OrderRow } from '../../src/store/orders';
import { platformOfFile } from '../support/platform-of-file';
import { reconcileOnce } from '../support/reconcile';
import { until } from '../support/until';

/** One row of another shape among the platform's own takes nothing from anybody but itself. */
const file = platformOfFile();

type Bare = Record<string, unknown> & { readonly _id: string };
const collection = (name: string): Collection<Bare> => file.platform.core.database.db.collection<Bare>(name);

const atEnd = (id: string): string => `${new Date(Date.now() + 1_000).toISOString()}/${id}`;
const marks = { state: 'undeliverable', createdAt: new Date(0), receipt: 1, itemSums: 'none' };
const waits = {
  ...{ eventsPendingSince: new Date(0), unstartedSince: new Date(0), afterSalesDueSince: new Date(0) },
  voidWaits: { state: 'open', at: new Date(0) },
};
const told = {
  ...{ eventsGivenUpAt: new Date(), tamperedAt: new Date(), deliveryFailedAt: new Date(), bouncedAt: new Date() },
  ...{ paidTwiceAt: new Date(), codeReportedAt: new Date() },
};

const orderRow = (orderNo: string, more: object = {}): Bare => {
  const _id = `misshapen/${orderNo}`;
  const position = atEnd(_id);
  return { _id, issuerId: 'misshapen', orderNo, position, pickupHash: randomUUID(), refundOpen: position, ...more };
};

const rows = (issuerId: string): readonly (readonly [name: string, row: Bare])[] => [
  ['issuers', { _id: 'a-bare' }],
  ['issuers', { _id: 'b-paused', state: 'paused', callback: { kind: 'url', url: 'x' } }],
  ['approvals', { _id: 'bare', position: atEnd('a') }],
  ['orders', orderRow('bare')],
  ['orders', orderRow('open', { state: 'accepted', createdAt: new Date(0) })],
  ['orders', orderRow('of-words', { ...marks, ...waits, ...told })],
  [
    'orders',
    orderRow('of-numbers', { ...marks, ...waits, ...told, facts: 5, timeline: 5, events: 5, state: 'expired' }),
  ],
  ['orders', orderRow('of-lists', { ...marks, facts: { state: 'verified', items: 5, voidRequest: { itemIds: 5 } } })],
  [
    'orders',
    { ...orderRow('own', marks), _id: `${issuerId}/own`, issuerId, days: [new Date().toISOString().slice(0, 10)] },
  ],
  ['orders', { ...orderRow('place'), position: `${atEnd('place')} with words` }],
  ['submissions', { _id: 'bare', unjudgedSince: new Date(0) }],
  ['inbox', { _id: 'misshapen/bare/x', at: new Date(0) }],
  ['requests', { _id: 'bare', leaseUntil: new Date(0) }],
  ['replays', { _id: 'bare', running: 'misshapen', at: new Date(0) }],
  ['comparisons', { _id: 'bare', at: new Date() }],
  ['comparisons', { _id: '2999-01-01', at: new Date(), counts: 5, findings: [{}] }],
  ['workers', { _id: 'bare', at: new Date(Date.now() + 60_000) }],
  ['audit', { _id: 'n000000000000', position: atEnd('n') }],
  ['audit', { _id: 'n999999999999', position: atEnd('n'), seq: 999_999_999_999 }],
  ['consoleSessions', { _id: 'bare', position: atEnd('c'), name: 'operator', liveUntil: new Date(2e12) }],
  ['portalSessions', { _id: 'bare', position: atEnd('p'), name: issuerId, liveUntil: new Date(2e12) }],
  ['settings', { _id: 'maintenance' }],
  ['orderSettings', { _id: `product/${issuerId}/bare`, issuerId, productId: 'bare' }],
  ['conformanceRuns', { _id: 'bare', issuerId, at: new Date() }],
];

const lists = (issuerId: string): readonly string[] => [
  ...['/issuers?limit=100', '/orders?limit=100', '/orders?limit=1', '/orders?q=one', '/failures?limit=100'],
  ...[
    '/approvals',
    '/audit?phase=any',
    '/audit/check',
    '/health',
    '/console/overview',
    '/console/sales?hours=24',
    '/refunds',
  ],
  ...['/console/sessions', '/maintenance', '/comparison', '/settings'],
  ...['', '/products', '/conformance', '/calls'].map((path) => `/issuers/${issuerId}${path}`),
];
const files = ['/refunds.csv', '/failures.csv', '/orders.csv', '/audit/export'];

test('a row of another shape is left out, named in the log, and where it is an order or issuer, a trouble', async () => {
  const issuer = await file.issuer();
  const { issuerId } = issuer;
  await issuer.placeVerified('one');
  await issuer.submit('one', [{ itemId: '1', value: 'ONE' }]);
  await issuer.inState('one', 'delivered');
  const failing = async (): Promise<string[]> => {
    const bad: string[] = [];
    const expectGood = (path: string, status: number): void => {
      if (status >= 400) bad.push(`${path} ${status}`);
    };
    for (const path of lists(issuerId)) {
      const { status, body } = await file.platform.operator('GET', path);
      expectGood(path, status);
      if (path === '/orders?limit=100' && !JSON.stringify(body).includes('"one"')) bad.push(`${path} without others`);
    }
    const headers = { authorization: `Bearer ${file.platform.operatorToken}` };
    for (const path of files) {
      const response = await fetch(`${file.platform.baseUrl}/v1/operator${path}`, { headers });
      expectGood(path, response.status);
      await response.text().catch(() => bad.push(`${path} cut off`));
    }
    const day = new Date().toISOString().slice(0, 10);
    for (const path of ['/orders', '/orders?updatedAfter=2020-01-01T00:00:00Z', '/failures', '/events', '/calls']) {
      expectGood(path, (await issuer.get(path)).status);
    }
    expectGood('statement', (await issuer.get(`/statements/${day}`)).status);
    expectGood('metrics', (await fetch(`${file.platform.baseUrl}/metrics`)).status);
    expectGood('readyz', (await fetch(`${file.platform.baseUrl}/readyz`)).status);
    expectGood('place', (await issuer.place(`order-${randomUUID()}`)).status);
    await reconcileOnce(file.platform).catch((error: Error) => bad.push(`reconciler: ${error.message}`));
    return bad;
  };
  expect(await failing()).toEqual([]);
  const faults: unknown[] = [];
  for (const [name, row] of rows(issuerId)) {
    await collection(name).insertOne(row as never);
    const bad = await failing();
    if (bad.length > 0) faults.push([name, row._id, bad]);
    await collection(name).deleteOne({ _id: row._id });
  }
  expect(faults).toEqual([]);
  for (const id of ['a-bare', 'misshapen/bare', 'n999999999999', '2999-01-01']) {
    expect(file.platform.logText()).toContain(`"of":"${id}"`);
  }
}, 400_000);

test('an order without a shape is a trouble, and lost orders behind it are recovered', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('lost');
  const { database } = file.platform.core;
  const handle = file.platform.client.workflow.getHandle(`order/${issuer.issuerId}/lost`);
  await handle.terminate('by a user of the engine');
  const bare = { ...orderRow('first'), position: '2020-01-01T00:00:00.000Z/misshapen/first', state: 'accepted' };
  await database.orders.insertOne({ ...bare, createdAt: new Date(0) } as unknown as OrderRow);
  expect((await reconcileOnce(file.platform)).resumed).toBeGreaterThan(0);
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await until('a person hears of it', async () => {
    const row = await database.orders.findOne({ _id: bare._id });
    return row?.tamperedAt !== undefined;
  });
  expect((await file.platform.operator('GET', '/failures')).status).toBe(200);
  await database.orders.deleteOne({ _id: bare._id });
});
