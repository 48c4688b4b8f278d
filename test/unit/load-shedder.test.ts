import { Registry } from 'prom-client';
import { createLoadShedder, registerShedderGauge } from '../../src/overload/load-shedder';

/**
 * A platform of that many orders a second: each is asked twice. What waits for all that was accepted before is the question,
 * or the workflow's first task, after which questions are answered at once.
 */
const play = ({
  capacity,
  seconds,
  offered,
  waiting = 'question',
  pairs = {},
}: {
  capacity: number;
  seconds: number;
  offered: Record<string, number>;
  waiting?: 'question' | 'first task';
  /** Issuers that send two orders at once, so many seconds after the last two. */
  pairs?: Record<string, number>;
}) => {
  let now = 0;
  let workedOffMs = 0;
  const shedder = createLoadShedder({ backlog: () => 0, nowMs: () => now });
  const questions: { atMs: number; call: string; sinceMs: number }[] = [];
  const taken: Record<string, number> = {};
  const refused: Record<string, number> = {};
  let done = 0;
  let lastTookMs = 0;
  for (; now < seconds * 1_000; now += 10) {
    for (let next = questions[0]; next && next.atMs <= now; next = questions[0]) {
      questions.shift();
      lastTookMs = now - next.sinceMs;
      // What is asked too late is answered 503: it was worked on all the same.
      const isInTime = lastTookMs < 3_000;
      if (waiting === 'first task') shedder.note(next.call, 'ok', 0.1, lastTookMs);
      else shedder.note(next.call, isInTime ? 'ok' : 'unavailable', Math.min(lastTookMs, 3_000) / 1_000, 10);
      if (next.call === 'ask_codes') done += 1;
    }
    // Evenly, each at its own pace.
    const due = Object.entries(offered).flatMap(([issuerId, perSecond]) =>
      Math.floor((now * perSecond) / 1_000) > Math.floor(((now - 10) * perSecond) / 1_000) ? [issuerId] : [],
    );
    const inPairs = Object.entries(pairs).flatMap(([issuerId, seconds]) =>
      now % (seconds * 1_000) === 0 ? [issuerId, issuerId] : [],
    );
    for (const issuerId of [...due, ...inPairs]) {
      try {
        shedder.admit(issuerId);
      } catch {
        refused[issuerId] = (refused[issuerId] ?? 0) + 1;
        continue;
      }
      taken[issuerId] = (taken[issuerId] ?? 0) + 1;
      for (const call of ['ask_verify', 'ask_codes']) {
        workedOffMs = Math.max(now, workedOffMs) + 500 / capacity;
        questions.push({ atMs: workedOffMs, call, sinceMs: now });
      }
    }
  }
  return { taken, refused, donePerSecond: done / seconds, lastTookMs };
};

test('at three times what it can do, nearly all that it can do is done, and questions stay within their time', () => {
  const { refused, donePerSecond, lastTookMs } = play({ capacity: 20, seconds: 120, offered: { one: 30, two: 30 } });
  expect(donePerSecond).toBeGreaterThan(18);
  expect(lastTookMs).toBeLessThan(3_000);
  expect((refused.one ?? 0) + (refused.two ?? 0)).toBeGreaterThan(4_000);
});

test('nor do new orders wait for their first task longer and longer, though questions are answered at once', () => {
  const { refused, donePerSecond, lastTookMs } = play({
    capacity: 20,
    seconds: 120,
    offered: { one: 30, two: 30 },
    waiting: 'first task',
  });
  expect(donePerSecond).toBeGreaterThan(18);
  // 80 s without a limit.
  expect(lastTookMs).toBeLessThan(15_000);
  expect((refused.one ?? 0) + (refused.two ?? 0)).toBeGreaterThan(4_000);
});

test('an issuer that sends less than its share is not refused because of one that sends a hundred times as much', () => {
  const { taken, refused } = play({ capacity: 20, seconds: 120, offered: { loud: 90, quiet: 0.9 } });
  expect(refused.quiet ?? 0).toBe(0);
  expect(taken.quiet).toBeGreaterThan(80);
  expect(refused.loud).toBeGreaterThan(5_000);
});

test('nor is one whose orders come in pairs, some time apart', () => {
  const { taken, refused } = play({ capacity: 20, seconds: 120, offered: { large: 200 }, pairs: { small: 12 } });
  expect([taken.small, refused.small]).toEqual([20, undefined]);
});

test('below what it can do nothing is refused', () => {
  expect(play({ capacity: 20, seconds: 60, offered: { one: 8, two: 8 } }).refused).toEqual({});
});

test('orders that their issuers verify late limit nothing while first tasks come at once', () => {
  let now = 0;
  const shedder = createLoadShedder({ backlog: () => 0, nowMs: () => now });
  for (let n = 0; n < 60_000; n += 50) {
    now = n;
    shedder.admit('one');
    // A tenth of them, after whatever time.
    if (n % 500 === 0) shedder.note('ask_verify', 'ok', 0.05, 40);
  }
  expect(shedder.perSecond()).toBe(Number.POSITIVE_INFINITY);
});

