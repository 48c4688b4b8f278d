import { watchEventLoopLag } from '../../src/overload/event-loop-lag';

test('one stall, of whatever length, refuses nothing', () => {
  let nowMs = 0;
  jest.useFakeTimers();
  const lag = watchEventLoopLag(() => nowMs);
  const round = (lateMs: number): void => {
    nowMs += 50 + lateMs;
    jest.advanceTimersByTime(50);
  };
  round(3_600_000);
  expect(lag.ms()).toBeLessThan(500);
  round(0);
  round(3_600_000);
  round(3_600_000);
  expect(lag.ms()).toBeGreaterThan(500);
  for (let n = 0; n < 5; n += 1) round(0);
  expect(lag.ms()).toBeLessThan(500);
  jest.useRealTimers();
});
