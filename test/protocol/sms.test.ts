import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';
import { startSmsGateway } from '../support/sms-gateway';
import { until } from '../support/until';

let gateway: Awaited<ReturnType<typeof startSmsGateway>>;
beforeAll(async () => {
  gateway = await startSmsGateway();
});
afterAll(() => gateway.stop());
const partsPerDay = 3;
const file = platformOfFile({
  get channels() {
    return { sms: { url: gateway.url, token: 'GATEWAY-TOKEN', partsPerDay } };
  },
});

const issue = async (issuer: TestIssuer, orderNo: string, number: string) => {
  const placed = await issuer.placeVerified(orderNo, { terminal: { channel: 'sms', number } });
  expect((await issuer.submit(orderNo, [{ itemId: 'a', value: `CODE-${orderNo}` }])).status).toBe(201);
  return placed;
};

// Alone: what the first call out loads, jest loads within a test only, and concurrent ones begin before any.
test('a message brings the link to the page, and no code', async () => {
  const issuer = await file.issuer({ name: 'Bean Bar' });
  const placed = await issue(issuer, 'sms-1', '+436641234501');
  expect(placed.body.terminal).toEqual({ channel: 'sms', hint: '+43***01' });
  const sent = await gateway.messageTo('+436641234501');
  expect(sent.text).toBe(`Bean Bar: your code for Coffee: ${placed.body.pickupUrl}`);
  expect(sent.authorization).toBe('Bearer GATEWAY-TOKEN');
  expect(sent.id).toMatch(/^cf_delivery_/);
  expect((await issuer.inState('sms-1', 'delivered')).body.delivery).toEqual({ state: 'sent', tries: 1 });
  expect(await (await reveal(placed.body.pickupUrl)).text()).toContain('CODE-sms-1');
});

test.concurrent('with codeInMessage a message holds the codes, but of an order with a PIN none', async () => {
  const issuer = await file.issuer({ name: 'Bean Bar', codeInMessage: true });
  await issue(issuer, 'sms-open', '+436641234521');
  expect((await gateway.messageTo('+436641234521')).text).toContain('CODE-sms-open');
  const terminal = { channel: 'sms', number: '+436641234522', pin: '8642' };
  const { body } = await issuer.placeVerified('sms-pin', { terminal });
  expect((await issuer.submit('sms-pin', [{ itemId: 'a', value: 'CODE-sms-pin', secret: '0815' }])).status).toBe(201);
  const { text } = await gateway.messageTo('+436641234522');
  expect(text).toBe(`Bean Bar: your code for Coffee: ${body.pickupUrl}`);
});

test.concurrent('a gateway that fails is asked again with the same id; one that refuses for good is not', async () => {
  gateway.answerTo('+436641234502', (n) => [500, 429][n - 1] ?? 200);
  gateway.answerTo('+436641234503', () => 422);
  const issuer = await file.issuer({ deliveryDelaysSeconds: [1, 1] });
  await issue(issuer, 'sms-2', '+436641234502');
  await issue(issuer, 'sms-3', '+436641234503');
  expect((await issuer.inState('sms-2', 'delivered')).body.delivery).toEqual({ state: 'sent', tries: 3 });
  expect(new Set(gateway.messagesTo('+436641234502').map(({ id }) => id)).size).toBe(1);
  expect((await issuer.inState('sms-3', 'undeliverable')).body.delivery).toEqual({ state: 'failed', tries: 1 });
  expect(gateway.messagesTo('+436641234503')).toHaveLength(1);
});

test.concurrent.each(['+0641234567', '+999123456789', '+49151', '0664 123'])('%s is no number', async (number) => {
  const issuer = await file.issuer();
  const terminal = { channel: 'sms', number };
  expectProblem(await issuer.place('no-number', { terminal }), 422, 'body_invalid', '/terminal/number');
});

test.concurrent('what the orders of an issuer cost in a day is bounded, and what was refused is not counted', async () => {
  const issuer = await file.issuer();
  const other = await file.issuer();
  gateway.answerTo('+436641234510', () => 410);
  await issue(issuer, 'day-0', '+436641234510');
  await issuer.inState('day-0', 'undeliverable');
  for (let n = 1; n <= partsPerDay; n += 1) await issue(issuer, `day-${n}`, `+43664123451${n}`);
  for (let n = 1; n <= partsPerDay; n += 1) await issuer.inState(`day-${n}`, 'delivered');
  await issue(issuer, 'day-more', '+436641234519');
  const { why } = await until('it is said why', async () => {
    const { body } = await file.platform.operator('GET', `/orders/${issuer.issuerId}/day-more/why`);
    return String(body.why).includes('today') && body;
  });
  expect(why).toContain('used up');
  expect(gateway.messagesTo('+436641234519')).toEqual([]);
  expect((await issuer.order('day-more')).body.state).toBe('issued');
  await issue(other, 'day-other', '+436641234520');
  await other.inState('day-other', 'delivered');
});
