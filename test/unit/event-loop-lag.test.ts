import type { Request, Response } from 'express';
import { shedOnEventLoopLag, watchEventLoopLag } from '../../src/overload/event-loop-lag';
import { createIssuerBudgets } from '../../src/overload/issuer-budget';

const refused = expect.objectContaining({
  code: 'unavailable',
  retryable: true,
  extras: expect.objectContaining({ retryAfterSeconds: 2 }),
});

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const aProcess = () => {
  let nowMs = 0;
  const lag = watchEventLoopLag(() => nowMs);
  const { spend } = createIssuerBudgets(lag.isBehind, () => nowMs);
  const shed = shedOnEventLoopLag(lag);
  return {
    lag,
    round: (lateMs: number): void => {
      nowMs += 50 + lateMs;
      jest.advanceTimersByTime(50);
    },
    /** As a call of an issuer does. */
    call: (issuerId: string): void => {
      shed({} as Request, {} as Response, () => undefined);
      spend(issuerId, 0)();
    },
  };
};

test('one stall, of whatever length, refuses nothing', () => {
  const { lag, round } = aProcess();
  round(3_600_000);
  expect(lag.isBehind()).toBe(false);
  round(0);
  round(3_600_000);
  round(3_600_000);
  expect(lag.isBehind()).toBe(true);
  for (let n = 0; n < 5; n += 1) round(0);
  expect(lag.isBehind()).toBe(false);
});

test('while the process is behind, whoever used more than an equal share of the last seconds is refused, and nobody else', () => {
  const { lag, round, call } = aProcess();
  const small = Array.from({ length: 20 }, (_, n) => `small-${n}`);
  const callAll = (): void => {
    for (const issuerId of small) call(issuerId);
  };
  for (let n = 0; n < 400; n += 1) call('flood');
  for (let n = 0; n < 3; n += 1) callAll();
  while (!lag.isBehind()) round(700);
  expect(() => call('flood')).toThrow(refused);
  callAll();
  call('newcomer');
  // It goes on all the same, and stays refused.
  for (let n = 0; n < 30; n += 1) {
    expect(() => call('flood')).toThrow(refused);
    for (let calls = 0; calls < 9; calls += 1) expect(() => call('flood')).toThrow(refused);
    callAll();
    round(700);
  }
  expect(lag.isBehind()).toBe(true);
  // Once it has stopped for some seconds, it is one of them.
  for (let n = 0; n < 20; n += 1) round(700);
  callAll();
  call('flood');
});

test('far behind, it refuses everybody before a body is read', () => {
  const { lag, round, call } = aProcess();
  while (!lag.isFarBehind()) round(2_000);
  expect(() => call('newcomer')).toThrow(refused);
  while (lag.isFarBehind()) round(0);
  call('newcomer');
});
