import { createWaitingReaders } from '../../src/overload/waiting-readers';

const forever = new AbortController().signal;
const waiting = (look: () => Promise<number>, signal = forever) => ({
  issuerId: 'acme',
  waitMs: 30_000,
  signal,
  look,
  isEnough: (seen: number) => seen > 0,
});

test('a reader that waits gets what comes, also when a look in between fails', async () => {
  const looks = [0, new Error('the database is busy'), 0, 7];
  const seen = await createWaitingReaders().wait(
    waiting(async () => {
      const next = looks.shift();
      if (next instanceof Error) throw next;
      return next ?? 0;
    }),
  );
  expect([seen, looks]).toEqual([7, []]);
});

test('a first look that fails is told, and what does not wait looks once', async () => {
  const readers = createWaitingReaders();
  const failing = async (): Promise<number> => {
    throw new Error('the database is away');
  };
  await expect(readers.wait(waiting(failing))).rejects.toThrow('the database is away');
  let looks = 0;
  const look = async () => {
    looks += 1;
    return 0;
  };
  expect(await readers.wait({ ...waiting(look), waitMs: 0 })).toBe(0);
  expect(looks).toBe(1);
});

test('four readers of an issuer wait; those that have gone make room', async () => {
  const readers = createWaitingReaders();
  const gone = new AbortController();
  const nothing = async () => 0;
  const four = Array.from({ length: 4 }, () => readers.wait(waiting(nothing, gone.signal)));
  await expect(readers.wait(waiting(nothing))).rejects.toMatchObject({ code: 'rate_limited' });
  expect(await readers.wait({ ...waiting(async () => 1), issuerId: 'other' })).toBe(1);
  gone.abort();
  expect(await Promise.all(four)).toEqual([0, 0, 0, 0]);
  await expect(readers.wait({ ...waiting(nothing), waitMs: 1 })).resolves.toBe(0);
});
