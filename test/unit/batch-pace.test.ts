import { createBatchPace } from '../../src/operator/batch-pace';

test('a batch of nothing, such as a dry run, leaves the turn with the batch that runs', async () => {
  const pace = createBatchPace(() => Date.now());
  let end = (): void => undefined;
  const first = pace.each(
    ['a'],
    () =>
      new Promise((resolve) => {
        end = () => resolve(true);
      }),
  );
  expect(await pace.each([], async () => true)).toBe(0);
  await expect(pace.each(['b'], async () => true)).rejects.toMatchObject({ code: 'rate_limited' });
  end();
  await first;
  expect(await pace.each(['c'], async () => true)).toBe(1);
});

test('a batch ends at the one that says so, and when its time is over; it says how far it came', async () => {
  let nowMs = 0;
  const pace = createBatchPace(() => nowMs);
  expect(await pace.each([1, 2, 3], async (n) => n < 2)).toBe(2);
  const slow = async () => {
    nowMs += 12_000;
    return true;
  };
  expect(await pace.each([1, 2, 3, 4, 5], slow)).toBe(3);
});
