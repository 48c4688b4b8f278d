import { acceptedRow } from '../support/database-of-file';
import type { TestIssuer } from '../support/issuer';
import { type Platform, startPlatform } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { startTerminals, type TestTerminals } from '../support/terminal';
import { until } from '../support/until';

const file = platformOfFile();
let terminals: TestTerminals;

beforeAll(() => {
  terminals = startTerminals();
});

afterAll(() => terminals.stop());

const ofApi = async ({ baseUrl }: Platform = file.platform): Promise<string> =>
  (await fetch(`${baseUrl}/metrics`)).text();

type Labels = Readonly<Record<string, string>>;

/** The sum of all lines of one name whose labels hold these. */
const valueIn = (page: string, name: string, labels: Labels = {}): number | undefined => {
  const values = page.split('\n').flatMap((line) => {
    const [, found, text = '', value] = /^([a-z_:A-Z0-9]+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    const fits = Object.entries(labels).every(([label, wanted]) => text.includes(`${label}="${wanted}"`));
    return found === name && fits ? [Number(value)] : [];
  });
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) : undefined;
};

const worker = async (name: string, labels?: Labels): Promise<number> =>
  valueIn(await file.platform.workerMetrics(), name, labels) ?? 0;

/** How much it rose while something was done; metrics of a process begin wherever other tests left them. */
const risen = async (names: readonly (readonly [string, Labels])[], act: () => Promise<unknown>): Promise<number[]> => {
  const read = async () => Promise.all(names.map(([name, labels]) => worker(name, labels)));
  const before = await read();
  await act();
  return (await read()).map((value, n) => value - (before[n] ?? 0));
};

const codes = (...values: string[]) => values.map((value, n) => ({ itemId: `i${n}`, value }));

const deliver = async (issuer: TestIssuer, orderNo: string): Promise<void> => {
  await issuer.placeVerified(orderNo);
  expect((await issuer.submit(orderNo, codes(`METRICS-${orderNo}`))).status).toBe(201);
  await issuer.inState(orderNo, 'delivered');
  await issuer.message('order.delivered', orderNo);
};

test('a delivered order counts once: its callbacks, its event, and its time from payment to code', async () => {
  const issuer = await file.issuer();
  const rise = await risen(
    [
      ['codeferry_callback_seconds_count', { type: 'order.paid', issuer_class: 'push', result: 'ok' }],
      ['codeferry_order_events_total', { type: 'order.delivered', reason: 'none' }],
      ['codeferry_time_to_code_seconds_count', { channel: 'page' }],
    ],
    () => deliver(issuer, 'counted-1'),
  );
  expect(rise).toEqual([1, 1, 1]);
  const { createdAt, deliveredAt } = (await file.platform.core.database.orders.findOne({ orderNo: 'counted-1' })) ?? {};
  const seconds = (Number(deliveredAt) - Number(createdAt)) / 1_000;
  expect(await worker('codeferry_time_to_code_seconds_sum', { channel: 'page' })).toBeCloseTo(seconds, 1);
  await until(
    'the event is told of',
    async () => (await worker('codeferry_callback_seconds_count', { type: 'order.delivered', result: 'ok' })) === 1,
  );
});

test('each failed try of a callback counts by what went wrong', async () => {
  const issuer = await file.issuer({ codeMode: 'request', noticeDelaysSeconds: [1] });
  let n = 0;
  issuer.on('order.paid', async () => {
    n += 1;
    // The first close is of a connection used before: no try.
    return n === 1 ? { status: 503 } : n < 4 ? 'close' : { status: 204 };
  });
  issuer.on('order.code_requested', async () => ({ status: 200, body: { status: 'nonsense' } }));
  const rise = await risen(
    [
      ['codeferry_callback_seconds_count', { type: 'order.paid', issuer_class: 'request', result: 'status_5xx' }],
      ['codeferry_callback_seconds_count', { type: 'order.paid', issuer_class: 'request', result: 'reset' }],
      ['codeferry_callback_seconds_count', { type: 'order.paid', issuer_class: 'request', result: 'ok' }],
    ],
    async () => {
      await issuer.place('failing-1');
      await issuer.message('order.paid', 'failing-1', 4);
      await issuer.inState('failing-1', 'notified');
    },
  );
  expect(rise).toEqual([1, 1, 1]);
  await issuer.verify('failing-1');
  await until(
    'an answer that cannot be read',
    async () => (await worker('codeferry_code_answers_total', { result: 'answer_unreadable' })) >= 1,
  );
  await issuer.cancel('failing-1');
});

