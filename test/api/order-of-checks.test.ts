import { createHmac, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Webhook } from 'standardwebhooks';
import type { TestIssuer } from '../support/issuer';
import { type Answer, read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';

const file = platformOfFile({ worker: false });
let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await file.issuer();
  await issuer.place('known');
});

const forged = { 'webhook-signature': 'v1,AAAA' };
const plain = { 'content-type': 'text/plain' };
const payment = (orderNo: string) => ({
  type: 'order.payment',
  orderNo,
  product: { id: 'coffee', name: 'Coffee' },
  amount: { value: 1_000, currency: 'EUR' },
});
const cancellation = (orderNo: string) => ({ type: 'order.cancellation', orderNo, reason: 'x' });
const ask = (method: string, path: string, init: RequestInit = {}): Promise<Answer> =>
  read(fetch(`${file.platform.baseUrl}${path}`, { method, ...init }));

describe('of two things that are wrong the earlier one is told', () => {
  test('413 before 401', async () => {
    const raw = JSON.stringify({ data: 'x'.repeat(256 * 1024) });
    expectProblem(await issuer.post('/orders', undefined, { raw, headers: forged }), 413, 'body_too_large');
    expectProblem(await issuer.post('/orders', undefined, { raw }), 413, 'body_too_large');
  });

  test('256 KiB is the limit to the byte, and /codes has 1 MiB', async () => {
    const padded = (bytes: number) => `{"x":"${'x'.repeat(bytes - 8)}"}`;
    expect(Buffer.byteLength(padded(256 * 1024))).toBe(256 * 1024);
    expectProblem(await issuer.post('/orders', undefined, { raw: padded(256 * 1024) }), 422, 'body_invalid');
    expectProblem(await issuer.post('/orders', undefined, { raw: padded(256 * 1024 + 1) }), 413, 'body_too_large');
    const toCodes = (bytes: number) => issuer.post('/orders/known/codes', undefined, { raw: padded(bytes) });
    expectProblem(await toCodes(1024 * 1024), 422, 'body_invalid');
    expectProblem(await toCodes(1024 * 1024 + 1), 413, 'body_too_large');
  });

  test('401 before idempotency', async () => {
    const webhookId = randomUUID();
    await issuer.post('/orders', payment('check-1'), { webhookId });
    const other = await issuer.post('/orders', payment('check-2'), { webhookId, headers: forged });
    expectProblem(other, 401, 'signature_invalid');
  });

  test('idempotency before 415', async () => {
    const webhookId = randomUUID();
    await issuer.post('/orders', payment('check-3'), { webhookId });
    const other = await issuer.post('/orders', payment('check-4'), { webhookId, headers: plain });
    expectProblem(other, 422, 'idempotency_mismatch');
  });

  test('401 before 415, also for a body that is compressed', async () => {
    const compressed = gzipSync(JSON.stringify(payment('check-5')));
    const webhookId = randomUUID();
    const at = new Date();
    const send = (signature: string) =>
      ask('POST', `/v1/issuers/${issuer.issuerId}/orders`, {
        headers: {
          'content-type': 'application/json',
          'content-encoding': 'gzip',
          'webhook-id': webhookId,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
          'webhook-signature': signature,
        },
        body: compressed,
      });
    expectProblem(await send('v1,AAAA'), 401, 'signature_invalid');
    // The public library signs text only, so these bytes are signed by hand.
    const key = Buffer.from(issuer.secret.slice('whsec_'.length), 'base64');
    const head = `${webhookId}.${Math.floor(at.getTime() / 1_000)}.`;
    const right = createHmac('sha256', key).update(head).update(compressed).digest('base64');
    expectProblem(await send(`v1,${right}`), 415, 'media_type_unsupported');
  });

  test('415 before 400', async () => {
    const both = await issuer.post('/orders', undefined, { raw: '{', headers: plain });
    expectProblem(both, 415, 'media_type_unsupported');
  });

  test('400 before 422, and both before 404', async () => {
    expectProblem(await issuer.post('/orders/unknown/cancellation', undefined, { raw: '{' }), 400, 'body_malformed');
    const target = `/v1/issuers/${issuer.issuerId}/orders/unknown/cancellation`;
    const empty = { raw: `POST ${target}`, sent: '' };
    expectProblem(await issuer.post('/orders/unknown/cancellation', undefined, empty), 422, 'body_invalid', '');
    expectProblem(await issuer.post('/orders/unknown/cancellation', { a: 1 }), 422, 'body_invalid', '/a');
    const otherOrder = await issuer.post('/orders/unknown/cancellation', cancellation('known'));
    expectProblem(otherOrder, 422, 'body_invalid', '/orderNo');
    const otherType = await issuer.post('/orders/unknown/cancellation', payment('unknown'));
    expectProblem(otherType, 422, 'body_invalid', '/type');
  });

  test('404 before the state, and another issuer sees nothing but 404', async () => {
    const unknown = await issuer.post('/orders/unknown/cancellation', cancellation('unknown'));
    expectProblem(unknown, 404, 'order_unknown');
    const other = await file.issuer();
    expectProblem(await other.post('/orders/known/cancellation', cancellation('known')), 404, 'order_unknown');
    expectProblem(await other.get('/orders/known'), 404, 'order_unknown');
    expectProblem(await other.get('/orders/known/timeline'), 404, 'order_unknown');
  });
});

