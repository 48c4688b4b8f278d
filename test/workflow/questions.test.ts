import { codeAnswerId } from '../../src/domain/ids';
import { recordedRefusalLimit, updatesPerRun, verificationFailureLimit } from '../../src/domain/timings';
import { until } from '../support/until';
import { codes, type FakedOrder, Gate, type SkippedTime, startSkippedTime } from './skipped-time';

let time: SkippedTime;

beforeAll(async () => {
  time = await startSkippedTime();
});

afterAll(() => time.stop());

const wrong = { isRightToken: false, quantity: 1, amount: { value: 1_000, currency: 'EUR' } };

const updatesIn = async (order: FakedOrder): Promise<number> =>
  (await order.history()).filter(({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => accepted).length;

test('a refusal that time can undo leaves nothing in the history, and is judged anew', async () => {
  const order = await time.start();
  expect(await order.throttled('codes', codes('a'))).toBe('not_verified');
  expect(await updatesIn(order)).toBe(0);
  await order.verify();
  expect((await order.submit('a')).answer.kind).toBe('codes');
  expect((await order.outcome()).state).toBe('delivered');
  expect(await updatesIn(order)).toBe(2);
});

test('a turned away question leaves the facts as they were', async () => {
  const order = await time.start();
  await order.inState('notified');
  const before = await order.facts();
  await order.throttled('codes', codes('a'));
  expect(await order.facts()).toEqual(before);
});

test('its events wait for the answer to the call that brought the last code, and for none where the platform asked for it', async () => {
  const after = async (updateId: string) => {
    const order = await time.start();
    await order.verify();
    await order.ask('codes', codes('a'), updateId);
    expect((await order.outcome()).state).toBe('delivered');
    return order.row().events.map((event) => event.after?.call);
  };
  expect(await after('codes/its-own-call')).toEqual(['its-own-call']);
  // So ask, for codes in an answer, a competing call and the reconciler.
  expect(await after(codeAnswerId('cf_code_1', 1))).toEqual([undefined]);
});

test('a locked order turns verifications away without a trace, also the right one', async () => {
  const order = await time.start();
  for (let n = 0; n < verificationFailureLimit; n += 1) {
    expect((await order.ask('verify', wrong)).answer).toEqual({ kind: 'refused', code: 'token_mismatch' });
  }
  expect(await updatesIn(order)).toBe(verificationFailureLimit);
  expect(await order.throttled('verify', { ...wrong, isRightToken: true })).toBe('verification_locked');
  expect(await order.throttled('verify', wrong)).toBe('verification_locked');
  expect(await updatesIn(order)).toBe(verificationFailureLimit);
});

test('past the limit of recorded refusals a refusal gets its answer without a trace', async () => {
  const order = await time.start();
  await order.verify();
  const refusal = { ...codes('a'), isRightToken: false };
  for (let n = 0; n < recordedRefusalLimit; n += 1) {
    expect(await order.throttled('codes', refusal)).toBe('recorded: token_mismatch');
  }
  expect(await order.throttled('codes', refusal)).toBe('token_mismatch');
  expect(await updatesIn(order)).toBe(1 + recordedRefusalLimit);
  // What is not refused is taken as ever.
  expect((await order.submit('a')).answer.kind).toBe('codes');
  expect((await order.outcome()).state).toBe('delivered');
});

/** The run that the history shows is not the order's first, and has taken this many Updates. */
const inNewRun = (order: FakedOrder) =>
  until('a new run', async () => {
    const [first] = await order.history();
    return Boolean(first?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId);
  });

test('an order that is asked more than a run takes goes on in another, and knows what it holds', async () => {
  const { items, submissionId } = codes('a');
  const held = items.map((item) => ({ ...item, submissionId }));
  const order = await time.start({ quantity: 2 }, { heldCodes: () => ({ held }) });
  await order.verify();
  await order.submit('a');
  for (let n = 2; n < updatesPerRun; n += 1) await order.askNow('extend', { extensionMs: 1 });
  await inNewRun(order);
  expect(await updatesIn(order)).toBe(0);
  expect(await order.facts()).toMatchObject({ state: 'partially_issued', issued: 1 });
  expect((await order.submit('a')).answer).toEqual({ kind: 'codes', accepted: 1, outstanding: 1, isNew: false });
  expect((await order.submit('b')).answer).toMatchObject({ outstanding: 0 });
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 2 });
  expect(order.calls('heldCodes')).toHaveLength(1);
});

test('a new run tells the issuer nothing again that was told, and its window ends as it would have', async () => {
  const order = await time.start();
  await order.inState('notified');
  for (let n = 0; n < updatesPerRun; n += 1) await order.askNow('extend', { extensionMs: 1 });
  await inNewRun(order);
  expect((await order.outcome()).state).toBe('expired');
  expect(order.calls('notifyIssuer')).toHaveLength(1);
  expect((await time.nowMs()) - order.createdAtMs).toBeGreaterThanOrEqual(order.input.verifyWindowMs + updatesPerRun);
});

test('the same question gets its recorded answer again', async () => {
  const order = await time.start();
  const message = { ...wrong, isRightToken: true };
  const first = await order.ask('verify', message, 'verify/one-id');
  expect(await order.ask('verify', message, 'verify/one-id')).toEqual(first);
  expect(await updatesIn(order)).toBe(1);
});

test('"cancel" in the Temporal UI ends an open order as an operator cancellation, with its events', async () => {
  const order = await time.start();
  await order.inState('notified');
  await order.cancelInEngine();
  expect(await order.outcome()).toEqual({ state: 'cancelled', issued: 0 });
  expect(await order.status()).toBe('COMPLETED');
  expect(order.row().facts).toMatchObject({ state: 'cancelled', closedReason: 'operator_cancelled' });
  expect(order.row().events.map(({ type }) => type)).toEqual(['order.cancelled', 'order.refund_due']);
});

test('"cancel" in the Temporal UI of a partly issued order voids its codes', async () => {
  const order = await time.start({ quantity: 2 });
  await order.verify();
  await order.submit('a');
  await order.cancelInEngine();
  expect(await order.outcome()).toEqual({ state: 'cancelled', issued: 0 });
  expect(order.row().events.map(({ type }) => type)).toEqual([
    'order.cancelled',
    'order.refund_due',
    'order.codes_void',
  ]);
});

test('"cancel" in the Temporal UI does not undo a delivery that has begun', async () => {
  const delivering = new Gate({ kind: 'delivered', tries: 1 });
  const order = await time.start({ channel: 'webhook' }, { deliverCodes: () => delivering });
  await order.verify();
  await order.submit('a');
  await order.called('deliverCodes');
  await order.cancelInEngine();
  await order.atRest();
  delivering.open();
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 1 });
  expect(await order.status()).toBe('COMPLETED');
});

test('"cancel" in the Temporal UI of an undeliverable order ends it', async () => {
  const order = await time.start({ channel: 'webhook' }, { deliverCodes: () => ({ kind: 'undeliverable', tries: 7 }) });
  await order.verify();
  await order.submit('a');
  await order.inState('undeliverable');
  await order.cancelInEngine();
  expect(await order.outcome()).toEqual({ state: 'cancelled', issued: 0 });
});
