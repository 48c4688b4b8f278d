import { amount } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { anInstant } from './wire-shapes';

const file = platformOfFile();

describe('the verdict', () => {
  test('right facts: 200 with verifiedAt and issueBy, an issue window apart', async () => {
    const issuer = await file.issuer({ issueWindowSeconds: 123 });
    await issuer.place('good-1', { quantity: 2 });
    await issuer.message('order.paid', 'good-1');
    const { status, body } = await issuer.verify('good-1', { quantity: 2 });
    expect(status).toBe(200);
    expect(body).toEqual({
      verdict: 'verified',
      orderNo: 'good-1',
      verifiedAt: anInstant(),
      issueBy: anInstant(),
    });
    expect(Date.parse(body.issueBy) - Date.parse(body.verifiedAt)).toBe(123_000);
    const order = (await issuer.order('good-1')).body;
    expect(order).toMatchObject({ state: 'verified', issueBy: body.issueBy });
  });

  test('the right facts again get the same 200, also after delivery', async () => {
    const issuer = await file.issuer();
    await issuer.place('again-1');
    await issuer.message('order.paid', 'again-1');
    const first = await issuer.verify('again-1');
    const second = await issuer.verify('again-1');
    expect([second.status, second.body]).toEqual([200, first.body]);
    expect(second.headers.get('idempotency-replayed')).toBeNull();
    await issuer.submit('again-1', [{ itemId: 'a', value: 'AGAIN-1' }]);
    await issuer.inState('again-1', 'delivered');
    const afterDelivery = await issuer.verify('again-1');
    expect([afterDelivery.status, afterDelivery.body]).toEqual([200, first.body]);
  });

  test('several at once get one and the same verdict', async () => {
    const issuer = await file.issuer();
    await issuer.place('race-1');
    await issuer.message('order.paid', 'race-1');
    const answers = await Promise.all([1, 2, 3, 4].map(() => issuer.verify('race-1')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  test('an order may be verified before the answer to order.paid was read, and inside its handling', async () => {
    const issuer = await file.issuer();
    // The order may show as verified before the issuer has its answer: the answer itself is awaited.
    const answered = new Promise<number>((resolve) => {
      issuer.on('order.paid', async ({ data: { orderNo, token } }) => {
        resolve((await issuer.verify(orderNo, { token })).status);
        return { status: 500 };
      });
    });
    await issuer.place('early-1');
    expect(await answered).toBe(200);
    await issuer.inState('early-1', 'verified');
  });

  test.each(['x', 'y'.repeat(256), '🎫'.repeat(256), ' ', '../../etc'])(
    'a wrong token is 403 whatever it looks like: %#',
    async (token) => {
      const issuer = await file.issuer();
      await issuer.place('token-1');
      expectProblem(await issuer.verify('token-1', { token }), 403, 'token_mismatch');
    },
  );

  test.each([
    ['empty', '', '/token'],
    ['of 257', 'y'.repeat(257), '/token'],
    ['a number', 5, '/token'],
    ['null', null, '/token'],
    ['absent', undefined, '/token'],
  ])('a token that is no string of 1..256 is 422: %s', async (_what, token, path) => {
    const issuer = await file.issuer();
    await issuer.place('token-2');
    expectProblem(await issuer.verify('token-2', { token }), 422, 'body_invalid', path);
  });

  test('token before quantity before amount', async () => {
    const issuer = await file.issuer();
    await issuer.place('mixed-1');
    await issuer.message('order.paid', 'mixed-1');
    const other = { value: 999, currency: 'EUR' };
    const verify = (changes: Record<string, unknown>) => issuer.verify('mixed-1', changes);
    expectProblem(await verify({ token: 'x', quantity: 2, amount: other }), 403, 'token_mismatch');
    expectProblem(await verify({ quantity: 2, amount: other }), 422, 'quantity_mismatch');
    expectProblem(await verify({ amount: other }), 422, 'amount_mismatch');
    expectProblem(await verify({ amount: { value: 1_000, currency: 'USD' } }), 422, 'amount_mismatch');
    expect((await issuer.order('mixed-1')).body.state).toBe('notified');
    expect((await verify({})).status).toBe(200);
  });

  test('a verified order still tells wrong facts apart, and such failures lock nothing', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('after-1');
    for (let n = 0; n < 11; n += 1) {
      expectProblem(await issuer.verify('after-1', { token: 'wrong' }), 403, 'token_mismatch');
    }
    expectProblem(await issuer.verify('after-1', { quantity: 2 }), 422, 'quantity_mismatch');
    expectProblem(await issuer.verify('after-1', { amount: { ...amount, value: 1 } }), 422, 'amount_mismatch');
    expect((await issuer.verify('after-1')).status).toBe(200);
  });
});

describe('the lock', () => {
  test('ten failures over verification, codes and refusal lock the order until an operator renotifies', async () => {
    const issuer = await file.issuer();
    await issuer.place('lock-1');
    const first = await issuer.message('order.paid', 'lock-1');
    for (let n = 0; n < 3; n += 1) {
      expectProblem(await issuer.verify('lock-1', { token: 'x' }), 403, 'token_mismatch');
      const codes = await issuer.submit('lock-1', [{ itemId: 'a', value: 'LOCK' }], { token: 'x' });
      expectProblem(codes, 403, 'token_mismatch');
      expectProblem(await issuer.refuse('lock-1', { token: 'x' }), 403, 'token_mismatch');
    }
    expectProblem(await issuer.verify('lock-1', { quantity: 2 }), 422, 'quantity_mismatch');
    for (const changes of [{}, { token: 'x' }, { quantity: 2 }]) {
      expectProblem(await issuer.verify('lock-1', changes), 429, 'verification_locked');
    }
    expect((await issuer.order('lock-1')).body.state).toBe('notified');
    const renotified = await file.platform.operator('POST', `/orders/${issuer.issuerId}/lock-1/renotify`);
    expect(renotified.status).toBe(200);
    const second = await issuer.message('order.paid', 'lock-1', 2);
    expect(second.id).not.toBe(first.id);
    expect(second.data.token).toBe(first.data.token);
    expect((await issuer.verify('lock-1')).status).toBe(200);
  });

  test('nine failures do not lock, and the repeat of one request is one failure', async () => {
    const issuer = await file.issuer();
    await issuer.place('lock-2');
    await issuer.message('order.paid', 'lock-2');
    const wrong = { type: 'order.verification', orderNo: 'lock-2', token: 'x', quantity: 1, amount };
    const repeat = () => issuer.post('/orders/lock-2/verification', wrong, { webhookId: 'one-and-the-same' });
    expectProblem(await repeat(), 403, 'token_mismatch');
    for (let n = 0; n < 4; n += 1) expect((await repeat()).headers.get('idempotency-replayed')).toBe('true');
    for (let n = 0; n < 8; n += 1) await issuer.verify('lock-2', { amount: { ...amount, value: n } });
    expect((await issuer.verify('lock-2')).status).toBe(200);
  });

  test('a locked order can still be cancelled, and is then closed instead of locked', async () => {
    const issuer = await file.issuer();
    await issuer.place('lock-3');
    for (let n = 0; n < 10; n += 1) await issuer.verify('lock-3', { token: 'x' });
    expectProblem(await issuer.verify('lock-3', { token: 'x' }), 429, 'verification_locked');
    expect((await issuer.cancel('lock-3')).status).toBe(200);
    expectProblem(await issuer.verify('lock-3', { token: 'x' }), 409, 'order_closed');
  });
});

describe('a closed order is 409 order_closed, before the token is looked at', () => {
  const expectClosed = async (issuer: Awaited<ReturnType<typeof file.issuer>>, orderNo: string): Promise<void> => {
    expectProblem(await issuer.verify(orderNo), 409, 'order_closed');
    expectProblem(await issuer.verify(orderNo, { token: 'wrong' }), 409, 'order_closed');
  };

  test.concurrent('refused, and cancelled also when it was verified before', async () => {
    const issuer = await file.issuer();
    await issuer.place('closed-1');
    await issuer.message('order.paid', 'closed-1');
    expect((await issuer.refuse('closed-1')).status).toBe(200);
    await expectClosed(issuer, 'closed-1');
    await issuer.placeVerified('closed-2');
    expect((await issuer.cancel('closed-2')).status).toBe(200);
    await expectClosed(issuer, 'closed-2');
  });

  test.concurrent('expired, the lock ending with the window', async () => {
    // Long enough for eleven verifications on a busy machine.
    const issuer = await file.issuer({ verifyWindowSeconds: 15 });
    await issuer.place('closed-3');
    await issuer.message('order.paid', 'closed-3');
    for (let n = 0; n < 10; n += 1) await issuer.verify('closed-3', { token: 'x' });
    expectProblem(await issuer.verify('closed-3'), 429, 'verification_locked');
    await issuer.inState('closed-3', 'expired');
    await expectClosed(issuer, 'closed-3');
  });
});
