import type { TestIssuer } from '../support/issuer';
import { mailParts } from '../support/mail-text';
import { read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';
import { startSmsGateway } from '../support/sms-gateway';
import { startTerminals } from '../support/terminal';
import { until } from '../support/until';

const receiptSecret = 'receipt-secret-of-the-tests';
let gateway: Awaited<ReturnType<typeof startSmsGateway>>;
beforeAll(async () => {
  gateway = await startSmsGateway();
});
const terminals = startTerminals();
afterAll(async () => {
  await gateway.stop();
  await terminals.stop();
});
const file = platformOfFile({
  hasMails: true,
  get channels() {
    return {
      sms: { url: gateway.url, partsPerDay: 100 },
      receiptSecret,
    };
  },
});

const tell = (body: unknown, channel = 'email', secret = receiptSecret) =>
  read(
    fetch(`${file.platform.baseUrl}/v1/terminals/${channel}/${secret}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );

const mailed = async (issuer: TestIssuer, orderNo: string, n = 1, address = `${orderNo}@mail.example`) => {
  if (n === 1) {
    await issuer.placeVerified(orderNo, { terminal: { channel: 'email', address } });
    expect((await issuer.submit(orderNo, [{ itemId: 'a', value: `CODE-${orderNo}` }])).status).toBe(201);
  }
  const { raw } = await file.mails.mailTo(address, n);
  return String(mailParts(raw)[0]?.headers['message-id']).replace(/[<>]/g, '');
};

const deliveryOf = async (issuer: TestIssuer, orderNo: string) => (await issuer.order(orderNo)).body.delivery.state;
const operate = (issuer: TestIssuer, orderNo: string, action: string, body?: object) =>
  file.platform.operator('POST', `/orders/${issuer.issuerId}/${orderNo}/${action}`, body);

test('a receipt says that the mail has arrived, also when it is faster than anything else, and twice', async () => {
  const issuer = await file.issuer();
  const messageId = await mailed(issuer, 'receipt-1');
  expect((await tell({ messageId, event: 'delivered' })).status).toBe(204);
  expect((await tell({ messageId, event: 'delivered' })).status).toBe(204);
  expect((await issuer.inState('receipt-1', 'delivered')).body.delivery.state).toBe('delivered');
  const { data } = (await issuer.get('/orders/receipt-1/timeline')).body;
  expect(data.filter(({ event }: { event: string }) => event === 'receipt')).toHaveLength(1);
});

test.concurrent('a bounce is told to issuer and operators, and another address mends it', async () => {
  const issuer = await file.issuer();
  const messageId = await mailed(issuer, 'receipt-2');
  const detail = '550 5.1.1 <receipt-2@mail.example> no such user';
  expect((await tell([{ messageId, event: 'bounced', detail }])).status).toBe(204);
  // The order may not know yet that its mail was taken.
  const { body } = await until('it counts', async () => {
    const seen = await issuer.order('receipt-2');
    return seen.body.delivery.state === 'bounced' && seen;
  });
  expect(body).toMatchObject({ state: 'delivered', delivery: { state: 'bounced' }, sequence: 2 });
  const { data } = await issuer.message('order.undeliverable', 'receipt-2');
  expect(data).toMatchObject({ sequence: 2, state: 'delivered' });
  const failures = (await file.platform.operator('GET', '/failures?limit=100')).body.data;
  expect(failures).toContainEqual(expect.objectContaining({ orderNo: 'receipt-2', kind: 'bounced' }));
  const why = (await file.platform.operator('GET', `/orders/${issuer.issuerId}/receipt-2/why`)).body;
  expect(why.why).toContain('came back');
  const told = [failures, why, (await issuer.get('/orders/receipt-2/timeline')).body, file.platform.logText()];
  expect(JSON.stringify(told)).not.toContain('receipt-2@mail.example');

  const terminal = { channel: 'email', address: 'receipt-2-right@mail.example' };
  expect((await operate(issuer, 'receipt-2', 'redeliver', { terminal })).status).toBe(200);
  const second = String(mailParts((await file.mails.mailTo(terminal.address)).raw)[0]?.headers['message-id']);
  expect(second).not.toContain(messageId);
  await until('it is sent anew', async () => (await deliveryOf(issuer, 'receipt-2')) === 'sent');
  // A late word of the first message changes nothing.
  expect((await tell({ messageId, event: 'delivered' })).status).toBe(204);
  expect(await deliveryOf(issuer, 'receipt-2')).toBe('sent');
  expect((await tell({ messageId: second, event: 'delivered' })).status).toBe(204);
  expect(await deliveryOf(issuer, 'receipt-2')).toBe('delivered');
  const left = (await file.platform.operator('GET', '/failures?limit=100')).body.data;
  expect(JSON.stringify(left)).not.toContain('receipt-2');
  expectProblem(
    await operate(issuer, 'receipt-2', 'redeliver', { terminal: { channel: 'page' } }),
    409,
    'terminal_fixed',
  );
});

test.concurrent('after a bounce the codes may go to a webhook, or stay on the page', async () => {
  const issuer = await file.issuer();
  for (const orderNo of ['receipt-3', 'receipt-4']) {
    const messageId = await mailed(issuer, orderNo);
    await issuer.inState(orderNo, 'delivered');
    await tell({ messageId, event: 'bounced' });
  }
  const webhook = { channel: 'webhook', url: await terminals.urlOf('/receipt-3') };
  expect((await operate(issuer, 'receipt-3', 'redeliver', { terminal: webhook })).status).toBe(200);
  expect((await terminals.delivery('/receipt-3')).raw).toContain('CODE-receipt-3');
  await until('it is delivered', async () => (await deliveryOf(issuer, 'receipt-3')) === 'delivered');
  expect((await operate(issuer, 'receipt-4', 'redeliver', { terminal: { channel: 'page' } })).status).toBe(200);
  expect(await deliveryOf(issuer, 'receipt-4')).toBe('delivered');
});

test.concurrent('a bounce after the buyer has seen the codes is a line and no more', async () => {
  const issuer = await file.issuer();
  const messageId = await mailed(issuer, 'receipt-5');
  const { body } = await issuer.inState('receipt-5', 'delivered');
  await reveal(body.pickupUrl);
  expect((await tell({ messageId, event: 'bounced' })).status).toBe(204);
  const { body: after } = await issuer.order('receipt-5');
  expect(after).toMatchObject({ delivery: { state: 'opened' }, sequence: 2 });
});

test.concurrent('an SMS has receipts by its own id, at its own address', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('receipt-6', { terminal: { channel: 'sms', number: '+436641234567' } });
  await issuer.submit('receipt-6', [{ itemId: 'a', value: 'CODE-receipt-6' }]);
  const { id } = await gateway.messageTo('+436641234567');
  await issuer.inState('receipt-6', 'delivered');
  expect((await tell({ messageId: id, event: 'delivered' }, 'sms')).status).toBe(204);
  expect(await deliveryOf(issuer, 'receipt-6')).toBe('delivered');
});

test.concurrent.each([
  ['delivered', '+436641234568'],
  ['bounced', '+436641234569'],
] as const)(
  '%s, told before the order itself knows that its message was taken, is kept and counts',
  async (event, number) => {
    const issuer = await file.issuer();
    const orderNo = `receipt-early-${event}`;
    let take: (status: number) => void = () => undefined;
    // The first attempt is lost, and the second is answered when the test says so.
    gateway.answerTo(number, (n) => (n === 1 ? 503 : new Promise((resolve) => (take = resolve))));
    await issuer.placeVerified(orderNo, { terminal: { channel: 'sms', number } });
    await issuer.submit(orderNo, [{ itemId: 'a', value: `CODE-${orderNo}` }]);
    const { id } = await gateway.messageTo(number);
    expect((await tell({ messageId: id, event }, 'sms')).status).toBe(204);
    expect((await issuer.order(orderNo)).body).toMatchObject({ state: 'issued', delivery: { state: 'pending' } });
    await gateway.messageTo(number, 2);
    take(202);
    await issuer.inState(orderNo, 'delivered');
    await until('it counts', async () => (await deliveryOf(issuer, orderNo)) === event);
    if (event === 'delivered') return;
    const { data } = await issuer.message('order.undeliverable', orderNo);
    expect(data).toMatchObject({ sequence: 2, state: 'delivered' });
    // What goes out anew is told of anew, under the same id.
    expect((await operate(issuer, orderNo, 'redeliver')).status).toBe(200);
    await gateway.messageTo(number, 3);
    take(202);
    await until('it is sent anew', async () => (await deliveryOf(issuer, orderNo)) === 'sent');
    expect((await tell({ messageId: id, event }, 'sms')).status).toBe(204);
    expect(await deliveryOf(issuer, orderNo)).toBe('bounced');
  },
);

test.concurrent('unknown messages are taken without a word, a wrong secret is 404, a wrong body 422', async () => {
  expect((await tell({ messageId: 'nobody@shop.example', event: 'bounced' })).status).toBe(204);
  const right = { messageId: 'x', event: 'bounced' };
  expectProblem(await tell(right, 'email', 'another-secret-of-tests'), 404, 'path_unknown');
  expectProblem(await tell(right, 'webhook'), 404, 'path_unknown');
  for (const body of [{}, [], { ...right, event: 'opened' }, { ...right, more: 1 }, Array(1_001).fill(right)]) {
    expectProblem(await tell(body), 422, 'body_invalid');
  }
});

test('whoever guesses the secret of receipts is limited, and who told one within a day goes on beside them', async () => {
  const right = { messageId: 'unknown@mail.example', event: 'delivered' };
  expect((await tell(right)).status).toBe(204);
  const statuses = [];
  for (let n = 0; n < 21; n += 1) statuses.push((await tell(right, 'email', `guess-of-the-secret-${n}`)).status);
  expect(statuses.at(-1)).toBe(429);
  expect((await tell(right)).status).toBe(204);
});
