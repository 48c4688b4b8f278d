import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { type Delivered, startTerminals } from '../support/terminal';
import { until } from '../support/until';

const file = platformOfFile();
const terminals = startTerminals();
afterAll(() => terminals.stop());

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
const idOf = ({ headers }: Delivered): string => String(headers['webhook-id']);
const versionsOf = ({ headers }: Delivered): string[] =>
  String(headers['webhook-signature'])
    .split(' ')
    .map((one) => one.split(',')[0] ?? '');

const webhook = async (path: string, more = {}) => ({ channel: 'webhook', url: await terminals.urlOf(path), ...more });

const issueOne = async (issuer: TestIssuer, orderNo: string, changes = {}) => {
  const placed = await issuer.placeVerified(orderNo, changes);
  expect((await issuer.submit(orderNo, [{ itemId: 'a', value: `CODE-${orderNo}` }])).status).toBe(201);
  return placed;
};

describe('a secret of the terminal', () => {
  // Alone: what the first call out loads, jest loads within a test only, and concurrent ones begin before any.
  test('signs deliveries to it beside the platform’s key, and is never given back', async () => {
    const secret = newSecret();
    const issuer = await file.issuer();
    const terminal = await webhook('/secret-1', { secret });
    const placed = await issueOne(issuer, 'secret-1', { terminal });
    const delivered = await terminals.delivery('/secret-1');
    expect(versionsOf(delivered)).toEqual(['v1', 'v1a']);
    expect(new Webhook(secret).verify(delivered.raw, delivered.headers)).toMatchObject({ type: 'code.delivered' });
    expect(() => new Webhook(newSecret()).verify(delivered.raw, delivered.headers)).toThrow();
    await issuer.inState('secret-1', 'delivered');
    const told = [
      placed,
      await issuer.order('secret-1'),
      await issuer.get('/orders/secret-1/timeline'),
      await file.platform.operator('GET', `/orders/${issuer.issuerId}/secret-1`),
    ];
    const row = await file.platform.core.orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo: 'secret-1' });
    expect(JSON.stringify([told, row])).not.toContain(secret.slice(6, 26));
  });

  test.concurrent('is part of the order’s content', async () => {
    const secret = newSecret();
    const issuer = await file.issuer();
    const terminal = await webhook('/secret-2', { secret });
    expect((await issuer.place('secret-2', { terminal })).status).toBe(201);
    expect((await issuer.place('secret-2', { terminal })).status).toBe(200);
    const others = [await webhook('/secret-2'), { ...terminal, secret: newSecret() }];
    for (const other of others) {
      expectProblem(await issuer.place('secret-2', { terminal: other }), 409, 'order_conflict');
    }
  });

  test.concurrent('of an issuer’s preset terminal signs its orders, and no answer tells it', async () => {
    const secret = newSecret();
    const terminal = await webhook('/secret-3', { secret });
    const issuer = await file.issuer({ terminal });
    const known = await file.platform.operator('GET', `/issuers/${issuer.issuerId}`);
    expect(known.body.terminal).toEqual({ channel: 'webhook', url: terminal.url });
    await issueOne(issuer, 'secret-3');
    const delivered = await terminals.delivery('/secret-3');
    expect(new Webhook(secret).verify(delivered.raw, delivered.headers)).toBeTruthy();
    expect((await issuer.place('secret-3', { terminal })).status).toBe(200);
    const audit = await file.platform.operator('GET', '/audit?limit=100');
    expect(JSON.stringify(audit.body)).not.toContain(secret.slice(6, 26));
  });

  test.concurrent('of a corrected terminal signs what goes there', async () => {
    const secret = newSecret();
    const issuer = await file.issuer();
    await terminals.answer('/secret-4', () => 410);
    await issueOne(issuer, 'secret-4', { terminal: await webhook('/secret-4') });
    await issuer.inState('secret-4', 'undeliverable');
    const terminal = await webhook('/secret-4-corrected', { secret });
    const answer = await file.platform.operator('POST', `/orders/${issuer.issuerId}/secret-4/redeliver`, { terminal });
    expect(answer.status).toBe(200);
    const delivered = await terminals.delivery('/secret-4-corrected');
    expect(new Webhook(secret).verify(delivered.raw, delivered.headers)).toBeTruthy();
  });

  test.concurrent.each([
    ['of too few bytes', { secret: `whsec_${Buffer.alloc(23).toString('base64')}` }],
    ['without its prefix', { secret: randomBytes(32).toString('base64') }],
    ['that is no base64', { secret: 'whsec_*' }],
  ])('%s is 422', async (_name, more) => {
    const issuer = await file.issuer();
    const terminal = await webhook('/never', more);
    expectProblem(await issuer.place('bad', { terminal }), 422, 'body_invalid', '/terminal/secret');
  });
});

