import type { Adapter, AdapterApi, AdapterMessage } from '../../src/second-interface/adapter-api';
import { amount, type TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';
import { until } from '../support/until';
import { anInstant, expectOrder } from './wire-shapes';

type OnMessage = Adapter['onMessage'];
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever a message holds
type Data = any;

/** One function for all issuers of this file; what it does is asked per issuer. */
const reactions = new Map<string, OnMessage>();
const received: AdapterMessage[] = [];
const name = 'function-of-the-tests';
const file = platformOfFile({
  adapters: [
    {
      name,
      onMessage: async (message, api) => {
        received.push(message);
        return reactions.get(String((message.data as Data).issuerId))?.(message, api);
      },
    },
  ],
});

const functionIssuer = async (onMessage: OnMessage, settings = {}): Promise<TestIssuer> => {
  const callback = { kind: 'function', name };
  const issuer = await file.issuer({ callback, noticeDelaysSeconds: [1], eventDelaysSeconds: [1, 1], ...settings });
  reactions.set(issuer.issuerId, onMessage);
  return issuer;
};

const messagesOf = (issuer: TestIssuer, type: string): AdapterMessage[] =>
  received.filter((one) => one.type === type && (one.data as Data).issuerId === issuer.issuerId);
const message = (issuer: TestIssuer, type: string, n = 1): Promise<AdapterMessage> =>
  until(`${type} number ${n}`, () => messagesOf(issuer, type)[n - 1]);

const verification = ({ orderNo, token, quantity }: Data, changes = {}) => ({
  type: 'order.verification' as const,
  orderNo,
  token,
  quantity,
  amount,
  ...changes,
});
const codesOf = ({ orderNo, token }: Data, ...itemIds: string[]) => ({
  type: 'order.codes' as const,
  orderNo,
  token,
  codes: itemIds.map((itemId) => ({ itemId, value: `${orderNo}-${itemId}` })),
});

/** What an `api` call came to: its body, or the error's three fields. */
const outcomeOf = async (call: Promise<object>): Promise<object> =>
  call.catch((error: { code: string; status: number; retryable: boolean }) => ({
    code: error.code,
    status: error.status,
    retryable: error.retryable,
  }));

test.concurrent('gets the same messages as a URL and may verify and answer with codes in its handling', async () => {
  const verdicts: object[] = [];
  const issuer = await functionIssuer(
    async ({ type, data }, api) => {
      if (type === 'order.paid') verdicts.push(await api.verifyOrder(verification(data)));
      if (type !== 'order.code_requested') return undefined;
      return { status: 'issued', codes: [{ itemId: 'a', value: 'FUNCTION-1', format: 'text' }] };
    },
    { codeMode: 'request' },
  );
  const placed = await issuer.place('good-1', { metadata: { a: 'b' } });
  expect(placed.status).toBe(201);
  const { body } = await issuer.inState('good-1', 'delivered');
  expectOrder(body);
  expect(await (await reveal(placed.body.pickupUrl)).text()).toContain('FUNCTION-1');
  const common = {
    issuerId: issuer.issuerId,
    orderNo: 'good-1',
    token: expect.any(String),
    product: { id: 'coffee', name: 'Coffee' },
    quantity: 1,
    metadata: { a: 'b' },
    verifyBy: anInstant(),
    verificationUrl: expect.any(String),
    codesUrl: expect.any(String),
    refusalUrl: expect.any(String),
  };
  const of = (type: string, data: object) => ({ type, timestamp: anInstant(), data });
  expect(await message(issuer, 'order.paid')).toEqual(of('order.paid', { ...common, amount }));
  expect(await message(issuer, 'order.code_requested')).toEqual(
    of('order.code_requested', { ...common, outstanding: 1, issueBy: anInstant() }),
  );
  expect((await message(issuer, 'order.delivered')).data).toMatchObject({ sequence: 1, itemIds: ['a'] });
  expect(verdicts).toEqual([{ verdict: 'verified', orderNo: 'good-1', verifiedAt: anInstant(), issueBy: anInstant() }]);
});

test.concurrent('pushes codes, in part and in all, and every error has code, status and retryable', async () => {
  const outcomes: object[] = [];
  const issuer = await functionIssuer(async ({ type, data }, api) => {
    if (type !== 'order.paid') return undefined;
    const ask = async (call: Promise<object>) => outcomes.push(await outcomeOf(call));
    await ask(api.submitCodes(codesOf(data, 'a')));
    await ask(api.verifyOrder(verification(data, { token: 'wrong' })));
    await ask(api.verifyOrder(verification(data, { quantity: 9 })));
    await ask(api.verifyOrder(verification(data, { amount: { value: 1, currency: 'EUR' } })));
    await ask(api.verifyOrder(verification(data, { orderNo: 'nobody' })));
    await ask(api.verifyOrder(verification(data, { surplus: 1 })));
    await ask(api.verifyOrder(verification(data)));
    await ask(api.submitCodes(codesOf(data, 'a')));
    await ask(api.submitCodes(codesOf(data, 'a')));
    await ask(api.submitCodes({ ...codesOf(data), codes: [{ itemId: 'a', value: 'OTHER' }] }));
    await ask(api.submitCodes({ ...codesOf(data), codes: [{ itemId: 'z', value: 'nul \0' }] }));
    await ask(api.submitCodes(codesOf(data, 'a', 'b')));
    return undefined;
  });
  await issuer.place('parts-1', { quantity: 2 });
  await issuer.inState('parts-1', 'delivered');
  await until('the handling to end', () => outcomes.length === 12);
  const problem = (code: string, status: number, retryable = false) => ({ code, status, retryable });
  expect(outcomes).toEqual([
    problem('not_verified', 409, true),
    problem('token_mismatch', 403),
    problem('quantity_mismatch', 422),
    problem('amount_mismatch', 422),
    problem('order_unknown', 404),
    problem('body_invalid', 422),
    expect.objectContaining({ verdict: 'verified' }),
    { accepted: 1, outstanding: 1 },
    { accepted: 1, outstanding: 1 },
    problem('code_conflict', 409),
    problem('body_invalid', 422),
    { accepted: 2, outstanding: 0 },
  ]);
});

test.concurrent('a partial answer leaves the rest to submitCodes', async () => {
  let api: AdapterApi | undefined;
  const issuer = await functionIssuer(
    async ({ type, data }, given) => {
      api = given;
      if (type === 'order.paid') await given.verifyOrder(verification(data));
      if (type !== 'order.code_requested') return undefined;
      return { status: 'issued', codes: [{ itemId: 'a', value: 'PARTIAL-a', format: 'text' }] };
    },
    { codeMode: 'request' },
  );
  await issuer.place('partial-1', { quantity: 2 });
  const { body } = await issuer.inState('partial-1', 'partially_issued');
  expect(body.codes).toEqual({ issued: 1, outstanding: 1 });
  const { data } = await message(issuer, 'order.paid');
  expect(await api?.submitCodes(codesOf(data, 'b'))).toEqual({ accepted: 1, outstanding: 0 });
  await issuer.inState('partial-1', 'delivered');
});

test.concurrent('refuses and cancels: in its answer, and by its api', async () => {
  const outcomes = new Map<string, object>();
  const issuer = await functionIssuer(
    async ({ type, data: given }, api) => {
      const data = given as Data;
      const { orderNo, token } = data;
      if (type === 'order.code_requested') return { status: 'refused', reason: 'out_of_stock' };
      if (type !== 'order.paid') return undefined;
      if (orderNo === 'by-answer') await api.verifyOrder(verification(data));
      if (orderNo === 'by-refusal') {
        outcomes.set(orderNo, await api.refuseOrder({ type: 'order.refusal', orderNo, token, reason: 'other' }));
      }
      if (orderNo === 'by-cancellation') {
        outcomes.set(orderNo, await api.cancelOrder({ type: 'order.cancellation', orderNo, reason: 'no' }));
      }
      return undefined;
    },
    { codeMode: 'request' },
  );
  for (const orderNo of ['by-answer', 'by-refusal', 'by-cancellation']) await issuer.place(orderNo);
  expect((await issuer.inState('by-answer', 'refused')).body.closedReason).toBe('issuer_refused');
  expect((await issuer.inState('by-refusal', 'refused')).body.closedReason).toBe('issuer_refused');
  expect((await issuer.inState('by-cancellation', 'cancelled')).body.closedReason).toBe('issuer_cancelled');
  await until('both answers', () => outcomes.size === 2);
  expectOrder(outcomes.get('by-refusal') as Record<string, unknown>);
  expect(outcomes.get('by-refusal')).toMatchObject({ state: 'refused', refundDue: amount });
  expect(outcomes.get('by-cancellation')).toMatchObject({ state: 'cancelled', refundDue: amount });
  expect((await message(issuer, 'order.cancelled')).data).toMatchObject({ orderNo: 'by-cancellation', sequence: 1 });
});

test.concurrent('a throw, a wrong answer and 8 s are failed tries of one and the same message', async () => {
  const issuer = await functionIssuer(
    async ({ type, data }, api) => {
      const n = messagesOf(issuer, type).length;
      if (type === 'order.paid' && n === 1) throw new Error('a code may stand in here: THROWN-SECRET');
      if (type === 'order.paid' && n === 2) await new Promise((resolve) => setTimeout(resolve, 8_500));
      if (type === 'order.paid') await api.verifyOrder(verification(data));
      if (type !== 'order.code_requested') return undefined;
      if (n === 1) return { status: 'later' } as never;
      return { status: 'issued', codes: [{ itemId: 'a', value: 'AT-LAST', format: 'text' }] };
    },
    { codeMode: 'request' },
  );
  await issuer.place('fails-1');
  const tries = [await message(issuer, 'order.paid', 1), await message(issuer, 'order.paid', 2)];
  expect(tries[1]).toEqual(tries[0]);
  await issuer.inState('fails-1', 'delivered');
  const requests = messagesOf(issuer, 'order.code_requested');
  expect(requests).toHaveLength(2);
  expect(requests[1]).toEqual(requests[0]);
  const timeline = JSON.stringify((await issuer.get('/orders/fails-1/timeline')).body);
  expect(timeline).not.toContain('THROWN-SECRET');
  expect(file.platform.logText()).not.toContain('THROWN-SECRET');
});

test.concurrent('undefined is a 2xx without a body: to order.paid it is taken, to order.code_requested it is 204', async () => {
  const issuer = await functionIssuer(
    async ({ type, data }, api) => {
      if (type === 'order.paid' && (data as Data).orderNo === 'silent-2') await api.verifyOrder(verification(data));
      return undefined;
    },
    { codeMode: 'request' },
  );
  await issuer.place('silent-1');
  await issuer.place('silent-2');
  await issuer.inState('silent-1', 'notified');
  await message(issuer, 'order.code_requested');
  await until('the answer in the timeline', async () => {
    const { body } = await issuer.get('/orders/silent-2/timeline');
    const answered = body.data.find(({ event }: { event: string }) => event === 'code_request_answered');
    return answered?.detail.ok === true;
  });
});

test.concurrent('order makes every call on an order by its name, with the rules of HTTP', async () => {
  let api: AdapterApi | undefined;
  const issuer = await functionIssuer(async ({ type, data }, given) => {
    api = given;
    if (type !== 'order.paid') return undefined;
    await given.order('verification', verification(data));
    await given.order('codes', codesOf(data, 'a', 'b'));
    return undefined;
  });
  await issuer.place('called-1', { quantity: 2 });
  await issuer.inState('called-1', 'delivered');
  const { data } = await message(issuer, 'order.paid');
  const { orderNo, token } = data as Data;
  const about = { orderNo, token };
  const redemption = { type: 'order.redemption', ...about, redemptionId: 'r', itemId: 'a' } as const;
  const outcomes = [
    await outcomeOf(api?.order('redemptions', redemption) as Promise<object>),
    await outcomeOf(api?.order('redemptions', redemption) as Promise<object>),
    await outcomeOf(
      api?.order('void', { type: 'order.void', ...about, reason: 'x', itemIds: ['a'] }) as Promise<object>,
    ),
    await outcomeOf(
      api?.order('void', { type: 'order.void', ...about, reason: 'x', itemIds: ['b'] }) as Promise<object>,
    ),
    await outcomeOf(api?.order('delivery', { type: 'order.delivery', ...about, token: 'wrong' }) as Promise<object>),
    await outcomeOf(api?.order('constructor' as 'void', {} as never) as Promise<object>),
  ];
  const spent = { redemptionId: 'r', itemId: 'a', uses: 1, usesLeft: 0 };
  expect(outcomes).toEqual([
    spent,
    spent,
    expect.objectContaining({ code: 'code_redeemed', status: 409, retryable: false }),
    expect.objectContaining({ state: 'delivered', items: expect.objectContaining({ void: 1, redeemed: 1 }) }),
    expect.objectContaining({ code: 'token_mismatch', status: 403 }),
    expect.objectContaining({ code: 'path_unknown', status: 404 }),
  ]);
});

test.concurrent('gets an echo as everyone does', async () => {
  const issuer = await functionIssuer(async () => undefined);
  const data = { issuerId: issuer.issuerId, n: 1 };
  expect((await issuer.post('/echo', data)).status).toBe(200);
  expect(await message(issuer, 'echo')).toEqual({ type: 'echo', timestamp: anInstant(), data });
});

test('a function that is not there is 422 at registration; its payment requests are signed HTTP as everyone’s', async () => {
  const answer = await file.platform.operator('POST', '/issuers', {
    issuerId: 'no-function',
    name: 'x',
    callback: { kind: 'function', name: 'nobody' },
    codeMode: 'push',
  });
  expectProblem(answer, 422, 'body_invalid', '/callback/name');
  const issuer = await functionIssuer(async () => undefined);
  const body = { type: 'order.payment', orderNo: 'x', product: { id: 'c', name: 'C' }, amount };
  const unsigned = await issuer.post('/orders', body, { headers: { 'webhook-signature': 'v1,AAAA' } });
  expectProblem(unsigned, 401, 'signature_invalid');
});
