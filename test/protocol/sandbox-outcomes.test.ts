import { amount, type TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile({ sandboxAllow: ['127.0.0.0/8'] });

let making: Promise<unknown> = Promise.resolve();
/** An address makes few at once. */
const made = (changes: object): Promise<TestIssuer> => {
  const one = making.then(() => file.sandboxIssuer({ ...changes }));
  making = one.catch(() => undefined);
  return one;
};

/** One issuer for each: all beside each other, as some wait for seconds. */
const withProduct = async (outcome: string, changes = {}) => {
  const issuer = await made(changes);
  const product = { id: `test_${outcome}`, name: outcome };
  const placed = await issuer.place(outcome, { product });
  expect(placed.status).toBe(201);
  return issuer;
};
const codes = (outcome: string) => [{ itemId: 'a', value: `CODE-${outcome}` }];
const delivered = async (issuer: TestIssuer, outcome: string) => {
  await issuer.message('order.paid', outcome);
  expect((await issuer.verify(outcome)).status).toBe(200);
  expect((await issuer.submit(outcome, codes(outcome))).status).toBe(201);
};
const sent = (issuer: TestIssuer, type: string) => issuer.received.filter((one) => one.type === type);

test.concurrent.each(['ok', 'anything_else'])('test_%s: delivered', async (outcome) => {
  const issuer = await withProduct(outcome);
  await delivered(issuer, outcome);
  await issuer.inState(outcome, 'delivered');
  expect(sent(issuer, 'order.paid')).toHaveLength(1);
});

test.concurrent('test_out_of_stock: a right verification finds the order refused, a wrong one is as ever', async () => {
  const issuer = await withProduct('out_of_stock');
  await issuer.message('order.paid', 'out_of_stock');
  const wrong = await issuer.verify('out_of_stock', { amount: { ...amount, value: 1 } });
  expectProblem(wrong, 422, 'amount_mismatch');
  expectProblem(await issuer.verify('out_of_stock'), 409, 'order_closed');
  const order = (await issuer.order('out_of_stock')).body;
  expect(order).toMatchObject({ state: 'refused', closedReason: 'issuer_refused', refundDue: amount });
  await issuer.message('order.refused', 'out_of_stock');
});

test.concurrent('test_slow: each callback comes 3 s late', async () => {
  const issuer = await withProduct('slow');
  const { atMs } = await issuer.message('order.paid', 'slow');
  const { createdAt } = (await issuer.order('slow')).body;
  expect(atMs - Date.parse(createdAt)).toBeGreaterThanOrEqual(2_900);
});

test.concurrent('test_duplicate: each callback comes twice, with the same bytes and id', async () => {
  const issuer = await withProduct('duplicate');
  const second = await issuer.message('order.paid', 'duplicate', 2);
  const [first] = sent(issuer, 'order.paid');
  expect([second.id, second.raw]).toEqual([first?.id, first?.raw]);
  await delivered(issuer, 'duplicate');
  await issuer.message('order.delivered', 'duplicate', 2);
  const { data } = (await issuer.get('/orders/duplicate/timeline')).body;
  expect(data.filter(({ event }: { event: string }) => event === 'notice_sent')).toHaveLength(1);
});

test.concurrent('test_reordered: events come 5 s late, the last first', async () => {
  const issuer = await withProduct('reordered');
  await issuer.message('order.paid', 'reordered');
  await issuer.verify('reordered');
  await issuer.cancel('reordered');
  await issuer.message('order.refund_due', 'reordered');
  await issuer.message('order.cancelled', 'reordered');
  const events = issuer.received.filter(({ data }) => data.sequence !== undefined);
  const sequences = events.map(({ data }) => data.sequence);
  expect(sequences.length).toBeGreaterThan(1);
  expect(sequences).toEqual([...sequences].sort((a, b) => b - a));
  const { updatedAt } = (await issuer.order('reordered')).body;
  expect((events[0]?.atMs ?? 0) - Date.parse(updatedAt)).toBeGreaterThanOrEqual(4_900);
});

test.concurrent('test_late and test_unverified: windows of 5 s', async () => {
  const [late, unverified] = await Promise.all([withProduct('late'), withProduct('unverified')]);
  await late.message('order.paid', 'late');
  await late.verify('late');
  const expired = (issuer: TestIssuer, orderNo: string) => issuer.inState(orderNo, 'expired');
  const [issue, verify] = await Promise.all([expired(late, 'late'), expired(unverified, 'unverified')]);
  expect(issue.body.closedReason).toBe('issue_window');
  expect(verify.body.closedReason).toBe('verify_window');
  const { createdAt, verifyBy } = verify.body;
  expect(Date.parse(verifyBy) - Date.parse(createdAt)).toBe(5_000);
});

test.concurrent('test_locked: as after ten failed verifications, until an operator tells the issuer anew', async () => {
  const issuer = await withProduct('locked');
  await issuer.message('order.paid', 'locked');
  const refused = await issuer.verify('locked');
  expect([refused.status, refused.body.code]).toEqual([429, 'verification_locked']);
  await file.platform.operator('POST', `/orders/${issuer.issuerId}/locked/renotify`);
  expect((await issuer.verify('locked')).status).toBe(200);
});

test.concurrent('test_undeliverable: the delivery fails, and another one mends it', async () => {
  const issuer = await withProduct('undeliverable');
  await delivered(issuer, 'undeliverable');
  await issuer.inState('undeliverable', 'undeliverable');
  await issuer.message('order.undeliverable', 'undeliverable');
  const again = { type: 'order.delivery', orderNo: 'undeliverable', token: issuer.tokenOf('undeliverable') };
  expect((await issuer.post('/orders/undeliverable/delivery', again)).status).toBe(200);
  await issuer.inState('undeliverable', 'delivered');
});

test.concurrent('test_void_requested: 2 s after the delivery somebody wants money back', async () => {
  const issuer = await withProduct('void_requested');
  issuer.on('order.void_requested', async () => ({ status: 200, body: { status: 'destroyed' } }));
  await delivered(issuer, 'void_requested');
  const asked = await issuer.message('order.void_requested', 'void_requested');
  expect(asked.data).toMatchObject({ itemIds: ['a'], reason: 'test_void_requested' });
  const order = await until('it is decided', async () => {
    const { body } = await issuer.order('void_requested');
    return body.voidRequest?.state === 'destroyed' && body;
  });
  expect(order.refundDue).toEqual(amount);
});

test.concurrent('test_unavailable: its first call is answered 503, and each after it as ever', async () => {
  const issuer = await withProduct('unavailable');
  await issuer.message('order.paid', 'unavailable');
  const body = {
    type: 'order.verification',
    orderNo: 'unavailable',
    token: issuer.tokenOf('unavailable'),
    quantity: 1,
    amount,
  };
  const first = await issuer.post('/orders/unavailable/verification', body, { webhookId: 'v-1' });
  expectProblem(first, 503, 'unavailable');
  expect((await issuer.post('/orders/unavailable/verification', body, { webhookId: 'v-1' })).status).toBe(200);
  expect((await issuer.submit('unavailable', codes('unavailable'))).status).toBe(201);
});

test.concurrent('a live order of such a product is a live order', async () => {
  const issuer = await file.issuer();
  for (const outcome of ['locked', 'unavailable', 'out_of_stock']) {
    await issuer.place(outcome, { product: { id: `test_${outcome}`, name: outcome } });
    await delivered(issuer, outcome);
  }
});
