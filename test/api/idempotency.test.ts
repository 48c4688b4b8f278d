import { createHash, randomUUID } from 'node:crypto';
import { MongoClient, MongoNetworkError } from 'mongodb';
import { Webhook } from 'standardwebhooks';
import { places } from '../../src/sealing/places';
import type { RequestRow } from '../../src/store/requests';
import type { TestIssuer } from '../support/issuer';
import { read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile();
let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await file.issuer();
});
afterEach(() => jest.restoreAllMocks());

const database = new MongoClient(process.env.TEST_MONGODB_URI ?? '');
afterAll(() => database.close());
const requestRows = () =>
  database.db(file.platform.databaseName).collection<RequestRow>('requests', { promoteBuffers: true });
/** As an earlier build kept it: bound to its request's id alone. */
const asOfBefore = async (_id: string, change: Partial<RequestRow> = {}): Promise<void> => {
  const { ring } = file.platform.core;
  const { path, bodyHash, answer } = (await requestRows().findOne({ _id })) as RequestRow;
  const { status, sealedBody } = answer as NonNullable<typeof answer>;
  const body = ring.open(sealedBody, places.answerTo(_id, path, bodyHash, status));
  const $set = { ...change, 'answer.sealedBody': ring.seal(body, places.answer(_id)) };
  await requestRows().updateOne({ _id }, { $set });
};

const payment = (orderNo: string, change: Record<string, unknown> = {}) => ({
  type: 'order.payment',
  orderNo,
  product: { id: 'coffee', name: 'Coffee' },
  amount: { value: 1_000, currency: 'EUR' },
  ...change,
});
const verification = (orderNo: string, change: Record<string, unknown> = {}) => ({
  type: 'order.verification',
  orderNo,
  token: issuer.tokenOf(orderNo),
  quantity: 1,
  amount: { value: 1_000, currency: 'EUR' },
  ...change,
});
const codes = (orderNo: string, value: string) => ({
  type: 'order.codes',
  orderNo,
  token: issuer.tokenOf(orderNo),
  codes: [{ itemId: 'a', value }],
});
const placedAndTold = async (orderNo: string): Promise<void> => {
  await issuer.place(orderNo);
  await issuer.message('order.paid', orderNo);
};
const replayed = (answer: { headers: Headers }) => answer.headers.get('idempotency-replayed');

test('nobody tries which PIN a body had, and a body of before there was a key is known again', async () => {
  const webhookId = randomUUID();
  const raw = JSON.stringify(payment('with-pin', { terminal: { channel: 'page', pin: '0471' } }));
  const place = () => issuer.post('/orders', undefined, { webhookId, raw });
  expect((await place()).status).toBe(201);
  const _id = `${issuer.issuerId}/${webhookId}`;
  const former = createHash('sha256').update(raw).digest('base64url');
  expect(JSON.stringify(await requestRows().findOne({ _id }))).not.toContain(former);
  await asOfBefore(_id, { bodyHash: former });
  expect(replayed(await place())).toBe('true');
});

test('a kept answer is given as what it was kept as, or not at all', async () => {
  await placedAndTold('status');
  const webhookId = randomUUID();
  const verify = () =>
    issuer.post('/orders/status/verification', { ...verification('status'), token: 'x' }, { webhookId });
  const refused = await verify();
  expectProblem(refused, 403, 'token_mismatch');
  const _id = `${issuer.issuerId}/${webhookId}`;
  const row = (await requestRows().findOne({ _id })) as RequestRow;
  await requestRows().updateOne({ _id }, { $set: { 'answer.status': 200 } });
  expectProblem(await verify(), 503, 'unavailable');
  // Under another path, as the answer to another call.
  await requestRows().replaceOne({ _id }, { ...row, path: `/v1/issuers/${issuer.issuerId}/orders/status/codes` });
  expectProblem(
    await issuer.post('/orders/status/codes', { ...verification('status'), token: 'x' }, { webhookId }),
    503,
    'unavailable',
  );
  await requestRows().replaceOne({ _id }, row);
  expect([(await verify()).body, replayed(await verify())]).toEqual([refused.body, 'true']);
});

test('an answer that an earlier build kept is given', async () => {
  const webhookId = randomUUID();
  const place = () => issuer.post('/orders', payment('of-before'), { webhookId });
  const first = await place();
  await asOfBefore(`${issuer.issuerId}/${webhookId}`);
  const again = await place();
  expect([again.status, replayed(again), again.body]).toEqual([201, 'true', first.body]);
});

