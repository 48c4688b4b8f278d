import { testIdPrefix } from '../../src/domain/ids';
import { openSecrets } from '../../src/sealing/issuer-secrets';
import { places } from '../../src/sealing/places';
import { ensureIndexes } from '../../src/store/indexes';
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
const testIdOf = (n: number): string => `${testIdPrefix}${String(n).padStart(20, '0')}`;
const found = async (id: string): Promise<IssuerRow> => {
  const row = await issuers.find(id);
  if (!row) throw new Error('the issuer is gone');
  return row;
};

test('tombstones of test issuers, whom anybody makes, go a year after their end, and a live issuer never does', async () => {
  const row = await made('endless');
  const ended = { ...row, endsAt: at(0), secrets: [] };
  const [deleted, alive] = [testIdOf(1), testIdOf(2)];
  for (const _id of [deleted, alive, 'ended']) await issuers.insert({ ...ended, _id });
  for (const _id of [deleted, 'ended']) await issuers.bury(_id, at(-500));
  const old = await issuers.oldTombstones(at(0), 10);
  expect(old.map(({ _id }) => _id)).toEqual([deleted]);
  expect((await issuers.endedTests(at(0), 10)).map(({ _id }) => _id)).toEqual([alive]);
  for (const one of [...old, await found(alive)]) await issuers.forgetTombstone(one);
  expect(await issuers.findEver(deleted)).toBeNull();
  expect((await found(alive)).endsAt).toEqual(at(0));
  // The database itself forgets none, also where a build before made it.
  await file.database.issuers.createIndex({ endsAt: 1 }, { name: 'forget', expireAfterSeconds: 365 * 86_400 });
  await ensureIndexes(file.database);
  expect((await file.database.issuers.indexes()).map(({ name }) => name)).toEqual(['_id_']);
});

test('a deletion stands whatever else is written to its tombstone, and is none that somebody else wrote', async () => {
  const row = await made('gone');
  await issuers.bury('gone', at(-500));
  const buried = async (): Promise<IssuerRow> => (await issuers.findEver('gone')) as IssuerRow;
  await file.database.issuers.updateOne({ _id: 'gone' }, { $set: { name: 'Thief' } });
  expect(await issuers.isDeleted(await buried(), at(2))).toBe(true);
  await file.database.issuers.updateOne({ _id: 'gone' }, { $set: { deletedAt: at(-400) } });
  expect(await issuers.isDeleted(await buried(), at(2))).toBe(false);
  // As a build before left it: sealed with the rest.
  const { deletionSeal: _seal, ...former } = { ...row, _id: 'former', deletedAt: at(-500), secrets: [] };
  await issuers.insert(former);
  const found = (await issuers.findEver('former')) as IssuerRow;
  expect(await issuers.isDeleted(found, at(2))).toBe(true);
  expect(await issuers.isDeleted({ ...found, deletedAt: at(2) }, at(2))).toBe(false);
});

test('of deleted issuers the newest are looked at, live ones whatever number of test issuers were deleted since', async () => {
  const row = await made('deleted');
  const all = Array.from({ length: 6 }, (_, n) => (n % 2 ? testIdOf(n) : `deleted-${n}`));
  for (const [n, _id] of all.entries()) {
    const isTest = n % 2 ? { endsAt: at(1_000) } : {};
    await issuers.insert({ ...row, _id, ...isTest, secrets: [] });
    await issuers.bury(_id, at(n - 100));
  }
  const newest = async (mode: 'live' | 'test') => (await issuers.buriedSince(at(-101), 2, mode)).map(({ _id }) => _id);
  expect(await newest('live')).toEqual(['deleted-4', 'deleted-2']);
  expect(await newest('test')).toEqual([testIdOf(5), testIdOf(3)]);
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
