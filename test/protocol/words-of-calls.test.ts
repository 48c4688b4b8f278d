import { completeOrder } from '../../src/second-interface/after-sale/complete-order';
import { platformOfFile } from '../support/platform-of-file';

const file = platformOfFile();

const codes = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, n) => ({ itemId: `${prefix}-${n}`, value: `${prefix}-CODE-${n}` }));
const words = 'said by a person';
const wrong = 'not the token';

/** Of an order of its own: how often its codes are read with what is sealed, and by reference, from now on. */
const watched = async (orderNo: string, quantity: number, submitted: number) => {
  const issuer = await file.issuer();
  await issuer.placeVerified(orderNo, { quantity });
  if (submitted > 0) expect((await issuer.submit(orderNo, codes(submitted, orderNo))).status).toBe(201);
  if (submitted === quantity) await issuer.inState(orderNo, 'delivered');
  const { orderDeps } = file.platform.core;
  const name = { issuerId: issuer.issuerId, orderNo };
  const readings = [jest.spyOn(orderDeps.codes, 'accepted'), jest.spyOn(orderDeps.codes, 'references')];
  const counted = async () => {
    const counts = readings.map(
      ({ mock }) =>
        mock.calls.filter(([order]) => order.orderNo === orderNo && order.issuerId === name.issuerId).length,
    );
    return { opened: counts[0], read: counts[1] };
  };
  const call = (path: string, type: string, body: object = {}) =>
    issuer.post(`/orders/${orderNo}/${path}`, { type, orderNo, token: issuer.tokenOf(orderNo), ...body });
  const texts = async () => (await orderDeps.orders.find(name))?.texts ?? [];
  return { issuer, orderDeps, name, counted, call, texts };
};
afterEach(() => jest.restoreAllMocks());

test('a call that is refused opens no codes and keeps no words', async () => {
  const { counted, call, texts } = await watched('refused-words', 2, 2);
  const amount = { value: 100, currency: 'EUR' };
  const no = { requestId: 'r', decision: 'refused', reason: 'other' };
  const cases = [
    ['already_delivered', 'refusal', 'order.refusal', { reason: 'other', detail: words }],
    ['token_mismatch', 'refusal', 'order.refusal', { reason: 'other', detail: words, token: wrong }],
    ['already_delivered', 'cancellation', 'order.cancellation', { reason: words }],
    ['already_delivered', 'completion', 'order.completion', { reason: words }],
    ['token_mismatch', 'completion', 'order.completion', { reason: words, token: wrong }],
    ['token_mismatch', 'void', 'order.void', { reason: words, token: wrong }],
    ['request_unknown', 'void-decision', 'order.void_decision', { ...no, detail: words }],
    ['refund_exceeded', 'refund-settlement', 'order.refund_settlement', { settlementId: 's', amount }],
    ['token_mismatch', 'refund-settlement', 'order.refund_settlement', { settlementId: 's', amount, token: wrong }],
    [
      'token_mismatch',
      'redemptions',
      'order.redemption',
      { redemptionId: 'r', itemId: 'refused-words-0', place: words, token: wrong },
    ],
  ] as const;
  const codesTold: string[] = [];
  for (const [, path, type, body] of cases) codesTold.push((await call(path, type, body)).body.code);
  expect(codesTold).toEqual(cases.map(([code]) => code));
  expect((await counted()).opened).toBe(0);
  expect(await texts()).toEqual([]);
});

test('codes are not read for a void, or a longer validity, that is refused whichever they are', async () => {
  const { counted, call } = await watched('refused-reading', 2, 2);
  const expiresAt = '2040-01-01T00:00:00Z';
  expect((await call('void', 'order.void', { reason: words, token: wrong })).body.code).toBe('token_mismatch');
  expect((await call('validity', 'order.validity', { expiresAt, token: wrong })).body.code).toBe('token_mismatch');
  expect(await counted()).toEqual({ opened: 0, read: 0 });
  expect((await call('validity', 'order.validity', { expiresAt })).body.code).toBe('body_invalid');
});

test('what is said once more of an order that has ended opens no codes, and the first words stay', async () => {
  const { issuer, counted, call, texts } = await watched('said-again', 3, 2);
  const cancel = (reason: string) => call('cancellation', 'order.cancellation', { reason });
  expect((await cancel(words)).status).toBe(200);
  const { opened } = await counted();
  expect((await cancel('said again')).status).toBe(200);
  expect((await counted()).opened).toBe(opened);
  expect(await texts()).toMatchObject([{ text: words }]);
  expect(JSON.stringify((await issuer.get('/orders/said-again/timeline')).body)).toContain(words);
});

test('a call that the order takes though its row was too old for it has its words in the timeline', async () => {
  const { issuer, orderDeps, name } = await watched('old-row', 3, 0);
  const old = await orderDeps.orders.find(name);
  if (!old) throw new Error('no row');
  expect((await issuer.submit('old-row', codes(2, 'old-row'))).status).toBe(201);
  const asked = { by: 'issuer', isRightToken: true, reason: words } as const;
  expect(await completeOrder(orderDeps, old, 'complete/old-row', asked)).not.toBe('unavailable');
  expect(JSON.stringify((await issuer.get('/orders/old-row/timeline')).body)).toContain(words);
});
