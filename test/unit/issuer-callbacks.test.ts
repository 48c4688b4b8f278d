import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AnswerWith,
  type CallbackHandlerOptions,
  callbackListener,
  createCallbackHandler,
  memoryStore,
} from '../../packages/issuer/src';
import { newSecret, publicKeyToWhpk } from '../../src/signing/keys';
import { signEd25519, signHmac } from '../../src/signing/sign';

const secret = newSecret();
const nowMs = 1_800_000_000_000;

const aHandler = (options: Partial<CallbackHandlerOptions> = {}) =>
  createCallbackHandler({ secrets: [secret], clock: { nowMs: () => nowMs }, ...options });

const aMessage = (type: string, data: object = { orderNo: 'A-1' }) =>
  Buffer.from(JSON.stringify({ type, timestamp: '2027-01-15T08:00:00Z', data }));

const aRequest = (rawBody: Buffer, id = 'cf_1') => ({
  method: 'POST',
  headers: {
    'Webhook-Id': id,
    'webhook-timestamp': String(nowMs / 1000),
    'webhook-signature': signHmac(secret, { id, timestampSeconds: nowMs / 1000, body: rawBody }),
  },
  rawBody,
});

test('each kind of message goes to its own callback and is answered 2xx', async () => {
  const calls: unknown[] = [];
  const handle = aHandler({
    onPaid: (notice) => void calls.push(['paid', notice.orderNo]),
    onCodeRequested: (request) => {
      calls.push(['requested', request.orderNo]);
      return { status: 'issued', codes: [{ itemId: '1', value: 'x' }] };
    },
    onClosing: (request) => {
      calls.push(['closing', request.orderNo]);
      return { status: 'issued', codes: [{ itemId: '2', value: 'y' }] };
    },
    onEvent: (event) => void calls.push([event.type, event.data.orderNo]),
    onEcho: (content) => void calls.push(['echo', content]),
  });
  expect(await handle(aRequest(aMessage('order.paid'), 'cf_1'))).toEqual({ status: 204 });
  const reply = await handle(aRequest(aMessage('order.code_requested'), 'cf_2'));
  expect(reply.status).toBe(200);
  expect(JSON.parse(reply.body ?? '')).toEqual({ status: 'issued', codes: [{ itemId: '1', value: 'x' }] });
  const last = await handle(aRequest(aMessage('order.closing'), 'cf_5'));
  expect(JSON.parse(last.body ?? '')).toEqual({ status: 'issued', codes: [{ itemId: '2', value: 'y' }] });
  expect(await handle(aRequest(aMessage('order.delivered'), 'cf_3'))).toEqual({ status: 204 });
  expect(await handle(aRequest(aMessage('echo', { a: 1 }), 'cf_4'))).toEqual({ status: 204 });
  expect(calls).toEqual([
    ['paid', 'A-1'],
    ['requested', 'A-1'],
    ['closing', 'A-1'],
    ['order.delivered', 'A-1'],
    ['echo', { a: 1 }],
  ]);
});

test('a message without its callback, or of a kind that is not known yet, is still a success', async () => {
  const handle = createCallbackHandler({ secrets: [secret], clock: { nowMs: () => nowMs } });
  expect(await handle(aRequest(aMessage('order.code_requested'), 'cf_1'))).toEqual({ status: 204 });
  expect(await handle(aRequest(aMessage('order.closing'), 'cf_3'))).toEqual({ status: 204 });
  expect(await handle(aRequest(aMessage('order.of_the_future'), 'cf_2'))).toEqual({ status: 204 });
});

