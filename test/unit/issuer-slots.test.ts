import { createSlots } from '../../src/bounded/slots';
import { isTestIssuer } from '../../src/domain/ids';
import { createInFlightLimit } from '../../src/overload/in-flight-limit';
import { createWaitingReaders } from '../../src/overload/waiting-readers';

const testIssuer = (n: number): string => `test-${n.toString(16).padStart(20, '0')}`;
const limited = expect.objectContaining({ code: 'rate_limited' });

/** As one of very many, each with a place of its own. */
const takenBy = (take: (issuerId: string) => unknown): number => {
  for (let n = 0; ; n += 1) {
    try {
      take(testIssuer(n));
    } catch (error) {
      expect(error).toEqual(limited);
      return n;
    }
  }
};

test('all test issuers together take a quarter of the places, each no more than it leaves to the others, and give them back', () => {
  const slots = createSlots(16, isTestIssuer);
  const [one, other, third, fourth] = [1, 2, 3, 4].map(testIssuer) as [string, string, string, string];
  const take = (issuerId: string) => slots.take(issuerId, 3);
  expect([take(one), take(one), take(one)]).toEqual(['taken', 'taken', 'total_limit']);
  expect([take(other), take(other), take(third), take(fourth)]).toEqual([
    'taken',
    'total_limit',
    'taken',
    'total_limit',
  ]);
  for (let n = 0; n < 12; n += 1) expect(take(`live-${n}`)).toBe('taken');
  expect(take('live-12')).toBe('total_limit');
  slots.giveBack(other);
  expect([take('live-12'), take(other)]).toEqual(['taken', 'total_limit']);
  slots.giveBack(one);
  expect([take(other), take(other)]).toEqual(['taken', 'total_limit']);
});

test('however many test issuers a stranger makes, live ones have three quarters of all requests, new orders and waiting readers', async () => {
  const { enter, enterNewOrder } = createInFlightLimit();
  expect([takenBy(enter), takenBy(enterNewOrder)]).toEqual([256, 112]);
  enter('acme');
  enterNewOrder('acme');

  const readers = createWaitingReaders();
  const gone = new AbortController();
  const read = (issuerId: string) =>
    readers.wait({
      ...{ issuerId, waitMs: 30_000, signal: gone.signal },
      look: async () => 0,
      isEnough: (seen) => seen > 0,
    });
  const waiting = Array.from({ length: 256 }, (_, n) => read(testIssuer(n)));
  await expect(read(testIssuer(256))).rejects.toEqual(limited);
  const live = read('acme');
  gone.abort();
  expect(new Set(await Promise.all([...waiting, live]))).toEqual(new Set([0]));
});