describe('who may call', () => {
  const same = ({ status, body }: Answer) => ({ status, body: { ...body, requestId: '' } });

  test('an unknown issuer gets the very answer of a wrong signature', async () => {
    const wrong = await issuer.post('/orders', payment('x'), { headers: forged });
    const headers = { 'content-type': 'application/json', 'webhook-id': 'a', 'webhook-timestamp': '1', ...forged };
    const unknown = await ask('POST', '/v1/issuers/nobody/orders', { headers, body: JSON.stringify(payment('x')) });
    expectProblem(unknown, 401, 'signature_invalid');
    expect(same(unknown)).toEqual(same(wrong));
    const unsigned = await ask('POST', '/v1/issuers/nobody/orders', { body: '{}' });
    expect(same(unsigned)).toEqual(same(wrong));
  });

  test('the signature of one issuer opens no other, and ids of our own messages are refused', async () => {
    const other = await file.issuer();
    const at = new Date();
    const target = `/v1/issuers/${issuer.issuerId}/orders`;
    const headers = {
      'webhook-id': 'stolen',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(other.secret).sign('stolen', at, `GET ${target}`),
    };
    expectProblem(await ask('GET', target, { headers }), 401, 'signature_invalid');
    const own = await issuer.post('/orders', payment('x'), { webhookId: 'cf_mine' });
    expectProblem(own, 401, 'signature_invalid');
    expect(own.body.detail).toContain('cf_');
  });

  test('a signed GET fits one target only: not another query, not another method', async () => {
    const at = new Date();
    const target = `/v1/issuers/${issuer.issuerId}/orders?limit=3`;
    const headers = {
      'webhook-id': 'one-target',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(issuer.secret).sign('one-target', at, `GET ${target}`),
    };
    expect((await ask('GET', target, { headers })).status).toBe(200);
    expectProblem(await ask('GET', `${target}0`, { headers }), 401, 'signature_invalid');
    expectProblem(await ask('POST', target, { headers }), 401, 'signature_invalid');
  });

  test.each([
    ['no token', {}],
    ['a wrong token', { authorization: 'Bearer wrong' }],
    ['another scheme', { authorization: 'Basic b3BlcmF0b3I6eA==' }],
    ['an empty token', { authorization: 'Bearer ' }],
  ])('an operator with %s is refused before anything else is looked at', async (_what, headers) => {
    const refused = await ask('POST', '/v1/operator/issuers', { headers, body: '{' });
    expectProblem(refused, 401, 'operator_unauthorized');
    expectProblem(await ask('GET', '/v1/operator/orders?x=1', { headers }), 401, 'operator_unauthorized');
    expectProblem(await ask('GET', '/v1/operator/orders/no/such', { headers }), 401, 'operator_unauthorized');
    const large = await ask('POST', '/v1/operator/issuers', { headers, body: 'x'.repeat(256 * 1024 + 1) });
    expectProblem(large, 413, 'body_too_large');
  });
});

test('no cache keeps what an issuer is answered, as an order has its link in it', async () => {
  const placed = await issuer.place('uncached');
  expect(placed.body.pickupUrl).toContain('/p/');
  for (const { headers } of [placed, await issuer.order('uncached'), await issuer.place('uncached')])
    expect(headers.get('cache-control')).toBe('no-store');
});

describe('media types', () => {
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON;charset="UTF-8"',
    'application/json; charset=UTF8',
  ])('%s is taken', async (type) => {
    const answer = await issuer.post('/orders', payment(randomUUID()), { headers: { 'content-type': type } });
    expect(answer.status).toBe(201);
  });

  test.each(['text/plain', 'application/json; charset=latin1', 'application/jsonx', 'application/vnd.x+json', ''])(
    '%p is not',
    async (type) => {
      const answer = await issuer.post('/orders', payment(randomUUID()), { headers: { 'content-type': type } });
      expectProblem(answer, 415, 'media_type_unsupported');
    },
  );
});

