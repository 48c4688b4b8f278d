import { openSecrets } from '../../src/sealing/issuer-secrets';
import { places } from '../../src/sealing/places';
import {
  createIssuers,
  heldMs,
  type IssuerRow,
  type Issuers,
  liveSecrets,
  rotatedSecrets,
} from '../../src/store/issuers';
import { createKeys } from '../../src/store/keys';
import { databaseOfFile, issuerSeal, ring } from '../support/database-of-file';

const file = databaseOfFile();
let issuers: Issuers;
beforeAll(() => {
  issuers = createIssuers(file.database, issuerSeal);
});

const start = Date.parse('2026-03-01T10:00:00.000Z');
const at = (minutes: number): Date => new Date(start + minutes * 60_000);
const sealedFor = (_id: string, secret: string): Buffer => ring.seal(Buffer.from(secret), places.issuerSecret(_id));
const made = async (_id: string): Promise<IssuerRow> => {
  const row: Omit<IssuerRow, 'seal'> = {
    _id,
    name: 'Acme',
    state: 'active',
    callback: { kind: 'url', url: 'https://acme.example/' },
    codeMode: 'push',
    verifyWindowSeconds: 600,
    issueWindowSeconds: 600,
    createdAt: at(0),
    secrets: [{ sealed: sealedFor(_id, 'first'), createdAt: at(0) }],
    holds: [],
  };
  expect(await issuers.insert(row)).toBe('inserted');
  return found(_id);
};
const found = async (id: string): Promise<IssuerRow> => {
  const row = await issuers.find(id);
  if (!row) throw new Error('the issuer is gone');
  return row;
};

test('tombstones of test issuers, whom anybody makes, go a year after their end, and no live issuer ever does', async () => {
  const forgets = (await file.database.issuers.indexes()).filter(({ expireAfterSeconds }) => expireAfterSeconds);
  expect(forgets).toMatchObject([{ key: { endsAt: 1 }, expireAfterSeconds: 365 * 86_400 }]);
});

test('of deleted issuers the newest are looked at, live ones whatever number of test issuers were deleted since', async () => {
  const row = await made('deleted');
  const all = Array.from({ length: 6 }, (_, n) => (n % 2 ? `test-deleted-${n}` : `deleted-${n}`));
  for (const [n, _id] of all.entries()) {
    const isTest = n % 2 ? { endsAt: at(1_000) } : {};
    await issuers.insert({ ...row, _id, ...isTest, secrets: [] });
    await issuers.bury(_id, at(n - 100));
  }
  const newest = async (mode: 'live' | 'test') => (await issuers.buriedSince(at(-101), 2, mode)).map(({ _id }) => _id);
  expect(await newest('live')).toEqual(['deleted-4', 'deleted-2']);
  expect(await newest('test')).toEqual(['test-deleted-5', 'test-deleted-3']);
});

test('16 issuers with one id at the same moment: one is made', async () => {
  const row = await made('first');
  const outcomes = await Promise.all(
    Array.from({ length: 16 }, (_, n) => issuers.insert({ ...row, _id: 'race', name: `n${n}`, secrets: [] })),
  );
  expect(outcomes.filter((outcome) => outcome === 'inserted')).toHaveLength(1);
});

test('a deleted issuer is found by none but its own orders, and its id is never given again', async () => {
  const row = await made('buried');
  expect(await issuers.bury('buried', at(1))).toBe(true);
  expect(await issuers.bury('buried', at(2))).toBe(false);
  expect(await issuers.find('buried')).toBeNull();
  expect(await issuers.findEver('buried')).toMatchObject({ deletedAt: at(1) });
  expect(await issuers.insert(row)).toBe('exists');
  expect((await issuers.list(undefined, 100)).map(({ _id }) => _id)).not.toContain('buried');
  expect((await issuers.buriedSince(at(0), 10, 'live')).map(({ _id }) => _id)).toEqual(['buried']);
  expect(await issuers.change('buried', { name: 'risen' })).toBeNull();
  await issuers.pause('buried', at(3));
  expect(await issuers.findEver('buried')).toMatchObject({ state: 'active', name: 'Acme' });
});

