import { createShownLimit } from '../../src/api/pickup/shown-limit';
import type { TimelineEntry } from '../../src/domain/messages';
import type { OrderFacts } from '../../src/domain/order';
import { createPace } from '../../src/overload/pace';

const delivered = (issued: number) => ({ state: 'delivered', issued }) as OrderFacts;

/** Of orders, by themselves. */
const noPace = async () => undefined;

test.each([
  ['they are shown', 'take', 6, 120],
  ['they are opened for who gave them away', 'takeGiven', 6, 120],
  ['anything is answered by the link', 'look', 29, 600],
] as const)(
  'of an order of 10,000 codes %s a few times a minute, of one with a code often',
  async (_what, way, few, often) => {
    let now = 0;
    const limit = createShownLimit(() => now, noPace);
    const takenOf = async (order: {
      _id: string;
      quantity: number;
      codes: number;
      facts: OrderFacts;
      timeline: [];
    }): Promise<number> => {
      for (let n = 0; ; n += 1) {
        try {
          await limit[way](order);
        } catch (error) {
          expect(error).toMatchObject({ code: 'rate_limited', extras: { retryAfterSeconds: 60 } });
          return n;
        }
      }
    };
    const [large, small] = [
      { _id: 'acme/1', quantity: 10_000, codes: 10_000, facts: delivered(10_000), timeline: [] as [] },
      { _id: 'acme/2', quantity: 1, codes: 1, facts: delivered(1), timeline: [] as [] },
    ];
    expect([await takenOf(large), await takenOf(small)]).toEqual([few, often]);
    now = 60_000;
    expect(await takenOf(large)).toBe(few);
  },
);

test('of all orders of one issuer so many codes are opened a second: others wait, then are refused, and few never do', async () => {
  let now = 0;
  const waits: number[] = [];
  const limits = { unitsPerSecond: 16_000, atOnceMs: 1_000, waitMaxMs: 10_000 };
  const pace = createPace(
    limits,
    () => now,
    async (ms) => waits.push(ms),
  );
  const limit = createShownLimit(() => now, pace);
  const ask = (issuerId: string, n: number, quantity = 200) =>
    limit.take({ _id: `${issuerId}/${n}`, quantity, facts: delivered(quantity), timeline: [] });
  // Each is a tenth of a second.
  for (let n = 0; n < 13; n += 1) await ask('stadium', n);
  expect(waits).toEqual([100, 200]);
  for (let n = 13; n < 111; n += 1) await ask('stadium', n);
  expect(waits.at(-1)).toBe(10_000);
  await expect(ask('stadium', 111)).rejects.toMatchObject({ code: 'rate_limited', extras: { retryAfterSeconds: 1 } });
  const before = waits.length;
  await ask('stadium', 112, 10);
  await ask('theatre', 1);
  expect(waits).toHaveLength(before);
  now = 20_000;
  await ask('stadium', 113);
  expect(waits).toHaveLength(before);
});

test('a page of an order costs its issuer by how many codes it has, and to open them four times that', async () => {
  const spent: number[] = [];
  const limit = createShownLimit(
    () => 0,
    async (_issuer, units) => {
      spent.push(units);
    },
  );
  const row = { _id: 'acme/1', quantity: 300, codes: 200, facts: delivered(200), timeline: [] as [] };
  await limit.look(row);
  await limit.take(row);
  await limit.takeGiven(row);
  expect(spent).toEqual([200, 1_600, 1_600]);
});

test.each([
  [1, 120],
  [10_000, 6],
])('two processes together show the codes of an order of %d as often as one', async (quantity, often) => {
  let now = 0;
  const processes = [createShownLimit(() => now, noPace), createShownLimit(() => now, noPace)];
  const row = {
    _id: 'acme/1',
    quantity,
    facts: delivered(quantity),
    timeline: [] as TimelineEntry[],
  };
  const reveal = async (n: number) => {
    await processes[n % 2]?.take(row);
    row.timeline.push({ key: `opened.${n}`, event: 'opened', atMs: now, detail: {} });
  };
  for (let n = 0; n < often; n += 1) await reveal(n);
  now = 20_000;
  for (const n of [0, 1]) {
    await expect(reveal(n)).rejects.toMatchObject({ code: 'rate_limited', extras: { retryAfterSeconds: 40 } });
  }
  now = 60_000;
  await reveal(0);
});
