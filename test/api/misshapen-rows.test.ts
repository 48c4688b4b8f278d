import { randomUUID } from 'node:crypto';
import { BSONRegExp, type Collection } from 'mongodb';
import { someAtOnce } from '../../src/bounded/some-at-once';
import { newOrderKey } from '../../src/sealing/order-keys';
import { bindingOf } from '../../src/sealing/order-row';
import { flawOfOrder } from '../../src/store/order-shape';
import type { OrderRow } from '../../src/store/orders';
import { allReadings } from '../support/all-readings';
import type { TestIssuer } from '../support/issuer';
import { isLongForm } from '../support/long-form';
import { platformOfFile } from '../support/platform-of-file';
import { reconciledUntil } from '../support/reconcile';
import { seedOf } from '../support/seed';
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
  ...{ eventsGivenUpAt: new Date(), deliveryFailedAt: new Date(), bouncedAt: new Date() },
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

interface Placed {
  readonly name: string;
  readonly row: Bare;
}

/** A name is worth so much time, and no more. */
const searchedUntilMs = performance.now() + 25_000;

/** What each of these rows takes from others: looked for by halves, where all of them together take something. */
const faultsOf = async (
  rows: readonly Placed[],
  failing: () => Promise<string[]>,
  look: () => Promise<void> = async () => undefined,
): Promise<unknown[]> => {
  await someAtOnce(8, rows, ({ name, row }) => collection(name).insertOne(row as never));
  const bad = await failing();
  await look();
  await someAtOnce(8, rows, ({ name, row }) => collection(name).deleteOne({ _id: row._id }));
  if (bad.length === 0) return [];
  if (performance.now() > searchedUntilMs) return [[rows.length, bad]];
  if (rows.length === 1) return [[rows[0]?.name, rows[0]?.row._id, bad]];
  const half = Math.ceil(rows.length / 2);
  return [...(await faultsOf(rows.slice(0, half), failing)), ...(await faultsOf(rows.slice(half), failing))];
};

type Fields = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const pathsOf = (fields: Fields, before = ''): string[] =>
  Object.entries(fields).flatMap(([name, value]) => {
    const path = `${before}${name}`;
    return path === '_id' ? [] : [path, ...(isPlain(value) ? pathsOf(value, `${path}.`) : [])];
  });

const withField = (fields: Fields, [name = '', ...rest]: readonly string[], value: unknown): Fields => {
  const inner = fields[name];
  return { ...fields, [name]: rest.length === 0 ? value : withField(isPlain(inner) ? inner : {}, rest, value) };
};

/** Another order of the same kind, bound by a key of its own. */
const orderLike = (genuine: OrderRow, n: string): OrderRow => {
  const { ring } = file.platform.core;
  const orderNo = `${genuine.orderNo}-${n}`;
  const _id = `${genuine.issuerId}/${orderNo}`;
  const { wrapped, keys } = newOrderKey(ring, _id);
  const position = `${new Date(genuine.createdAt.getTime() - 1_000).toISOString()}/${_id}`;
  const named = { ...genuine, _id, orderNo, orderNoLower: orderNo, position, wrappedKey: wrapped };
  const { 'terminal.mac': mac, ...binding } = bindingOf(ring, named) ?? { 'terminal.mac': '' };
  const marks = genuine.facts.refundDueValue ? { refundOpen: position } : {};
  const terminal = { ...genuine.terminal, mac };
  return { ...named, ...binding, ...marks, terminal, pickupHash: keys.pickupHash } as OrderRow;
};

/** Of an order that has sums, no list reads these. */
const inNoList = /^(events|messages|callLines|facts\.(items|voidRequest))$/;
const unreadable = new BSONRegExp('(');
const values = [null, 'x', 5, { toString: 5 }, unreadable] as const;
const seed = seedOf('misshapen rows');
/** Of each field one, another one with each seed; in the long form all. */
const valuesAt = (i: number): (readonly [value: unknown, n: number])[] =>
  values.map((value, n) => [value, n] as const).filter(([, n]) => isLongForm || (i + n + seed) % values.length === 0);
const soon = new Date(Date.now() + 60_000);
const differs = { issuerId: 'acme', kind: 'issuer_differs' };

/** As the platform writes them, one of each; `idOf`: where it has a form. */
const kinds = (issuerId: string): readonly (readonly [name: string, row: object, idOf?: (n: string) => string])[] => [
  ['issuers', { state: 'paused', callback: { kind: 'url', url: 'https://x.example' }, createdAt: soon, holds: [] }],
  [
    'reconciliations',
    { issuerId, at: soon, compared: 1, equal: 0, pages: 1, kinds: { state: 1 } },
    (n) => `${issuerId}/${n}`,
  ],
  [
    'comparisons',
    { at: soon, orders: 1, workflows: 1, isWhole: true, counts: [{ ...differs, count: 1 }], findings: [differs] },
    (n) => new Date(32_503_680_000_000 + Number(n.replace('-', '')) * 86_400_000).toISOString().slice(0, 10),
  ],
  ['workers', { host: 'h', startedAt: soon, at: soon, circuits: [], openedLately: [], throttled: [] }],
  [
    'alerts',
    { kind: 'issuer_paused', subject: 'x', summary: 'x', state: 'raised', raisedAt: soon, seal: Buffer.of(1) },
  ],
  ['audit', { position: atEnd('0'), at: soon, actor: 'x', action: 'x', target: 'x', phase: 'done', id: 'x' }],
  ['approvals', { position: atEnd('0'), orderId: 'x/y', issuerId: 'x', orderNo: 'y', askedAt: soon, state: 'open' }],
  ['consoleSessions', { position: atEnd('0'), name: 'x', role: 'viewer', startedAt: soon, liveUntil: soon }],
  ['portalSessions', { position: atEnd('0'), name: issuerId, startedAt: soon, liveUntil: soon, sealed: Buffer.of(1) }],
  ['conformanceRuns', { issuerId, runId: 'x', at: soon, by: 'x', seal: Buffer.of(1) }, (n) => `${issuerId}/${n}`],
  [
    'submissions',
    { orderId: 'x/y', issuerId: 'x', orderNo: 'y', updateId: 'u', codes: [], unjudgedSince: new Date(0) },
  ],
  ['inbox', { issuerId: 'x', orderNo: 'y', updateId: 'u', message: { kind: 'refuse' }, at: new Date(0) }],
  [
    'requests',
    { path: '/x', bodyHash: 'x', answer: { status: 200, sealedBody: Buffer.of(1) }, leaseUntil: new Date(0) },
  ],
  ['orderSettings', { issuerId, productId: 'x', settings: {}, seal: Buffer.of(1) }, (n) => `product/${issuerId}/${n}`],
];

