import { createPinLimit } from '../../src/api/pickup/pin-limit';

const minuteMs = 60_000;

test('a process locks an order by what it has seen, each time as long as the row would', () => {
  const limit = createPinLimit();
  let lastMs = 0;
  const attempt = (atMs: number) => limit.take('acme/1', new Date(atMs));
  for (const minutes of [0, 15, 15, 15, 15, 30, 60, 120, 240, 480, 960, 1_440, 1_440]) {
    const lockMs = minutes * minuteMs;
    expect([minutes, limit.lockedForMs('acme/1', undefined, lastMs)]).toEqual([minutes, lockMs]);
    if (lockMs > 0) expect([minutes, attempt(lastMs + lockMs - 1)]).toEqual([minutes, 'locked']);
    lastMs += lockMs;
    for (let n = 1; n <= 5; n += 1) expect([minutes, attempt(lastMs)]).toEqual([minutes, 'taken']);
    expect([minutes, attempt(lastMs)]).toEqual([minutes, 'locked']);
  }
  expect(limit.take('acme/2', new Date(lastMs))).toBe('taken');
});

test('a right PIN ends what it has seen, and the longer of two locks counts', () => {
  const limit = createPinLimit();
  const at = new Date(0);
  for (let n = 1; n <= 5; n += 1) limit.take('acme/1', at);
  const inRow = { count: 5, at, locks: 4 };
  expect(limit.lockedForMs('acme/1', inRow, 0)).toBe(30 * minuteMs);
  expect(limit.lockedForMs('acme/1', { ...inRow, locks: 0, at: new Date(-minuteMs) }, 0)).toBe(15 * minuteMs);
  limit.forget('acme/1');
  expect(limit.take('acme/1', at)).toBe('taken');
});
