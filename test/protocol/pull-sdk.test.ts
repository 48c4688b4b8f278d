import { createMessageHandler } from '../../packages/issuer/src/callback-handler';
import { fetchMessages } from '../../packages/issuer/src/fetch-messages';
import { createIssuerClient } from '../../packages/issuer/src/issuer-client';
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
