import { Webhook } from 'standardwebhooks';
import type { TestIssuer } from '../support/issuer';
import type { Answer } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { until } from '../support/until';

const file = platformOfFile({ sealPayloads: true });
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

test('each 401 of an issuer’s call says to operators what was wrong, and is counted; its sender gets one answer for all', async () => {
  const base = `${file.platform.baseUrl}/v1/issuers`;
  const path = `/v1/issuers/${issuer.issuerId}/orders`;
  const asked = async (issuerId: string, headers: Record<string, string>) => {
    const answer = await fetch(`${base}/${issuerId}/orders`, { headers });
    expect(answer.status).toBe(401);
    const line = await lineOf(answer);
    return { line, detail: (await answer.json()).detail };
  };
  const signed = (secret: string, at = new Date()) => ({
    'webhook-id': 'a-1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign('a-1', at, `GET ${path}`),
  });
  const other = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const counted = async () => {
    const page = await (await fetch(`${file.platform.baseUrl}/metrics`)).text();
    const lines = page.matchAll(/^codeferry_signatures_refused_total\{reason="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries([...lines].map(([, reason, count]) => [reason, Number(count)]));
  };
  const before = await counted();
  const refused = {
    clock: await asked(issuer.issuerId, signed(issuer.secret, new Date(Date.now() - 3_600_000))),
    key: await asked(issuer.issuerId, signed(other)),
    id: await asked('nobody', signed(other)),
    headers: await asked(issuer.issuerId, {}),
  };
  for (const [reason, { line }] of Object.entries(refused)) {
    expect(line).toMatchObject({ level: warn, status: 401, code: 'signature_invalid', refusedBy: reason });
  }
  expect(refused.key.line.issuerId).toBe(issuer.issuerId);
  expect(new Set(Object.values(refused).map(({ detail }) => detail)).size).toBe(1);
  const after = await counted();
  for (const reason of Object.keys(refused)) expect([reason, after[reason] - before[reason]]).toEqual([reason, 1]);
});
