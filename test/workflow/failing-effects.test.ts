import { ApplicationFailure } from '@temporalio/common';
import { minuteMs, type SkippedTime, startSkippedTime } from './skipped-time';

let time: SkippedTime;

beforeAll(async () => {
  time = await startSkippedTime();
});

afterAll(() => time.stop());

const fail = () => Promise.reject(ApplicationFailure.nonRetryable('for good', 'order_unknown'));
const failsUntil = (last: number, result?: unknown) => (n: number) => (n <= last ? fail() : result);

test('a notice that fails for good leaves the order to its window', async () => {
  const order = await time.start({}, { notifyIssuer: fail });
  await time.pass(5 * minuteMs);
  expect(order.calls('notifyIssuer')).toHaveLength(1);
  expect(await order.outcome()).toEqual({ state: 'expired', issued: 0 });
  expect(await order.status()).toBe('COMPLETED');
});

test('a notice that fails for good does not keep the issuer from verifying', async () => {
  const order = await time.start({}, { notifyIssuer: fail });
  expect((await order.verify()).answer.kind).toBe('verified');
  await order.submit('a');
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 1 });
});

test('a code request that fails for good leaves the order to the issuer and its window', async () => {
  const submitted = await time.start({ codeMode: 'request' }, { requestCode: fail });
  await submitted.verify();
  await submitted.called('requestCode');
  await submitted.submit('a');
  expect(await submitted.outcome()).toEqual({ state: 'delivered', issued: 1 });

  const left = await time.start({ codeMode: 'request' }, { requestCode: fail });
  await left.verify();
  expect(await left.outcome()).toEqual({ state: 'expired', issued: 0 });
  expect(await left.status()).toBe('COMPLETED');
});

test('a delivery that fails for good makes the order undeliverable: a person looks', async () => {
  const order = await time.start(
    { channel: 'webhook' },
    { deliverCodes: failsUntil(1, { kind: 'delivered', tries: 1 }) },
  );
  await order.verify();
  await order.submit('a');
  await order.inState('undeliverable');
  expect(order.row().events.map(({ type }) => type)).toEqual(['order.undeliverable']);
  await order.ask('redeliver', {});
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 1 });
});

test('a projection that fails for good is tried until it is written, and loses nothing', async () => {
  const order = await time.start({}, { project: failsUntil(12) });
  await order.verify();
  await order.submit('a');
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 1 });
  expect(await order.status()).toBe('COMPLETED');
  const written = order
    .calls('project')
    .slice(12)
    .map(({ input }) => input);
  expect(written).toHaveLength(1);
  expect(written[0]).toMatchObject({
    facts: { state: 'delivered' },
    accepted: ['submission-a'],
    events: [{ type: 'order.delivered', sequence: 1 }],
  });
});

test('while the last projection fails, the order still answers, and what it answered last is written', async () => {
  const order = await time.start({}, { project: failsUntil(3) });
  await order.verify();
  await order.submit('a');
  expect((await order.verify()).answer.kind).toBe('verified');
  expect((await order.outcome()).state).toBe('delivered');
  expect(order.row().facts?.version).toBe((await order.facts()).version);
});

test('a held time that cannot be read keeps the window open, and the order ends once it can', async () => {
  const order = await time.start({}, { heldTime: failsUntil(5, { heldMs: 0, isHeld: false }) });
  expect(await order.outcome()).toEqual({ state: 'expired', issued: 0 });
  expect(await order.status()).toBe('COMPLETED');
  expect(order.calls('heldTime')).toHaveLength(6);
});

test('a redelivery after the close that fails for good ends as undeliverable', async () => {
  const order = await time.startAfterSale({ kind: 'redeliver' }, { deliverCodes: fail });
  expect(await order.result()).toBe('undeliverable');
});
