import { Gate, minuteMs, type SkippedTime, startSkippedTime } from './skipped-time';

let time: SkippedTime;

beforeAll(async () => {
  time = await startSkippedTime();
});

afterAll(() => time.stop());

test('a clock that is moved while the row is read lets it be read again at once', async () => {
  const reading = new Gate({ againInMs: 60 * minuteMs });
  const request = await time.startVoidRequest({ endVoidTime: (n) => (n === 1 ? reading : {}) });
  const first = await request.called('endVoidTime');
  await request.timeMoved();
  reading.open();
  const second = await request.called('endVoidTime', 2);
  expect(second.atMs - first.atMs).toBeLessThan(30 * minuteMs);
  expect(await request.result()).toBe('time_over');
});
