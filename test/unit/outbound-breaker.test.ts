import { type BreakerPass, createBreaker } from '../../src/outbound/breaker';

const aBreaker = (options: { keysMax?: number } = {}) => {
  let nowMs = 1_800_000_000_000;
  const breaker = createBreaker({ clock: { nowMs: () => nowMs }, ...options });
  const pass = (key = 'acme'): BreakerPass => {
    const answer = breaker.admit(key);
    if (!answer.admitted) throw new Error('was not admitted');
    return answer.pass;
  };
  return {
    ...breaker,
    pass,
    elapse: (elapsedMs: number) => {
      nowMs += elapsedMs;
    },
    fail: (times: number, key = 'acme') => {
      for (let index = 0; index < times; index += 1) pass(key).failed();
    },
    succeed: (times: number) => {
      for (let index = 0; index < times; index += 1) pass().succeeded();
    },
    stateOf: (key = 'acme') => breaker.states().find((state) => state.key === key)?.state,
  };
};

test('nine failures in a row leave the circuit closed, the tenth opens it', () => {
  const breaker = aBreaker();
  breaker.fail(9);
  expect(breaker.stateOf()).toBe('closed');
  breaker.fail(1);
  expect(breaker.stateOf()).toBe('open');
  expect(breaker.admit('acme')).toEqual({ admitted: false, retryAfterMs: 30_000 });
});

test('it opens at 70 % failures and not below', () => {
  const breaker = aBreaker();
  breaker.succeed(4);
  breaker.fail(9);
  expect(breaker.stateOf()).toBe('closed');
  breaker.fail(1);
  expect(breaker.states()).toEqual([{ key: 'acme', state: 'open', calls: 14, failures: 10 }]);
});

test('one issuer that is down costs another nothing', () => {
  const breaker = aBreaker();
  breaker.fail(10);
  expect(breaker.admit('other').admitted).toBe(true);
});

test('failures older than five minutes are forgotten', () => {
  const breaker = aBreaker();
  breaker.fail(9);
  breaker.elapse(5 * 60_000);
  breaker.fail(1);
  expect(breaker.states()).toEqual([{ key: 'acme', state: 'closed', calls: 1, failures: 1 }]);
});

test('after 30 s exactly one probe is let through; its success closes the circuit', () => {
  const breaker = aBreaker();
  breaker.fail(10);
  breaker.elapse(29_500);
  expect(breaker.admit('acme')).toEqual({ admitted: false, retryAfterMs: 1000 });
  breaker.elapse(500);
  expect(breaker.stateOf()).toBe('half_open');
  const probe = breaker.pass();
  expect(breaker.admit('acme')).toEqual({ admitted: false, retryAfterMs: 10_000 });
  probe.succeeded();
  expect(breaker.states()).toEqual([{ key: 'acme', state: 'closed', calls: 0, failures: 0 }]);
  breaker.fail(1);
  expect(breaker.stateOf()).toBe('closed');
});

test('a circuit that nobody needed for ten minutes is not told as open any more', () => {
  const breaker = aBreaker();
  breaker.fail(10);
  expect(breaker.openedWithin(600_000)).toEqual(['acme']);
  breaker.elapse(600_000);
  expect(breaker.openedWithin(600_000)).toEqual([]);
  expect(breaker.stateOf()).toBe('half_open');
});

test('a failed probe opens it for another 30 s', () => {
  const breaker = aBreaker();
  breaker.fail(10);
  breaker.elapse(30_000);
  breaker.pass().failed();
  expect(breaker.admit('acme')).toEqual({ admitted: false, retryAfterMs: 30_000 });
});

test('a probe that was dropped or lost does not keep the circuit open for ever', () => {
  const breaker = aBreaker();
  breaker.fail(10);
  breaker.elapse(30_000);
  breaker.pass().dropped();
  const lost = breaker.pass();
  breaker.elapse(10_000);
  const next = breaker.pass();
  lost.failed();
  expect(breaker.admit('acme')).toEqual({ admitted: false, retryAfterMs: 10_000 });
  next.succeeded();
  expect(breaker.stateOf()).toBe('closed');
});

test('calls that began before it opened neither close it nor prolong it', () => {
  const breaker = aBreaker();
  const [early, late] = [breaker.pass(), breaker.pass()];
  breaker.fail(10);
  breaker.elapse(20_000);
  early.succeeded();
  late.failed();
  expect(breaker.admit('acme')).toEqual({ admitted: false, retryAfterMs: 10_000 });
});

test('a dropped call counts for nothing', () => {
  const breaker = aBreaker();
  for (let index = 0; index < 20; index += 1) breaker.pass().dropped();
  expect(breaker.states()).toEqual([{ key: 'acme', state: 'closed', calls: 0, failures: 0 }]);
});

test('only so many circuits are kept: the one unused for longest is forgotten', () => {
  const breaker = aBreaker({ keysMax: 2 });
  breaker.fail(10, 'first');
  breaker.fail(10, 'second');
  breaker.admit('first');
  breaker.admit('third');
  expect(breaker.states().map((state) => state.key)).toEqual(['first', 'third']);
});
