import { setTimeout as pause } from 'node:timers/promises';
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
  const slots = createSlots(3);
  expect([slots.take('a', 2), slots.take('a', 2), slots.take('a', 2)]).toEqual(['taken', 'taken', 'own_limit']);
  expect([slots.take('b', 2), slots.take('b', 2)]).toEqual(['taken', 'total_limit']);
  slots.giveBack('a');
  expect([slots.take('b', 2), slots.isIdle('a')]).toEqual(['taken', false]);
  slots.giveBack('a');
  expect(slots.isIdle('a')).toBe(true);
});