test('a call says which media types it takes, and a query’s fault is no body’s', async () => {
  const as = (type: string) => ({ headers: { 'content-type': type } });
  const detailOf = async (answer: Promise<Answer>) => (await answer).body.detail;
  expect(await detailOf(issuer.post('/orders', payment(randomUUID()), as('text/plain')))).toContain(
    'must be application/json,',
  );
  expect(await detailOf(issuer.post('/reconciliations', { orderNo: 'a' }, as('application/json')))).toContain(
    'must be application/x-ndjson or text/csv,',
  );
  const lost = ask('POST', '/p/lost', { ...as('text/plain'), body: 'x' });
  expect(await detailOf(lost)).toContain('must be application/json or application/x-www-form-urlencoded,');
  const asked = await issuer.get('/orders?bogus=1');
  expectProblem(asked, 422, 'body_invalid', '/bogus');
  expect([asked.body.detail, asked.body.errors[0].message]).toEqual([
    'The query does not fit the contract',
    'is not a parameter of this call',
  ]);
});

describe('bodies that two readers would read differently', () => {
  const withMember = (member: string) => JSON.stringify(payment('strict')).replace(/\}$/, `,${member}}`);

  test.each([
    ['"quantity":1,"quantity":2', '/quantity'],
    ['"quantity":1.0', '/quantity'],
    ['"quantity":1e0', '/quantity'],
    ['"quantity":null', '/quantity'],
    ['"metadata":{"a":"x\\u0000"}', '/metadata/a'],
    ['"metadata":{"a/b":"\\ud800"}', '/metadata/a~1b'],
    ['"__proto__":{}', '/__proto__'],
  ])('%s is 422 with its place', async (member, path) => {
    expectProblem(await issuer.post('/orders', undefined, { raw: withMember(member) }), 422, 'body_invalid', path);
  });

  test('as deep as the limit of bytes lets it be: 422, and the api lives on', async () => {
    const raw = `{"a":${'['.repeat(131_000)}${']'.repeat(131_000)}}`;
    expectProblem(await issuer.post('/echo', undefined, { raw }), 422, 'body_invalid');
    expectProblem(await issuer.post('/orders', undefined, { raw }), 422, 'body_invalid');
    expect((await ask('GET', '/healthz')).status).toBe(200);
  });

  test('a `__proto__` in metadata is kept like any other key', async () => {
    const raw = JSON.stringify(payment('proto')).replace(/\}$/, ',"metadata":{"__proto__":"x","a":"b"}}');
    expect((await issuer.post('/orders', undefined, { raw })).status).toBe(201);
    expect((await issuer.post('/orders', undefined, { raw })).status).toBe(200);
    const without = await issuer.post('/orders', { ...payment('proto'), metadata: { a: 'b' } });
    expectProblem(without, 409, 'order_conflict');
  });

  test('no error repeats what was sent', async () => {
    const answer = await issuer.post('/orders', { ...payment('SECRET-1'), quantity: 'SECRET-2', type: 'SECRET-3' });
    expectProblem(answer, 422, 'body_invalid');
    expect(JSON.stringify(answer.body)).not.toContain('SECRET');
  });
});

describe('paths and methods', () => {
  test.each([
    ['DELETE', '/v1/issuers/acme/orders', ['GET', 'HEAD', 'POST']],
    ['PUT', '/v1/issuers/acme/orders/1', ['GET', 'HEAD']],
    ['GET', '/v1/issuers/acme/orders/1/verification', ['POST']],
    ['OPTIONS', '/v1/issuers/acme/orders/1/codes', ['POST']],
    ['PATCH', '/v1/operator/issuers', ['GET', 'HEAD', 'POST']],
    ['POST', '/v1/operator/issuers/acme', ['DELETE', 'GET', 'HEAD', 'PATCH']],
    ['POST', '/healthz', ['GET', 'HEAD']],
    ['POST', '/p/secret', ['GET', 'HEAD']],
  ])('%s %s is 405 and told what is allowed', async (method, path, allowed) => {
    const answer = await ask(method, path);
    expectProblem(answer, 405, 'method_not_allowed');
    expect((answer.headers.get('allow') ?? '').split(', ').sort()).toEqual(allowed);
  });

  test.each([
    '/',
    '/v1',
    '/v1/issuers/acme',
    '/v1/issuers/acme/orders/',
    '/V1/keys',
    '/v1/issuers/%ff/orders',
    '/p',
    '/p/unknown',
  ])('GET %s leads nowhere', async (path) => {
    if (path === '/') {
      // The front door may lead somewhere, but never to an error of ours.
      expect((await ask('GET', path, { redirect: 'manual' })).status).toBeLessThan(500);
      return;
    }
    expectProblem(await ask('GET', path), 404, 'path_unknown');
  });

  test('every answer carries its own request id, and a problem names the same', async () => {
    const [first, second] = [await ask('GET', '/nowhere'), await ask('GET', '/nowhere')];
    expect(first.headers.get('x-request-id')).toBe(first.body.requestId);
    expect(second.body.requestId).not.toBe(first.body.requestId);
  });

  test('an answer tells nothing of the software behind it', async () => {
    expect((await ask('GET', '/healthz')).headers.get('x-powered-by')).toBeNull();
  });
});
