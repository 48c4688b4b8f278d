import { createStartRate } from '../../src/overload/start-rate';
import { isLongForm } from '../support/long-form';

/** Steps of an order at the engine, its start being the first; between two of them it is elsewhere. */
const steps = 10;
const elsewhereMs = 6;

/**
 * An engine that takes `stepMs` for a step and does so many at once; what comes meanwhile waits. Orders come evenly, or as many
 * at the beginning, and begin as the start rate lets them. Reported is what was seen from `fromSeconds` on.
 */
const play = ({
  stepMs,
  stepsAtOnce = 1,
  apis = 1,
  perSecond = 0,
  atFirst = 0,
  seconds,
  fromSeconds = 0,
  moved,
}: {
  stepMs: number;
  stepsAtOnce?: number;
  /** Orders come to them in turns; each has a queue and a start rate of its own. */
  apis?: number;
  perSecond?: number;
  atFirst?: number;
  seconds: number;
  fromSeconds?: number;
  /** From then on a step takes this long. */
  moved?: { readonly atSeconds: number; readonly stepMs: number };
}) => {
  let now = 0;
  const due: { readonly atMs: number; readonly run: () => void }[] = [];
  const at = (atMs: number, run: () => void): void => {
    due.splice(due.findLastIndex((other) => other.atMs <= atMs) + 1, 0, { atMs, run });
  };
  const freeMs = Array.from({ length: stepsAtOnce }, () => 0);
  const step = (done: () => void): void => {
    const index = freeMs.indexOf(Math.min(...freeMs));
    const isMoved = moved !== undefined && now >= moved.atSeconds * 1_000;
    const endMs = Math.max(now, freeMs[index] ?? 0) + (isMoved ? moved.stepMs : stepMs);
    freeMs[index] = endMs;
    at(endMs, done);
  };
  const queues = Array.from({ length: apis }, () => ({ startRate: createStartRate(() => now), queued: 0, wakes: 0 }));
  let placed = 0;
  let atWork = 0;
  let mostAtWork = 0;
  let ended = 0;
  const isSeen = (): boolean => now >= fromSeconds * 1_000;

  const goOn = (stepsLeft: number): void => {
    if (stepsLeft > 0) at(now + elsewhereMs, () => step(() => goOn(stepsLeft - 1)));
    else {
      atWork -= 1;
      if (isSeen()) ended += 1;
    }
  };
  const begin = (api: (typeof queues)[number]): void => {
    api.queued -= 1;
    atWork += 1;
    if (isSeen()) mostAtWork = Math.max(mostAtWork, atWork);
    const sinceMs = now;
    api.startRate.begun();
    step(() => {
      api.startRate.answered(now - sinceMs);
      next(api);
      goOn(steps - 1);
    });
  };
  const next = (api: (typeof queues)[number]): void => {
    api.wakes += 1;
    const wake = api.wakes;
    while (api.queued > 0) {
      const ms = api.startRate.waitMs();
      if (ms > 0) {
        at(now + ms, () => {
          if (wake === api.wakes) next(api);
        });
        return;
      }
      begin(api);
    }
  };
  const place = (): void => {
    const api = queues[placed % apis];
    placed += 1;
    if (!api) return;
    api.queued += 1;
    next(api);
  };
  for (let n = 0; n < atFirst; n += 1) at(0, place);
  const comeFrom = (ms: number): void =>
    at(ms, () => {
      place();
      comeFrom(ms + 1_000 / perSecond);
    });
  if (perSecond > 0) comeFrom(0);
  for (let one = due.shift(); one && one.atMs < seconds * 1_000; one = due.shift()) {
    now = one.atMs;
    one.run();
  }
  return {
    perSecondEnded: ended / (seconds - fromSeconds),
    mostAtWork,
    queued: queues.reduce((sum, { queued }) => sum + queued, 0),
    steady: queues[0]?.startRate.steadyPerSecond(),
  };
};

/** What such an engine can do at best: 10.5 orders a second. */
const small = { stepMs: 9.5 };
const smallPerSecond = 1_000 / (small.stepMs * steps);

test('an engine that keeps up is asked for whatever comes', () => {
  const { queued, steady, perSecondEnded } = play({
    stepMs: 8,
    stepsAtOnce: 64,
    perSecond: 300,
    seconds: 10,
    fromSeconds: 1,
  });
  expect(queued).toBe(0);
  expect(steady).toBe(Number.POSITIVE_INFINITY);
  expect(perSecondEnded).toBeGreaterThan(290);
});

