import { updatesPerRun } from '../../src/domain/timings';
import { until } from '../support/until';
import { codes, type FakedOrder, Gate, minuteMs, type SkippedTime, startSkippedTime } from './skipped-time';

let time: SkippedTime;

beforeAll(async () => {
  time = await startSkippedTime();
});

afterAll(() => time.stop());

const lastCallMs = 2 * minuteMs;
/**
 * Not beyond: while a call is held back the test server's clock stands still, and so it does when an order ends with one
 * under way. Answers that cross are tried on the real engine, in test/protocol/closing.test.ts.
 */
const passToDue = (): Promise<void> => time.pass(8 * minuteMs);
const lastCalls = (order: FakedOrder) => order.calls('requestCode').filter(({ input }) => input.closesByMs);
const verifiedAtMs = (order: FakedOrder): number => order.row().facts?.verification?.verifiedAtMs ?? 0;
const issued = (itemId: string) => ({ kind: 'issued', message: { kind: 'codes', ...codes(itemId) } });

test('an order without it has none', async () => {
  const order = await time.start();
  await order.verify();
  expect((await order.outcome()).state).toBe('expired');
  expect(order.calls('requestCode')).toEqual([]);
});

test('so long before the issue window ends the issuer is asked once, though it pushes; `issuing` moves no window', async () => {
  const order = await time.start({ lastCallMs, quantity: 2 });
  await order.verify();
  await order.submit('a');
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 1 });
  const [call] = lastCalls(order);
  const sinceMs = verifiedAtMs(order);
  const closesByMs = sinceMs + 10 * minuteMs;
  expect(call?.input).toEqual({
    issuerId: order.issuerId,
    orderNo: order.orderNo,
    n: 1,
    atMs: expect.any(Number),
    outstanding: 1,
    verifyByMs: order.createdAtMs + 10 * minuteMs,
    issueByMs: closesByMs,
    closesByMs,
    after: { call: expect.any(String), atMs: sinceMs },
  });
  expect(lastCalls(order)).toHaveLength(1);
  expect(call?.atMs).toBeGreaterThanOrEqual(sinceMs + 8 * minuteMs);
  expect(call?.atMs).toBeLessThan(sinceMs + 9 * minuteMs);
  expect(order.row().facts?.updatedAtMs).toBeLessThan(closesByMs + minuteMs);
  expect(order.row().facts?.lastCall).toMatchObject({ outstanding: 1, closesByMs, isAnswered: true });
});

test('a window that is shorter than it is called at once, beside the request for codes', async () => {
  const order = await time.start({ lastCallMs: 11 * minuteMs, codeMode: 'request' });
  await order.verify();
  await order.called('requestCode', 2);
  expect(lastCalls(order)).toHaveLength(1);
  expect(lastCalls(order)[0]?.atMs).toBeLessThan(order.createdAtMs + minuteMs);
});

test('an order that has its codes before is not called', async () => {
  const order = await time.start({ lastCallMs });
  await order.verify();
  await order.submit('a');
  expect((await order.outcome()).state).toBe('delivered');
  await time.pass(20 * minuteMs);
  expect(lastCalls(order)).toEqual([]);
});

test('codes in its answer are the codes', async () => {
  const order = await time.start({ lastCallMs }, { requestCode: () => issued('a') });
  await order.verify();
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 1 });
});

test('`refused` in its answer is a refusal', async () => {
  const order = await time.start({ lastCallMs }, { requestCode: () => ({ kind: 'refused', reason: 'out_of_stock' }) });
  await order.verify();
  expect((await order.outcome()).state).toBe('refused');
});

test('codes that the order cannot take any more end the call: the message is one', async () => {
  const answering = new Gate(issued('b'));
  const order = await time.start({ lastCallMs, quantity: 2 }, { requestCode: () => answering });
  await order.verify();
  await passToDue();
  await order.called('requestCode');
  await order.ask('codes', {
    ...codes('a'),
    items: [{ ...codes('b').items[0], itemId: 'a', fingerprint: 'other' }],
  } as never);
  answering.open();
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 1 });
  expect(order.row().events[0]?.itemIds).toEqual(['a']);
  expect(lastCalls(order)).toHaveLength(1);
});

test('an extension before it moves it, and one after it brings no second', async () => {
  const order = await time.start({ lastCallMs });
  await order.verify();
  await order.ask('extend', { extensionMs: 20 * minuteMs });
  await time.pass(27 * minuteMs);
  expect(lastCalls(order)).toEqual([]);
  await time.pass(2 * minuteMs);
  await order.called('requestCode');
  expect(lastCalls(order)[0]?.input.closesByMs).toBe(verifiedAtMs(order) + 30 * minuteMs);
  await order.ask('extend', { extensionMs: 20 * minuteMs });
  expect((await order.outcome()).state).toBe('expired');
  expect(lastCalls(order)).toHaveLength(1);
});

test('time in which the issuer was held moves it as it moves the window', async () => {
  const order = await time.start({ lastCallMs }, { heldTime: () => ({ heldMs: 7 * minuteMs, isHeld: false }) });
  await order.verify();
  expect((await order.outcome()).state).toBe('expired');
  const [call] = lastCalls(order);
  expect(call?.atMs).toBeGreaterThanOrEqual(verifiedAtMs(order) + 15 * minuteMs);
  expect(call?.atMs).toBeLessThan(verifiedAtMs(order) + 16 * minuteMs);
  expect(call?.input.closesByMs).toBe(verifiedAtMs(order) + 17 * minuteMs);
});

test('`renotify` asks anew for codes, and leaves the call as it was; answered, it is not repeated', async () => {
  const unanswered = new Gate({ kind: 'issuing' });
  const order = await time.start(
    { lastCallMs: 11 * minuteMs, codeMode: 'request' },
    { requestCode: (_n, { closesByMs }) => (closesByMs ? unanswered : { kind: 'issuing' }) },
  );
  await order.verify();
  await until('the last call', () => lastCalls(order)[0]);
  order.answer('requestCode', () => ({ kind: 'issuing' }));
  await order.ask('renotify', {});
  await until('it goes on', () => lastCalls(order)[1]);
  unanswered.open();
  expect(lastCalls(order)[1]?.input).toEqual(lastCalls(order)[0]?.input);
  await until('its answer', async () => (await order.facts()).lastCall?.isAnswered);
  await order.ask('renotify', {});
  expect((await order.outcome()).state).toBe('expired');
  expect(lastCalls(order)).toHaveLength(2);
});

test('an order that goes on in another run was called already', async () => {
  const order = await time.start({ lastCallMs: 11 * minuteMs });
  await order.verify();
  await until('its answer', async () => (await order.facts()).lastCall?.isAnswered);
  for (let n = 1; n < updatesPerRun; n += 1) await order.askNow('extend', { extensionMs: 1 });
  expect((await order.outcome()).state).toBe('expired');
  expect(lastCalls(order)).toHaveLength(1);
});
