import { type Answer, read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';

const file = platformOfFile();

const code = { itemId: 'a', value: 'ABCD-EFGH-1234-WXYZ', secret: '90210' };
const spare = { itemId: 'b', value: 'MNOP-QRST-5678-UVWX', secret: '31 337' };
const terminal = { channel: 'page', pin: '4711' };
const openIn = (text: string) => text.match(/abcd-?\s?efgh|mnop qrst|\b90 210|\b31337|\b4711\b|\/p\/[\w-]{43}/gi);
const left = 'room 9021 of 47110, at /p/';

/** As somebody writes who holds code, PIN and link, and retypes them. */
const saidWith = (url: string): string =>
  `abcd-efgh-1234-wxyz / ABCDEFGH1234WXYZ / mnop qrst 5678 uvwx, PIN 90 210, 31337, my page pin 4711, ${url} ${left}`;

const delivered = async (orderNo: string, changes: Record<string, unknown> = {}) => {
  const issuer = await file.issuer({ buyerRefunds: true, ...changes });
  const { pickupUrl } = (await issuer.placeVerified(orderNo, { quantity: 2, terminal })).body;
  expect((await issuer.submit(orderNo, [code, spare])).status).toBe(201);
  await issuer.inState(orderNo, 'delivered');
  const path = `/orders/${issuer.issuerId}/${orderNo}`;
  const operator = (action: string, body: object) => file.platform.operator('POST', `${path}/${action}`, body);
  const call = (action: string, type: string, body: object) =>
    issuer.post(`/orders/${orderNo}/${action}`, { type, orderNo, token: issuer.tokenOf(orderNo), ...body });
  const kept = async () => {
    const { orders, ledger } = file.platform.core.orderDeps;
    const name = { issuerId: issuer.issuerId, orderNo };
    const { data: audit } = (await file.platform.operator('GET', '/audit?phase=any&limit=100')).body;
    return JSON.stringify([
      await orders.find(name),
      await ledger.ofOperation(name, 'r-1'),
      (await issuer.get(`/orders/${orderNo}/timeline`)).body,
      (await issuer.get(`/orders/${orderNo}/redemptions`)).body,
      (await file.platform.operator('GET', `${path}/timeline`)).body,
      audit,
      issuer.received.map(({ raw }) => raw),
    ]);
  };
  return { issuer, pickupUrl, said: saidWith(pickupUrl), operator, call, kept };
};

const times = (text: string): number => text.split(left).length - 1;

test('what a buyer reports, and asks money back for, is kept without code, PIN and link, however spelled', async () => {
  const { issuer, pickupUrl, said, kept } = await delivered('said-buyer');
  const shown = await fetch(`${pickupUrl}/reveal`, {
    method: 'POST',
    headers: { accept: 'text/html' },
    body: new URLSearchParams({ pin: '4711' }),
  });
  const cookie = shown.headers.get('set-cookie')?.split(';')[0] ?? '';
  const post = (path: string, body: object) =>
    read(
      fetch(`${pickupUrl}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', cookie },
        body: JSON.stringify(body),
      }),
    );
  expect((await post('report', { itemId: 'a', reason: 'other', text: said })).status).toBe(201);
  expect((await post('refund', { pin: '4711', reason: said })).status).toBe(200);
  const { data } = await issuer.message('order.void_requested', 'said-buyer');
  expect(data.reason).toContain(left);
  const text = await kept();
  expect(openIn(text)).toBeNull();
  expect(times(text)).toBeGreaterThanOrEqual(4);
  expect((await reveal(pickupUrl)).status).toBe(403);
});

test('what operators write is kept, audited and sent on without them', async () => {
  const { issuer, said, operator, kept } = await delivered('said-operator');
  const redeemed = { redemptionId: 'r-1', itemId: 'a', place: said.slice(-150) };
  expect((await operator('redeem', redeemed)).status).toBe(201);
  expect((await operator('redeem', redeemed)).status).toBe(200);
  expect((await operator('reverse', { redemptionId: 'r-1', reason: said })).status).toBe(200);
  expect((await operator('note', { text: said })).status).toBe(200);
  expect((await operator('refund', { itemIds: ['a'], reason: said })).status).toBe(200);
  const { data } = await issuer.message('order.void_requested', 'said-operator');
  const decision = { requestId: data.requestId, decision: 'refused', reason: said };
  expect((await operator('void-decision', decision)).status).toBe(200);
  expect((await operator('void', { reason: said })).status).toBe(200);
  const text = await kept();
  expect(openIn(text)).toBeNull();
  expect(times(text)).toBeGreaterThanOrEqual(10);
});

test('an order is cancelled, and ended short, and many at once, without them in the audit log', async () => {
  const issuer = await file.issuer();
  const { operator } = file.platform;
  const open = async (orderNo: string) => {
    const { pickupUrl } = (await issuer.placeVerified(orderNo, { quantity: 3, terminal })).body;
    expect(
      (
        await issuer.submit(
          orderNo,
          [code, spare].map((one) => ({ ...one, value: `${one.value}-${orderNo}` })),
        )
      ).status,
    ).toBe(201);
    return `abcdefgh1234wxyz${orderNo} 4711 ${pickupUrl} ${left}`;
  };
  const at = `/orders/${issuer.issuerId}`;
  expect((await operator('POST', `${at}/said1/cancel`, { reason: await open('said1') })).status).toBe(200);
  expect((await operator('POST', `${at}/said2/complete`, { reason: await open('said2') })).status).toBe(200);
  const batch = {
    filter: { issuerId: issuer.issuerId, state: 'partially_issued' },
    action: 'cancel',
    reason: await open('said3'),
  };
  expect((await operator('POST', '/batches', batch)).body.changed).toBe(1);
  expect((await operator('PUT', '/maintenance', { on: true, reason: /http\S+/.exec(batch.reason)?.[0] })).status).toBe(
    200,
  );
  expect((await operator('PUT', '/maintenance', { on: false })).status).toBe(200);
  const { data } = (await operator('GET', '/audit?phase=any&limit=100')).body;
  const texts = [JSON.stringify(data)];
  for (const orderNo of ['said1', 'said2', 'said3']) {
    texts.push(JSON.stringify((await operator('GET', `${at}/${orderNo}/timeline`)).body));
  }
  for (const text of texts) expect(openIn(text)).toBeNull();
  expect(times(texts.join(''))).toBeGreaterThanOrEqual(9);
});

test('what an issuer writes is kept without them, and unchanged where none stands in it', async () => {
  const { said, call, kept } = await delivered('said-issuer');
  const place = said.slice(-150);
  const redeem = (redemptionId: string, where: string) =>
    call('redemptions', 'order.redemption', { redemptionId, itemId: 'a', place: where });
  expect((await redeem('r-1', place)).status).toBe(201);
  expect((await redeem('r-1', place)).status).toBe(200);
  expect((await redeem('r-1', 'elsewhere')).body.code).toBe('redemption_conflict');
  expect((await call('reversals', 'order.reversal', { redemptionId: 'r-1', reason: said })).status).toBe(200);
  expect((await redeem('r-2', 'Gate 3, till 12')).status).toBe(201);
  expect((await call('reversals', 'order.reversal', { redemptionId: 'r-2' })).status).toBe(200);
  expect((await call('void', 'order.void', { itemIds: ['a'], reason: said })).status).toBe(200);
  const text = await kept();
  expect(openIn(text)).toBeNull();
  expect(text).toContain('Gate 3, till 12');
  expect(times(text)).toBeGreaterThanOrEqual(3);
});

test('an id with a code, PIN, link or token in it is refused, where it would be kept', async () => {
  const { issuer, pickupUrl, operator, call, kept } = await delivered('said-ids');
  // There is something to settle.
  expect((await call('void', 'order.void', { itemIds: ['b'], reason: 'lost' })).status).toBe(200);
  const redeem = (redemptionId: string) => call('redemptions', 'order.redemption', { redemptionId, itemId: 'a' });
  const refused = (field: string) => (answer: Answer) => {
    expectProblem(answer, 422, 'body_invalid');
    expect(answer.body.errors).toMatchObject([{ path: `/${field}`, code: 'holds_secret' }]);
  };
  const link = new URL(pickupUrl).pathname;
  for (const id of [
    'use-abcdefgh1234wxyz',
    code.value,
    spare.value,
    code.secret,
    '4711',
    link,
    issuer.tokenOf('said-ids'),
  ]) {
    refused('redemptionId')(await redeem(id));
    refused('redemptionId')(await operator('redeem', { redemptionId: id, itemId: 'a' }));
    refused('redemptionId')(await operator('reverse', { redemptionId: id }));
    const amount = { value: 1, currency: 'EUR' };
    refused('settlementId')(await call('refund-settlement', 'order.refund_settlement', { settlementId: id, amount }));
  }
  expect(openIn(await kept())).toBeNull();
  const plain = 'till-4711-90210';
  expect((await redeem(plain)).status).toBe(201);
  expect((await redeem(plain)).status).toBe(200);

  // From before it was looked at.
  const { ledger } = file.platform.core.database;
  const { modifiedCount } = await ledger.updateOne({ operationId: plain }, { $set: { operationId: code.value } });
  expect(modifiedCount).toBe(1);
  expect((await redeem(code.value)).status).toBe(200);
  expect((await operator('reverse', { redemptionId: code.value })).status).toBe(200);
});

test('an issuer that refuses in its answers says it without them', async () => {
  const issuer = await file.issuer({ codeMode: 'request' });
  let link = '';
  issuer.on('order.code_requested', async () => ({
    status: 200,
    body: { status: 'refused', reason: 'other', detail: `${link} 4711 ${left}` },
  }));
  link = (await issuer.place('said-answer', { terminal })).body.pickupUrl;
  await issuer.message('order.paid', 'said-answer');
  await issuer.verify('said-answer');
  await issuer.inState('said-answer', 'refused');
  const { body } = await issuer.get('/orders/said-answer/timeline');
  expect(openIn(JSON.stringify(body))).toBeNull();
  expect(times(JSON.stringify(body))).toBe(1);
});