/** Of an issuer, what there is to be listed, owed and waited for. */
const sell = async (issuer: TestIssuer): Promise<void> => {
  await issuer.placeVerified('one', { quantity: 2, payment: { id: 'p' } });
  await issuer.submit(
    'one',
    ['1', '2'].map((itemId) => ({ itemId, value: `${itemId}-${issuer.issuerId}` })),
  );
  await issuer.inState('one', 'delivered');
  const ended = { itemIds: ['2'], reason: 'r' };
  const { status } = await file.platform.operator('POST', `/orders/${issuer.issuerId}/one/void`, ended);
  expect(status).toBe(200);
  await issuer.placeVerified('open');
};

/** Every page of its orders, and the file of them, has both. */
const missingOf = async ({ issuerId }: TestIssuer): Promise<string[]> => {
  const found = new Set<unknown>();
  let next = '';
  do {
    const { body } = await file.platform.operator('GET', `/orders?limit=100&issuerId=${issuerId}${next}`);
    if (!body.data) return [JSON.stringify(body)];
    for (const order of body.data as { orderNo: string }[]) found.add(order.orderNo);
    next = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
  } while (next !== '');
  const headers = { authorization: `Bearer ${file.platform.operatorToken}` };
  const csv = await (await fetch(`${file.platform.baseUrl}/v1/operator/orders.csv`, { headers })).text();
  return ['one', 'open'].flatMap((orderNo) => [
    ...(found.has(orderNo) ? [] : [`/orders without ${orderNo}`]),
    ...(csv.includes(`${issuerId},${orderNo},`) ? [] : [`/orders.csv without ${orderNo}`]),
  ]);
};

test('no row, whatever type a field of it has, takes anything from others; an order that is none is noted', async () => {
  const issuers = [await file.issuer(), await file.issuer()] as const;
  const [{ issuerId }] = issuers;
  const { database } = file.platform.core;
  for (const issuer of issuers) await sell(issuer);
  const names = ['one', 'open'].map((orderNo) => `${issuerId}/${orderNo}`);
  const genuine = await database.orders.find({ _id: { $in: names } }).toArray();
  const more = ['facts.closedAtMs', 'facts.items', 'facts.voidRequest', 'facts.lastCall', 'itemSums', 'receipt'];
  const failingWith = (listed: readonly string[]) => async () => [
    ...(await allReadings(file.platform, issuers, ['one', 'open', ...listed])),
    ...(await missingOf(issuers[0])),
  ];
  expect(await failingWith([])()).toEqual([]);
  const orders = genuine.flatMap((row) => {
    const marks = row.state === 'delivered' ? { ...told, ...waits } : {};
    return [...new Set([...pathsOf(row as never), ...Object.keys(marks), ...more])]
      .filter((path) => path !== 'pickupHash' && path !== 'wrappedKey')
      .flatMap((path, i) =>
        valuesAt(i).map(([value, n]) => {
          const like = { ...orderLike(row, `${n}-${i}`), ...marks };
          return { name: 'orders', path, value, row: withField(like as never, path.split('.'), value) as Bare };
        }),
      );
  });
  const others = kinds(issuerId).flatMap(([name, row, idOf = (id) => `0${id}`], of) =>
    pathsOf(row as Fields).flatMap((path, i) =>
      valuesAt(i).map(([value, n]) => ({
        name,
        row: { ...withField(row as Fields, path.split('.'), value), _id: idOf(`${n}${of}-${i}`) } as Bare,
      })),
    ),
  );
  const fixed = rows(issuerId).map(([name, row]) => ({ name, row }));
  const failing = failingWith(orders.map(({ row }) => row._id.slice(issuerId.length + 1)));
  const unnoted: unknown[] = [];
  const faults = await faultsOf([...fixed, ...orders, ...others], failing, async () => {
    const noted = await database.orders.find({ tamperedAt: { $exists: true } }, { projection: { _id: 1 } }).toArray();
    const ids = new Set(noted.map(({ _id }) => _id));
    for (const { path, value, row } of orders) {
      const isListed =
        !inNoList.test(path) && typeof row.position === 'string' && row.position !== 'x' && row.issuerId === issuerId;
      if (isListed && flawOfOrder(row) !== undefined && !ids.has(row._id)) unnoted.push([path, value]);
    }
  });
  expect(faults).toEqual([]);
  expect(unnoted).toEqual([]);
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
  await reconciledUntil(file.platform, 'it goes on', ({ resumed }) => resumed > 0);
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await until('a person hears of it', async () => {
    const row = await database.orders.findOne({ _id: bare._id });
    return row?.tamperedAt !== undefined;
  });
  expect((await file.platform.operator('GET', '/failures')).status).toBe(200);
  await database.orders.deleteOne({ _id: bare._id });
});
