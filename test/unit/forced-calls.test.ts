import { calledAs } from '../../src/sandbox/forced-calls';

test('of slow calls of test issuers twenty wait at once, and all others leave their place to whoever calls out', async () => {
  const call = jest.fn(async () => 'called');
  const later = () => new Error('later');
  const slow = () => calledAs('slow', call, later);
  const waiting = Promise.all(Array.from({ length: 20 }, slow));
  await expect(slow()).rejects.toThrow('later');
  await expect(calledAs(undefined, call, later)).resolves.toBe('called');
  expect(await waiting).toHaveLength(20);
  expect(call).toHaveBeenCalledTimes(21);
  expect(await slow()).toBe('called');
});
