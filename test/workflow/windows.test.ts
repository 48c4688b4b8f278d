import { minuteMs, type SkippedTime, startSkippedTime } from './skipped-time';

let time: SkippedTime;

beforeAll(async () => {
  time = await startSkippedTime();
});

afterAll(() => time.stop());

test('an order that nobody verifies expires when its verify window ends, and not before', async () => {
  const order = await time.start();
  await order.called('notifyIssuer');
  await time.pass(9 * minuteMs);
  expect((await order.facts()).state).toBe('notified');
  expect(await order.outcome()).toEqual({ state: 'expired', issued: 0 });
  const { facts, events } = order.row();
  expect(facts).toMatchObject({ state: 'expired', closedReason: 'verify_window', refundDueValue: 1_000 });
  expect(facts?.updatedAtMs).toBeGreaterThanOrEqual(order.createdAtMs + 10 * minuteMs);
  expect(facts?.updatedAtMs).toBeLessThan(order.createdAtMs + 11 * minuteMs);
  expect(events.map(({ type }) => type)).toEqual(['order.expired', 'order.refund_due']);
});

test('a verified order without codes expires when its issue window ends, counted from the verification', async () => {
  const order = await time.start();
  await order.inState('notified');
  await time.pass(5 * minuteMs);
  const { facts: verified } = await order.verify();
  const verifiedAtMs = verified.verification?.verifiedAtMs ?? 0;
  expect(await order.outcome()).toEqual({ state: 'expired', issued: 0 });
  const { facts, events } = order.row();
  expect(facts).toMatchObject({ closedReason: 'issue_window', refundDueValue: 1_000 });
  expect(facts?.updatedAtMs).toBeGreaterThanOrEqual(verifiedAtMs + 10 * minuteMs);
  expect(facts?.updatedAtMs).toBeLessThan(verifiedAtMs + 11 * minuteMs);
  expect(events.map(({ type }) => type)).toEqual(['order.expired', 'order.refund_due']);
});

test('what came until the issue window ended is delivered, and the rest is to be refunded', async () => {
  const order = await time.start({ quantity: 3 });
  await order.verify();
  const { answer } = await order.submit('a', 'b');
  expect(answer).toEqual({ kind: 'codes', accepted: 2, outstanding: 1, isNew: true });
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 2 });
  const { facts, events } = order.row();
  expect(facts).toMatchObject({
    state: 'delivered',
    short: true,
    closedReason: 'partially_issued',
    // 1,000 less the floor of two thirds.
    refundDueValue: 334,
    delivery: { state: 'delivered', tries: 1 },
  });
  expect(events.map(({ type, sequence }) => [sequence, type])).toEqual([
    [1, 'order.delivered'],
    [2, 'order.refund_due'],
  ]);
  expect(events[0]?.itemIds).toEqual(['a', 'b']);
});

test('codes that complete the order end the issue window at once', async () => {
  const order = await time.start({ quantity: 2 });
  await order.verify();
  await order.submit('a');
  await order.submit('b');
  expect(await order.outcome()).toEqual({ state: 'delivered', issued: 2 });
  expect(order.row().facts?.updatedAtMs).toBeLessThan(order.createdAtMs + minuteMs);
  expect(order.row().facts).not.toHaveProperty('refundDueValue');
});

test('time in which the issuer was held does not count: the window is armed again for exactly that long', async () => {
  const order = await time.start({}, { heldTime: () => ({ heldMs: 7 * minuteMs, isHeld: false }) });
  await order.inState('notified');
  await time.pass(16 * minuteMs);
  expect((await order.facts()).state).toBe('notified');
  expect((await order.outcome()).state).toBe('expired');
  expect(order.row().facts?.updatedAtMs).toBeGreaterThanOrEqual(order.createdAtMs + 17 * minuteMs);
  expect(order.row().facts?.updatedAtMs).toBeLessThan(order.createdAtMs + 18 * minuteMs);
  expect(order.calls('heldTime')[0]?.input).toEqual({ issuerId: order.issuerId, sinceMs: order.createdAtMs });
});

test('an order whose issuer is held now looks again every minute and ends only after the hold', async () => {
  let heldMs = 0;
  const looks: number[] = [];
  const order = await time.start(
    {},
    {
      heldTime: async (n) => {
        looks.push(await time.nowMs());
        if (n <= 5) return { heldMs, isHeld: true };
        heldMs = 6 * minuteMs;
        return { heldMs, isHeld: false };
      },
    },
  );
  expect((await order.outcome()).state).toBe('expired');
  // Five looks while held, one that sees the hold over, one when the time that it took is used up.
  expect(looks).toHaveLength(7);
  for (const n of [1, 2, 3, 4, 5]) {
    const gapMs = (looks[n] ?? 0) - (looks[n - 1] ?? 0);
    expect(gapMs).toBeGreaterThanOrEqual(minuteMs);
    expect(gapMs).toBeLessThan(1.2 * minuteMs);
  }
  expect(order.row().facts?.updatedAtMs).toBeGreaterThanOrEqual(order.createdAtMs + 16 * minuteMs);
  expect(order.row().facts?.updatedAtMs).toBeLessThan(order.createdAtMs + 17 * minuteMs);
});

test('a hold in the issue window is measured from the verification', async () => {
  const order = await time.start({}, { heldTime: () => ({ heldMs: 3 * minuteMs, isHeld: false }) });
  const { facts: verified } = await order.verify();
  const verifiedAtMs = verified.verification?.verifiedAtMs ?? 0;
  expect((await order.outcome()).state).toBe('expired');
  expect(order.calls('heldTime')[0]?.input.sinceMs).toBe(verifiedAtMs);
  expect(order.row().facts?.updatedAtMs).toBeGreaterThanOrEqual(verifiedAtMs + 13 * minuteMs);
  expect(order.row().facts?.updatedAtMs).toBeLessThan(verifiedAtMs + 14 * minuteMs);
});

test('`extend` arms the verify window again', async () => {
  const order = await time.start();
  await order.inState('notified');
  await time.pass(9 * minuteMs);
  expect((await order.ask('extend', { extensionMs: 20 * minuteMs })).answer).toEqual({ kind: 'done' });
  await time.pass(20 * minuteMs);
  expect((await order.facts()).state).toBe('notified');
  expect((await order.outcome()).state).toBe('expired');
  expect(order.row().facts?.updatedAtMs).toBeGreaterThanOrEqual(order.createdAtMs + 30 * minuteMs);
  expect(order.row().facts?.updatedAtMs).toBeLessThan(order.createdAtMs + 31 * minuteMs);
});

test('`extend` arms the issue window again, and leaves the verify window alone', async () => {
  const order = await time.start();
  const { facts: verified } = await order.verify();
  const verifiedAtMs = verified.verification?.verifiedAtMs ?? 0;
  await order.ask('extend', { extensionMs: 5 * minuteMs });
  await order.ask('extend', { extensionMs: 5 * minuteMs });
  expect((await order.outcome()).state).toBe('expired');
  expect(order.row().facts).toMatchObject({ verifyExtensionMs: 0, issueExtensionMs: 10 * minuteMs });
  expect(order.row().facts?.updatedAtMs).toBeGreaterThanOrEqual(verifiedAtMs + 20 * minuteMs);
  expect(order.row().facts?.updatedAtMs).toBeLessThan(verifiedAtMs + 21 * minuteMs);
});