describe('rotation', () => {
  test('of two at the same moment one is written, and the other is told', async () => {
    const row = await made('rotating');
    const outcomes = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) =>
        issuers.replaceSecrets(row, rotatedSecrets(row.secrets, sealedFor('rotating', name), at(1), false)),
      ),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    const { secrets } = await found('rotating');
    expect(openSecrets(ring, 'rotating', secrets)).toEqual([expect.stringMatching(/^[abcd]$/), 'first']);
  });

  test('the old secret lives for a day, a third rotation ends the oldest, and one may end at once', () => {
    const first = [{ sealed: Buffer.from('first'), createdAt: at(0) }];
    const second = rotatedSecrets(first, Buffer.from('second'), at(1), false);
    expect(second[1]?.endsAt).toEqual(at(1 + 24 * 60));
    const live = (minutes: number) => liveSecrets(second, at(minutes).getTime()).map(({ sealed }) => sealed.toString());
    expect(live(24 * 60)).toEqual(['second', 'first']);
    expect(live(1 + 24 * 60)).toEqual(['second']);
    const third = rotatedSecrets(second, Buffer.from('third'), at(2), false);
    expect(third.map(({ sealed }) => sealed.toString())).toEqual(['third', 'second']);
    expect(rotatedSecrets(second, Buffer.from('third'), at(2), true)).toHaveLength(1);
  });
});

describe('pauses', () => {
  test('are written once each, also when asked for twice, and the held time adds up', async () => {
    await made('paused');
    await Promise.all([issuers.pause('paused', at(10)), issuers.pause('paused', at(10))]);
    await issuers.pause('paused', at(11));
    expect(await found('paused')).toMatchObject({ state: 'paused', holds: [{ from: at(10) }] });
    await issuers.resume('paused', at(15));
    await issuers.resume('paused', at(16));
    await issuers.pause('paused', at(20));
    const { state, holds } = await found('paused');
    expect(state).toBe('paused');
    expect(holds).toEqual([{ from: at(10), to: at(15) }, { from: at(20) }]);
    expect(heldMs(holds, at(0).getTime(), at(22).getTime())).toBe(7 * 60_000);
  });
});

test('a change touches what it names and nothing else', async () => {
  const row = await made('changed');
  expect(await issuers.change('changed', { name: 'New', verifyWindowSeconds: 60 })).toEqual({
    ...row,
    name: 'New',
    verifyWindowSeconds: 60,
    seal: expect.any(Buffer),
  });
  expect(await issuers.change('changed', {})).toMatchObject({ name: 'New' });
  expect(await issuers.change('nobody', { name: 'x' })).toBeNull();
});

test('16 changes at the same moment are all written, and the row fits its seal after each', async () => {
  await made('busy');
  await Promise.all(
    Array.from({ length: 8 }, async (_, n) => {
      await issuers.change('busy', { verifyWindowSeconds: 60 + n });
      await issuers.change('busy', { callback: { kind: 'url', url: `https://acme.example/${n}` } });
    }),
  );
  expect(await issuers.isUntouched(await found('busy'), at(1))).toBe(true);
});

test('what somebody else wrote is neither believed nor sealed by a later change, and fits again once it is put back', async () => {
  const row = await made('written');
  await file.database.issuers.updateOne(
    { _id: 'written' },
    { $set: { callback: { kind: 'url', url: 'https://thief.example/' } } },
  );
  expect(await issuers.isUntouched(await found('written'), at(1))).toBe(false);
  expect(await found('written')).toMatchObject({ tamperedAt: at(1) });
  await expect(issuers.change('written', { name: 'New' })).rejects.toThrow('not as the platform wrote it');
  await expect(issuers.replaceSecrets(await found('written'), row.secrets)).rejects.toThrow(
    'not as the platform wrote it',
  );
  await file.database.issuers.updateOne({ _id: 'written' }, { $set: { callback: row.callback } });
  expect(await issuers.isUntouched(await found('written'), at(2))).toBe(true);
  expect(await found('written')).not.toHaveProperty('tamperedAt');
});

test('of 16 processes that start at once one makes a key, and all read the same', async () => {
  const { readOrMake } = createKeys(file.database);
  const keys = await Promise.all(
    Array.from({ length: 16 }, (_, n) => readOrMake('delivery', () => Buffer.from(`key ${n}`))),
  );
  expect(new Set(keys.map(String)).size).toBe(1);
});
