import { minuteMs, type SkippedTime, startSkippedTime } from './skipped-time';

let time: SkippedTime;

beforeAll(async () => {
  time = await startSkippedTime();
});

afterAll(() => time.stop());

const isUndeliverableAt = (...rounds: number[]) => ({
  deliverCodes: (n: number) => ({ kind: rounds.includes(n) ? 'undeliverable' : 'delivered', tries: 7 * n }),
});

test('a page is delivered with the projection: no call goes out', async () => {
  const order = await time.start({ channel: 'page' });
  await order.verify();
  await order.submit('a');
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 1 });
  expect(order.calls('deliverCodes')).toEqual([]);
  expect(order.row().facts?.delivery).toEqual({ state: 'delivered', tries: 1 });
});

test('a webhook terminal is called only after the row holds the codes', async () => {
  const order = await time.start({ channel: 'webhook' });
  await order.verify();
  await order.submit('a');
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 1 });
  const [call] = order.calls('deliverCodes');
  expect(call?.input).toEqual({ issuerId: order.issuerId, orderNo: order.orderNo, n: 1, atMs: expect.any(Number) });
  const [first] = order.calls('project');
  expect(first?.input).toMatchObject({ facts: { state: 'issued' }, accepted: ['submission-a'] });
  expect(first?.atMs).toBeLessThanOrEqual(call?.atMs ?? 0);
  expect(order.calls('project')).toHaveLength(2);
});

test('an undeliverable order waits for a person for weeks, and `redeliver` sends the same message again', async () => {
  const order = await time.start({ channel: 'webhook' }, isUndeliverableAt(1));
  await order.verify();
  await order.submit('a');
  await order.called('deliverCodes');
  await order.inState('undeliverable');
  expect(order.row().events.map(({ type }) => type)).toEqual(['order.undeliverable']);
  await time.pass(20 * 24 * 60 * minuteMs);
  expect((await order.facts()).state).toBe('undeliverable');
  expect(order.calls('deliverCodes')).toHaveLength(1);

  expect((await order.ask('redeliver', {})).answer).toEqual({ kind: 'done' });
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 1 });
  const [first, second] = order.calls('deliverCodes');
  expect(second?.input).toEqual(first?.input);
  expect(order.row().events.map(({ type }) => type)).toEqual(['order.undeliverable', 'order.delivered']);
});

test('a corrected terminal is a new message, written to the row before the call', async () => {
  const order = await time.start({ channel: 'webhook' }, isUndeliverableAt(1));
  await order.verify();
  await order.submit('a');
  await order.inState('undeliverable');
  const terminal = { ref: 'corrected', channel: 'webhook' } as const;
  expect((await order.ask('redeliver', { terminal })).answer).toEqual({ kind: 'done' });
  expect((await order.outcome()).state).toBe('delivered');
  expect(order.calls('deliverCodes').map(({ input }) => input.n)).toEqual([1, 2]);
  const withTerminal = order.calls('project').filter(({ input }) => input.correction);
  expect(withTerminal.map(({ input }) => input.correction)).toEqual([terminal.ref]);
  expect(withTerminal[0]?.atMs).toBeLessThanOrEqual(order.calls('deliverCodes')[1]?.atMs ?? 0);
});

test('a terminal corrected to the page ends the order without a call', async () => {
  const order = await time.start({ channel: 'webhook' }, isUndeliverableAt(1));
  await order.verify();
  await order.submit('a');
  await order.inState('undeliverable');
  await order.ask('redeliver', { terminal: { ref: 'corrected', channel: 'page' } });
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 1 });
  expect(order.calls('deliverCodes')).toHaveLength(1);
});

test('undeliverable again: the order waits again, and a cancellation voids its codes', async () => {
  const order = await time.start({ channel: 'webhook' }, isUndeliverableAt(1, 2));
  await order.verify();
  await order.submit('a');
  await order.inState('undeliverable');
  await order.ask('redeliver', {});
  await order.called('deliverCodes', 2);
  await order.inState('undeliverable');
  expect((await order.ask('cancel', { by: 'operator' })).answer).toEqual({ kind: 'done' });
  expect(await order.outcome()).toEqual({ state: 'cancelled', issued: 0 });
  expect(order.row().events.map(({ type, itemIds }) => [type, itemIds])).toEqual([
    ['order.undeliverable', undefined],
    ['order.undeliverable', undefined],
    ['order.cancelled', undefined],
    ['order.refund_due', undefined],
    ['order.codes_void', ['a']],
  ]);
  expect(order.row().facts?.refundDueValue).toBe(1_000);
});

test('a redelivery after the close sends the same message, and tells how it ended', async () => {
  const order = await time.startAfterSale({ kind: 'redeliver', delivery: { n: 3, atMs: 17 } }, {});
  expect(await order.result()).toBe('delivered');
  expect(order.calls('deliverCodes').map(({ input }) => input)).toEqual([
    { issuerId: expect.any(String), orderNo: 'order-1', n: 3, atMs: 17 },
  ]);
  const refused = await time.startAfterSale({ kind: 'redeliver' }, isUndeliverableAt(1));
  expect(await refused.result()).toBe('undeliverable');
});

test('after a void the terminal is told which codes, tried as a delivery is', async () => {
  const order = await time.startAfterSale({ kind: 'void', itemIds: ['a', 'b'] }, {});
  expect(await order.result()).toBe('delivered');
  expect(order.calls('tellVoid').map(({ input }) => input.itemIds)).toEqual([['a', 'b']]);
  expect(order.calls('deliverCodes')).toEqual([]);
});

test('codes in place of others are a delivery of these alone', async () => {
  const order = await time.startAfterSale({ kind: 'replacement', itemIds: ['b'] }, {});
  expect(await order.result()).toBe('delivered');
  expect(order.calls('deliverCodes').map(({ input }) => input.itemIds)).toEqual([['b']]);
});
