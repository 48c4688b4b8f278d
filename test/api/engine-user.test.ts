import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createRequestTestVoid } from '../../activities/request-test-void';
import { workflowNames } from '../../src/order-messages/order-messages';
import { platformOfFile } from '../support/platform-of-file';
import { startTerminal, type TestTerminal } from '../support/terminal';

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
