import { minuteMs, type SkippedTime, startSkippedTime } from './skipped-time';

let time: SkippedTime;

beforeAll(async () => {
  time = await startSkippedTime();
});

afterAll(() => time.stop());

test('the issuer is told by an activity, and an order that is verified meanwhile asks for it no more', async () => {
  const order = await time.start(
    {},
    {
      notifyIssuer: (n) => {
        if (n === 1) throw new Error('status_500');
      },
    },
  );
  await order.called('notifyIssuer');
  await order.verify();
  await order.submit('a');
  expect((await order.outcome()).state).toBe('delivered');
  const scheduled = (await order.history()).flatMap(
    ({ activityTaskScheduledEventAttributes: activity }) => activity?.activityType?.name ?? [],
  );
  expect(scheduled.filter((name) => name === 'notifyIssuer')).toHaveLength(1);
  const before = order.calls('notifyIssuer').length;
  await time.pass(10 * minuteMs);
  expect(order.calls('notifyIssuer')).toHaveLength(before);
});

test('an operator who tells the issuer again has an activity of its own for it, with another number', async () => {
  const order = await time.start(
    {},
    {
      notifyIssuer: () => {
        throw new Error('status_500');
      },
    },
  );
  await order.called('notifyIssuer');
  order.answer('notifyIssuer', () => undefined);
  await order.ask('renotify', {});
  await order.inState('notified');
  expect(order.calls('notifyIssuer').at(-1)?.input).toMatchObject({ n: 2, orderNo: order.orderNo });
});

test('the window ends while the issuer does not answer', async () => {
  const order = await time.start(
    { verifyWindowMs: 5_000 },
    {
      notifyIssuer: () => {
        throw new Error('status_500');
      },
    },
  );
  expect((await order.outcome()).state).toBe('expired');
});
