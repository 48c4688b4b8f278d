import { Webhook } from 'standardwebhooks';
import { amount, type TestIssuer } from '../support/issuer';
import type { Answer } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';

const file = platformOfFile();

const payment = (orderNo: string, changes = {}) => ({
  type: 'order.payment',
  orderNo,
  product: { id: 'coffee', name: 'Coffee' },
  amount,
  ...changes,
});
const isReplay = ({ headers }: Answer): boolean => headers.get('idempotency-replayed') === 'true';
const told = async (issuer: TestIssuer, orderNo: string): Promise<string> => {
  await issuer.place(orderNo);
  return (await issuer.message('order.paid', orderNo)).data.token;
};

test('a 2xx is repeated as it was, and nothing happens twice', async () => {
  const issuer = await file.issuer();
  const place = () => issuer.post('/orders', payment('two-1'), { webhookId: 'place-1' });
  const first = await place();
  await issuer.message('order.paid', 'two-1');
  await issuer.verify('two-1');
  const second = await place();
  expect([first.status, isReplay(first)]).toEqual([201, false]);
  expect([second.status, isReplay(second)]).toEqual([201, true]);
  // Also the old state in it: it is the answer of then.
  expect(second.body).toEqual(first.body);
  const submit = () =>
    issuer.post(
      '/orders/two-1/codes',
      {
        type: 'order.codes',
        orderNo: 'two-1',
        token: issuer.tokenOf('two-1'),
        codes: [{ itemId: 'a', value: 'TWO-1' }],
      },
      { webhookId: 'codes-1' },
    );
  expect([await submit(), await submit()].map((one) => [one.status, isReplay(one)])).toEqual([
    [201, false],
    [201, true],
  ]);
});

