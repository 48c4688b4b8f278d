import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createRequestTestVoid } from '../../activities/request-test-void';
import { workflowNames } from '../../src/order-messages/order-messages';
import { platformOfFile } from '../support/platform-of-file';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { until } from '../support/until';

/** What somebody begins who can call the engine. */
const file = platformOfFile();
let buyer: TestTerminal;
beforeAll(async () => {
  buyer = await startTerminal();
});
afterAll(() => buyer.stop());

test('no terminal gets codes of an order that is closed, whoever begins a delivery', async () => {
  const issuer = await file.issuer({ deliveryDelaysSeconds: [1] });
  const { issuerId } = issuer;
  let status = 410;
  buyer.answer('/closed', () => status);
  await issuer.placeVerified('closed', { terminal: { channel: 'webhook', url: buyer.urlOf('/closed') } });
  await issuer.submit('closed', [{ itemId: '1', value: 'CLOSED' }]);
  await issuer.inState('closed', 'undeliverable');
  expect((await file.platform.operator('POST', `/orders/${issuerId}/closed/cancel`, { reason: 'r' })).status).toBe(200);
  status = 204;
  const withCode = () => buyer.received.filter(({ path, raw }) => path === '/closed' && raw.includes('CLOSED')).length;
  const before = withCode();
  for (const itemIds of [undefined, ['1']]) {
    const delivery = { n: 1, atMs: Date.now() };
    const { callsOutQueue } = file.platform;
    const ended = await file.platform.client.workflow.execute(workflowNames.afterSale, {
      workflowId: `of-a-user-${randomUUID()}`,
      taskQueue: file.platform.taskQueue,
      args: [{ issuerId, orderNo: 'closed', kind: 'redeliver', callsOutQueue, delivery, ...(itemIds && { itemIds }) }],
    });
    expect(ended).toBe('undeliverable');
  }
  expect(withCode()).toBe(before);
});

test('no terminal hears that a good code is void, whoever begins that', async () => {
  const issuer = await file.issuer();
  const { issuerId } = issuer;
  await issuer.placeVerified('good', { terminal: { channel: 'webhook', url: buyer.urlOf('/good') } });
  await issuer.submit('good', [{ itemId: '1', value: 'GOOD' }]);
  await issuer.inState('good', 'delivered');
  const { callsOutQueue, client, taskQueue } = file.platform;
  const ended = await client.workflow.execute(workflowNames.afterSale, {
    workflowId: `of-a-user-${randomUUID()}`,
    taskQueue,
    args: [{ issuerId, orderNo: 'good', kind: 'void', callsOutQueue, delivery: { n: 1, atMs: 1 }, itemIds: ['1'] }],
  });
  expect(ended).toBe('delivered');
  expect(buyer.received.filter(({ path }) => path === '/good')).toHaveLength(1);
});

test('a delivery that a user of the engine ended in its terminal’s name stands where a person looks', async () => {
  const issuer = await file.issuer({ deliveryDelaysSeconds: [300] });
  const { issuerId } = issuer;
  buyer.answer('/untold', () => 500);
  await issuer.placeVerified('untold', { terminal: { channel: 'webhook', url: buyer.urlOf('/untold') } });
  await issuer.submit('untold', [{ itemId: '1', value: 'UNTOLD' }]);
  await buyer.delivery('/untold');
  const { client } = file.platform;
  const handle = client.workflow.getHandle(`order/${issuerId}/untold`);
  const waiting = await until('the attempt has failed', async () => {
    const { raw } = await handle.describe();
    return raw.pendingActivities?.find(({ activityType, lastFailure }) => {
      return activityType?.name === 'deliverCodes' && lastFailure;
    });
  });
  const json = Buffer.from(JSON.stringify({ kind: 'delivered', tries: 1 }));
  await client.workflowService.respondActivityTaskCompletedById({
    namespace: client.options.namespace,
    workflowId: handle.workflowId,
    activityId: waiting.activityId,
    result: { payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data: json }] },
  });
  await issuer.inState('untold', 'delivered');
  const failures = (await issuer.get('/failures')).body.data;
  expect(failures).toMatchObject([{ orderNo: 'untold', kind: 'undeliverable', lastStatus: 500 }]);
});

test('money back is asked for by the platform itself in test orders alone', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('sold');
  await issuer.submit('sold', [{ itemId: '1', value: 'SOLD' }]);
  await issuer.inState('sold', 'delivered');
  const { orderDeps } = file.platform.core;
  const { requestTestVoid } = createRequestTestVoid({ orderDeps, log: { error: () => undefined } });
  await new MockActivityEnvironment().run(requestTestVoid, { issuerId: issuer.issuerId, orderNo: 'sold' });
  expect((await issuer.order('sold')).body).not.toHaveProperty('voidRequest');
});
