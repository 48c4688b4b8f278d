import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile({ sandboxAllow: ['127.0.0.0/8'] });

const advance = (issuer: TestIssuer, advanceSeconds: number, webhookId?: string) =>
  issuer.post('/clock', { type: 'sandbox.clock', advanceSeconds }, webhookId === undefined ? {} : { webhookId });
/** On a busy machine an answer may be 503. */
const orderOf = (issuer: TestIssuer, orderNo: string) =>
  until(`order ${orderNo}`, async () => {
    const { status, body } = await issuer.order(orderNo);
    return status === 200 && body;
  });
const linesOf = async (issuer: TestIssuer, orderNo: string, event: string) =>
  (await issuer.get(`/orders/${orderNo}/timeline`)).body.data.filter((line: { event: string }) => line.event === event);

test('both windows end earlier by what the clock is moved, and a call that is repeated moves nothing', async () => {
  const issuer = await file.sandboxIssuer();
  await issuer.place('window-1');
  await issuer.placeVerified('window-2');
  const before = await orderOf(issuer, 'window-1');
  for (let n = 0; n < 2; n += 1) {
    const moved = await advance(issuer, 400, 'clock-1');
    expect([moved.status, moved.body]).toEqual([200, { orders: 2 }]);
  }
  const { verifyBy, state } = await orderOf(issuer, 'window-1');
  expect(Date.parse(before.verifyBy) - Date.parse(verifyBy)).toBe(400_000);
  expect(['accepted', 'notified']).toContain(state);
  await advance(issuer, 200);
  expect((await issuer.inState('window-1', 'expired')).body.closedReason).toBe('verify_window');
  expect((await issuer.inState('window-2', 'expired')).body.closedReason).toBe('issue_window');
});

test('a call that waits for its next attempt is made once the clock is past it, and not before', async () => {
  const issuer = await file.sandboxIssuer();
  await file.platform.operator('PATCH', `/issuers/${issuer.issuerId}`, {
    noticeDelaysSeconds: [300],
    eventDelaysSeconds: [300],
  });
  let fails = true;
  issuer.on('*', async () => ({ status: fails ? 500 : 204 }));
  await issuer.place('retry-1');
  await until(
    'the first attempt is noted',
    async () => (await linesOf(issuer, 'retry-1', 'notice_answered')).length > 0,
  );
  await advance(issuer, 200);
  fails = false;
  await advance(issuer, 150);
  await issuer.message('order.paid', 'retry-1', 2);
  const answered = () => linesOf(issuer, 'retry-1', 'notice_answered');
  await until('the second attempt is noted', async () => (await answered()).length > 1);
  expect(await answered()).toHaveLength(2);
  fails = true;
  await issuer.verify('retry-1');
  await issuer.submit('retry-1', [{ itemId: 'a', value: 'RETRY-1' }]);
  await until('the event has failed', async () => (await linesOf(issuer, 'retry-1', 'event_sent')).length > 0);
  fails = false;
  await advance(issuer, 299);
  expect(issuer.received.filter(({ type }) => type === 'order.delivered')).toHaveLength(1);
  await advance(issuer, 40);
  await issuer.message('order.delivered', 'retry-1', 2);
});

test('the time to decide about a refund ends earlier', async () => {
  const issuer = await file.sandboxIssuer();
  issuer.on('order.void_requested', async () => ({ status: 200, body: { status: 'deciding' } }));
  await issuer.placeVerified('decide-1');
  await issuer.submit('decide-1', [{ itemId: 'a', value: 'DECIDE-1' }]);
  await issuer.inState('decide-1', 'delivered');
  await file.platform.operator('POST', `/orders/${issuer.issuerId}/decide-1/refund`, { reason: 'test' });
  await issuer.message('order.void_requested', 'decide-1');
  const stateAfter = async (seconds: number) => {
    expect((await advance(issuer, seconds)).status).toBe(200);
    return (await orderOf(issuer, 'decide-1')).voidRequest;
  };
  const { state, decideBy } = await stateAfter(86_000);
  expect([state, Date.parse(decideBy) < Date.now() + 400_000]).toEqual(['open', true]);
  await stateAfter(400);
  await until('nobody has decided', async () => (await orderOf(issuer, 'decide-1')).voidRequest.state === 'undecided');
});

test('a clock is moved once at a time', async () => {
  const issuer = await file.sandboxIssuer();
  const { orders } = file.platform.core.orderDeps;
  const looked = jest.spyOn(orders, 'waitingOf');
  let goOn = (): void => undefined;
  looked.mockImplementationOnce(() => new Promise((resolve) => (goOn = () => resolve([]))));
  const first = advance(issuer, 1);
  await until('it to look for orders', () => looked.mock.calls.length > 0);
  expectProblem(await advance(issuer, 1), 429, 'rate_limited');
  goOn();
  expect((await first).status).toBe(200);
  looked.mockRestore();
  expect((await advance(issuer, 1)).status).toBe(200);
});

test('a clock moves 10,000 orders a day: each keeps in its history that it was asked', async () => {
  const issuer = await file.sandboxIssuer();
  const { dayCounts, orderDeps } = file.platform.core;
  for (const orderNo of ['day-1', 'day-2']) await issuer.place(orderNo);
  const name = `moves/${issuer.issuerId}`;
  expect(await dayCounts.take({ name, n: 9_997, at: new Date(), limit: 10_000 })).toBe(true);
  expect((await advance(issuer, 1)).body).toEqual({ orders: 2 });
  const asked = jest.spyOn(orderDeps.gateway, 'ask');
  expectProblem(await advance(issuer, 1), 429, 'rate_limited');
  expect(asked).not.toHaveBeenCalled();
  asked.mockRestore();
});

test('live issuers have no clock, and time only goes on', async () => {
  expectProblem(await advance(await file.issuer(), 1), 404, 'path_unknown');
  const issuer = await file.sandboxIssuer();
  for (const seconds of [0, -1, 7_776_001, 1.5]) {
    expectProblem(await advance(issuer, seconds), 422, 'body_invalid', '/advanceSeconds');
  }
});
