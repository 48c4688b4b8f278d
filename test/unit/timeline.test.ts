import { flawOfOrder } from '../../src/store/order-shape';
import { withAllLines } from '../../src/store/timeline';

const line = (key: string, atMs: unknown) => ({ key, atMs, event: 'opened', detail: {} }) as never;
const row = (plain: readonly unknown[], called: readonly unknown[]) => ({
  ...{ _id: 'acme/1', issuerId: 'acme', orderNo: '1' },
  timeline: plain.map((at, n) => line(`plain.${n}`, at)),
  callLines: { opened: called.map((at, n) => line(`called.${n}`, at)) },
});
const keysOf = ({ timeline }: { timeline: readonly { key: string }[] }) => timeline.map(({ key }) => key);

test('lines of both lists come in the order of their times', () => {
  expect(keysOf(withAllLines(row([1, 3, 5], [2, 3, 6])))).toEqual([
    ...['plain.0', 'called.0', 'called.1', 'plain.1', 'plain.2', 'called.2'],
  ]);
});

test.each([
  ['without an end', Number.POSITIVE_INFINITY],
  ['without a beginning', Number.NEGATIVE_INFINITY],
  ['that is none', Number.NaN],
  ['beyond the calendar', 9e15],
  ['as text', '2026'],
  ['left out', undefined],
])('a row with a line of a time %s is read to its end, and is left out of lists', (_what, at) => {
  for (const [plain, called] of [
    [
      [1, at, 3],
      [2, 4],
    ],
    [
      [1, 3],
      [2, at, 4],
    ],
    [[at], [at]],
  ] as const) {
    const read = withAllLines(row(plain, called));
    expect(keysOf(read).length).toBeGreaterThanOrEqual(plain.length);
    expect(flawOfOrder(read)).toMatch(/^(timeline|callLines)/);
  }
});
