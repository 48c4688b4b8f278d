import { createWorkflowStarter } from '../../src/overload/workflow-starter';
import type { OrderRow } from '../../src/store/orders';
import { acceptedRow } from '../support/database-of-file';

type Started = 'started' | 'exists' | 'unavailable';

/** An engine that answers a start when the test says so. */
const starting = () => {
  let now = 0;
  const asked: { readonly orderNo: string; answer(result: Started): Promise<void> }[] = [];
  const gateway = {
    startOrder: ({ orderNo }: { orderNo: string }) =>
      new Promise<Started>((resolve) => {
        asked.push({
          orderNo,
          answer: async (result) => {
            resolve(result);
            await new Promise(setImmediate);
          },
        });
      }),
  };
  const quiet = () => undefined;
  const starter = createWorkflowStarter({ gateway, log: { warn: quiet, error: quiet }, nowMs: () => now });
  const place = (from: number, to: number): void => {
    for (let n = from; n <= to; n += 1) starter.startSoon(row(n));
  };
  return {
    ...starter,
    asked,
    place,
    pass: (ms: number) => {
      now += ms;
    },
  };
};

const row = (n: number, issuerId?: string): OrderRow => ({
  ...acceptedRow(`order-${n}`),
  ...(issuerId === undefined ? {} : { issuerId }),
});
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => `order-${from + n}`);

test('64 orders are started at once, the others in their turn, each once', async () => {
  const { asked, place } = starting();
  place(1, 100);
  expect(asked.map(({ orderNo }) => orderNo)).toEqual(numbers(1, 64));
  for (let n = 0; n < 100; n += 1) await asked[n]?.answer('started');
  expect(asked.map(({ orderNo }) => orderNo)).toEqual(numbers(1, 100));
});

test('2048 are queued at most: what comes beyond them is the reconciler’s', async () => {
  const { asked, place } = starting();
  place(1, 64 + 2_048 + 10);
  for (let n = 0; asked[n]; n += 1) await asked[n]?.answer('exists');
  expect(asked.map(({ orderNo }) => orderNo)).toEqual(numbers(1, 64 + 2_048));
});

test('more than 512 that are not started are too many while the engine answers, and none while it is unavailable', async () => {
  const { asked, place, backlog, pass } = starting();
  place(1, 600);
  expect(backlog()).toBe(0);
  await asked[0]?.answer('started');
  expect(backlog()).toBe(599 / 512);
  for (let n = 1; n < 88; n += 1) await asked[n]?.answer('started');
  expect(backlog()).toBe(1);
  pass(4_001);
  expect(backlog()).toBe(0);
  await asked[88]?.answer('unavailable');
  expect(backlog()).toBe(0);
  await asked[89]?.answer('started');
  expect(backlog()).toBeGreaterThan(0.9);
});

test('none is begun once the process stops', async () => {
  const { asked, place, settled } = starting();
  place(1, 100);
  const stopped = settled();
  for (const { answer } of [...asked]) await answer('started');
  await stopped;
  expect(asked).toHaveLength(64);
});

test('queued orders are started in turns of their issuers', async () => {
  const { asked, place, startSoon } = starting();
  place(1, 70);
  startSoon(row(71, 'another'));
  startSoon(row(72, 'another'));
  for (let n = 0; n < 6; n += 1) await asked[n]?.answer('started');
  expect(asked.slice(64).map(({ orderNo }) => orderNo)).toEqual([71, 65, 72, 66, 67, 68].map((n) => `order-${n}`));
});

describe('while the engine is saturated', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
  afterEach(() => jest.useRealTimers());

  test('orders are queued, and are started one by one without any that come after them', async () => {
    const { asked, place, queued, backlog, pass } = starting();
    place(1, 4);
    pass(5);
    await asked[0]?.answer('started');
    pass(2_000);
    for (const { answer } of asked.slice(1)) await answer('started');
    place(5, 24);
    expect(queued()).toBeGreaterThan(15);
    expect(backlog()).toBe(queued() / 4 / 12);
    while (queued() > 0) {
      const begun = asked.length;
      pass(2_100);
      await jest.advanceTimersByTimeAsync(2_100);
      expect(asked.length - begun).toBeLessThanOrEqual(2);
      expect(asked.length).toBeGreaterThan(begun);
    }
    expect(asked.map(({ orderNo }) => orderNo)).toEqual(numbers(1, 24));
  });

  test('none is started once the process stops', async () => {
    const { asked, place, pass, queued, settled } = starting();
    place(1, 4);
    pass(2_000);
    for (const { answer } of asked) await answer('started');
    place(5, 24);
    const begun = asked.length;
    const stopped = settled();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(queued()).toBeGreaterThan(15);
    expect(asked).toHaveLength(begun);
    for (const { answer } of asked.slice(4)) await answer('started');
    await stopped;
  });
});
