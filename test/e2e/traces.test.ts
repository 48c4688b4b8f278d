import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectFolder } from '../../src/dev/project-folder';
import { openTracing } from '../../src/tracing/open-tracing';
import type { Tracing } from '../../src/tracing/tracing';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { type Platform, startPlatform } from '../support/platform';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { startTraceReceiver, type TraceReceiver } from '../support/trace-receiver';
import { until } from '../support/until';

let receiver: TraceReceiver;
let tracing: Tracing;
let platform: Platform;
let issuer: TestIssuer;
let terminal: TestTerminal;

beforeAll(async () => {
  receiver = await startTraceReceiver();
  tracing = openTracing(receiver.url, 'codeferry-test');
  platform = await startPlatform({ tracing });
  terminal = await startTerminal();
  issuer = await startIssuer(platform, { terminal: { channel: 'webhook', url: terminal.urlOf('/traced') } });
});

afterAll(async () => {
  await issuer.stop();
  await terminal.stop();
  await platform.stop();
  await tracing.close();
  await receiver.stop();
});

const traceIdOf = (traceparent: unknown): string => String(traceparent).split('-')[1] ?? '';

test('one order is one trace, from the issuer over HTTP, Updates and activities to callback, terminal and event', async () => {
  const traceId = randomBytes(16).toString('hex');
  const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
  const secretCode = `TRACED-${randomBytes(8).toString('hex')}`;
  const order = { orderNo: 'traced-1', amount: { value: 1_000, currency: 'EUR' } };
  const post = (path: string, body: object) => issuer.post(path, body, { headers: { traceparent } });
  const placed = await post('/orders', { type: 'order.payment', ...order, product: { id: 'coffee', name: 'Coffee' } });
  expect(placed.status).toBe(201);
  const paid = await issuer.message('order.paid', 'traced-1');
  expect(traceIdOf(paid.headers.traceparent)).toBe(traceId);
  const token = issuer.tokenOf('traced-1');
  const verification = { type: 'order.verification', ...order, quantity: 1, token };
  expect((await post('/orders/traced-1/verification', verification)).status).toBe(200);
  const codes = { type: 'order.codes', orderNo: 'traced-1', token, codes: [{ itemId: 'a', value: secretCode }] };
  expect((await post('/orders/traced-1/codes', codes)).status).toBe(201);
  const delivered = await terminal.delivery('/traced');
  expect(traceIdOf(delivered.headers.traceparent)).toBe(traceId);
  const event = await issuer.message('order.delivered', 'traced-1');
  expect(traceIdOf(event.headers.traceparent)).toBe(traceId);

  const wanted = [
    'POST /v1/issuers/:issuerId/orders',
    'temporal start_order',
    'activity notifyIssuer',
    'POST /v1/issuers/:issuerId/orders/:orderNo/verification',
    'temporal ask_verify',
    'POST /v1/issuers/:issuerId/orders/:orderNo/codes',
    'temporal ask_codes',
    'activity deliverCodes',
    'activity project',
    'tell event',
  ];
  const ofOrder = () => receiver.spans().filter((span) => span.traceId === traceId);
  await until('all spans', () => wanted.every((name) => ofOrder().some((span) => span.name === name)));

  // The callback's own span is the parent that the issuer is told, and its try is the parent of that.
  const call = ofOrder().find(({ spanId }) => spanId === String(paid.headers.traceparent).split('-')[2]);
  const aTry = ofOrder().find(({ spanId }) => spanId === call?.parentSpanId);
  expect([call?.name, aTry?.name]).toEqual(['POST', 'activity notifyIssuer']);
  const parents = new Set([...ofOrder().map(({ spanId }) => spanId), String(traceparent).split('-')[2]]);
  for (const { parentSpanId } of ofOrder()) expect(parents).toContain(parentSpanId);

  const { pickupUrl } = (await issuer.place('traced-page', { terminal: { channel: 'page' } })).body;
  const pickup = String(pickupUrl).split('/').at(-1) ?? '';
  await fetch(pickupUrl);
  await until('the span of the page', () => receiver.spans().some(({ name }) => name.startsWith('GET /p/')));
  for (const secret of [secretCode, token, pickup, issuer.secret]) {
    expect(secret.length).toBeGreaterThan(8);
    expect(receiver.text()).not.toContain(secret);
  }
});

test('an order without a trace of its issuer begins one, and its callback carries it', async () => {
  await issuer.place('traced-2');
  const paid = await issuer.message('order.paid', 'traced-2');
  const traceId = traceIdOf(paid.headers.traceparent);
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  await until('both ends', () => {
    const names = receiver.spans().flatMap((span) => (span.traceId === traceId ? [span.name] : []));
    return names.includes('POST /v1/issuers/:issuerId/orders') && names.includes('activity notifyIssuer');
  });
});

test('without an endpoint no package of OpenTelemetry is loaded and no header is sent', async () => {
  const script = `
    const { openTracing } = require('./dist/src/tracing/open-tracing.js');
    const { noTracing } = require('./dist/src/tracing/tracing.js');
    require('./dist/src/api/app.js');
    require('./dist/worker/create-worker.js');
    const loaded = Object.keys(require.cache).filter((path) => /@opentelemetry.(sdk|exporter|resources|otlp)/.test(path));
    console.log(JSON.stringify({ isNone: openTracing(undefined, 'x') === noTracing, headers: noTracing.headers(), loaded }));
    process.exit(0);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: join(projectFolder) });
  expect(JSON.parse(stdout)).toEqual({ isNone: true, headers: {}, loaded: [] });
});
