import type { Context } from '@temporalio/activity';
import { fairPlaces } from '../../worker/fair-places';

const startWorker = (places: number) => {
  const factory = fairPlaces(places, () => 0);
  const held: (() => void)[] = [];
  /** Whether it is let in, and then holds its place. */
  const run = async (issuerId: string, info: object = {}): Promise<string> => {
    const { inbound } = factory({ info: { isLocal: false, attempt: 1, ...info } } as unknown as Context);
    const hold = (): Promise<void> => new Promise((resolve) => held.push(resolve));
    const before = held.length;
    const outcome = inbound?.execute?.({ args: [{ issuerId }], headers: {} }, hold);
    return held.length > before ? 'let in' : await (outcome as Promise<never>).catch(({ type }) => type);
  };
  return { run, held };
};

const countOf = async (run: (issuerId: string) => Promise<string>, issuerId: string): Promise<number> => {
  for (let n = 0; ; n += 1) if ((await run(issuerId)) !== 'let in') return n;
};

test('six issuers that answer slowly leave a seventh its places, whatever their activities wait for', async () => {
  const { run } = startWorker(200);
  const slow = Array.from({ length: 6 }, (_, n) => `slow-${n}`);
  for (let n = 0; n < 100; n += 1) for (const issuerId of slow) await run(issuerId);
  expect(await run('slow-0')).toBe('over_limit');
  expect(await countOf(run, 'bean-bar')).toBe(14);
});

test('a place that was given back is free again', async () => {
  const { run, held } = startWorker(4);
  expect([await run('acme'), await run('acme'), await run('acme')]).toEqual(['let in', 'let in', 'over_limit']);
  for (const end of held) end();
  await new Promise(setImmediate);
  expect(await run('acme')).toBe('let in');
});

test('whatever an activity was told of its attempts, its issuer has no more places', async () => {
  const { run } = startWorker(2);
  const retryPolicy = { maximumAttempts: 3 };
  expect(await run('acme')).toBe('let in');
  expect(await run('acme', { attempt: 3, retryPolicy })).toBe('over_limit');
  expect(await run('other')).toBe('let in');
});
