import type { TestIssuer } from '../support/issuer';
import type { Answer } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { until } from '../support/until';

const file = platformOfFile();
let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await file.issuer();
});

const requestsLogged = (): Record<string, unknown>[] =>
  file.platform
    .logText()
    .split('\n')
    .filter((line) => line.includes('"msg":"request"'))
    .map((line) => JSON.parse(line));

const lineOf = ({ headers }: { headers: Headers }): Promise<Record<string, unknown>> => {
  const requestId = headers.get('x-request-id');
  return until('the line of the request', async () => {
    const lines = requestsLogged().filter((line) => line.requestId === requestId);
    expect(lines.length).toBeLessThan(2);
    return lines[0];
  });
};

const warn = 40;
const info = 30;

test('a refusal is found in the log by its requestId, with issuer, order and code', async () => {
  await issuer.placeVerified('logged-1');
  const refused = await issuer.submit('logged-1', [{ itemId: 'a', value: 'CODE-1', odd: 1 } as never]);
  expect(refused.status).toBe(422);
  expect(refused.body.requestId).toBe(refused.headers.get('x-request-id'));
  expect(await lineOf(refused)).toMatchObject({
    level: warn,
    method: 'POST',
    route: '/v1/issuers/:issuerId/orders/:orderNo/codes',
    status: 422,
    code: 'body_invalid',
    issuerId: issuer.issuerId,
    orderNo: 'logged-1',
    ms: expect.any(Number),
  });
});

test('a refusal that is kept and repeated has a line for each time', async () => {
  await issuer.placeVerified('logged-2');
  const send = (): Promise<Answer> =>
    issuer.post('/orders/logged-2/verification', wrong, { webhookId: 'kept-refusal' });
  const wrong = {
    type: 'order.verification',
    orderNo: 'logged-2',
    token: 'x'.repeat(43),
    quantity: 1,
    amount: { value: 1, currency: 'EUR' },
  };
  for (const answer of [await send(), await send()]) {
    expect(answer.body.code).toBe('token_mismatch');
    expect(await lineOf(answer)).toMatchObject({ status: 403, code: 'token_mismatch', orderNo: 'logged-2' });
  }
});

test('a payment request is logged with the order of its body, good or refused', async () => {
  expect(await lineOf(await issuer.place('logged-3'))).toMatchObject({ level: info, status: 201, orderNo: 'logged-3' });
  const refused = await issuer.place('logged-4', { quantity: 0 });
  expect(await lineOf(refused)).toMatchObject({ level: warn, status: 422, orderNo: 'logged-4' });
});

test('the log has routes: no pick-up link, no codec secret, and nothing that is no order number', async () => {
  const placed = await issuer.place('logged-5');
  const link = String(placed.body.pickupUrl);
  expect(await lineOf(await fetch(link))).toMatchObject({ route: '/p/:secret', status: 200 });
  const codec = `${file.platform.baseUrl}/codec/codec-secret-of-the-tests/decode`;
  const decoded = await fetch(codec, { method: 'POST', body: '{"payloads":[]}' });
  expect(await lineOf(decoded)).toMatchObject({ route: '/codec/:secret/decode', status: 200 });
  const odd = await fetch(`${file.platform.baseUrl}/v1/issuers/Nobody's/orders/a%20b?token=asked-with`);
  expect(await lineOf(odd)).not.toHaveProperty('orderNo');
  expect(await lineOf(odd)).not.toHaveProperty('issuerId');
  const unknown = await fetch(`${file.platform.baseUrl}/no/such/path-of-a-secret`);
  expect(await lineOf(unknown)).toMatchObject({ route: 'none', status: 404, code: 'path_unknown' });
  for (const secret of [link.split('/p/')[1], 'codec-secret-of-the-tests', 'asked-with', 'path-of-a-secret', 'a%20b'])
    expect(file.platform.logText()).not.toContain(secret);
});

test('probes and scrapes are logged at debug', async () => {
  for (const path of ['/healthz', '/readyz', '/metrics'])
    expect(await lineOf(await fetch(file.platform.baseUrl + path))).toMatchObject({ level: 20, route: path });
});