describe('kept and repeated, word for word', () => {
  test('a 201: the order is made once, and the repeat shows what was answered then', async () => {
    const webhookId = randomUUID();
    const first = await issuer.post('/orders', payment('kept-201'), { webhookId });
    expect([first.status, replayed(first)]).toEqual([201, null]);
    await issuer.cancel('kept-201');
    const second = await issuer.post('/orders', payment('kept-201'), { webhookId });
    expect([second.status, replayed(second)]).toEqual([201, 'true']);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
  });

  test('an answer that the database could not keep is not given: no 201 turns into a 200', async () => {
    const webhookId = randomUUID();
    const place = () => issuer.post('/orders', payment('not-kept'), { webhookId });
    const { requests } = file.platform.core;
    jest.spyOn(requests, 'keep').mockRejectedValueOnce(new MongoNetworkError('gone'));
    expectProblem(await place(), 503, 'unavailable');
    // As after the lease, when another handler has taken the request up: only one of their answers counts.
    jest.spyOn(requests, 'keep').mockResolvedValueOnce(false);
    expectProblem(await place(), 409, 'in_progress');
    const [first, second] = [await place(), await place()];
    expect([first.status, replayed(first), second.status, replayed(second)]).toEqual([200, null, 200, 'true']);
  });

  test('a 201 is not followed by the 202 of a handler whose lease had ended by another clock', async () => {
    await placedAndTold('two-clocks');
    expect((await issuer.verify('two-clocks')).status).toBe(200);
    const webhookId = randomUUID();
    const submit = () => issuer.post('/orders/two-clocks/codes', codes('two-clocks', 'TWO-CLOCKS'), { webhookId });
    const { gateway } = file.platform.core.orderDeps;
    let goOn = (): void => undefined;
    const first = new Promise<Awaited<ReturnType<typeof submit>>>((resolve) => {
      jest.spyOn(gateway, 'ask').mockImplementationOnce(async () => {
        await new Promise<void>((held) => {
          goOn = held;
        });
        return { kind: 'unavailable' };
      });
      resolve(submit());
    });
    const running = { _id: `${issuer.issuerId}/${webhookId}` };
    await until('the first one asks its order', () => jest.mocked(gateway.ask).mock.calls.length > 0);
    await requestRows().updateOne(running, { $set: { leaseUntil: new Date(Date.now() - 70_000) } });
    expect((await submit()).status).toBe(201);
    goOn();
    expectProblem(await first, 409, 'in_progress');
    const again = await submit();
    expect([again.status, replayed(again)]).toEqual([201, 'true']);
  });

  test('a 200', async () => {
    await issuer.place('kept-200');
    const webhookId = randomUUID();
    const first = await issuer.post('/orders', payment('kept-200'), { webhookId });
    const second = await issuer.post('/orders', payment('kept-200'), { webhookId });
    expect([first.status, replayed(first), second.status, replayed(second)]).toEqual([200, null, 200, 'true']);
    expect(second.body).toEqual(first.body);
  });

  test('a 403: the wrong token counts once', async () => {
    await placedAndTold('kept-403');
    const webhookId = randomUUID();
    const wrong = verification('kept-403', { token: 'wrong' });
    const first = await issuer.post('/orders/kept-403/verification', wrong, { webhookId });
    expectProblem(first, 403, 'token_mismatch');
    const second = await issuer.post('/orders/kept-403/verification', wrong, { webhookId });
    expectProblem(second, 403, 'token_mismatch');
    expect(second.body).toEqual(first.body);
    expect([replayed(first), replayed(second)]).toEqual([null, 'true']);
    const row = await file.platform.core.orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo: 'kept-403' });
    expect(row?.facts.failures).toBe(1);
  });

  test.each([
    ['a 409 that no time undoes', 409, 'order_conflict', { amount: { value: 5, currency: 'EUR' } }],
    ['a 422', 422, 'body_invalid', { quantity: 0 }],
  ] as const)('%s', async (_what, status, code, change) => {
    await issuer.place(`kept-${status}`);
    const webhookId = randomUUID();
    const first = await issuer.post('/orders', payment(`kept-${status}`, change), { webhookId });
    const second = await issuer.post('/orders', payment(`kept-${status}`, change), { webhookId });
    expectProblem(first, status, code);
    expectProblem(second, status, code);
    expect([replayed(first), replayed(second)]).toEqual([null, 'true']);
    expect(second.body).toEqual(first.body);
  });
});

