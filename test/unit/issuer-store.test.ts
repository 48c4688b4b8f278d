import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileStore, memoryStore } from '../../packages/issuer/src';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'issuer-store-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['memory', () => memoryStore({ entriesMax: 2 })],
  ['file', () => fileStore(join(folder, 'deep', 'both.jsonl'), { entriesMax: 2 })],
])('the first value of a key stays, and the oldest entry goes first: %s', async (_, make) => {
  const store = make();
  expect(await Promise.all([store.keep('a', '1'), store.keep('a', '2')])).toEqual(['1', '1']);
  await store.keep('b', '3');
  await store.keep('c', '4');
  expect(await Promise.all(['a', 'b', 'c'].map((key) => store.read(key)))).toEqual([undefined, '3', '4']);
  await store.forget('b');
  expect(await store.keep('b', '5')).toBe('5');
});

test('what was kept is there after a crash, also behind a line that the crash cut short', async () => {
  const path = join(folder, 'crash.jsonl');
  await fileStore(path).keep('a', 'ä\n"1"');
  const whole = await readFile(path);
  await appendFile(path, '\n["b","hal');
  const second = fileStore(path);
  expect(await Promise.all([second.read('a'), second.read('b')])).toEqual(['ä\n"1"', undefined]);
  await second.keep('b', '2');
  await second.forget('a');
  const third = fileStore(path);
  expect(await Promise.all([third.read('a'), third.read('b')])).toEqual([undefined, '2']);
  expect((await stat(path)).mode & 0o077).toBe(0);

  for (let bytes = 0; bytes < whole.length; bytes += 1) {
    await writeFile(path, whole.subarray(0, bytes));
    expect(await fileStore(path).read('a')).toBeUndefined();
  }
});

test('the file stays within what its limits allow, and holds what is in use', async () => {
  const path = join(folder, 'bounded.jsonl');
  const store = fileStore(path, { bytesMax: 300_000 });
  const value = 'x'.repeat(50_000);
  for (let n = 0; n < 60; n += 1) await store.keep(`key-${n}`, value);
  expect((await stat(path)).size).toBeLessThan(1_200_000);
  const again = fileStore(path, { bytesMax: 300_000 });
  expect([await again.read('key-59'), await again.read('key-0')]).toEqual([value, undefined]);
});

test('an entry that could not be written does not count', async () => {
  const store = fileStore(join(folder, 'not-a-folder'));
  await writeFile(join(folder, 'taken'), '');
  const blocked = fileStore(join(folder, 'taken', 'store.jsonl'));
  await expect(blocked.keep('a', '1')).rejects.toThrow();
  await expect(blocked.read('a')).rejects.toThrow();
  expect(await store.keep('a', '1')).toBe('1');
});
