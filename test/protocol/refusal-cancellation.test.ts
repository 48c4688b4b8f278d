import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';
import { startTerminals } from '../support/terminal';
import { until } from '../support/until';
import { anInstant, expectOrder } from './wire-shapes';

const file = platformOfFile();
const terminals = startTerminals();
afterAll(() => terminals.stop());

const whole = { value: 1_000, currency: 'EUR' };

/** Every event of the order so far, by its sequence; waits until there are `count`. */
const eventsOf = (issuer: TestIssuer, orderNo: string, count: number) =>
  until(`${count} events of ${orderNo}`, () => {
    const bySequence = new Map(
      issuer.received
        .filter(({ data }) => data.orderNo === orderNo && data.sequence !== undefined)
        .map((message) => [message.data.sequence, message]),
    );
    const sorted = [...bySequence.values()].sort((one, other) => one.data.sequence - other.data.sequence);
    return sorted.length >= count && sorted;
  });

/** The events are these, numbered from 1 without gaps, and there is no other: the Order knows the last number. */
const expectEvents = async (issuer: TestIssuer, orderNo: string, ...expected: Record<string, unknown>[]) => {
  const events = await eventsOf(issuer, orderNo, expected.length);
  expect(events.map(({ type, data }) => ({ type, ...data }))).toEqual(
    expected.map((event, n) => ({ issuerId: issuer.issuerId, orderNo, sequence: n + 1, at: anInstant(), ...event })),
  );
  expect((await issuer.order(orderNo)).body.sequence).toBe(expected.length);
};

const told = async (issuer: TestIssuer, orderNo: string, changes = {}) => {
  await issuer.place(orderNo, changes);
  await issuer.message('order.paid', orderNo);
};

/** An order whose terminal answers 410: it waits for a person. */
const undeliverable = async (orderNo: string): Promise<TestIssuer> => {
  const issuer = await file.issuer({ terminal: { channel: 'webhook', url: await terminals.urlOf(`/${orderNo}`) } });
  await terminals.answer(`/${orderNo}`, () => 410);
  await issuer.placeVerified(orderNo);
  await issuer.submit(orderNo, [{ itemId: 'a', value: `U-${orderNo}` }]);
  await issuer.inState(orderNo, 'undeliverable');
  return issuer;
};

/** An order whose delivery has begun and does not end: its terminal fails for now. */
const issued = async (orderNo: string): Promise<TestIssuer> => {
  const issuer = await file.issuer({ terminal: { channel: 'webhook', url: await terminals.urlOf(`/${orderNo}`) } });
  await terminals.answer(`/${orderNo}`, () => 503);
  await issuer.placeVerified(orderNo);
  await issuer.submit(orderNo, [{ itemId: 'a', value: `I-${orderNo}` }]);
  await terminals.delivery(`/${orderNo}`);
  expect((await issuer.order(orderNo)).body).toMatchObject({ state: 'issued', delivery: { state: 'pending' } });
  return issuer;
};

