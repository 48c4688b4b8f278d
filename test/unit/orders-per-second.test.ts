import { Failure } from '../../src/domain/failures';
import { createOrdersPerSecond } from '../../src/overload/orders-per-second';

test('so many at once, so many a second in the long run, each issuer by itself', () => {
  let nowMs = 1_000;
  const { admit } = createOrdersPerSecond(() => nowMs);
  const taken = (issuerId: string, perSecond: number | undefined, times: number): number => {
    let count = 0;
    for (let n = 0; n < times; n += 1) {
      try {
        admit(issuerId, perSecond);
        count += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(Failure);
        expect(error).toMatchObject({ code: 'rate_limited', extras: { retryAfterSeconds: 1 } });
      }
    }
    return count;
  };
  expect(taken('a', 3, 10)).toBe(3);
  expect(taken('b', 3, 10)).toBe(3);
  expect(taken('c', undefined, 10)).toBe(10);
  nowMs += 500;
  expect(taken('a', 3, 10)).toBe(1);
  nowMs += 60_000;
  expect(taken('a', 3, 10)).toBe(3);
});
