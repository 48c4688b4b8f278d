import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import {
  createIssuer,
  createIssuerClient,
  createMessageHandler,
  fetchMessages,
  type Issue,
  type IssuerOptions,
  memoryStore,
} from '../../packages/issuer/src';
import type { SimulatedFact } from '../../src/simulator/facts';
import { startSimulator } from '../../src/simulator/simulator-server';
import { platformOfFile } from '../support/platform-of-file';
import { until } from '../support/until';

const file = platformOfFile();
const amount = { value: 450, currency: 'EUR' };
const product = { id: 'coffee', name: 'Coffee' };

test.concurrent('the issuer’s client sells without an address: what its handler answers is acknowledged', async () => {
  const { issuerId, secret } = await file.issuer({ callback: { kind: 'pull' }, codeMode: 'request' });
  const client = createIssuerClient({ baseUrl: file.platform.baseUrl, issuerId, secret });
  const stopping = new AbortController();
  const heard: string[] = [];
  const attempts: (number | undefined)[] = [];
  const unusable: { id: string; code: string }[] = [];
  const handle = createMessageHandler({
    onPaid: async ({ orderNo, token, quantity }, { attempt }) => {
      attempts.push(attempt);
      heard.push('order.paid');
      await client.verifyOrder({ orderNo, token, quantity, amount });
    },
    onCodeRequested: ({ orderNo }) => {
      heard.push('order.code_requested');
      return { status: 'issued', codes: [{ itemId: 'a', value: `SDK-${orderNo}` }] };
    },
    onEvent: ({ type }) => {
      heard.push(type);
    },
  });
  const fetching = fetchMessages({
    client,
    handle,
    signal: stopping.signal,
    onUnusable: (problem) => unusable.push(problem),
  });
  try {
    await client.placeOrder({ orderNo: 'sdk-1', product, amount });
    await until('the event', () => heard.includes('order.delivered'));
    await until('all to be acknowledged', async () => {
      const row = await file.platform.core.database.orders.findOne({ _id: `${issuerId}/sdk-1` });
      return row?.events.every(({ status }) => status === 'sent');
    });
  } finally {
    stopping.abort();
    await fetching;
  }
  expect(heard).toEqual(['order.paid', 'order.code_requested', 'order.delivered']);
  expect(attempts).toEqual([1]);
  expect(unusable).toEqual([]);
  expect((await client.countReplay({ since: new Date(Date.now() - 60_000).toISOString() })).matched).toBe(0);
});

test.concurrent('a simulated issuer that is not called sells as the others do', async () => {
  const { issuerId, secret } = await file.issuer({ callback: { kind: 'pull' }, codeMode: 'request' });
  const simulator = await startSimulator({ port: 0, platformUrl: file.platform.baseUrl });
  const client = simulator.addIssuer({ issuerId, secret, codeMode: 'request', fetches: true });
  await client.placeOrder({ orderNo: 'sim-1', product, amount, metadata: { behaviour: 'request_issued' } });
  try {
    await until('the order delivered', async () => (await client.readOrder('sim-1')).state === 'delivered');
  } finally {
    await simulator.stop();
  }
});

test.concurrent('a simulated issuer goes on after the sale as the order names it', async () => {
  const { issuerId, secret } = await file.issuer({ callback: { kind: 'pull' }, codeMode: 'request' });
  const done: string[] = [];
  const onFact = ({ what, orderNo, detail }: SimulatedFact) =>
    what === 'after_sale_done' && done.push(`${orderNo} ${detail.call}`);
  const simulator = await startSimulator({ port: 0, platformUrl: file.platform.baseUrl, onFact });
  const client = simulator.addIssuer({ issuerId, secret, codeMode: 'request', fetches: true });
  const statesOf = {
    redeemed: ['delivered, 0 left'],
    taken_back: ['delivered, 1 left'],
    replaced: ['replaced', 'delivered, 1 left'],
    voided: ['void'],
    ended_short: ['delivered, 1 left'],
  };
  const calls = ['redeemed redemptions', 'taken_back redemptions', 'taken_back reversals', 'replaced replacement'];
  try {
    for (const orderNo of Object.keys(statesOf)) {
      const quantity = orderNo === 'ended_short' ? 2 : 1;
      await client.placeOrder({ orderNo, product, amount, quantity, metadata: { behaviour: orderNo } });
    }
    await until('all is done', () => done.length >= calls.length + 2);
    expect([...done].sort()).toEqual([...calls, 'voided void', 'ended_short completion'].sort());
    for (const [orderNo, states] of Object.entries(statesOf)) {
      await until(`${orderNo}: ${states}`, async () => {
        const { data } = await client.listItems(orderNo);
        return isDeepStrictEqual(
          data.map(({ state, usesLeft }) => (state === 'delivered' ? `${state}, ${usesLeft} left` : state)),
          states,
        );
      });
    }
  } finally {
    await simulator.stop();
  }
});

