import type { Adapter } from '../../src/second-interface/adapter-api';
import type { Received, TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';
import { until } from '../support/until';
import { anInstant, expectTimeline } from './wire-shapes';

const name = 'function-of-the-last-call';
const heard: { type: string; data: Readonly<Record<string, unknown>> }[] = [];
const onMessage: Adapter['onMessage'] = async (message, api) => {
  heard.push(message);
  const { orderNo, token, quantity, amount } = message.data as never;
  if (message.type === 'order.paid')
    await api.verifyOrder({ type: 'order.verification', orderNo, token, quantity, amount });
  if (message.type !== 'order.closing') return undefined;
  return { status: 'issued', codes: [{ itemId: 'a', value: 'AT-THE-LAST-CALL', format: 'text' }] };
};

const file = platformOfFile({ adapters: [{ name, onMessage }] });
/** Longer than the window: called at once. */
const atOnce = { issueWindowSeconds: 60, lastCallSeconds: 60, noticeDelaysSeconds: [1] };
const calls = (issuer: TestIssuer, orderNo: string): Received[] =>
  issuer.received.filter(({ type, data }) => type === 'order.closing' && data.orderNo === orderNo);
const issued = (...itemIds: string[]) => ({
  status: 200,
  body: { status: 'issued', codes: itemIds.map((itemId) => ({ itemId, value: `LAST-${itemId}` })) },
});

describe('order.closing', () => {
  test.concurrent('comes before the issue window ends, to an issuer that pushes too, with exactly its fields', async () => {
    const issuer = await file.issuer({ issueWindowSeconds: 9, lastCallSeconds: 5 });
    const placed = await issuer.placeVerified('last-1', { quantity: 2, metadata: { a: 'b' } });
    const { body } = await issuer.submit('last-1', [{ itemId: 'a', value: 'LAST-1-a' }]);
    expect(body).toEqual({ accepted: 1, outstanding: 1 });
    expect(calls(issuer, 'last-1')).toEqual([]);
    const { raw, id, atMs } = await issuer.message('order.closing', 'last-1');
    const { issueBy } = (await issuer.order('last-1')).body;
    const order = `${file.platform.baseUrl}/v1/issuers/${issuer.issuerId}/orders/last-1`;
    expect(id).toMatch(/^cf_[A-Za-z0-9_-]{1,61}$/);
    expect(JSON.parse(raw)).toEqual({
      type: 'order.closing',
      timestamp: anInstant(),
      data: {
        issuerId: issuer.issuerId,
        orderNo: 'last-1',
        token: issuer.tokenOf('last-1'),
        product: { id: 'coffee', name: 'Coffee' },
        quantity: 2,
        metadata: { a: 'b' },
        outstanding: 1,
        verifyBy: placed.body.verifyBy,
        issueBy,
        closesBy: issueBy,
        verificationUrl: `${order}/verification`,
        codesUrl: `${order}/codes`,
        refusalUrl: `${order}/refusal`,
      },
    });
    expect(atMs).toBeGreaterThanOrEqual(Date.parse(issueBy) - 5_000);
    // Its 204 says that the rest will come: the window ends as it would have.
    expect((await issuer.inState('last-1', 'delivered')).body).toMatchObject({ closedReason: 'partially_issued' });
    expect(calls(issuer, 'last-1')).toHaveLength(1);
  });

  test.concurrent('never without the setting, and not once nothing is outstanding', async () => {
    const without = await file.issuer({ issueWindowSeconds: 5 });
    const never = await file.issuer({ issueWindowSeconds: 5, lastCallSeconds: 0 });
    const complete = await file.issuer({ issueWindowSeconds: 6, lastCallSeconds: 1 });
    for (const issuer of [without, never, complete]) await issuer.placeVerified('none-1');
    expect((await complete.submit('none-1', [{ itemId: 'a', value: 'NONE' }])).status).toBe(201);
    for (const issuer of [without, never]) await issuer.inState('none-1', 'expired');
    await complete.inState('none-1', 'delivered');
    for (const issuer of [without, never, complete]) expect(calls(issuer, 'none-1')).toEqual([]);
  });

  test.concurrent('at once where the window is shorter; beside order.code_requested, after the verification was answered', async () => {
    const issuer = await file.issuer({ ...atOnce, codeMode: 'request' });
    issuer.on('order.closing', async () => issued('a'));
    const placed = await issuer.placeVerified('last-2');
    await issuer.inState('last-2', 'delivered');
    expect(await (await reveal(placed.body.pickupUrl)).text()).toContain('LAST-a');
    const { data } = await issuer.message('order.closing', 'last-2');
    expect(data).toMatchObject({ outstanding: 1, issueBy: data.closesBy });
  });

  test.concurrent('is tried as order.code_requested is, with the same bytes, until it is answered', async () => {
    const issuer = await file.issuer(atOnce);
    const answers = [{ status: 500 }, { status: 200, body: { status: 'later' } }, issued('a')];
    issuer.on('order.closing', async ({ data }) => answers[calls(issuer, data.orderNo).length - 1] ?? { status: 500 });
    await issuer.placeVerified('last-3');
    await issuer.inState('last-3', 'delivered');
    const tries = calls(issuer, 'last-3');
    expect(tries).toHaveLength(3);
    expect(new Set(tries.map(({ id, raw }) => `${id} ${raw}`)).size).toBe(1);
    const timeline = (await issuer.get('/orders/last-3/timeline')).body;
    expectTimeline(timeline);
    const lines = timeline.data.filter(({ detail }: { detail: { lastCall?: true } }) => detail.lastCall);
    expect(
      lines.map(({ event, detail }: { event: string; detail: { problem?: string } }) => [event, detail.problem]),
    ).toEqual([
      ['code_requested', undefined],
      ['code_request_answered', 'status_500'],
      ['code_requested', undefined],
      ['code_request_answered', 'answer_unreadable'],
      ['code_requested', undefined],
      ['code_request_answered', undefined],
    ]);
    const seen = await file.platform.operator('GET', `/issuers/${issuer.issuerId}/calls`);
    expect(seen.body.data.filter(({ kind }: { kind: string }) => kind === 'order.closing')).toHaveLength(3);
  });

  test.concurrent('`refused` is a refusal; why an order waits tells of the call', async () => {
    const issuer = await file.issuer(atOnce);
    issuer.on('order.closing', async () => ({ status: 204 }));
    await issuer.placeVerified('last-4');
    await until('the answer in /why', async () => {
      const { body } = await file.platform.operator('GET', `/orders/${issuer.issuerId}/last-4/why`);
      return /The last call for 1 code\(s\) went out at \S+\./.test(body.why);
    });
    issuer.on('order.closing', async () => ({ status: 200, body: { status: 'refused', reason: 'out_of_stock' } }));
    await issuer.placeVerified('last-5');
    expect((await issuer.inState('last-5', 'refused')).body.closedReason).toBe('issuer_refused');
  });

  test.concurrent('of answers that cross, the first codes stay', async () => {
    const issuer = await file.issuer(atOnce);
    issuer.on('order.closing', async ({ data: { orderNo } }) => {
      await issuer.submit(orderNo, [{ itemId: 'first', value: `${orderNo}-first` }]);
      return issued('second');
    });
    const placed = await issuer.placeVerified('cross-1');
    await issuer.inState('cross-1', 'delivered');
    const { body } = await issuer.get('/orders/cross-1/items');
    expect(body.data.map(({ itemId }: { itemId: string }) => itemId)).toEqual(['first']);
    expect(await (await reveal(placed.body.pickupUrl)).text()).not.toContain('LAST-second');
    expect(calls(issuer, 'cross-1')).toHaveLength(1);
  });

  test.concurrent('is fetched beside a running order.code_requested, and answered for itself', async () => {
    const issuer = await file.issuer({ ...atOnce, callback: { kind: 'pull' }, codeMode: 'request' });
    const fetched: { id: string; type: string; data: { token: string } }[] = [];
    const fetch = (...types: string[]) =>
      until(types.join(' and '), async () => {
        const { status, body } = await issuer.get('/messages?waitSeconds=2');
        if (status === 200) fetched.push(...body.data);
        const found = types.map((type) => fetched.find((one) => one.type === type));
        return found.every((one) => one !== undefined) && found;
      });
    const acknowledge = (...results: object[]) =>
      issuer.post('/messages/acknowledgement', { type: 'messages.acknowledgement', results });
    await issuer.place('pull-1');
    const [paid] = await fetch('order.paid');
    await acknowledge({ id: paid?.id });
    expect((await issuer.verify('pull-1', { token: paid?.data.token })).status).toBe(200);
    const [request, call] = await fetch('order.code_requested', 'order.closing');
    expect(call?.data).toEqual({ ...request?.data, closesBy: anInstant() });
    const { body } = await acknowledge({ id: request?.id }, { id: call?.id, answer: issued('a').body });
    expect(body).toEqual({ acknowledged: 2, problems: [] });
    await issuer.inState('pull-1', 'delivered');
  });

  test.concurrent('a function may answer it', async () => {
    const issuer = await file.issuer({ ...atOnce, callback: { kind: 'function', name } });
    const placed = await issuer.place('function-1');
    await issuer.inState('function-1', 'delivered');
    expect(await (await reveal(placed.body.pickupUrl)).text()).toContain('AT-THE-LAST-CALL');
    expect(heard.find(({ type }) => type === 'order.closing')?.data).toMatchObject({ closesBy: anInstant() });
  });
});

test.concurrent('lastCallSeconds is an issuer’s setting, of operators and its own: 0 to 7776000', async () => {
  const issuer = await file.issuer({ lastCallSeconds: 30 });
  const path = `/issuers/${issuer.issuerId}`;
  expect((await issuer.get('/self')).body.lastCallSeconds).toBe(30);
  expect((await file.platform.operator('PATCH', path, { lastCallSeconds: 7_776_000 })).body.lastCallSeconds).toBe(
    7_776_000,
  );
  const own = (lastCallSeconds: unknown) => issuer.post('/settings', { type: 'issuer.settings', lastCallSeconds });
  expect((await own(0)).body.lastCallSeconds).toBe(0);
  for (const wrong of [-1, 7_776_001, 1.5, '5', null]) {
    expectProblem(await own(wrong), 422, 'body_invalid', '/lastCallSeconds');
    const answer = await file.platform.operator('PATCH', path, { lastCallSeconds: wrong });
    expectProblem(answer, 422, 'body_invalid', '/lastCallSeconds');
  }
});