test('refusals that stand, 403, 409 and 422, are repeated word for word', async () => {
  const issuer = await file.issuer();
  await told(issuer, 'kept-1');
  const requests: [number, string, () => Promise<Answer>][] = [
    [
      403,
      'token_mismatch',
      () =>
        issuer.post(
          '/orders/kept-1/verification',
          { type: 'order.verification', orderNo: 'kept-1', token: 'x', quantity: 1, amount },
          { webhookId: 'id-403' },
        ),
    ],
    [409, 'order_conflict', () => issuer.post('/orders', payment('kept-1', { quantity: 2 }), { webhookId: 'id-409' })],
    [422, 'body_invalid', () => issuer.post('/orders', payment('kept-1', { quantity: 0 }), { webhookId: 'id-422' })],
  ];
  for (const [status, code, send] of requests) {
    const [first, second] = [await send(), await send()];
    expectProblem(first, status, code);
    expect([isReplay(first), isReplay(second)]).toEqual([false, true]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
  }
});

test('all others are judged anew under the same id: 404, a retryable 409, 400, 415, 429', async () => {
  const issuer = await file.issuer();
  const verification = { type: 'order.verification', orderNo: 'anew-1', token: 'x', quantity: 1, amount };
  const verify = () => issuer.post('/orders/anew-1/verification', verification, { webhookId: 'anew-404' });
  expectProblem(await verify(), 404, 'order_unknown');
  const token = await told(issuer, 'anew-1');
  expectProblem(await verify(), 403, 'token_mismatch');

  const codes = { type: 'order.codes', orderNo: 'anew-1', token, codes: [{ itemId: 'a', value: 'ANEW-1' }] };
  const submit = () => issuer.post('/orders/anew-1/codes', codes, { webhookId: 'anew-409' });
  expectProblem(await submit(), 409, 'not_verified');
  await issuer.verify('anew-1');
  const accepted = await submit();
  expect([accepted.status, isReplay(accepted)]).toEqual([201, false]);

  const malformed = () => issuer.post('/orders', null, { raw: '{', webhookId: 'anew-400' });
  for (const answer of [await malformed(), await malformed()]) {
    expectProblem(answer, 400, 'body_malformed');
    expect(isReplay(answer)).toBe(false);
  }
  const place = (type: string) =>
    issuer.post('/orders', payment('anew-2'), { webhookId: 'anew-415', headers: { 'content-type': type } });
  expectProblem(await place('text/plain'), 415, 'media_type_unsupported');
  expect((await place('application/json')).status).toBe(201);

  const right = { ...verification, orderNo: 'anew-3', token: await told(issuer, 'anew-3') };
  for (let n = 0; n < 10; n += 1) await issuer.verify('anew-3', { token: 'x' });
  const locked = () => issuer.post('/orders/anew-3/verification', right, { webhookId: 'anew-429' });
  expectProblem(await locked(), 429, 'verification_locked');
  await file.platform.operator('POST', `/orders/${issuer.issuerId}/anew-3/renotify`);
  expect((await locked()).status).toBe(200);
});

test('the same id with another path or body is 422 idempotency_mismatch, and changes nothing', async () => {
  const issuer = await file.issuer();
  await issuer.post('/orders', payment('mismatch-1'), { webhookId: 'the-id' });
  expectProblem(
    await issuer.post('/orders', payment('mismatch-2'), { webhookId: 'the-id' }),
    422,
    'idempotency_mismatch',
  );
  expect((await issuer.order('mismatch-2')).status).toBe(404);
  const spaced = `${JSON.stringify(payment('mismatch-1'))} `;
  expectProblem(await issuer.post('/orders', null, { raw: spaced, webhookId: 'the-id' }), 422, 'idempotency_mismatch');
  const elsewhere = await issuer.post('/echo', payment('mismatch-1'), { webhookId: 'the-id' });
  expectProblem(elsewhere, 422, 'idempotency_mismatch');
  const again = await issuer.post('/orders', payment('mismatch-1'), { webhookId: 'the-id' });
  expect([again.status, isReplay(again)]).toEqual([201, true]);
});

test('an id is an issuer’s own, is taken only by a signed request, and a GET takes none', async () => {
  const [one, other] = [await file.issuer(), await file.issuer()];
  const unsigned = { 'webhook-signature': 'v1,AAAA' };
  expectProblem(await one.post('/echo', {}, { webhookId: 'shared', headers: unsigned }), 401, 'signature_invalid');
  const place = (issuer: TestIssuer) => issuer.post('/orders', payment('own-1'), { webhookId: 'shared' });
  for (const issuer of [one, other]) {
    const placed = await place(issuer);
    expect([placed.status, isReplay(placed)]).toEqual([201, false]);
    expect(placed.body.issuerId).toBe(issuer.issuerId);
  }
  const target = `/v1/issuers/${one.issuerId}/orders/own-1`;
  const at = new Date();
  const headers = {
    'webhook-id': 'shared',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(one.secret).sign('shared', at, `GET ${target}`),
  };
  await one.message('order.paid', 'own-1');
  await one.verify('own-1');
  const read = await one.get('/orders/own-1', headers);
  expect([read.status, isReplay(read), read.body.state]).toEqual([200, false, 'verified']);
});

test('many at once under one id: one is judged, the others wait or repeat it', async () => {
  const issuer = await file.issuer();
  await told(issuer, 'race-1');
  const verification = {
    type: 'order.verification',
    orderNo: 'race-1',
    token: issuer.tokenOf('race-1'),
    quantity: 1,
    amount,
  };
  const send = () => issuer.post('/orders/race-1/verification', verification, { webhookId: 'race-id' });
  const answers = await Promise.all(Array.from({ length: 12 }, send));
  const judged = answers.filter((answer) => answer.status === 200 && !isReplay(answer));
  expect(judged).toHaveLength(1);
  for (const answer of answers) {
    if (answer.status === 200) {
      expect(answer.body).toEqual(judged[0]?.body);
    } else {
      expectProblem(answer, 409, 'in_progress');
      expect(answer.headers.get('retry-after')).toBe('1');
    }
  }
  const last = await send();
  expect([last.status, isReplay(last)]).toEqual([200, true]);
});
