import { requestLimitMs, withinLimit } from '../../src/api/edge/time-limit';

afterEach(() => jest.useRealTimers());

test('work that takes too long is answered unavailable, retryably, and what becomes of it later troubles nobody', async () => {
  jest.useFakeTimers();
  let fail = (_error: Error): void => undefined;
  const work = new Promise<string>((_, reject) => {
    fail = reject;
  });
  const answer = expect(withinLimit(work)).rejects.toMatchObject({
    code: 'unavailable',
    retryable: true,
    extras: { retryAfterSeconds: 1 },
  });
  await jest.advanceTimersByTimeAsync(requestLimitMs);
  await answer;
  fail(new Error('too late'));
  await jest.advanceTimersByTimeAsync(1);
});

test('work that ends in time is answered as it ended, and no timer is left', async () => {
  jest.useFakeTimers();
  expect(await withinLimit(Promise.resolve('done'))).toBe('done');
  await expect(withinLimit(Promise.reject(new Error('own')))).rejects.toThrow('own');
  expect(jest.getTimerCount()).toBe(0);
});
