import { createReadOnce } from '../../src/bounded/read-once';

test('a key is read once for all who came meanwhile, and waits for no other one', async () => {
  const ends = new Map<string, () => void>();
  const read = jest.fn((key: string) => new Promise<string>((resolve) => ends.set(key, () => resolve(`${key} read`))));
  const readOnce = createReadOnce(read);
  const slow = Array.from({ length: 5 }, () => readOnce('slow'));
  const quick = readOnce('quick');
  ends.get('quick')?.();
  expect(await quick).toBe('quick read');
  ends.get('slow')?.();
  expect(await slow[0]).toBe('slow read');
  expect(read.mock.calls).toEqual([['slow'], ['quick'], ['slow']]);
  ends.get('slow')?.();
  expect(new Set(await Promise.all(slow))).toEqual(new Set(['slow read']));
  expect(read).toHaveBeenCalledTimes(3);
});

test('a reading that failed is no one else\u2019s', async () => {
  const read = jest.fn(async () => 'read').mockRejectedValueOnce(new Error('away'));
  const readOnce = createReadOnce(read);
  const [first, second] = await Promise.allSettled([readOnce('a'), readOnce('a')]);
  expect([first?.status, second]).toEqual(['rejected', { status: 'fulfilled', value: 'read' }]);
});