describe('not kept: the same request is judged anew', () => {
  test('404, once the order is there', async () => {
    const webhookId = randomUUID();
    const body = { type: 'order.cancellation', orderNo: 'anew-404', reason: 'x' };
    expectProblem(await issuer.post('/orders/anew-404/cancellation', body, { webhookId }), 404, 'order_unknown');
    await issuer.place('anew-404');
    const second = await issuer.post('/orders/anew-404/cancellation', body, { webhookId });
    expect([second.status, second.body.state, replayed(second)]).toEqual([200, 'cancelled', null]);
  });

  test('415, once the media type is right', async () => {
    const webhookId = randomUUID();
    const body = payment('anew-415');
    const headers = { 'content-type': 'text/plain' };
    expectProblem(await issuer.post('/orders', body, { webhookId, headers }), 415, 'media_type_unsupported');
    const second = await issuer.post('/orders', body, { webhookId });
    expect([second.status, replayed(second)]).toEqual([201, null]);
  });

  test('400 stays 400, and is never a replay', async () => {
    const webhookId = randomUUID();
    for (let n = 0; n < 2; n += 1) {
      const answer = await issuer.post('/orders', undefined, { webhookId, raw: '{"type":' });
      expectProblem(answer, 400, 'body_malformed');
      expect(replayed(answer)).toBeNull();
    }
  });

  test('429 of a locked verification, once an operator renotified', async () => {
    await placedAndTold('anew-429');
    for (let n = 0; n < 10; n += 1) {
      expectProblem(await issuer.verify('anew-429', { token: `wrong-${n}` }), 403, 'token_mismatch');
    }
    const webhookId = randomUUID();
    const right = verification('anew-429');
    const locked = await issuer.post('/orders/anew-429/verification', right, { webhookId });
    expectProblem(locked, 429, 'verification_locked');
    await file.platform.operator('POST', `/orders/${issuer.issuerId}/anew-429/renotify`);
    const second = await issuer.post('/orders/anew-429/verification', right, { webhookId });
    expect([second.status, replayed(second)]).toEqual([200, null]);
  });

  test('409 not_verified, once it is verified', async () => {
    await placedAndTold('anew-409');
    const webhookId = randomUUID();
    const body = codes('anew-409', 'ANEW-409');
    const early = await issuer.post('/orders/anew-409/codes', body, { webhookId });
    expectProblem(early, 409, 'not_verified');
    await issuer.verify('anew-409');
    const second = await issuer.post('/orders/anew-409/codes', body, { webhookId });
    expect([second.status, second.body, replayed(second)]).toEqual([201, { accepted: 1, outstanding: 0 }, null]);
  });

  test('409 issuer_paused, once it is resumed', async () => {
    const paused = await file.issuer();
    await file.platform.operator('POST', `/issuers/${paused.issuerId}/pause`);
    const webhookId = randomUUID();
    const first = await paused.post('/orders', payment('anew-paused'), { webhookId });
    expectProblem(first, 409, 'issuer_paused');
    await file.platform.operator('POST', `/issuers/${paused.issuerId}/resume`);
    const second = await paused.post('/orders', payment('anew-paused'), { webhookId });
    expect([second.status, replayed(second)]).toEqual([201, null]);
  });

  test('503 and 202, once the engine answers', async () => {
    await placedAndTold('anew-away');
    const away = jest.spyOn(file.platform.core.orderDeps.gateway, 'ask').mockResolvedValue({ kind: 'unavailable' });
    const ids = [randomUUID(), randomUUID()];
    const right = verification('anew-away');
    const first = await issuer.post('/orders/anew-away/verification', right, { webhookId: ids[0] as string });
    expectProblem(first, 503, 'unavailable');
    away.mockRestore();
    const second = await issuer.post('/orders/anew-away/verification', right, { webhookId: ids[0] as string });
    expect([second.status, replayed(second)]).toEqual([200, null]);

    const body = codes('anew-away', 'ANEW-AWAY');
    jest.spyOn(file.platform.core.orderDeps.gateway, 'ask').mockResolvedValue({ kind: 'unavailable' });
    const queued = await issuer.post('/orders/anew-away/codes', body, { webhookId: ids[1] as string });
    expect([queued.status, queued.body]).toEqual([202, { status: 'queued' }]);
    expect(queued.headers.get('retry-after')).toMatch(/^[0-9]+$/);
    jest.restoreAllMocks();
    const judged = await issuer.post('/orders/anew-away/codes', body, { webhookId: ids[1] as string });
    expect([judged.status, judged.body, replayed(judged)]).toEqual([201, { accepted: 1, outstanding: 0 }, null]);
  });
});

