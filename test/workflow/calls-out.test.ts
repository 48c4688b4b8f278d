import { ApplicationFailure } from '@temporalio/common';
import { codes, type FakedOrder, Gate, minuteMs, type SkippedTime, startSkippedTime } from './skipped-time';

let time: SkippedTime;

beforeAll(async () => {
  time = await startSkippedTime();
});

afterAll(() => time.stop());

/** A failed try as the activities report it: the engine tries again after the given delay. */
const failedTry = (delayMs: number): ApplicationFailure =>
  ApplicationFailure.create({ type: 'issuer_failed', nextRetryDelay: delayMs });

/** No try falls on the end of a window or of a time that a test lets pass: whichever came first would be chance. */
const betweenTriesMs = 7_000;
const isAway = { notifyIssuer: () => Promise.reject(failedTry(betweenTriesMs)) };

const triesStayAt = async (order: FakedOrder, name: 'notifyIssuer' | 'requestCode'): Promise<void> => {
  await time.pass(minuteMs / 2);
  const tries = order.calls(name).length;
  await time.pass(5 * minuteMs);
  expect(order.calls(name)).toHaveLength(tries);
};

test('the notice is tried again after the delay that each failed try gives, under one message', async () => {
  const delaysMs = [10_000, 30_000, 60_000];
  const order = await time.start(
    {},
    {
      notifyIssuer: (n) => {
        const delayMs = delaysMs[n - 1];
        if (delayMs !== undefined) throw failedTry(delayMs);
      },
    },
  );
  await time.pass(3 * minuteMs);
  const tries = order.calls('notifyIssuer');
  expect(tries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
  expect(new Set(tries.map(({ input }) => JSON.stringify(input))).size).toBe(1);
  expect(tries[0]?.input).toMatchObject({ n: 1, verifyByMs: order.createdAtMs + 10 * minuteMs });
  delaysMs.forEach((delayMs, n) => {
    const gapMs = (tries[n + 1]?.atMs ?? 0) - (tries[n]?.atMs ?? 0);
    expect(gapMs).toBeGreaterThanOrEqual(delayMs);
    expect(gapMs).toBeLessThan(delayMs + 5_000);
  });
  expect((await order.facts()).state).toBe('notified');
});

test('a try that ends without a word is made again within half a minute, however often the call was put off before', async () => {
  const putOffs = 12;
  const order = await time.start(
    {},
    {
      notifyIssuer: (n) => {
        if (n <= putOffs) throw failedTry(1_000);
        if (n === putOffs + 1) throw new Error('its process died');
      },
    },
  );
  await time.pass(2 * minuteMs);
  const [lost, again] = order.calls('notifyIssuer').slice(putOffs);
  expect((again?.atMs ?? Number.POSITIVE_INFINITY) - (lost?.atMs ?? 0)).toBeLessThan(35_000);
  expect((await order.facts()).state).toBe('notified');
});

test('the notice is tried no more once the order is verified', async () => {
  const order = await time.start({}, isAway);
  await order.verify();
  await triesStayAt(order, 'notifyIssuer');
  expect((await order.facts()).state).toBe('verified');
});

test('the notice is tried no more once the order is refused', async () => {
  const order = await time.start({}, isAway);
  await time.pass(minuteMs);
  expect(order.calls('notifyIssuer').length).toBeGreaterThan(2);
  await order.ask('refuse', { isRightToken: true, reason: 'out_of_stock' });
  expect(await order.outcome()).toEqual({ state: 'refused', issued: 0 });
  await triesStayAt(order, 'notifyIssuer');
});

test('the notice is tried no more once the order is cancelled', async () => {
  const order = await time.start({}, isAway);
  await time.pass(minuteMs);
  expect(order.calls('notifyIssuer').length).toBeGreaterThan(2);
  await order.ask('cancel', { by: 'issuer' });
  expect((await order.outcome()).state).toBe('cancelled');
  await triesStayAt(order, 'notifyIssuer');
});

test('the notice is tried until the window ends, and no longer', async () => {
  const order = await time.start({}, isAway);
  expect((await order.outcome()).state).toBe('expired');
  // One try at once, then one every 7 s for ten minutes; each takes a moment of its own.
  expect(order.calls('notifyIssuer').length).toBeGreaterThanOrEqual(80);
  expect(order.calls('notifyIssuer').length).toBeLessThanOrEqual(86);
  await triesStayAt(order, 'notifyIssuer');
});

test('`renotify` ends the tries of the old notice, sends a new message and opens the lock', async () => {
  const order = await time.start(
    {},
    { notifyIssuer: (_n, { n }) => (n === 1 ? Promise.reject(failedTry(betweenTriesMs)) : 0) },
  );
  const wrong = { isRightToken: false, quantity: 1, amount: order.input.amount };
  for (let n = 0; n < 10; n += 1) {
    expect((await order.ask('verify', wrong)).answer).toMatchObject({ code: 'token_mismatch' });
  }
  expect(await order.throttled('verify', { ...wrong, isRightToken: true })).toBe('verification_locked');
  expect((await order.ask('renotify', {})).answer).toEqual({ kind: 'done' });
  await order.inState('notified');
  const messages = order.calls('notifyIssuer').map(({ input }) => input.n);
  expect(messages.filter((n) => n === 2)).toHaveLength(1);
  await time.pass(2 * minuteMs);
  expect(order.calls('notifyIssuer').map(({ input }) => input.n)).toEqual(messages);
  expect((await order.facts()).failures).toBe(0);
  expect((await order.verify()).answer.kind).toBe('verified');
});

test('`renotify` does not lengthen the window', async () => {
  const order = await time.start();
  await order.inState('notified');
  await time.pass(8 * minuteMs);
  await order.ask('renotify', {});
  expect((await order.outcome()).state).toBe('expired');
  expect(order.row().facts?.updatedAtMs).toBeLessThan(order.createdAtMs + 11 * minuteMs);
});

test('in push mode the issuer is never asked for codes', async () => {
  const order = await time.start();
  await order.verify();
  await time.pass(5 * minuteMs);
  await order.submit('a');
  expect((await order.outcome()).state).toBe('delivered');
  expect(order.calls('requestCode')).toEqual([]);
});

test('an answer with the codes issues and delivers the order', async () => {
  const order = await time.start(
    { codeMode: 'request' },
    { requestCode: () => ({ kind: 'issued', message: { kind: 'codes', ...codes('a') } }) },
  );
  const { facts: verified } = await order.verify();
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 1 });
  expect(order.calls('requestCode').map(({ input }) => input)).toEqual([
    {
      issuerId: order.issuerId,
      orderNo: order.orderNo,
      n: 1,
      outstanding: 1,
      atMs: expect.any(Number),
      verifyByMs: order.createdAtMs + 10 * minuteMs,
      issueByMs: (verified.verification?.verifiedAtMs ?? 0) + 10 * minuteMs,
      after: { call: expect.any(String), atMs: verified.verification?.verifiedAtMs },
    },
  ]);
  expect(order.calls('project').at(-1)?.input.accepted).toEqual(['submission-a']);
});