describe('refusal', () => {
  test.concurrent('before the verification: 200 Order, all of it is due back, and a repeat is the same', async () => {
    const issuer = await file.issuer();
    const payment = { id: 'pay_7', payer: 'p' };
    await told(issuer, 'refuse-1', { payment });
    const refused = await issuer.refuse('refuse-1', { reason: 'price_changed', detail: 'now 12 EUR' });
    expect(refused.status).toBe(200);
    expectOrder(refused.body);
    expect(refused.body).toMatchObject({ state: 'refused', closedReason: 'issuer_refused', refundDue: whole });
    const repeated = await issuer.refuse('refuse-1');
    expect(repeated).toMatchObject({ status: 200, body: { state: 'refused', updatedAt: refused.body.updatedAt } });
    const { data: lines } = (await issuer.get('/orders/refuse-1/timeline')).body;
    const closing = lines.filter(({ event }: { event: string }) => event === 'closed');
    expect(closing).toMatchObject([{ detail: { reason: 'price_changed', text: 'now 12 EUR' } }]);
    const state = { state: 'refused', closedReason: 'issuer_refused', refundDue: whole };
    await expectEvents(
      issuer,
      'refuse-1',
      { type: 'order.refused', ...state },
      { type: 'order.refund_due', ...state, payment },
    );
  });

  test.concurrent('after the verification', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('refuse-2');
    expect((await issuer.refuse('refuse-2')).body).toMatchObject({ state: 'refused', refundDue: whole });
  });

  test.concurrent('with some codes there: they are void, the issuer is told which', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('refuse-3', { quantity: 2 });
    await issuer.submit('refuse-3', [{ itemId: 'only', value: 'REFUSE-3' }]);
    expect((await issuer.refuse('refuse-3')).body).toMatchObject({ state: 'refused', refundDue: whole });
    const events = await eventsOf(issuer, 'refuse-3', 3);
    expect(events.map(({ type }) => type)).toEqual(['order.refused', 'order.refund_due', 'order.codes_void']);
    expect(events[2]?.data.itemIds).toEqual(['only']);
    for (const { raw } of events) expect(raw).not.toContain('REFUSE-3');
  });

  test.concurrent('a free order has nothing to refund: no order.refund_due', async () => {
    const issuer = await file.issuer();
    await told(issuer, 'refuse-4', { amount: { value: 0, currency: 'EUR' } });
    expect((await issuer.refuse('refuse-4')).body.refundDue?.value ?? 0).toBe(0);
    const [event] = await eventsOf(issuer, 'refuse-4', 1);
    expect(event).toMatchObject({ type: 'order.refused', data: { sequence: 1 } });
    expect((await issuer.order('refuse-4')).body.sequence).toBe(1);
  });

  test.concurrent('each reason of the list and no other; detail up to 512', async () => {
    const issuer = await file.issuer();
    for (const reason of ['out_of_stock', 'price_changed', 'product_unknown', 'account_invalid', 'other']) {
      await told(issuer, `reason-${reason}`);
      const detail = 'ü'.repeat(512);
      expect((await issuer.refuse(`reason-${reason}`, { reason, detail })).status).toBe(200);
    }
    await told(issuer, 'reason-none');
    const refuse = (changes: object) => issuer.refuse('reason-none', { ...changes });
    expectProblem(await refuse({ reason: 'no_mood' }), 422, 'body_invalid', '/reason');
    expectProblem(await refuse({ reason: undefined }), 422, 'body_invalid', '/reason');
    expectProblem(await refuse({ detail: 'ü'.repeat(513) }), 422, 'body_invalid', '/detail');
    expectProblem(await refuse({ token: '' }), 422, 'body_invalid', '/token');
    expectProblem(await refuse({ token: 'wrong' }), 403, 'token_mismatch');
    await issuer.inState('reason-none', 'notified');
  });

  test.concurrent('from issued on it is 409 already_delivered', async () => {
    const delivering = await issued('refuse-issued');
    expectProblem(await delivering.refuse('refuse-issued'), 409, 'already_delivered');
    const waiting = await undeliverable('refuse-undeliverable');
    expectProblem(await waiting.refuse('refuse-undeliverable'), 409, 'already_delivered');
    const issuer = await file.issuer();
    await issuer.placeVerified('refuse-delivered');
    await issuer.submit('refuse-delivered', [{ itemId: 'a', value: 'REFUSE-D' }]);
    await issuer.inState('refuse-delivered', 'delivered');
    expectProblem(await issuer.refuse('refuse-delivered'), 409, 'already_delivered');
  });

  test.concurrent('of a cancelled or expired order it is 409 order_closed', async () => {
    const issuer = await file.issuer({ verifyWindowSeconds: 5 });
    await told(issuer, 'refuse-expired');
    await told(issuer, 'refuse-cancelled');
    await issuer.cancel('refuse-cancelled');
    expectProblem(await issuer.refuse('refuse-cancelled'), 409, 'order_closed');
    await issuer.inState('refuse-expired', 'expired');
    expectProblem(await issuer.refuse('refuse-expired'), 409, 'order_closed');
  });
});