describe('the same webhook-id', () => {
  test('with another body or at another path is a mismatch, and the first answer stays kept', async () => {
    const webhookId = randomUUID();
    const first = await issuer.post('/orders', payment('same-id'), { webhookId });
    expectProblem(await issuer.post('/orders', payment('same-id-2'), { webhookId }), 422, 'idempotency_mismatch');
    expectProblem(await issuer.post('/echo', payment('same-id'), { webhookId }), 422, 'idempotency_mismatch');
    // The same JSON in other bytes is another body.
    const spaced = { webhookId, raw: JSON.stringify(payment('same-id'), null, 1) };
    expectProblem(await issuer.post('/orders', undefined, spaced), 422, 'idempotency_mismatch');
    const again = await issuer.post('/orders', payment('same-id'), { webhookId });
    expect([again.status, again.body, replayed(again)]).toEqual([201, first.body, 'true']);
    expectProblem(await issuer.order('same-id-2'), 404, 'order_unknown');
  });

  test('with other codes is a mismatch also once the id is forgotten, and none of them is dropped unsaid', async () => {
    await issuer.placeVerified('forgotten-id', { quantity: 2 });
    const webhookId = randomUUID();
    const give = (value: string) =>
      issuer.post('/orders/forgotten-id/codes', codes('forgotten-id', value), { webhookId });
    expect((await give('FIRST')).status).toBe(201);
    const forget = () => requestRows().deleteOne({ _id: `${issuer.issuerId}/${webhookId}` });
    await forget();
    expectProblem(await give('OTHER'), 422, 'idempotency_mismatch');
    await forget();
    expect((await give('FIRST')).status).toBe(201);
    expect((await issuer.order('forgotten-id')).body.codes).toMatchObject({ issued: 1, outstanding: 1 });
  });

  test('is answered in_progress while the first one runs, and with its answer afterwards', async () => {
    const { orders } = file.platform.core.orderDeps;
    const insert = orders.insertAccepted.bind(orders);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const inserting = jest.spyOn(orders, 'insertAccepted').mockImplementation(async (row) => {
      if (row.orderNo === 'slow') await held;
      return insert(row);
    });
    const webhookId = randomUUID();
    const first = issuer.post('/orders', payment('slow'), { webhookId });
    await until('the first request is at work', () => inserting.mock.calls.some(([{ orderNo }]) => orderNo === 'slow'));
    const second = await issuer.post('/orders', payment('slow'), { webhookId });
    expectProblem(second, 409, 'in_progress');
    expect(second.headers.get('retry-after')).toBe('1');
    expectProblem(await issuer.post('/orders', payment('slow-2'), { webhookId }), 422, 'idempotency_mismatch');
    release();
    expect((await first).status).toBe(201);
    const third = await issuer.post('/orders', payment('slow'), { webhookId });
    expect([third.status, replayed(third)]).toEqual([201, 'true']);
  });

  test('sent 16 times at once makes one order, and no answer contradicts another', async () => {
    const webhookId = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => issuer.post('/orders', payment('at-once'), { webhookId })),
    );
    const made = answers.filter((answer) => answer.status === 201 && replayed(answer) === null);
    expect(made).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status === 201) expect(answer.body).toEqual(made[0]?.body);
      else expectProblem(answer, 409, 'in_progress');
    }
  });

  test('of another issuer is another request', async () => {
    const other = await file.issuer();
    const webhookId = randomUUID();
    const answers = [
      await issuer.post('/orders', payment('shared-id'), { webhookId }),
      await other.post('/orders', payment('shared-id', { quantity: 2 }), { webhookId }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers.map(replayed)).toEqual([null, null]);
  });

  test('in a request whose signature is wrong takes nothing from the rightful one', async () => {
    const webhookId = randomUUID();
    const headers = { 'webhook-signature': 'v1,AAAA' };
    expectProblem(await issuer.post('/orders', payment('forged'), { webhookId, headers }), 401, 'signature_invalid');
    const rightful = await issuer.post('/orders', payment('forged'), { webhookId });
    expect([rightful.status, replayed(rightful)]).toEqual([201, null]);
  });

  test('may be used for any number of GETs: only a POST is remembered', async () => {
    await issuer.place('read-1');
    const webhookId = randomUUID();
    const get = (path: string) => {
      const target = `/v1/issuers/${issuer.issuerId}${path}`;
      const at = new Date();
      const headers = {
        'webhook-id': webhookId,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(issuer.secret).sign(webhookId, at, `GET ${target}`),
      };
      return read(fetch(`${file.platform.baseUrl}${target}`, { headers }));
    };
    expect([(await get('/orders/read-1')).status, (await get('/orders?limit=1')).status]).toEqual([200, 200]);
    expect((await issuer.post('/orders', payment('read-2'), { webhookId })).status).toBe(201);
  });
});

test('a kept answer is sealed in the database: the pick-up link in it cannot be read there', async () => {
  const { body } = await issuer.place('sealed-answer');
  const secret = String(body.pickupUrl).split('/').at(-1) as string;
  const rows = await file.platform.core.database.requests.find({ 'answer.status': 201 }).toArray();
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) expect(row.answer?.sealedBody.includes(secret)).toBe(false);
});
