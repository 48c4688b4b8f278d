import { createShownLimit } from '../../src/api/pickup/shown-limit';
import type { TimelineEntry } from '../../src/domain/messages';

test.each([
  ['they are shown', 'take', 6, 120],
  ['they are opened for who gave them away', 'takeGiven', 6, 120],
  ['anything is answered by the link', 'look', 29, 600],
] as const)(
  'of an order of 10,000 codes %s a few times a minute, of one with a code often',
  (_what, way, few, often) => {
    let now = 0;
    const limit = createShownLimit(() => now);
    const takenOf = (order: { _id: string; quantity: number; timeline: [] }): number => {
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
      { _id: 'acme/1', quantity: 10_000, timeline: [] as [] },
      { _id: 'acme/2', quantity: 1, timeline: [] as [] },
    ];
    expect([takenOf(large), takenOf(small)]).toEqual([few, often]);
    now = 60_000;
    expect(takenOf(large)).toBe(few);
  },
);

test.each([
  ['take', 48],
  ['look', 191],
] as const)('of all large orders of one issuer a minute has so many: %s', (way, often) => {
  let now = 0;
  const limit = createShownLimit(() => now);
  const ask = (issuerId: string, n: number, quantity = 10_000) =>
    limit[way]({ _id: `${issuerId}/${n}`, quantity, timeline: [] });
  const limited = expect.objectContaining({ code: 'rate_limited' });
  for (let n = 0; n < often; n += 1) ask('stadium', n);
  expect(() => ask('stadium', often)).toThrow(limited);
  ask('stadium', often, 499);
  ask('theatre', 1);
  now = 60_000;
  ask('stadium', often);
});

test.each([
  [1, 120],
  [10_000, 6],
])('two processes together show the codes of an order of %d as often as one', (quantity, often) => {
  let now = 0;
  const processes = [createShownLimit(() => now), createShownLimit(() => now)];
  const row = {
    _id: 'acme/1',
    quantity,
    timeline: [] as TimelineEntry[],
  };
  const reveal = (n: number) => {
    processes[n % 2]?.take(row);
    row.timeline.push({ key: `opened.${n}`, event: 'opened', atMs: now, detail: {} });
  };
  for (let n = 0; n < often; n += 1) reveal(n);
  now = 20_000;
  for (const n of [0, 1]) {
    expect(() => reveal(n)).toThrow(
      expect.objectContaining({ code: 'rate_limited', extras: { retryAfterSeconds: 40 } }),
    );
  }
  now = 60_000;
  reveal(0);
});