test('nothing is handled without a right signature on the raw bytes', async () => {
  let handled = 0;
  const onPaid = () => {
    handled += 1;
  };
  const handle = aHandler({ onPaid });
  const good = aRequest(aMessage('order.paid'));
  const respaced = Buffer.from(`${good.rawBody.toString()} `);
  expect((await handle({ ...good, rawBody: respaced })).status).toBe(401);
  expect((await handle({ ...good, headers: {} })).status).toBe(401);
  expect((await aHandler({ secrets: [newSecret()] })(good)).status).toBe(401);
  expect((await handle({ ...good, method: 'GET' })).status).toBe(405);
  expect((await handle(aRequest(Buffer.from('not json')))).status).toBe(400);
  expect((await handle(aRequest(Buffer.from('{"type":"order.paid"}'), 'cf_2'))).status).toBe(400);
  expect(handled).toBe(0);
});

test('a repeated message gets the first answer and is worked on once, also while the first is running', async () => {
  let handled = 0;
  let release = () => {};
  const held = new Promise<void>((done) => {
    release = done;
  });
  const handle = aHandler({
    onCodeRequested: async () => {
      handled += 1;
      await held;
      return { status: 'issued', codes: [{ itemId: '1', value: `made ${handled}` }] };
    },
  });
  const both = Promise.all([
    handle(aRequest(aMessage('order.code_requested'))),
    handle(aRequest(aMessage('order.code_requested'))),
  ]);
  release();
  const [first, second] = await both;
  const third = await handle(aRequest(aMessage('order.code_requested')));
  expect([second, third]).toEqual([first, first]);
  expect(handled).toBe(1);
});

test('a message that failed is worked on again when it is repeated', async () => {
  let handled = 0;
  const handle = aHandler({
    onPaid: () => {
      handled += 1;
      if (handled === 1) throw new Error('the secret code is 1234');
      if (handled === 2) throw new AnswerWith({ status: 429, headers: { 'retry-after': '7' } });
    },
  });
  const failed = await handle(aRequest(aMessage('order.paid')));
  expect(failed.status).toBe(500);
  expect(failed.body).not.toContain('1234');
  expect(await handle(aRequest(aMessage('order.paid')))).toEqual({ status: 429, headers: { 'retry-after': '7' } });
  expect(await handle(aRequest(aMessage('order.paid')))).toEqual({ status: 204 });
  expect(handled).toBe(3);
});

test('only so many messages are remembered', async () => {
  let handled = 0;
  const onPaid = () => {
    handled += 1;
  };
  const handle = aHandler({ store: memoryStore({ entriesMax: 2 }), onPaid });
  for (const id of ['cf_1', 'cf_2', 'cf_3', 'cf_3', 'cf_1']) await handle(aRequest(aMessage('order.paid'), id));
  expect(handled).toBe(4);
});

test('a terminal believes what the key of the platform signed, and no secret', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const received: string[] = [];
  const handle = aHandler({
    secrets: [],
    publicKey: publicKeyToWhpk(publicKey),
    onDelivered: ({ codes }) => void received.push(...codes.map((code) => code.itemId)),
  });
  const request = aRequest(
    aMessage('code.delivered', { orderNo: 'A-1', codes: [{ itemId: '1', value: 'x', format: 'text' }] }),
  );
  expect((await handle(request)).status).toBe(401);
  const signature = signEd25519(privateKey, { id: 'cf_1', timestampSeconds: nowMs / 1000, body: request.rawBody });
  const signed = { ...request, headers: { ...request.headers, 'webhook-signature': signature } };
  expect(await handle(signed)).toEqual({ status: 204 });
  expect(received).toEqual(['1']);
});

describe('over HTTP', () => {
  const server = createServer(
    callbackListener(aHandler({ onCodeRequested: () => ({ status: 'refused', reason: 'out_of_stock' }) })),
  );
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  test('the node listener hands over the bytes as they came', async () => {
    const { headers, rawBody } = aRequest(aMessage('order.code_requested'));
    const response = await fetch(url(), { method: 'POST', headers, body: new Uint8Array(rawBody) });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ status: 'refused', reason: 'out_of_stock' });
  });

  test('a body over 1 MiB is refused unread', async () => {
    const response = await fetch(url(), { method: 'POST', body: Buffer.alloc(1024 * 1024 + 1) });
    expect(response.status).toBe(413);
  });
});
