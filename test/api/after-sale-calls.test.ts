import { finders, type TroubleSources } from '../../activities/find-trouble';
import { platformOfFile } from '../support/platform-of-file';
import { reconcileOnce } from '../support/reconcile';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { until } from '../support/until';

/** What a terminal has to hear after the sale. */
const file = platformOfFile();
let terminal: TestTerminal;
beforeAll(async () => {
  terminal = await startTerminal();
});
afterAll(() => terminal.stop());

const deliveredTo = async (orderNo: string, path: string) => {
  const issuer = await file.issuer({ deliveryDelaysSeconds: [300] });
  await issuer.placeVerified(orderNo, { quantity: 2, terminal: { channel: 'webhook', url: terminal.urlOf(path) } });
  const codes = ['1', '2'].map((itemId) => ({ itemId, value: `${orderNo}-${itemId}` }));
  await issuer.submit(orderNo, codes);
  await issuer.inState(orderNo, 'delivered');
  const row = () => file.platform.core.orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo });
  const operated = (deed: string, body = {}) =>
    file.platform.operator('POST', `/orders/${issuer.issuerId}/${orderNo}/${deed}`, body);
  return { issuer, row, operated };
};
const heard = (path: string) =>
  terminal.received.filter((one) => one.path === path).map(({ raw }) => JSON.parse(raw).type as string);

test('a terminal that does not take which codes are void is told to operators and issuer, until it takes a redelivery', async () => {
  let status = 204;
  terminal.answer('/untaken', () => status);
  const { issuer, row, operated } = await deliveredTo('untaken', '/untaken');
  const seen = async () => {
    const { issuerId } = issuer;
    const { operator, core } = file.platform;
    const sources = { ...core, nowMs: Date.now } as unknown as TroubleSources;
    const failures = (await operator('GET', '/failures?limit=50')).body.data;
    const troubles = await finders.orders_wait_for_person(sources);
    return {
      why: (await operator('GET', `/orders/${issuerId}/untaken/why`)).body.why,
      operators: failures.filter((one: { issuerId: string }) => one.issuerId === issuerId),
      own: (await issuer.get('/failures')).body.data,
      troubles: troubles.filter(({ subject }) => subject === issuerId),
    };
  };
  const nothing = { why: expect.stringContaining('It waits for nothing'), operators: [], own: [], troubles: [] };
  expect(await seen()).toEqual(nothing);
  status = 410;
  expect((await operated('void', { itemIds: ['2'], reason: 'r' })).status).toBe(200);
  await until('it has an outcome', async () => (await row())?.afterSalesDue === undefined);
  expect(heard('/untaken')).toEqual(['code.delivered', 'code.void']);
  // What operators look at is read once in five seconds for all of them.
  const untaken = await until('operators see it', async () => {
    const all = await seen();
    return all.operators.length > 0 && all;
  });
  expect(untaken).toMatchObject({
    why: expect.stringContaining('void'),
    operators: [{ orderNo: 'untaken', kind: 'undeliverable', why: expect.stringContaining('void') }],
    own: [{ orderNo: 'untaken', kind: 'undeliverable', lastStatus: 410 }],
    troubles: [{ summary: expect.stringContaining('order untaken of issuer') }],
  });
  status = 204;
  expect((await operated('redeliver')).status).toBe(200);
  await until('the terminal took it', async () => (await row())?.deliveryFailedAt === undefined);
  await until('nobody sees it any more', async () => (await seen()).operators.length === 0);
  expect(await seen()).toEqual(nothing);
});

test('what a terminal has to hear and the engine has lost is begun again, until it has heard', async () => {
  let status = 204;
  terminal.answer('/lost', () => status);
  const { issuer, row, operated } = await deliveredTo('lost', '/lost');
  status = 500;
  expect((await operated('redeliver')).status).toBe(200);
  expect((await operated('void', { itemIds: ['2'], reason: 'r' })).status).toBe(200);
  await until('both were tried', () => heard('/lost').length === 3);
  const { workflow } = file.platform.client;
  const names = (await row())?.afterSalesDue?.map(({ name }) => name) ?? [];
  const ids = names.map((name) => `after-sale/${issuer.issuerId}/lost/${name}`);
  expect(names.map((name) => name.split('-')[0])).toEqual(['redeliver', 'void']);
  // While they run, they are left alone.
  expect((await reconcileOnce(file.platform)).afterSalesStarted).toBe(0);
  for (const id of ids) await workflow.getHandle(id).terminate('as a user of the engine does');
  status = 204;
  const later = () => Date.now() + 3_600_000;
  expect((await reconcileOnce(file.platform, { nowMs: later })).afterSalesStarted).toBe(1);
  await until('nothing is due', async () => (await row())?.afterSalesDue === undefined);
  expect(heard('/lost').slice(3).sort()).toEqual(['code.delivered', 'code.void']);
  expect((await reconcileOnce(file.platform, { nowMs: later })).afterSalesStarted).toBe(0);
});