describe('cancellation', () => {
  test.concurrent('a token may be given, and then it is checked before all else', async () => {
    const issuer = await file.issuer();
    await told(issuer, 'cancel-token');
    const cancel = (token: string) =>
      issuer.post('/orders/cancel-token/cancellation', {
        type: 'order.cancellation',
        orderNo: 'cancel-token',
        token,
        reason: 'changed her mind',
      });
    expectProblem(await cancel('wrong'), 403, 'token_mismatch');
    expect((await issuer.order('cancel-token')).body.state).not.toBe('cancelled');
    expectProblem(await cancel(''), 422, 'body_invalid', '/token');
    const right = await cancel(issuer.tokenOf('cancel-token'));
    expect([right.status, right.body.state]).toEqual([200, 'cancelled']);
    expectProblem(await cancel('wrong'), 403, 'token_mismatch');
  });

  test.concurrent('before the verification: 200 Order without a token, and a repeat is the same', async () => {
    const issuer = await file.issuer();
    await told(issuer, 'cancel-1');
    const cancelled = await issuer.cancel('cancel-1');
    expect(cancelled.status).toBe(200);
    expectOrder(cancelled.body);
    expect(cancelled.body).toMatchObject({ state: 'cancelled', closedReason: 'issuer_cancelled', refundDue: whole });
    const again = await issuer.cancel('cancel-1');
    expect(again).toMatchObject({ status: 200, body: { state: 'cancelled', updatedAt: cancelled.body.updatedAt } });
    const state = { state: 'cancelled', closedReason: 'issuer_cancelled', refundDue: whole };
    await expectEvents(
      issuer,
      'cancel-1',
      { type: 'order.cancelled', ...state },
      { type: 'order.refund_due', ...state },
    );
  });

  test.concurrent('verified, or with some codes that are then void', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('cancel-2');
    expect((await issuer.cancel('cancel-2')).body.state).toBe('cancelled');
    const placed = await issuer.placeVerified('cancel-3', { quantity: 3 });
    await issuer.submit('cancel-3', [{ itemId: 'x', value: 'CANCEL-3' }]);
    expect((await issuer.cancel('cancel-3')).body).toMatchObject({ state: 'cancelled', refundDue: whole });
    const events = await eventsOf(issuer, 'cancel-3', 3);
    expect(events.map(({ type }) => type)).toEqual(['order.cancelled', 'order.refund_due', 'order.codes_void']);
    expect(await (await reveal(placed.body.pickupUrl)).text()).not.toContain('CANCEL-3');
  });

  test.concurrent('in issued and delivered 409 already_delivered', async () => {
    const delivering = await issued('cancel-issued');
    expectProblem(await delivering.cancel('cancel-issued'), 409, 'already_delivered');
    const issuer = await file.issuer();
    await issuer.placeVerified('cancel-delivered');
    await issuer.submit('cancel-delivered', [{ itemId: 'a', value: 'CANCEL-D' }]);
    await issuer.inState('cancel-delivered', 'delivered');
    expectProblem(await issuer.cancel('cancel-delivered'), 409, 'already_delivered');
  });

  test.concurrent('possible again in undeliverable, whose own event came alone', async () => {
    const issuer = await undeliverable('cancel-undeliverable');
    const order = (await issuer.order('cancel-undeliverable')).body;
    expect(order).toMatchObject({ delivery: { state: 'failed' }, codes: { issued: 1 }, sequence: 1 });
    expect(order).not.toHaveProperty('refundDue');
    expect(order).not.toHaveProperty('closedReason');
    expect((await issuer.cancel('cancel-undeliverable')).body).toMatchObject({ state: 'cancelled', refundDue: whole });
    const [failed, ...others] = await eventsOf(issuer, 'cancel-undeliverable', 4);
    expect(failed?.type).toBe('order.undeliverable');
    expect(failed?.data).toEqual({
      issuerId: issuer.issuerId,
      orderNo: 'cancel-undeliverable',
      sequence: 1,
      at: anInstant(),
      state: 'undeliverable',
    });
    expect(others.map(({ type }) => type)).toEqual(['order.cancelled', 'order.refund_due', 'order.codes_void']);
  });

  test.concurrent('of a refused or expired order it is 409 order_closed', async () => {
    const issuer = await file.issuer({ verifyWindowSeconds: 5 });
    await told(issuer, 'cancel-expired');
    await told(issuer, 'cancel-refused');
    await issuer.refuse('cancel-refused');
    expectProblem(await issuer.cancel('cancel-refused'), 409, 'order_closed');
    await issuer.inState('cancel-expired', 'expired');
    expectProblem(await issuer.cancel('cancel-expired'), 409, 'order_closed');
  });

  test.concurrent('needs a reason of at most 512, and an operator’s is told apart', async () => {
    const issuer = await file.issuer();
    await told(issuer, 'cancel-5');
    const cancel = (reason: unknown) =>
      issuer.post('/orders/cancel-5/cancellation', { type: 'order.cancellation', orderNo: 'cancel-5', reason });
    expectProblem(await cancel(undefined), 422, 'body_invalid', '/reason');
    expectProblem(await cancel('x'.repeat(513)), 422, 'body_invalid', '/reason');
    const byOperator = await file.platform.operator('POST', `/orders/${issuer.issuerId}/cancel-5/cancel`);
    expect(byOperator.status).toBe(200);
    expect((await issuer.order('cancel-5')).body.closedReason).toBe('operator_cancelled');
    expect((await issuer.message('order.cancelled', 'cancel-5')).data.closedReason).toBe('operator_cancelled');
  });
});

