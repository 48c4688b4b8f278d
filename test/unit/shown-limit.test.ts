import { createShownLimit } from '../../src/api/pickup/shown-limit';

test.each([
  ['they are shown', 'take', 6, 120],
  ['anything is answered by the link', 'look', 29, 600],
] as const)(
  'of an order of 10,000 codes %s a few times a minute, of one with a code often',
  (_what, way, few, often) => {
    let now = 0;
    const limit = createShownLimit(() => now);
    const takenOf = (order: { _id: string; quantity: number }): number => {
      for (let n = 0; ; n += 1) {
        try {
          limit[way](order);
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
    expect([takenOf(large), takenOf(small)]).toEqual([few, often]);
    now = 60_000;
    expect(takenOf(large)).toBe(few);
  },
);
