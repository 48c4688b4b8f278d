import fc from 'fast-check';
import { freeTimes } from '../../src/domain/free-times';
import { seedOf } from '../support/seed';

const isIn = (times: readonly number[], ms: number): boolean => times.filter((one) => one <= ms).length % 2 === 1;

test('a moment is free when any code is usable then, and of more than 400 times between codes the shortest are', () => {
  const seed = seedOf('free times');
  const ms = fc.option(fc.nat(40), { nil: undefined });
  const dated = fc.array(
    fc.tuple(ms, ms).map(([startsAtMs, expiresAtMs]) => ({
      ...(startsAtMs === undefined ? {} : { startsAtMs }),
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    })),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(dated, fc.nat(40), (items, nowMs) => {
      const times = freeTimes(items, nowMs);
      for (let at = nowMs; at <= 45; at += 1) {
        const isFree = items.some(({ startsAtMs = 0, expiresAtMs = 99 }) => startsAtMs <= at && at < expiresAtMs);
        expect([at, isIn(times, at)]).toEqual([at, isFree]);
      }
    }),
    { seed },
  );
  const days = (n: number) =>
    Array.from({ length: n }, (_, day) => ({ startsAtMs: day * 24 + 9, expiresAtMs: day * 24 + 18 }));
  const [year, decades] = [freeTimes(days(400), 0), freeTimes(days(10_000), 0)];
  expect([year.length, decades.length]).toEqual([800, 800]);
  expect([isIn(year, 8), isIn(year, 9), isIn(year, 18)]).toEqual([false, true, false]);
  expect(days(10_000).every(({ startsAtMs }) => isIn(decades, startsAtMs))).toBe(true);
});