test('a single slow question, or a refused one, limits nothing; what is limited is lifted when it was calm for a while', () => {
  let now = 0;
  const shedder = createLoadShedder({ backlog: () => 0, nowMs: () => now });
  const ask = (times: number, result: 'ok' | 'unavailable' | 'refused', call = 'ask_verify') => {
    for (let n = 0; n < times; n += 1) shedder.note(call, result, 3);
    now += 1_000;
    shedder.note('start_order', 'ok', 0.01);
    shedder.admit('one');
  };
  ask(5, 'unavailable');
  now += 10_000;
  ask(50, 'refused');
  ask(50, 'unavailable', 'start_order');
  expect(shedder.perSecond()).toBe(Number.POSITIVE_INFINITY);
  ask(6, 'unavailable');
  expect(shedder.perSecond()).toBe(2);
  for (let n = 0; n < 60; n += 1) {
    now += 1_000;
    shedder.admit(`issuer-${n}`);
  }
  expect(shedder.perSecond()).toBe(Number.POSITIVE_INFINITY);
});

test('a limit ends by itself, also when no call comes', () => {
  let now = 0;
  const shedder = createLoadShedder({ backlog: () => 0, nowMs: () => now });
  for (let n = 0; n < 6; n += 1) shedder.note('ask_codes', 'unavailable', 3);
  now += 1_000;
  expect(shedder.perSecond()).toBe(2);
  now += 60_000;
  expect(shedder.perSecond()).toBe(Number.POSITIVE_INFINITY);
});

test('refused fast and retryably, with a time to wait, and never less than two orders a second are taken', () => {
  let now = 0;
  const shedder = createLoadShedder({ backlog: () => 0, nowMs: () => now });
  for (let n = 0; n < 6; n += 1) shedder.note('ask_codes', 'unavailable', 3);
  now += 1_000;
  // What a burst out of calm may have, whatever is measured.
  for (let n = 0; n < 64; n += 1) shedder.admit('one');
  let taken = 0;
  for (; now < 11_000; now += 100) {
    for (let n = 0; n < 6; n += 1) shedder.note('ask_codes', 'unavailable', 3);
    try {
      shedder.admit('one');
      taken += 1;
    } catch (failure) {
      expect(failure).toMatchObject({ code: 'rate_limited', retryable: true, extras: { retryAfterSeconds: 1 } });
    }
  }
  expect(taken).toBeGreaterThanOrEqual(20);
  expect(taken).toBeLessThanOrEqual(24);
});

test('a burst that the engine does not begin is refused at once, and who sends little has a share of what is taken', () => {
  let now = 0;
  let waiting = 0;
  const shedder = createLoadShedder({ backlog: () => waiting / 256, nowMs: () => now });
  const admits = (issuerId: string): boolean => {
    try {
      shedder.admit(issuerId);
    } catch {
      return false;
    }
    waiting += 1;
    return true;
  };
  let taken = 0;
  for (; now < 100; now += 1) for (let n = 0; n < 10; n += 1) if (admits('large')) taken += 1;
  expect(taken).toBeGreaterThanOrEqual(257);
  expect(taken).toBeLessThanOrEqual(265);
  expect([admits('small'), admits('small'), admits('large')]).toEqual([true, true, false]);

  waiting = 0;
  for (let n = 0; n < 60; n += 1) {
    now += 1_000;
    admits('small');
  }
  expect(shedder.perSecond()).toBe(Number.POSITIVE_INFINITY);
});

test('a burst that comes while little runs is soon taken as fast as it gets through, not as fast as it was before', () => {
  let now = 0;
  let backlog = 0;
  const shedder = createLoadShedder({ backlog: () => backlog, nowMs: () => now });
  const getThrough = (perSecond: number, seconds: number): void => {
    for (const endMs = now + seconds * 1_000; now < endMs; now += 1_000 / perSecond) {
      shedder.note('ask_verify', 'ok', 0.1, 50);
    }
  };
  const admit = (): void => {
    try {
      shedder.admit('one');
    } catch {
      // What is taken is read below.
    }
  };
  getThrough(5, 4);
  backlog = 1.1;
  admit();
  expect(shedder.perSecond()).toBeLessThan(5.5);
  backlog = 0.9;
  getThrough(12, 4);
  admit();
  expect(shedder.perSecond()).toBeGreaterThan(11);
});

test('many orders of one call are taken whole, and their issuer waits until they are worked off', () => {
  let now = 0;
  let backlog = 0;
  const shedder = createLoadShedder({ backlog: () => backlog, nowMs: () => now });
  const takes = (issuerId: string, orders?: number): boolean => {
    try {
      shedder.admit(issuerId, orders);
      return true;
    } catch {
      return false;
    }
  };
  expect(takes('large', 200)).toBe(true);
  backlog = 2;
  now += 10;
  expect([takes('large', 200), takes('large', 200), takes('small'), takes('small')]).toEqual([true, false, true, true]);
  // Two orders a second are taken, half of them of the small one: 198 are worked off in 200 s and more.
  for (let second = 0; second < 100; second += 1) {
    now += 1_000;
    expect([takes('large', 200), takes('small')]).toEqual([false, true]);
  }
  let waited = 100;
  for (; !takes('large', 200); waited += 1) {
    now += 1_000;
    takes('small');
  }
  expect(waited).toBeGreaterThan(150);
  expect(waited).toBeLessThan(250);
});

test('the metric has a value only while there is a limit', async () => {
  const registry = new Registry();
  let perSecond = Number.POSITIVE_INFINITY;
  registerShedderGauge(registry, { perSecond: () => perSecond });
  const values = async () => (await registry.getMetricsAsJSON())[0]?.values.map(({ value }) => value);
  expect(await values()).toEqual([]);
  perSecond = 7;
  expect(await values()).toEqual([7]);
  perSecond = Number.POSITIVE_INFINITY;
  expect(await values()).toEqual([]);
});