test('deliveries to a terminal count by result, and a closed order by its reason', async () => {
  await terminals.answer('/twice', (n) => (n === 1 ? 500 : 204));
  await terminals.answer('/never', () => 410);
  const webhook = async (path: string) => ({ terminal: { channel: 'webhook', url: await terminals.urlOf(path) } });
  const taking = await file.issuer(await webhook('/twice'));
  const refusing = await file.issuer(await webhook('/never'));
  const rise = await risen(
    [
      ['codeferry_delivery_seconds_count', { channel: 'webhook', result: 'failed' }],
      ['codeferry_delivery_seconds_count', { channel: 'webhook', result: 'delivered' }],
      ['codeferry_time_to_code_seconds_count', { channel: 'webhook' }],
      ['codeferry_order_events_total', { type: 'order.undeliverable' }],
      ['codeferry_order_events_total', { type: 'order.cancelled', reason: 'operator_cancelled' }],
    ],
    async () => {
      await deliver(taking, 'webhook-1');
      await refusing.placeVerified('webhook-2');
      await refusing.submit('webhook-2', codes('METRICS-webhook-2'));
      await refusing.inState('webhook-2', 'undeliverable');
      await file.platform.operator('POST', `/orders/${refusing.issuerId}/webhook-2/cancel`, {});
      await refusing.message('order.cancelled', 'webhook-2');
    },
  );
  expect(rise).toEqual([2, 1, 1, 1, 1]);
});

test('requests of issuers are measured by route and class, and never by name', async () => {
  const issuer = await file.issuer({ codeMode: 'request' });
  const route = '/v1/issuers/:issuerId/orders';
  const counts = async () => {
    const page = await ofApi();
    const count = (labels: Labels) => valueIn(page, 'codeferry_http_request_seconds_count', { route, ...labels }) ?? 0;
    return {
      placed: count({ method: 'POST', status: '201', issuer_class: 'request' }),
      strangers: count({ method: 'GET', status: '401', issuer_class: 'none' }),
    };
  };
  const before = await counts();
  await issuer.place('class-1');
  await issuer.get('/orders', { 'webhook-signature': 'v1,bm9ib2R5' });
  expect(await counts()).toEqual({ placed: before.placed + 1, strangers: before.strangers + 1 });
  const page = await ofApi();
  expect(page + (await file.platform.workerMetrics())).not.toContain(issuer.issuerId);
});

