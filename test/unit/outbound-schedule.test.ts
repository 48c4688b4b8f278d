import {
  codeRequestDelayMs,
  deliveryDelayMs,
  eventDelayMs,
  lengthenedDelayMs,
  noticeDelayMs,
  retryAfterMs,
} from '../../src/outbound/schedule';

const tries = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const middle = () => 0.5;

test('a notice is repeated after 10, 30, 60, 120, 120, 240 s, then every 300 s', () => {
  const seconds = tries(9).map((failedTry) => noticeDelayMs(failedTry) / 1000);
  expect(seconds).toEqual([10, 30, 60, 120, 120, 240, 300, 300, 300]);
  expect(noticeDelayMs(1_000_000)).toBe(300_000);
});

test('a code request is repeated after 1 s, then as a notice is', () => {
  const seconds = tries(9).map((failedTry) => codeRequestDelayMs(failedTry) / 1000);
  expect(seconds).toEqual([1, 10, 30, 60, 120, 120, 240, 300, 300]);
  expect(tries(3).map((failedTry) => codeRequestDelayMs(failedTry, [5, 7]))).toEqual([1000, 5000, 7000]);
});

test('an event has ten tries over three days, each delay within a tenth of its place in the list', () => {
  const minutes = tries(10).map((failedTry) => {
    const delayMs = eventDelayMs(failedTry, middle);
    return delayMs === undefined ? undefined : delayMs / 60_000;
  });
  expect(minutes).toEqual([5 / 60, 5, 30, 120, 300, 600, 840, 1200, 1440, undefined]);
  expect(eventDelayMs(2, () => 0)).toBe(270_000);
  expect(eventDelayMs(2, () => 1)).toBe(330_000);
});

test('a delivery has seven tries', () => {
  const round = [2000, 10_000, 30_000, 60_000, 300_000, 1_800_000, undefined];
  expect(tries(7).map((failedTry) => deliveryDelayMs(failedTry))).toEqual(round);
  expect(tries(14).map((failedTry) => deliveryDelayMs(failedTry))).toEqual([...round, ...round]);
});

test('an issuer may have delays of its own', () => {
  expect(tries(3).map((failedTry) => noticeDelayMs(failedTry, [1, 7]))).toEqual([1000, 7000, 7000]);
  expect(tries(3).map((failedTry) => eventDelayMs(failedTry, middle, [1, 7]))).toEqual([1000, 7000, undefined]);
  expect(tries(4).map((failedTry) => deliveryDelayMs(failedTry, [1]))).toEqual([1000, undefined, 1000, undefined]);
  expect(noticeDelayMs(1, [])).toBe(10_000);
});

test.each([
  ['120', 120_000],
  ['0', 0],
  ['301', 300_000],
  ['99999999999999', 300_000],
  ['Wed, 21 Oct 2026 07:28:00 GMT', 30_000],
  ['Wednesday, 21-Oct-26 07:28:00 GMT', 30_000],
  ['Wed, 21 Oct 2026 09:00:00 GMT', 300_000],
  ['Wed, 21 Oct 2026 07:00:00 GMT', 0],
  ['-1', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['2026-10-21', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j asks for %j ms, never for more than 300 s', (header, delayMs) => {
  expect(retryAfterMs(header, Date.parse('2026-10-21T07:27:30Z'))).toBe(delayMs);
});

test('Retry-After lengthens a delay and never shortens it', () => {
  expect(lengthenedDelayMs(10_000, 60_000)).toBe(60_000);
  expect(lengthenedDelayMs(60_000, 1000)).toBe(60_000);
  expect(lengthenedDelayMs(60_000, undefined)).toBe(60_000);
});
