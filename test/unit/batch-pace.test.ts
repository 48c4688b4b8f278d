import { createBatchPace } from '../../src/operator/batch-pace';

test('a batch of nothing, such as a dry run, leaves the turn with the batch that runs', async () => {
  const pace = createBatchPace(() => Date.now());
  let end = (): void => undefined;
  const first = pace.each(
    'ann',
    ['a'],
    () =>
      new Promise((resolve) => {
        end = () => resolve(true);
      }),
  );
  expect(await pace.each('ann', [], async () => true)).toBe(0);
  await expect(pace.each('ann', ['b'], async () => true)).rejects.toMatchObject({ code: 'rate_limited' });
  end();
  await first;
  expect(await pace.each('ann', ['c'], async () => true)).toBe(1);
});

test('a batch ends at the one that says so, and when its time is over; it says how far it came', async () => {
  let nowMs = 0;
  const pace = createBatchPace(() => nowMs);
  expect(await pace.each('ann', [1, 2, 3], async (n) => n < 2)).toBe(2);
  const slow = async () => {
    nowMs += 12_000;
    return true;
  };
  expect(await pace.each('ann', [1, 2, 3, 4, 5], slow)).toBe(3);
});

test('an operator whose batches have no end gives the turn to whoever waits, after some seconds', async () => {
  let nowMs = 0;
  const pace = createBatchPace(() => nowMs);
  const refused = { code: 'rate_limited' };
  const many = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const slow = async (n: number) => {
    nowMs += 2_000;
    if (n === 2) await expect(pace.each('bob', ['urgent'], async () => true)).rejects.toMatchObject(refused);
    return true;
  };
  expect(await pace.each('ann', many, slow)).toBe(3);
  await expect(pace.each('ann', many, slow)).rejects.toMatchObject(refused);
  expect(await pace.each('bob', ['urgent'], async () => true)).toBe(1);
  await expect(pace.each('bob', ['more'], async () => true)).rejects.toMatchObject(refused);
  expect(await pace.each('ann', ['a'], async () => true)).toBe(1);
  // Bob has gone.
  nowMs += 11_000;
  expect(await pace.each('ann', ['a'], async () => true)).toBe(1);
});