test('the answer "issuing" ends the asking: the codes come by themselves', async () => {
  const order = await time.start({ codeMode: 'request' });
  await order.verify();
  await order.called('requestCode');
  await triesStayAt(order, 'requestCode');
  expect(order.calls('requestCode')).toHaveLength(1);
  await order.submit('a');
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 1 });
});

test('the answer "refused" ends the order as refused, with the whole amount due', async () => {
  const order = await time.start(
    { codeMode: 'request' },
    { requestCode: () => ({ kind: 'refused', reason: 'out_of_stock' }) },
  );
  await order.verify();
  expect(await order.outcome()).toEqual({ state: 'refused', issued: 0 });
  expect(order.row().facts).toMatchObject({ closedReason: 'issuer_refused', refundDueValue: 1_000 });
  expect(order.row().events.map(({ type }) => type)).toEqual(['order.refused', 'order.refund_due']);
});

test('codes that the order will not have are asked for anew, as a new message, and are not held', async () => {
  const issued = (message: object) => ({
    kind: 'issued',
    message: { kind: 'codes', ...message },
  });
  const [item] = codes('a').items;
  const contradicting = {
    submissionId: 'submission-contradicting',
    items: [{ ...item, fingerprint: 'another', valueFingerprint: 'another' }],
    reused: false,
  };
  const firstAnswer = new Gate(issued(contradicting));
  const order = await time.start(
    { codeMode: 'request', quantity: 2 },
    { requestCode: (n) => (n === 1 ? firstAnswer : issued(codes('b'))) },
  );
  await order.verify();
  await order.called('requestCode');
  await order.submit('a');
  firstAnswer.open();
  await time.pass(minuteMs);
  expect(order.calls('requestCode').map(({ input: { n, outstanding } }) => ({ n, outstanding }))).toEqual([
    { n: 1, outstanding: 2 },
    { n: 2, outstanding: 1 },
  ]);
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 2 });
  const told = order.calls('project').map(({ input }) => input);
  expect(told.flatMap(({ late }) => late)).toEqual([]);
  expect(told.flatMap(({ accepted }) => accepted).sort()).toEqual(['submission-a', 'submission-b']);
});

test('some codes in the answer end the asking; the window delivers what is there', async () => {
  const order = await time.start(
    { codeMode: 'request', quantity: 2 },
    { requestCode: () => ({ kind: 'issued', message: { kind: 'codes', ...codes('a') } }) },
  );
  await order.verify();
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 1 });
  expect(order.calls('requestCode')).toHaveLength(1);
  expect(order.row().facts).toMatchObject({ short: true, refundDueValue: 500 });
});

test('the asking stops once the codes were submitted, and once the order is cancelled', async () => {
  const failing = { requestCode: () => Promise.reject(failedTry(betweenTriesMs)) };
  const submitted = await time.start(
    { codeMode: 'request', channel: 'webhook' },
    { ...failing, deliverCodes: () => ({ kind: 'undeliverable', tries: 7 }) },
  );
  await submitted.verify();
  await submitted.called('requestCode');
  await submitted.submit('a');
  // Still open: nothing but the order itself ends the tries.
  await submitted.inState('undeliverable');
  await triesStayAt(submitted, 'requestCode');

  const cancelled = await time.start({ codeMode: 'request' }, failing);
  await cancelled.verify();
  await cancelled.called('requestCode');
  await cancelled.ask('cancel', { by: 'operator' });
  expect((await cancelled.outcome()).state).toBe('cancelled');
  await triesStayAt(cancelled, 'requestCode');
});

test('`renotify` of a verified order asks for the codes again, as a new message', async () => {
  const order = await time.start({ codeMode: 'request' });
  await order.verify();
  await order.called('requestCode');
  expect((await order.ask('renotify', {})).answer).toEqual({ kind: 'done' });
  await order.called('requestCode', 2);
  expect(order.calls('requestCode').map(({ input }) => input.n)).toEqual([1, 2]);
  await order.submit('a');
  expect((await order.outcome()).state).toBe('delivered');
});

test('a question that comes before the notice went out is answered all the same', async () => {
  const taking = new Gate();
  const order = await time.start({}, { notifyIssuer: () => taking });
  await order.called('notifyIssuer');
  expect((await order.verify()).facts.state).toBe('verified');
  expect((await order.submit('a')).answer.kind).toBe('codes');
  taking.open();
  expect((await order.outcome()).state).toBe('delivered');
});
