import { createPutOff } from '../../src/outbound/put-off';

test('calls that find no place come back a hundred a second, however many wait; of another key after a second', () => {
  let now = 5_000;
  const putOffMs = createPutOff({ nowMs: () => now });
  const delays = Array.from({ length: 3_000 }, () => putOffMs('slow'));
  expect(delays[0]).toBe(1_000);
  expect(Math.max(...delays)).toBe(1_000 + 2_999 * 10);
  expect(putOffMs('other')).toBe(1_000);
  for (let n = 0; n < 10_000; n += 1) expect(putOffMs('slow')).toBeLessThanOrEqual(60_000);
  now += 120_000;
  expect(putOffMs('slow')).toBe(1_000);
});
