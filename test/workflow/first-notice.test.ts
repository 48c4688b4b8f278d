import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Gate, minuteMs, type SkippedTime, startSkippedTime } from './skipped-time';

let time: SkippedTime;

beforeAll(async () => {
  time = await startSkippedTime();
});

afterAll(() => time.stop());

const firstTry = 'beside';
/** As long as the workflow waits for a try that nothing is heard of, and a little more. */
const heardByMs = 16_000;

test('an order that is verified within the first try of its notice needs no activity for it', async () => {
  const order = await time.start({ firstTry });
  const { input } = await order.called('tryNotice');
  const started = (await order.history())[0]?.eventTime;
  expect(input).toMatchObject({ n: 1, atMs: Number(started?.seconds) * 1_000 + (started?.nanos ?? 0) / 1e6 });
  await order.verify();
  await order.submit('a');
  expect((await order.outcome()).state).toBe('delivered');
  expect([order.calls('tryNotice'), order.calls('notifyIssuer'), order.calls('isNoticeTaken')]).toEqual([
    [expect.anything()],
    [],
    [],
  ]);
});

test('a worker that has no room for the first try leaves it to an activity at once', async () => {
  const order = await time.start({ firstTry });
  await order.called('tryNotice');
  await order.leaveNotice({ type: 'no_room', problem: 'the worker had no room for the first try' });
  const { input, atMs } = await order.called('notifyIssuer');
  expect(input).toMatchObject(order.calls('tryNotice')[0]?.input);
  expect(atMs - order.createdAtMs).toBeLessThan(heardByMs / 2);
  await order.inState('notified');
  expect(order.calls('isNoticeTaken')).toEqual([]);
});

test('an order that began before the sink is begun by a local activity, and by the other one where that has no room', async () => {
  const order = await time.start({ firstTryBeside: true }, { beginNotice: () => false });
  const { input } = await order.called('notifyIssuer');
  expect(input).toEqual(order.calls('beginNotice')[0]?.input);
  await order.inState('notified');
  expect([order.calls('tryNotice'), order.calls('isNoticeTaken')]).toEqual([[], []]);
});

test('a first try that failed goes on as an activity of the same message, which knows how it failed and when it is due', async () => {
  const order = await time.start({ firstTry });
  await order.called('tryNotice');
  await order.leaveNotice({ delayMs: 2 * minuteMs });
  const { input, atMs } = await order.called('notifyIssuer');
  const { after, ...message } = input;
  expect(message).toEqual(order.calls('tryNotice')[0]?.input);
  expect(after).toMatchObject({ type: 'issuer_failed', problem: 'try 1: status_500' });
  expect(Math.abs(after.dueAtMs - atMs - 2 * minuteMs)).toBeLessThan(heardByMs / 2);
  await order.inState('notified');
  expect(order.calls('isNoticeTaken')).toEqual([]);
});

test('a first try of which nothing is heard: where its issuer took it the order is notified', async () => {
  const order = await time.start({ firstTry });
  await order.called('tryNotice');
  await time.pass(heardByMs);
  await order.inState('notified');
  expect([order.calls('isNoticeTaken').length, order.calls('notifyIssuer').length]).toEqual([1, 0]);
  await order.verify();
  await order.submit('a');
  expect((await order.outcome()).state).toBe('delivered');
});

test('a first try of which nothing is heard, as its worker died: an activity tells the issuer', async () => {
  const order = await time.start({ firstTry }, { isNoticeTaken: () => false });
  await order.called('tryNotice');
  await time.pass(heardByMs);
  expect((await order.called('notifyIssuer')).input).toEqual(order.calls('tryNotice')[0]?.input);
  await order.inState('notified');
});

test('what is said of the first try after the verification is turned away and leaves nothing in the history', async () => {
  const order = await time.start({ firstTry, codeMode: 'push' });
  await order.called('tryNotice');
  await order.verify();
  await order.atRest();
  const error = await order.leaveNotice().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
  expect((error as WorkflowUpdateFailedError).cause).toBeInstanceOf(ApplicationFailure);
  await order.atRest();
  const events = await order.history();
  const accepted = events.filter(({ workflowExecutionUpdateAcceptedEventAttributes: update }) => update);
  expect(accepted).toHaveLength(1);
  expect(order.calls('notifyIssuer')).toEqual([]);
});

test('the window ends while the row is asked whether the issuer took the notice', async () => {
  const [asking, holding] = [new Gate(true), new Gate({ heldMs: 0, isHeld: false })];
  const order = await time.start(
    { firstTry, verifyWindowMs: heardByMs },
    { isNoticeTaken: () => asking, heldTime: () => holding },
  );
  await order.called('tryNotice');
  await time.pass(heardByMs - 500);
  await order.called('isNoticeTaken');
  await time.pass(2_000);
  await order.called('heldTime');
  holding.open();
  asking.open();
  expect((await order.outcome()).state).toBe('expired');
  expect((await order.history()).filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
});

test('an operator who tells the issuer again has an activity for it, and the first try is asked for no more', async () => {
  const order = await time.start({ firstTry }, { isNoticeTaken: () => false });
  await order.called('tryNotice');
  await order.ask('renotify', {});
  expect((await order.called('notifyIssuer')).input).toMatchObject({ n: 2 });
  await time.pass(minuteMs);
  expect([order.calls('isNoticeTaken').length, order.calls('notifyIssuer').length]).toEqual([0, 1]);
});

test('the window ends while nothing is heard of the first try', async () => {
  const order = await time.start({ firstTry, verifyWindowMs: 5_000 });
  expect((await order.outcome()).state).toBe('expired');
  expect(order.calls('notifyIssuer')).toEqual([]);
});
