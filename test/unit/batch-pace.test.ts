import { createBatchPace } from '../../src/http/batch-pace';

test('a batch of nothing, such as a dry run, leaves the turn with the batch that runs', async () => {
  const pace = createBatchPace(() => Date.now());
  let end = (): void => undefined;
  const first = pace.each(['a'], () => new Promise((resolve) => (end = resolve)));
  await pace.each([], async () => undefined);
  await expect(pace.each(['b'], async () => undefined)).rejects.toMatchObject({ code: 'rate_limited' });
  end();
  await first;
  const done: string[] = [];
  await pace.each(['c'], async (item) => {
    done.push(item);
  });
  expect(done).toEqual(['c']);
});
