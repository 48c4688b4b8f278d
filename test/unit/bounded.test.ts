import { setTimeout as pause } from 'node:timers/promises';
import { createPerMinute } from '../../src/bounded/per-minute';
import { createSecretDoor } from '../../src/bounded/secret-door';
import { createSlots } from '../../src/bounded/slots';
import { withinMs } from '../../src/bounded/time-limit';

test('a promise in time gives its value or its failure, and no timer stays behind', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  expect(await withinMs(60_000, Promise.resolve('done'), () => 'late')).toBe('done');
  await expect(withinMs(60_000, Promise.reject(new Error('failed')), () => 'late')).rejects.toThrow('failed');
  expect(timers()).toBe(before);
});

test('one that is late gives what is said then, and its own failure is nobody’s', async () => {
  const work = pause(30).then(() => Promise.reject(new Error('late')));
  expect(await withinMs(5, work, () => 'over')).toBe('over');
  const throwing = withinMs(5, pause(30), () => {
    throw new Error('over');
  });
  await expect(throwing).rejects.toThrow('over');
  await pause(40);
});

test('slots are counted by key and in all, and what was given back is free again', () => {
  const slots = createSlots(4);
  expect([slots.take('a', 2), slots.take('a', 2), slots.take('a', 2)]).toEqual(['taken', 'taken', 'own_limit']);
  expect([slots.take('b', 2), slots.take('b', 2)]).toEqual(['taken', 'total_limit']);
  expect([slots.take('c', 2), slots.take('d', 2)]).toEqual(['taken', 'total_limit']);
  slots.giveBack('a');
  expect([slots.take('d', 2), slots.isIdle('a')]).toEqual(['taken', false]);
  slots.giveBack('a');
  expect(slots.isIdle('a')).toBe(true);
});

test.each([1, 2, 6, 19])(
  'however much %i take at once, the next one finds as many slots as each of them has',
  (taking) => {
    const slots = createSlots(200);
    const keys = Array.from({ length: taking }, (_, n) => `slow-${n}`);
    const counts = new Map(keys.map((key) => [key, 0]));
    for (let n = 0; n < 400; n += 1) {
      for (const key of keys) if (slots.take(key) === 'taken') counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    let free = 0;
    while (slots.limitMet('next', 200, free + 1) === undefined) free += 1;
    const share = Math.floor(200 / (taking + 1));
    for (const count of [...counts.values(), free]) expect([share, share + 1]).toContain(count);
  },
);

test('what is large takes several slots, more than there are while nothing else runs, and no more than it leaves', () => {
  const slots = createSlots(10);
  expect([slots.take('a', 10, 20), slots.take('b')]).toEqual(['taken', 'total_limit']);
  slots.giveBack('a', 20);
  expect([slots.take('a', 10, 3), slots.take('a', 10, 3), slots.take('a', 10, 3)]).toEqual([
    'taken',
    'taken',
    'total_limit',
  ]);
  expect([slots.take('b', 10, 4), slots.take('c')]).toEqual(['taken', 'total_limit']);
});

test('what is given back after its minute is no credit in the next one', () => {
  let now = 0;
  const counts = createPerMinute(2, () => now);
  counts.note('a');
  now = 60_000;
  counts.note('a', -1);
  counts.note('a', 2);
  expect(counts.secondsLeft('a')).toBe(60);
});

test('at a door with one secret whoever guesses on learns of no right one, but where it was taken within a day', () => {
  let nowMs = 0;
  const door = createSecretDoor(() => nowMs);
  expect(door.waitSeconds('known', true)).toBe(0);
  for (let n = 0; n < 20; n += 1)
    expect([door.waitSeconds('known', false), door.waitSeconds('guesser', false)]).toEqual([undefined, undefined]);
  expect([door.waitSeconds('known', true), door.waitSeconds('known', false)]).toEqual([0, 60]);
  expect(door.waitSeconds('guesser', true)).toBe(60);
  expect(door.waitSeconds('elsewhere', true)).toBe(0);
  nowMs += 60_000;
  expect(door.waitSeconds('guesser', true)).toBe(0);
  nowMs += 25 * 3_600_000;
  for (let n = 0; n < 20; n += 1) door.waitSeconds('known', false);
  expect(door.waitSeconds('known', true)).toBe(60);
});
