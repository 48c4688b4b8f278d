import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createIssuerClient, type IssuerClientOptions, ProblemError } from '../../packages/issuer/src';
import { newSecret, publicKeyToWhpk } from '../../src/signing/keys';
import { type VerifyKeys, verifySignature } from '../../src/signing/verify';

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

interface Received {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const secret = newSecret();
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

const problem = (status: number, code: string, retryable: boolean, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: { type: 'about:blank', title: code, status, detail: `because of ${code}`, code, retryable, requestId: 'req_1' },
});

/** Answers by script, the last answer repeating; `cut` closes the connection without a word. */
const aPlatform = async (...script: (Answer | 'cut')[]) => {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = script[Math.min(received.length, script.length - 1)] ?? 'cut';
    const { method = '', url = '', headers } = request;
    received.push({ method, target: url, headers, body: Buffer.concat(chunks) });
    if (answer === 'cut') request.socket.destroy();
    else response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body ?? {}));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { received, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

const aClient = (baseUrl: string, options: Partial<IssuerClientOptions> = {}) => {
  let nowMs = Date.now();
  const delaysMs: number[] = [];
  const client = createIssuerClient({
    baseUrl,
    issuerId: 'acme',
    secret,
    clock: { nowMs: () => nowMs },
    random: () => 0.5,
    wait: async (delayMs) => {
      delaysMs.push(delayMs);
      nowMs += delayMs;
    },
    ...options,
  });
  return { client, delaysMs };
};

const isSigned = ({ method, target, headers, body }: Received, keys: VerifyKeys): boolean =>
  verifySignature({
    headers: {
      id: headers['webhook-id'] as string,
      timestamp: headers['webhook-timestamp'] as string,
      signature: headers['webhook-signature'] as string,
    },
    body: body.length > 0 ? body : Buffer.from(`${method} ${target}`),
    keys,
    nowMs: Date.now(),
  }).ok;

const order = {
  orderNo: 'A-1',
  product: { id: 'p', name: 'Ticket' },
  quantity: 2,
  amount: { value: 1000, currency: 'EUR' },
};
const facts = { orderNo: 'A-1', token: 't', quantity: 2, amount: order.amount };

test('every call goes to its path, signed over its raw body or its target', async () => {
  const platform = await aPlatform({ status: 200, body: { ok: true } });
  const { client } = aClient(`${platform.baseUrl}/`);
  await client.placeOrder(order);
  await client.placeOrders([order]);
  await client.readOrder('A-1');
  await client.listOrders({ state: 'issued', limit: 3 });
  await client.listOrders();
  await client.readEvents({ after: 'c', waitSeconds: 5 });
  await client.listFailures({ limit: 5 });
  await client.readSelf();
  await client.changeSettings({ buyerRefunds: true });
  await client.rotateSecret();
  await client.replayMessage('cf_event_1');
  await client.timeline('A-1');
  await client.verifyOrder(facts);
  await client.submitCodes({ orderNo: 'A-1', token: 't', codes: [{ itemId: '1', value: 'x' }] });
  await client.refuseOrder({ orderNo: 'A-1', token: 't', reason: 'out_of_stock' });
  await client.cancelOrder({ orderNo: 'A-1', reason: 'returned' });
  await client.echo({ hello: 'world' });
  await client.order('redemptions', { orderNo: 'A-1', token: 't', redemptionId: 'r', itemId: '1' });
  const root = '/v1/issuers/acme';
  expect(platform.received.map(({ method, target }) => `${method} ${target}`)).toEqual([
    `POST ${root}/orders`,
    `POST ${root}/orders/bulk`,
    `GET ${root}/orders/A-1`,
    `GET ${root}/orders?state=issued&limit=3`,
    `GET ${root}/orders`,
    `GET ${root}/events?after=c&waitSeconds=5`,
    `GET ${root}/failures?limit=5`,
    `GET ${root}/self`,
    `POST ${root}/settings`,
    `POST ${root}/secret`,
    `POST ${root}/messages/cf_event_1/replay`,
    `GET ${root}/orders/A-1/timeline`,
    `POST ${root}/orders/A-1/verification`,
    `POST ${root}/orders/A-1/codes`,
    `POST ${root}/orders/A-1/refusal`,
    `POST ${root}/orders/A-1/cancellation`,
    `POST ${root}/echo`,
    `POST ${root}/orders/A-1/redemptions`,
  ]);
  for (const request of platform.received) expect(isSigned(request, { secrets: [secret] })).toBe(true);
  expect(JSON.parse(platform.received[0]?.body.toString() ?? '')).toEqual({ type: 'order.payment', ...order });
  expect(JSON.parse(platform.received[12]?.body.toString() ?? '')).toEqual({ type: 'order.verification', ...facts });
  expect(JSON.parse(platform.received[17]?.body.toString() ?? '').type).toBe('order.redemption');
  expect(new Set(platform.received.map((request) => request.headers['webhook-id'])).size).toBe(18);
});

test('an issuer with a registered public key signs with its private one', async () => {
  const platform = await aPlatform({ status: 200 });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await aClient(platform.baseUrl, { privateKey }).client.readOrder('A-1');
  const keys = { secrets: [], publicKey: publicKeyToWhpk(publicKey) };
  expect(platform.received.map((request) => isSigned(request, keys))).toEqual([true]);
});

test('a lost connection, a 503 and a retryable refusal are repeated as the same request', async () => {
  const platform = await aPlatform(
    'cut',
    problem(503, 'unavailable', true, { 'retry-after': '3' }),
    problem(409, 'not_verified', true),
    { status: 502, body: 'a page of a proxy' },
    { status: 201, body: { accepted: 1, outstanding: 0 } },
  );
  const { client, delaysMs } = aClient(platform.baseUrl);
  const codes = [{ itemId: '1', value: 'x' }];
  expect(await client.submitCodes({ orderNo: 'A-1', token: 't', codes })).toEqual({ accepted: 1, outstanding: 0 });
  expect(platform.received).toHaveLength(5);
  expect(new Set(platform.received.map((request) => request.headers['webhook-id'])).size).toBe(1);
  expect(new Set(platform.received.map((request) => request.body.toString())).size).toBe(1);
  expect(delaysMs).toEqual([500, 3000, 2000, 4000]);
});

test('a refusal that no repeat can help is thrown at once, with all that the platform said', async () => {
  const platform = await aPlatform(problem(403, 'token_mismatch', false));
  const error = await aClient(platform.baseUrl)
    .client.verifyOrder(facts)
    .catch((thrown) => thrown);
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toMatchObject({
    code: 'token_mismatch',
    status: 403,
    retryable: false,
    detail: 'because of token_mismatch',
    requestId: 'req_1',
  });
  expect(platform.received).toHaveLength(1);
});

test('repeats end after five tries with the last problem', async () => {
  const platform = await aPlatform(problem(503, 'unavailable', true));
  const { client, delaysMs } = aClient(platform.baseUrl);
  await expect(client.readOrder('A-1')).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  expect(platform.received).toHaveLength(5);
  expect(delaysMs).toHaveLength(4);
});

test('a platform that cannot be reached is a problem too', async () => {
  const { client } = aClient((await aPlatform('cut')).baseUrl, { triesMax: 2 });
  await expect(client.readOrder('A-1')).rejects.toMatchObject({ code: 'unreachable', status: 0, retryable: true });
});

test('a Retry-After beyond the total limit is not waited for', async () => {
  const platform = await aPlatform(problem(429, 'rate_limited', true, { 'retry-after': '3600' }));
  const { client, delaysMs } = aClient(platform.baseUrl);
  await expect(client.readOrder('A-1')).rejects.toMatchObject({ code: 'rate_limited' });
  expect(delaysMs).toEqual([]);
});

test('a message is named by a UUID, which never begins as the names of the platform do; nor may a given one', async () => {
  const platform = await aPlatform({ status: 200 });
  const { client } = aClient(platform.baseUrl);
  await client.readOrder('A-1');
  expect(platform.received[0]?.headers['webhook-id']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  await expect(client.placeOrder(order, { webhookId: 'cf_mine' })).rejects.toThrow(RangeError);
  expect(platform.received).toHaveLength(1);
});

test('queued codes are sent again, with the same webhook-id, until they are judged', async () => {
  const queued: Answer = { status: 202, headers: { 'retry-after': '2' }, body: { status: 'queued' } };
  const platform = await aPlatform(...Array<Answer>(7).fill(queued), {
    status: 200,
    body: { accepted: 1, outstanding: 0 },
  });
  const { client, delaysMs } = aClient(platform.baseUrl);
  const call = client.submitCodes({ orderNo: 'A-1', token: 't', codes: [] }, { webhookId: 'mine-1' });
  expect(await call).toEqual({ accepted: 1, outstanding: 0 });
  expect(platform.received.map((request) => request.headers['webhook-id'])).toEqual(Array(8).fill('mine-1'));
  expect(delaysMs).toEqual(Array(7).fill(2000));
});

test('codes that stay queued past the total limit are said to be queued', async () => {
  const platform = await aPlatform({ status: 202, body: { status: 'queued' } });
  const { client, delaysMs } = aClient(platform.baseUrl, { totalLimitMs: 3000 });
  await expect(client.cancelOrder({ orderNo: 'A-1', reason: 'x' })).rejects.toMatchObject({
    code: 'queued',
    status: 202,
  });
  expect(delaysMs).toEqual([1000, 1000, 1000]);
});

test("the caller's signal ends the call and its repeats", async () => {
  const platform = await aPlatform(problem(503, 'unavailable', true));
  const stop = new AbortController();
  const wait = async () => stop.abort(new Error('stopped'));
  const { client } = aClient(platform.baseUrl, { wait });
  await expect(client.readOrder('A-1', { signal: stop.signal })).rejects.toThrow('stopped');
  expect(platform.received).toHaveLength(1);
});

test('an answer that is no JSON or a redirect is not taken for a success', async () => {
  const redirect = await aPlatform({ status: 302, headers: { location: '/elsewhere' } });
  await expect(aClient(redirect.baseUrl).client.readOrder('A-1')).rejects.toMatchObject({
    status: 302,
    retryable: false,
  });
  expect(redirect.received).toHaveLength(1);
});