describe('the ends of the windows', () => {
  test.concurrent('no verification in time: expired by verify_window, all is due back', async () => {
    const issuer = await file.issuer({ verifyWindowSeconds: 5 });
    await told(issuer, 'window-1');
    const { body } = await issuer.inState('window-1', 'expired');
    expectOrder(body);
    expect(body).toMatchObject({ closedReason: 'verify_window', refundDue: whole });
    expect(Date.parse(body.updatedAt)).toBeGreaterThanOrEqual(Date.parse(body.verifyBy));
    const state = { state: 'expired', closedReason: 'verify_window', refundDue: whole };
    await expectEvents(issuer, 'window-1', { type: 'order.expired', ...state }, { type: 'order.refund_due', ...state });
  });

  test.concurrent('verified and no code in time: expired by issue_window', async () => {
    const issuer = await file.issuer({ issueWindowSeconds: 5 });
    await issuer.placeVerified('window-2');
    const { body } = await issuer.inState('window-2', 'expired');
    expect(body).toMatchObject({ closedReason: 'issue_window', refundDue: whole });
    const state = { state: 'expired', closedReason: 'issue_window', refundDue: whole };
    await expectEvents(issuer, 'window-2', { type: 'order.expired', ...state }, { type: 'order.refund_due', ...state });
  });

  test.concurrent('some codes in time: these are delivered, and the rest rounds in the buyer’s favour', async () => {
    const issuer = await file.issuer({ issueWindowSeconds: 5 });
    await issuer.placeVerified('window-3', { quantity: 3 });
    await issuer.submit('window-3', [
      { itemId: 'a', value: 'W-1' },
      { itemId: 'b', value: 'W-2' },
    ]);
    const { body } = await issuer.inState('window-3', 'delivered');
    // 1000 - floor(1000 x 2 / 3)
    const refundDue = { value: 334, currency: 'EUR' };
    expectOrder(body);
    expect(body).toMatchObject({
      codes: { issued: 2, outstanding: 1 },
      closedReason: 'partially_issued',
      refundDue,
      delivery: { state: 'delivered' },
    });
    const events = await eventsOf(issuer, 'window-3', 2);
    expect(events.map(({ type }) => type)).toEqual(['order.delivered', 'order.refund_due']);
    expect(events[0]?.data).toMatchObject({ closedReason: 'partially_issued', itemIds: ['a', 'b'] });
    expect(events[1]?.data).toMatchObject({ closedReason: 'partially_issued', refundDue });
    expect(body.sequence).toBe(2);
    expectProblem(await issuer.cancel('window-3'), 409, 'already_delivered');
    expectProblem(await issuer.refuse('window-3'), 409, 'already_delivered');
  });
});