test('open orders, the oldest of them, issuers and the calls to the engine stand on the page of the api', async () => {
  const platform = await startPlatform();
  try {
    expect((await platform.operator('POST', '/issuers', settings('counted'))).status).toBe(201);
    expect((await platform.operator('POST', '/issuers', settings('paused'))).status).toBe(201);
    await platform.operator('POST', '/issuers/paused/pause');
    const { orders } = platform.core.database;
    const placedAt = new Date(Date.now() - 90_000);
    await orders.insertMany([
      acceptedRow('a', { state: 'undeliverable', createdAt: placedAt }),
      acceptedRow('b', { state: 'undeliverable' }),
      acceptedRow('c'),
      acceptedRow('d', { state: 'delivered', eventsPendingSince: new Date() }),
    ]);
    const page = await ofApi(platform);
    expect(valueIn(page, 'codeferry_order_counts_up')).toBe(1);
    expect(valueIn(page, 'codeferry_orders', { state: 'undeliverable' })).toBe(2);
    expect(valueIn(page, 'codeferry_orders', { state: 'accepted' })).toBe(1);
    expect(valueIn(page, 'codeferry_orders', { state: 'issued' })).toBe(0);
    expect(valueIn(page, 'codeferry_oldest_order_seconds', { state: 'undeliverable' })).toBeGreaterThanOrEqual(90);
    expect(valueIn(page, 'codeferry_oldest_order_seconds', { state: 'undeliverable' })).toBeLessThan(150);
    expect(valueIn(page, 'codeferry_oldest_order_seconds', { state: 'verified' })).toBe(0);
    expect(valueIn(page, 'codeferry_issuers', { state: 'active' })).toBe(1);
    expect(valueIn(page, 'codeferry_issuers', { state: 'paused' })).toBe(1);
    expect(valueIn(page, 'codeferry_orders_unstarted')).toBe(4);
    expect(valueIn(page, 'codeferry_orders_with_pending_events')).toBe(1);
    expect(valueIn(page, 'codeferry_database_connections', { state: 'open' })).toBeGreaterThanOrEqual(1);
    expect(valueIn(page, 'codeferry_database_connections', { state: 'waiting' })).toBe(0);
    expect(valueIn(page, 'codeferry_database_connections_max')).toBe(50);
  } finally {
    await platform.stop();
  }
});

test("the worker's page goes on with the SDK's own metrics, of worker and client", async () => {
  const issuer = await file.issuer();
  await deliver(issuer, 'sdk-1');
  const page = await file.platform.workerMetrics();
  expect(valueIn(page, 'codeferry_worker_engine_metrics_up')).toBe(1);
  expect(valueIn(page, 'temporal_workflow_completed_total')).toBeGreaterThanOrEqual(1);
  expect(valueIn(page, 'temporal_worker_task_slots_available', { worker_type: 'ActivityWorker' })).toBeGreaterThan(0);
  expect(valueIn(page, 'temporal_request_latency_seconds_count')).toBeGreaterThan(0);
  expect(valueIn(page, 'codeferry_breakers', { state: 'open' })).toBe(0);
  const api = await ofApi();
  expect(
    valueIn(api, 'codeferry_engine_call_seconds_count', { call: 'ask_verify', result: 'ok' }),
  ).toBeGreaterThanOrEqual(1);
});

const settings = (issuerId: string) => ({
  issuerId,
  name: 'An issuer that is counted',
  callback: { kind: 'url', url: 'http://127.0.0.1:9/callback' },
  codeMode: 'push',
});

test('a client that hangs up before it is answered is counted as 499, and a stream of events that it leaves is not', async () => {
  const issuer = await file.issuer();
  const { requests } = file.platform.core;
  const reserve = requests.reserve.bind(requests);
  let arrived = (): void => undefined;
  const isThere = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  jest.spyOn(requests, 'reserve').mockImplementationOnce(async (...words) => {
    arrived();
    await held;
    return reserve(...words);
  });
  const hangingUp = new AbortController();
  const placing = issuer.post('/orders', { type: 'order.payment' }, { signal: hangingUp.signal });
  await isThere;
  hangingUp.abort();
  await expect(placing).rejects.toThrow();
  const gone = { status: '499', route: '/v1/issuers/:issuerId/orders', method: 'POST' };
  await until('it is counted', async () => valueIn(await ofApi(), 'codeferry_http_request_seconds_count', gone) === 1);
  release();
  const { body } = await issuer.place('left');
  const leaving = new AbortController();
  const stream = await fetch(`${body.pickupUrl}/events`, { signal: leaving.signal });
  expect(stream.status).toBe(200);
  leaving.abort();
  await issuer.order('left');
  const streams = { route: '/p/:secret/events' };
  expect(valueIn(await ofApi(), 'codeferry_http_request_seconds_count', streams)).toBeUndefined();
});