test('of twice as many as the engine can do a few are at work, and it does what it can', () => {
  const { perSecondEnded, mostAtWork } = play({ ...small, perSecond: 20, seconds: 60, fromSeconds: 10 });
  expect(mostAtWork).toBeLessThanOrEqual(9);
  expect(perSecondEnded).toBeGreaterThan(0.95 * smallPerSecond);
});

test('a process that begins in the middle of a burst finds out', () => {
  const { perSecondEnded, mostAtWork } = play({ ...small, atFirst: 64, perSecond: 20, seconds: 60, fromSeconds: 20 });
  expect(mostAtWork).toBeLessThanOrEqual(9);
  expect(perSecondEnded).toBeGreaterThan(0.95 * smallPerSecond);
});

test.each([
  { apis: 2, stepsAtOnce: 1, atMost: 20 },
  { apis: 4, stepsAtOnce: 1, atMost: 40 },
  { apis: 8, stepsAtOnce: 1, atMost: 160 },
  { apis: 2, stepsAtOnce: 10, atMost: 80 },
  { apis: 8, stepsAtOnce: 10, atMost: 80 },
])(
  '$apis apis that begin in a burst neither swamp nor starve an engine that does $stepsAtOnce at once',
  ({ apis, stepsAtOnce, atMost }) => {
    const perSecond = 20 * stepsAtOnce;
    const seen = play({ ...small, stepsAtOnce, apis, atFirst: 64, perSecond, seconds: 120, fromSeconds: 20 });
    expect(seen.perSecondEnded).toBeGreaterThan(0.85 * smallPerSecond * stepsAtOnce);
    expect(seen.mostAtWork).toBeLessThanOrEqual(atMost);
  },
);

test.each(isLongForm ? [20, 100] : [20])(
  'an engine that was quick and is far from then on is known as such within a minute, %i orders a second meanwhile queued',
  (perSecond) => {
    const moved = { atSeconds: 10, stepMs: 90 };
    const meanwhile = play({ stepMs: 8, stepsAtOnce: 10_000, perSecond, seconds: 20, moved });
    // It sinks by a fifth a second, however many are begun.
    expect(meanwhile.steady).toBeGreaterThan(perSecond / 5);
    const { queued, steady } = play({ stepMs: 8, stepsAtOnce: 10_000, perSecond, seconds: 70, moved });
    expect(queued).toBe(0);
    expect(steady).toBe(Number.POSITIVE_INFINITY);
  },
);

test.each([30, 60, 150])(
  'an engine that takes %i ms for a start, as it is far away, is known as such soon',
  (stepMs) => {
    const { queued, steady } = play({ stepMs, stepsAtOnce: 1_000, perSecond: 20, seconds: 30 });
    expect(queued).toBe(0);
    expect(steady).toBe(Number.POSITIVE_INFINITY);
  },
);

test('starts are free again once nothing was held back for ten seconds', () => {
  let now = 0;
  const startRate = createStartRate(() => now);
  const start = (ms: number): void => {
    startRate.begun();
    startRate.answered(ms);
  };
  start(5);
  for (let n = 0; n < 10; n += 1) start(100);
  expect(startRate.steadyPerSecond()).toBeLessThan(Number.POSITIVE_INFINITY);
  expect(startRate.waitMs()).toBeGreaterThan(0);
  now += 9_999;
  start(5);
  expect(startRate.steadyPerSecond()).toBeLessThan(Number.POSITIVE_INFINITY);
  now += 2;
  start(5);
  expect(startRate.steadyPerSecond()).toBe(Number.POSITIVE_INFINITY);
  expect(startRate.waitMs()).toBe(0);
});

test('an engine that was once quick is not emptied first when starts come a little late', () => {
  let now = 0;
  const startRate = createStartRate(() => now);
  for (const ms of [...Array.from({ length: 20 }, () => 18), 90, 90, 90]) {
    now += 100;
    startRate.begun();
    startRate.answered(ms);
  }
  startRate.begun();
  startRate.begun();
  // One in 114 ms: 9.8 a second, pulled down by the root of 72/90. Two together, after one that was paced already.
  expect(startRate.waitMs()).toBeGreaterThan(200);
  expect(startRate.waitMs()).toBeLessThan(250);
});

test('one late start among quick ones holds nothing back', () => {
  const startRate = createStartRate(() => 0);
  for (const ms of [6, 8, 2_000, 7, 9, 3_000, 8]) {
    startRate.begun();
    startRate.answered(ms);
    expect(startRate.waitMs()).toBe(0);
  }
});
