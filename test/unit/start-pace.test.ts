import { createStartPace } from '../../src/http/start-pace';

/** Steps of an order at the engine, its start being the first; between two of them it is elsewhere. */
const steps = 10;
const elsewhereMs = 6;

/**
 * An engine that takes `stepMs` for a step and does so many at once; what comes meanwhile waits. Orders come evenly, or as many
 * at the beginning, and begin as the pace lets them. Reported is what was seen from `fromSeconds` on.
 */
const play = ({
  stepMs,
  stepsAtOnce = 1,
  perSecond = 0,
  atFirst = 0,
  seconds,
  fromSeconds = 0,
}: {
  stepMs: number;
  stepsAtOnce?: number;
  perSecond?: number;
  atFirst?: number;
  seconds: number;
  fromSeconds?: number;
}) => {
  let now = 0;
  const due: { readonly atMs: number; readonly run: () => void }[] = [];
  const at = (atMs: number, run: () => void): void => {
    const index = due.findIndex((other) => other.atMs > atMs);
    due.splice(index < 0 ? due.length : index, 0, { atMs, run });
  };
  const freeMs = Array.from({ length: stepsAtOnce }, () => 0);
  const step = (done: () => void): void => {
    const index = freeMs.indexOf(Math.min(...freeMs));
    const endMs = Math.max(now, freeMs[index] ?? 0) + stepMs;
    freeMs[index] = endMs;
    at(endMs, done);
  };
  const { answered, waitMs, begun, steadyPerSecond } = createStartPace(() => now);
  let inLine = 0;
  let atWork = 0;
  let mostAtWork = 0;
  let ended = 0;
  let wakes = 0;
  const isSeen = (): boolean => now >= fromSeconds * 1_000;

  const goOn = (stepsLeft: number): void => {
    if (stepsLeft > 0) at(now + elsewhereMs, () => step(() => goOn(stepsLeft - 1)));
    else {
      atWork -= 1;
      if (isSeen()) ended += 1;
    }
  };
  const begin = (): void => {
    inLine -= 1;
    atWork += 1;
    if (isSeen()) mostAtWork = Math.max(mostAtWork, atWork);
    const sinceMs = now;
    begun();
    step(() => {
      answered(now - sinceMs);
      next();
      goOn(steps - 1);
    });
  };
  const next = (): void => {
    wakes += 1;
    const wake = wakes;
    while (inLine > 0) {
      const ms = waitMs();
      if (ms > 0) {
        at(now + ms, () => {
          if (wake === wakes) next();
        });
        return;
      }
      begin();
    }
  };
  const place = (): void => {
    inLine += 1;
    next();
  };
  for (let n = 0; n < atFirst; n += 1) at(0, place);
  for (let ms = 0; perSecond > 0 && ms < seconds * 1_000; ms += 1_000 / perSecond) at(ms, place);
  for (let one = due.shift(); one && one.atMs < seconds * 1_000; one = due.shift()) {
    now = one.atMs;
    one.run();
  }
  return { perSecondEnded: ended / (seconds - fromSeconds), mostAtWork, inLine, steady: steadyPerSecond() };
};

/** What such an engine can do at best: 10.5 orders a second. */
const small = { stepMs: 9.5 };
const smallPerSecond = 1_000 / (small.stepMs * steps);

test('an engine that keeps up is asked for whatever comes', () => {
  const { inLine, steady, perSecondEnded } = play({
    stepMs: 8,
    stepsAtOnce: 64,
    perSecond: 300,
    seconds: 10,
    fromSeconds: 1,
  });
  expect(inLine).toBe(0);
  expect(steady).toBe(Number.POSITIVE_INFINITY);
  expect(perSecondEnded).toBeGreaterThan(290);
});

test('of twice as many as the engine can do a few are at work, and it does what it can', () => {
  const { perSecondEnded, mostAtWork } = play({ ...small, perSecond: 20, seconds: 60, fromSeconds: 10 });
  expect(mostAtWork).toBeLessThanOrEqual(9);
  expect(perSecondEnded).toBeGreaterThan(0.95 * smallPerSecond);
});

test('a process that begins in the middle of a crowd finds out', () => {
  const { perSecondEnded, mostAtWork } = play({ ...small, atFirst: 64, perSecond: 20, seconds: 60, fromSeconds: 20 });
  expect(mostAtWork).toBeLessThanOrEqual(9);
  expect(perSecondEnded).toBeGreaterThan(0.95 * smallPerSecond);
});

test.each([30, 60, 150])(
  'an engine that takes %i ms for a start, as it is far away, is known as such soon',
  (stepMs) => {
    const { inLine, steady } = play({ stepMs, stepsAtOnce: 1_000, perSecond: 20, seconds: 30 });
    expect(inLine).toBe(0);
    expect(steady).toBe(Number.POSITIVE_INFINITY);
  },
);

test('starts are free again once nothing was held back for ten seconds', () => {
  let now = 0;
  const pace = createStartPace(() => now);
  const start = (ms: number): void => {
    pace.begun();
    pace.answered(ms);
  };
  start(5);
  for (let n = 0; n < 10; n += 1) start(100);
  expect(pace.steadyPerSecond()).toBeLessThan(Number.POSITIVE_INFINITY);
  expect(pace.waitMs()).toBeGreaterThan(0);
  now += 9_999;
  start(5);
  expect(pace.steadyPerSecond()).toBeLessThan(Number.POSITIVE_INFINITY);
  now += 2;
  start(5);
  expect(pace.steadyPerSecond()).toBe(Number.POSITIVE_INFINITY);
  expect(pace.waitMs()).toBe(0);
});

test('one late start among quick ones holds nothing back', () => {
  const pace = createStartPace(() => 0);
  for (const ms of [6, 8, 2_000, 7, 9, 3_000, 8]) {
    pace.begun();
    pace.answered(ms);
    expect(pace.waitMs()).toBe(0);
  }
});