/** A whole issuer behind a server; what failed in it is looked at by the test. */
const aWholeIssuer = async (issue: Issue, more: Partial<IssuerOptions> = {}) => {
  const handlers: RequestListener[] = [];
  const server = createServer((request, response) => handlers[0]?.(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
  const { issuerId, secret } = await file.issuer({ callback: { kind: 'url', url }, codeMode: 'push' });
  const errors: unknown[] = [];
  const settings = { baseUrl: file.platform.baseUrl, issuerId, secret, resumeEveryMs: 1_000 };
  const heard = new Set<string>();
  const onEvent: IssuerOptions['onEvent'] = ({ type, data }) => void heard.add(`${type} ${data.orderNo}`);
  const issuer = createIssuer({ ...settings, issue, onEvent, onError: (error) => errors.push(error), ...more });
  handlers.push(issuer.listener);
  const stop = (): void => {
    issuer.stop();
    server.closeAllConnections();
    server.close();
  };
  const place = (orderNo: string, quantity = 1) => issuer.api.placeOrder({ orderNo, product, quantity, amount });
  const hears = (type: string, orderNo: string) =>
    until(`${type} of ${orderNo}`, () => heard.has(`${type} ${orderNo}`));
  return { issuer, settings, errors, stop, place, hears };
};

test.concurrent('verified, then issued: in parts, refused, and other codes for those that are not taken', async () => {
  const asked: Record<string, number[]> = {};
  const issue: Issue = ({ orderNo, missing, amount: { value } }) => {
    asked[orderNo] = [...(asked[orderNo] ?? []), missing];
    const times = asked[orderNo].length;
    if (orderNo === 'none') return { reason: 'out_of_stock' };
    if (orderNo === 'bad') return times === 1 ? [{ value: '123', format: 'ean13' }] : ['good'];
    if (orderNo === 'reused') return [times === 1 ? 'good' : 'fresh'];
    if (orderNo === 'fails' && times === 1) throw new Error('the shop is closed');
    if (orderNo === 'parts') return times === 2 ? undefined : [`${value}-${missing}`];
    return Array.from({ length: missing }, (_, index) => `${orderNo}-${index}`);
  };
  const { issuer, errors, stop, place, hears } = await aWholeIssuer(issue);
  try {
    await place('many', 201);
    await Promise.all([place('none'), place('bad'), place('fails'), place('parts', 2)]);
    await Promise.all(['many', 'bad', 'fails', 'parts'].map((orderNo) => hears('order.delivered', orderNo)));
    await hears('order.refused', 'none');
    await place('reused');
    await hears('order.delivered', 'reused');
    const { data } = await issuer.api.listItems('many', { limit: 100 });
    expect(data.length).toBe(100);
    const voided = await issuer.api.order('void', {
      orderNo: 'many',
      token: await issuer.tokenOf('many'),
      reason: 'a test',
    });
    expect(voided.items.void).toBe(201);
  } finally {
    stop();
  }
  expect(asked).toMatchObject({ many: [201], none: [1], bad: [1, 1], fails: [1, 1], reused: [1, 1], parts: [2, 1, 1] });
  expect(errors.map((error) => String(error)).sort()).toEqual([
    'Error: the shop is closed',
    expect.stringContaining('body_invalid'),
    expect.stringContaining('code_reused'),
  ]);
});

test.concurrent('an order that was verified before a crash gets its codes after it', async () => {
  const store = memoryStore();
  const before = await aWholeIssuer(() => Promise.reject(new Error('no power')), { store, resumeEveryMs: 60_000 });
  await before.place('crash');
  await until('a verified order', async () => (await before.issuer.api.readOrder('crash')).state === 'verified');
  before.stop();
  const after = createIssuer({ ...before.settings, store, issue: () => ['late but there'] });
  await until('its delivery', async () => (await after.api.readOrder('crash')).state === 'delivered');
  after.stop();
});
