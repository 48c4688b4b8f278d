import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Route } from '../../src/contract/route';
import { routes } from '../../src/contract/routes';
import { codesKept } from '../../src/store/orders';
import { platformOfFile } from '../support/platform-of-file';
import { until } from '../support/until';

const paid: { codes: number } = { codes: 0 };
jest.mock('../../src/overload/issuer-budget', () => {
  const { createIssuerBudgets, ...others } = jest.requireActual('../../src/overload/issuer-budget');
  return {
    ...others,
    createIssuerBudgets: (...given: unknown[]) => {
      const budgets = createIssuerBudgets(...given);
      const noted = (name: 'readCodes' | 'openCodes') => (share: string, codes: number) => {
        paid.codes += codes;
        budgets[name](share, codes);
      };
      return { ...budgets, readCodes: noted('readCodes'), openCodes: noted('openCodes') };
    },
  };
});

/** A test issuer that fetches: all that an issuer may ask is there for it. */
const file = platformOfFile({ sandboxAllow: ['127.0.0.0/8'] });
const orderNo = 'large';
const quantity = 200;
const ofIssuers = routes.filter(({ who }) => who === 'issuer');

test('whichever call of an issuer reads an order whole, its issuer pays for that', async () => {
  const issuer = await file.sandboxIssuer({ callback: { kind: 'pull' } });
  const { issuerId } = issuer;
  const amount = { value: 100_000, currency: 'EUR' };
  const payment = { quantity, amount, product: { id: 'test_ok', name: 'Ticket' } };
  expect((await issuer.place(orderNo, payment)).status).toBe(201);
  const { id: paidId, data: told } = await until('its payment is told', async () => {
    const { data = [] } = (await issuer.get('/messages?waitSeconds=2')).body;
    return data.find(({ type }: { type: string }) => type === 'order.paid');
  });
  const { token } = told;
  await issuer.verify(orderNo, { token, quantity, amount });
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const codes = Array.from({ length: quantity }, (_, n) => ({ itemId: `${n}`, value: `LARGE-${n}`, expiresAt }));
  expect((await issuer.submit(orderNo, codes, { token })).status).toBe(201);
  await issuer.inState(orderNo, 'delivered');
  await until('its line is in the row', async () => (await issuer.get('/calls')).body.data?.length > 0);
  const [{ callId }] = (await issuer.get('/calls')).body.data;
  await file.platform.stopWorkers();

  const { orders } = file.platform.core.orderDeps;
  let read = 0;
  const find = orders.find;
  jest.spyOn(orders, 'find').mockImplementation(async (order) => {
    const row = await find(order);
    if (row) read = Math.max(read, codesKept(row));
    return row;
  });
  const params: Readonly<Record<string, string>> = { issuerId, orderNo, callId, messageId: paidId };
  const bodyOf = ({ name, body, lines }: Route): string | undefined => {
    if (lines) return lines.example;
    if (name === 'acknowledgeMessages')
      return JSON.stringify({ type: 'messages.acknowledgement', results: [{ id: paidId }] });
    if (!body) return undefined;
    const [example] = (body.meta()?.examples ?? []) as object[];
    return JSON.stringify({ ...example, ...('orderNo' in (example ?? {}) ? { orderNo } : {}) });
  };
  const ask = async (route: Route): Promise<boolean> => {
    const url = route.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => params[name] ?? 'nothing-has-this-name');
    const [id, at, body, method] = [randomUUID(), new Date(), bodyOf(route), route.method.toUpperCase()];
    const answer = await fetch(`${file.platform.baseUrl}${url}`, {
      method,
      headers: {
        'content-type': route.lines?.mediaTypes[0] ?? 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(issuer.secret).sign(id, at, body ?? `${method} ${url}`),
      },
      body: body ?? null,
    });
    await answer.arrayBuffer();
    return answer.status !== 429;
  };
  const unpaid: string[] = [];
  const whole: string[] = [];
  // What ends its secret, or the issuer, comes last.
  const last = ['rotateOwnSecret', 'changeSelf'];
  const inOrder = [...ofIssuers].sort((a, b) => Number(last.includes(a.name)) - Number(last.includes(b.name)));
  for (const route of inOrder) {
    [read, paid.codes] = [0, 0];
    // The sandbox takes a few a second.
    await until(`${route.name} is taken`, () => ask(route));
    if (read >= quantity) whole.push(route.name);
    if (read > paid.codes) unpaid.push(`${route.name}: ${read} read, ${paid.codes} paid`);
  }
  expect(unpaid).toEqual([]);
  expect(whole).toEqual(
    expect.arrayContaining(['submitCodes', 'redeemItem', 'listItems', 'readOwnCall', 'advanceSandboxClock']),
  );
}, 120_000);
