import { createThrottled } from '../../src/outbound/throttled';

test('what was turned away counts for ten minutes, by whose limit it was, the most often first', () => {
  let nowMs = 0;
  const throttled = createThrottled({ nowMs: () => nowMs });
  throttled.add('acme');
  nowMs = 9 * 60_000;
  throttled.add('acme');
  for (let n = 0; n < 3; n += 1) throttled.add('other');
  expect(throttled.lately()).toEqual([
    { key: 'other', count: 3 },
    { key: 'acme', count: 2 },
  ]);
  nowMs = 10 * 60_000;
  expect(throttled.lately()).toEqual([
    { key: 'other', count: 3 },
    { key: 'acme', count: 1 },
  ]);
  nowMs = 19 * 60_000;
  expect(throttled.lately()).toEqual([]);
});

test('only so many keys are kept: the one that was turned away longest ago is forgotten', () => {
  const throttled = createThrottled({ nowMs: () => 0 });
  for (let n = 0; n <= 2_000; n += 1) throttled.add(`issuer-${n}`);
  const keys = throttled.lately().map(({ key }) => key);
  expect([keys.length, keys.includes('issuer-0'), keys.includes('issuer-2000')]).toEqual([2_000, false, true]);
});
