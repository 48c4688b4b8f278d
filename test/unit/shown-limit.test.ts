import { createShownLimit } from '../../src/api/pickup/shown-limit';

test('of an order of 10,000 codes they are shown six times a minute, of one with a code 120 times', () => {
  let now = 0;
  const { take } = createShownLimit(() => now);
  const takenOf = (order: { _id: string; quantity: number }): number => {
    for (let n = 0; ; n += 1) {
      try {
        take(order);
      } catch (error) {
        expect(error).toMatchObject({ code: 'rate_limited', extras: { retryAfterSeconds: 60 } });
        return n;
      }
    }
  };
  const [large, small] = [
    { _id: 'acme/1', quantity: 10_000 },
    { _id: 'acme/2', quantity: 1 },
  ];
  expect([takenOf(large), takenOf(small)]).toEqual([6, 120]);
  now = 60_000;
  expect(takenOf(large)).toBe(6);
});