test.concurrent('an issuer can have deliveries signed by its own secret', async () => {
  const issuer = await file.issuer({ terminal: await webhook('/lent'), signDeliveriesWithIssuerSecret: true });
  await issueOne(issuer, 'lent');
  const delivered = await terminals.delivery('/lent');
  expect(new Webhook(issuer.secret).verify(delivered.raw, delivered.headers)).toBeTruthy();
  const path = `/issuers/${issuer.issuerId}`;
  expect((await file.platform.operator('GET', path)).body.signDeliveriesWithIssuerSecret).toBe(true);
  expect((await file.platform.operator('PATCH', path, { signDeliveriesWithIssuerSecret: false })).status).toBe(200);
  await issueOne(issuer, 'not-lent', { terminal: await webhook('/not-lent') });
  expect(versionsOf(await terminals.delivery('/not-lent'))).toEqual(['v1a']);
});

describe('more than 200 codes', () => {
  const quantity = 401;
  const issueMany = async (issuer: TestIssuer, orderNo: string): Promise<void> => {
    await issuer.placeVerified(orderNo, { quantity, terminal: await webhook(`/${orderNo}`) });
    const codes = Array.from({ length: quantity }, (_, n) => ({ itemId: `i${n}`, value: `${orderNo}-${n}` }));
    for (let at = 0; at < quantity; at += 200) await issuer.submit(orderNo, codes.slice(at, at + 200));
  };
  const partOf = ({ raw }: Delivered) => JSON.parse(raw).data as { part: { n: number; of: number }; codes: object[] };

  test.concurrent('go in parts, each a message of its own, and the order is delivered when all were taken', async () => {
    const issuer = await file.issuer();
    // The second call is the second part's: it alone is sent again.
    await terminals.answer('/parts-1', (n) => (n === 2 ? 500 : 204));
    await issueMany(issuer, 'parts-1');
    await issuer.inState('parts-1', 'delivered');
    const sent = await terminals.deliveries('/parts-1');
    expect(sent.map((one) => partOf(one).part)).toEqual([1, 2, 2, 3].map((n) => ({ n, of: 3 })));
    expect(sent.map((one) => partOf(one).codes.length)).toEqual([200, 200, 200, 1]);
    expect(sent[2]?.raw).toBe(sent[1]?.raw);
    expect(idOf(sent[2] as Delivered)).toBe(idOf(sent[1] as Delivered));
    expect(new Set(sent.map(idOf)).size).toBe(3);
    const taken = [sent[0], sent[2], sent[3]].flatMap((one) => partOf(one as Delivered).codes);
    expect(new Set(taken.map((code) => (code as { itemId: string }).itemId)).size).toBe(quantity);
    const { body } = await issuer.order('parts-1');
    expect(body.delivery).toEqual({ state: 'delivered', tries: 4 });
  }, 60_000);

  test.concurrent('go again as the same messages, all of them, when the order is redelivered', async () => {
    const issuer = await file.issuer();
    await issueMany(issuer, 'parts-2');
    await issuer.inState('parts-2', 'delivered');
    const path = `/orders/${issuer.issuerId}/parts-2/redeliver`;
    expect((await file.platform.operator('POST', path)).status).toBe(200);
    const sent = await until('six deliveries', async () => {
      const all = await terminals.deliveries('/parts-2');
      return all.length === 6 && all;
    });
    expect(sent.slice(3).map(idOf)).toEqual(sent.slice(0, 3).map(idOf));
  }, 60_000);
});

test.each([404, 500])(
  'a terminal that answers %s is not the fault of another one at the same host',
  async (status) => {
    const issuer = await file.issuer({ deliveryDelaysSeconds: [1] });
    const dead = await webhook(`/dead-${status}`);
    const path = `/dead-${status}`;
    const live = { channel: 'webhook', url: dead.url.replace(path, `${path}/live`) };
    await terminals.answer(path, () => status);
    for (let n = 0; n < 12; n += 1) await issueOne(issuer, `dead-${n}`, { terminal: dead });
    await until('ten failures', async () => (await terminals.deliveries(path)).length >= 10);
    const beganMs = Date.now();
    await issueOne(issuer, 'live', { terminal: live });
    await issuer.inState('live', 'delivered');
    // Half of the time that an open circuit takes until its next try.
    expect(Date.now() - beganMs).toBeLessThan(15_000);
  },
  60_000,
);
