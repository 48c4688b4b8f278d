import { createRequests, type Requests } from '../../src/store/requests';
import { databaseOfFile } from '../support/database-of-file';

const file = databaseOfFile();
let requests: Requests;
beforeAll(() => {
  requests = createRequests(file.database);
});

const nowMs = Date.now();
const leaseMs = 15_000;
const path = '/v1/issuers/acme/orders';
const reserve = (id: string, atMs = nowMs, at = path, hash = 'hash') => requests.reserve(`acme/${id}`, at, hash, atMs);
const granted = async (id: string, atMs = nowMs): Promise<Date> => {
  const reservation = await reserve(id, atMs);
  if (reservation.kind !== 'go') throw new Error(`not granted: ${reservation.kind}`);
  return reservation.leaseUntil;
};

test('64 requests with one webhook-id at the same moment: one runs, all others hear that it does', async () => {
  const kinds = (await Promise.all(Array.from({ length: 64 }, () => reserve('race')))).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'go')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'running')).toHaveLength(63);
});

test('a kept answer is repeated as it was, for ever the same', async () => {
  const lease = await granted('kept');
  await requests.keep('acme/kept', lease, 201, Buffer.from('sealed'));
  for (const atMs of [nowMs, nowMs + 100 * leaseMs]) {
    expect(await reserve('kept', atMs)).toEqual({
      kind: 'kept',
      bodyHash: 'hash',
      answer: { status: 201, sealedBody: Buffer.from('sealed') },
    });
  }
});

test('another path or another body under the same id is a mismatch, in every state of the first', async () => {
  const mismatches = async (id: string) => [
    (await reserve(id, nowMs, '/v1/issuers/acme/echo')).kind,
    (await reserve(id, nowMs, path, 'other')).kind,
  ];
  const lease = await granted('mismatch');
  expect(await mismatches('mismatch')).toEqual(['mismatch', 'mismatch']);
  await requests.reopen('acme/mismatch', lease);
  expect(await mismatches('mismatch')).toEqual(['mismatch', 'mismatch']);
  await requests.keep('acme/mismatch', await granted('mismatch'), 200, Buffer.from(''));
  expect(await mismatches('mismatch')).toEqual(['mismatch', 'mismatch']);
});

test('what was not kept is judged anew, by one of many at a time', async () => {
  await requests.reopen('acme/open', await granted('open'));
  const kinds = (await Promise.all(Array.from({ length: 32 }, () => reserve('open', nowMs + 1)))).map(
    ({ kind }) => kind,
  );
  expect(kinds.filter((kind) => kind === 'go')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'running')).toHaveLength(31);
});

describe('a handler that died', () => {
  test('keeps its webhook-id until its lease ends, then exactly one takes over', async () => {
    await granted('dead');
    expect((await reserve('dead', nowMs + leaseMs - 1)).kind).toBe('running');
    const later = nowMs + leaseMs;
    const kinds = (await Promise.all(Array.from({ length: 32 }, () => reserve('dead', later)))).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'go')).toHaveLength(1);
  });

  test('and comes back to life can no longer keep or reopen what another works on', async () => {
    const dead = await granted('zombie');
    const heir = await granted('zombie', nowMs + leaseMs + 1);
    await requests.keep('acme/zombie', dead, 201, Buffer.from('of the dead'));
    await requests.reopen('acme/zombie', dead);
    expect((await reserve('zombie', nowMs + leaseMs + 2)).kind).toBe('running');
    await requests.keep('acme/zombie', heir, 200, Buffer.from('of the heir'));
    expect(await reserve('zombie')).toMatchObject({ kind: 'kept', answer: { status: 200 } });
  });

  test('is seen by the reconciler, and an orderly end is not', async () => {
    const longAgo = nowMs - 10 * leaseMs;
    await granted('abandoned', longAgo);
    await requests.keep('acme/ended', await granted('ended', longAgo), 200, Buffer.from(''));
    await requests.reopen('acme/reopened', await granted('reopened', longAgo));
    const rows = await requests.abandoned(new Date(nowMs - leaseMs), 10);
    expect(rows.map(({ _id }) => _id)).toEqual(['acme/abandoned']);
  });
});

test('the same webhook-id of another issuer is another request', async () => {
  await granted('mine');
  expect((await requests.reserve('other/mine', path, 'hash', nowMs)).kind).toBe('go');
});

test('ids are forgotten 30 days after they came', async () => {
  const indexes = await file.database.requests.listIndexes().toArray();
  expect(indexes.find(({ name }) => name === 'forget')).toMatchObject({
    key: { at: 1 },
    expireAfterSeconds: 30 * 24 * 3_600,
  });
});
