import type { Codes, SealedCode, SubmissionRow } from '../../src/store/codes';
import { acceptedRow, codesOf, databaseOfFile } from '../support/database-of-file';

const file = databaseOfFile();
let codes: Codes;
beforeAll(() => {
  codes = codesOf(file.database);
});

const sealed = (value: string, itemId = value): SealedCode => ({
  itemId,
  fingerprint: `whole-${itemId}-${value}`,
  valueFingerprint: value,
  sealed: Buffer.from(`sealed ${value}`),
});
const submission = (orderNo: string, updateId: string, items: readonly SealedCode[], issuerId = 'acme') => ({
  _id: `${issuerId}/${orderNo}/${updateId}`,
  orderId: `${issuerId}/${orderNo}`,
  issuerId,
  orderNo,
  updateId,
  codes: items,
  at: new Date(),
});
const stored = (filter: object) => file.database.submissions.find(filter).toArray();

test('64 orders claim one code at the same moment: exactly one gets it, all others hear that it is reused', async () => {
  const claims = await Promise.all(
    Array.from({ length: 64 }, (_, n) => codes.claimFor(submission(`race-${n}`, 'u', [sealed('one-code')]))),
  );
  const kinds = claims.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'reused')).toHaveLength(63);
  expect(await stored({ claims: 'acme:one-code' })).toHaveLength(1);
});

test('one call repeated 32 times at the same moment leaves one claim, and every repeat gets that one', async () => {
  const row = submission('repeat', 'u', [sealed('r1'), sealed('r2')]);
  const claims = await Promise.all(Array.from({ length: 32 }, () => codes.claimFor(row)));
  expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
  expect(claims.filter(({ kind }) => kind === 'same')).toHaveLength(31);
  expect(await stored({ orderId: 'acme/repeat' })).toHaveLength(1);
});

test('a call’s name with other codes is another call: it is told so, and nothing is written', async () => {
  const named = (...values: string[]) =>
    codes.claimFor(
      submission(
        'named',
        'u',
        values.map((value) => sealed(value)),
      ),
    );
  await named('n1', 'n2');
  const kinds = [];
  for (const values of [['n3'], ['n1'], ['n1', 'n3'], ['n1', 'n2', 'n3'], ['n2', 'n1']])
    kinds.push((await named(...values)).kind);
  expect(kinds).toEqual(['mismatch', 'mismatch', 'mismatch', 'mismatch', 'same']);
  expect((await stored({ orderNo: 'named' }))[0]?.claims).toEqual(['acme:n1', 'acme:n2']);
});

test('32 calls with overlapping codes race: no value has two holders, and each call has all of its values or none', async () => {
  await Promise.all(
    Array.from({ length: 32 }, (_, n) =>
      codes.claimFor(submission(`overlap-${n}`, 'u', [sealed(`o${n % 8}`), sealed(`o${(n + 3) % 8}`)])),
    ),
  );
  const rows = await stored({ orderNo: /^overlap-/ });
  const held = rows.flatMap((row) => row.claims ?? []);
  expect(new Set(held).size).toBe(held.length);
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) expect(row.claims).toHaveLength(2);
});

test('the same value of another issuer is another code', async () => {
  expect(await codes.claimFor(submission('a', 'u', [sealed('shared')], 'one'))).toMatchObject({ kind: 'claimed' });
  expect(await codes.claimFor(submission('a', 'u', [sealed('shared')], 'two'))).toMatchObject({ kind: 'claimed' });
});

test('another call of the same order that waits for its verdict is pointed to, not taken for a reuse', async () => {
  await codes.claimFor(submission('wait', 'first', [sealed('w1')]));
  const second = await codes.claimFor(submission('wait', 'second', [sealed('w1'), sealed('w2')]));
  expect(second).toMatchObject({ kind: 'pending', row: { updateId: 'first' } });
});

test('who judges reads nothing that is sealed: not of the own order, and of others one row', async () => {
  const { submissions } = file.database;
  const seen: unknown[] = [];
  const find = submissions.find.bind(submissions);
  const spy = jest.spyOn(submissions, 'find').mockImplementation((...given: Parameters<typeof find>) => {
    const cursor = find(...given);
    const toArray = cursor.toArray.bind(cursor);
    cursor.toArray = async () => {
      const rows = await toArray();
      seen.push(...rows);
      return rows;
    };
    return cursor;
  });
  try {
    await codes.claimFor(submission('large', 'first', [sealed('l1'), sealed('l2')]));
    expect(await codes.claimFor(submission('large', 'second', [sealed('l1')]))).toMatchObject({ kind: 'pending' });
    await codes.markAccepted(['acme/large/first']);
    const held = await codes.claimFor(submission('large', 'third', [sealed('l2')]));
    expect(held).toMatchObject({ kind: 'held', rows: [{ codes: [{ itemId: 'l1' }, { itemId: 'l2' }] }] });
    expect(seen).toHaveLength(2);
    expect(JSON.stringify(seen)).not.toContain('sealed');
    expect(await codes.claimFor(submission('thief', 'u', [sealed('l1')]))).toEqual({ kind: 'reused' });
    expect(seen).toHaveLength(2);
  } finally {
    spy.mockRestore();
  }
});

test('once the first call is accepted, a second one claims only what is new', async () => {
  await codes.claimFor(submission('more', 'first', [sealed('m1')]));
  await codes.markAccepted(['acme/more/first']);
  const second = await codes.claimFor(submission('more', 'second', [sealed('m1'), sealed('m2')]));
  expect(second).toMatchObject({ kind: 'claimed', row: { claims: ['acme:m2'] } });
  await codes.markAccepted(['acme/more/second']);
  const items = (await codes.accepted({ issuerId: 'acme', orderNo: 'more' })).map(({ itemId }) => itemId);
  expect(items).toEqual(['m1', 'm2']);
});

test('bytes come back as they were sealed', async () => {
  await codes.claimFor(submission('bytes', 'u', [sealed('b1')]));
  await codes.markAccepted(['acme/bytes/u']);
  const [code] = await codes.accepted({ issuerId: 'acme', orderNo: 'bytes' });
  expect(code?.sealed).toEqual(Buffer.from('sealed b1'));
});

const claimed = async (orderNo: string, value: string): Promise<SubmissionRow> => {
  const claim = await codes.claimFor(submission(orderNo, 'u', [sealed(value)]));
  if (claim.kind !== 'claimed') throw new Error(`not claimed: ${claim.kind}`);
  return claim.row;
};

test('a released claim and a late one are no longer in the way of another order', async () => {
  expect(await codes.release(await claimed('refused', 'free-1'))).toBe(true);
  await claimed('late', 'free-2');
  await codes.markLate('acme/late/u');
  const next = await codes.claimFor(submission('next', 'u', [sealed('free-1'), sealed('free-2')]));
  expect(next.kind).toBe('claimed');
  expect(await stored({ orderNo: 'refused' })).toEqual([]);
  expect(await stored({ orderNo: 'late' })).toMatchObject([{ status: 'late', codes: [{ itemId: 'free-2' }] }]);
});

test('an accepted claim can be neither released nor made late afterwards', async () => {
  const row = await claimed('kept', 'k1');
  await codes.markAccepted(['acme/kept/u']);
  expect(await codes.release(row)).toBe(false);
  await codes.markLate('acme/kept/u');
  expect(await codes.askAgain({ issuerId: 'acme', orderNo: 'kept' }, 'acme/kept/u')).toBeNull();
  expect(await stored({ orderNo: 'kept' })).toMatchObject([{ status: 'accepted', claims: ['acme:k1'] }]);
  expect((await codes.claimFor(submission('thief', 'u', [sealed('k1')]))).kind).toBe('reused');
});

test('a refusal lets go only of what nobody has asked about since', async () => {
  const first = await claimed('asked', 'a1');
  const second = await codes.askAgain({ issuerId: 'acme', orderNo: 'asked' }, 'acme/asked/u');
  expect(await codes.release(first)).toBe(false);
  expect(await stored({ orderNo: 'asked' })).toMatchObject([{ status: 'claimed', claims: ['acme:a1'] }]);
  expect(await codes.release(second as SubmissionRow)).toBe(true);
  // Gone already: whoever asked with it has the last word.
  expect(await codes.release(first)).toBe(true);
});

test('late codes that another order holds are kept without a claim, once', async () => {
  const row = submission('late-twice', 'u', [sealed('k1')]);
  await Promise.all([codes.keepLate(row), codes.keepLate(row)]);
  const rows = await stored({ orderNo: 'late-twice' });
  expect(rows).toMatchObject([{ status: 'late' }]);
  expect(rows[0]).not.toHaveProperty('claims');
});

test('the reconciler sees claims without a verdict, oldest first, and nothing that is judged', async () => {
  const old = (orderNo: string, minutes: number) => ({
    ...submission(orderNo, 'u', [sealed(orderNo)]),
    at: new Date(Date.now() - minutes * 60_000),
  });
  await codes.claimFor(old('unjudged-5', 5));
  await codes.claimFor(old('unjudged-9', 9));
  await codes.claimFor(old('judged', 7));
  await codes.markAccepted(['acme/judged/u']);
  const rows = await codes.unjudged(new Date(Date.now() - 60_000), 10, 'live');
  expect(rows.map(({ orderNo }) => orderNo)).toEqual(['unjudged-9', 'unjudged-5']);
});

test('claims of the sandbox, however old and many, keep none of a live order from the reconciler', async () => {
  const at = new Date(0);
  const ofTests = { ...submission('x', 'u', []), issuerId: `test-${'a'.repeat(20)}`, at };
  for (let n = 0; n < 3; n += 1)
    await codes.claimFor({ ...ofTests, _id: `t/${n}`, orderId: `t/${n}`, codes: [sealed(`t-${n}`)] });
  await codes.claimFor({ ...submission('live-one', 'u', [sealed('live-one')]), at: new Date(1) });
  const seen = async (mode: 'live' | 'test') => (await codes.unjudged(new Date(2), 2, mode)).map(({ _id }) => _id);
  expect(await seen('live')).toEqual(['acme/live-one/u']);
  expect(await seen('test')).toEqual(['t/0', 't/1']);
});

test('codes that were late by a verdict that is lost are taken all the same, with their claims', async () => {
  await codes.claimFor(submission('lost-verdict', 'u', [sealed('lv-1'), sealed('lv-2')]));
  await codes.markLate('acme/lost-verdict/u');
  await codes.markAccepted(['acme/lost-verdict/u']);
  const held = await codes.accepted({ issuerId: 'acme', orderNo: 'lost-verdict' });
  expect(held.map(({ valueFingerprint }) => valueFingerprint)).toEqual(['lv-1', 'lv-2']);
  expect(await codes.claimFor(submission('thief', 'u', [sealed('lv-2')]))).toEqual({ kind: 'reused' });
});

test('where another order holds a late value meanwhile, it is not taken: one order per code', async () => {
  await codes.claimFor(submission('too-late', 'u', [sealed('tl')]));
  await codes.markLate('acme/too-late/u');
  await codes.claimFor(submission('overtaker', 'u', [sealed('tl')]));
  await expect(codes.markAccepted(['acme/too-late/u'])).rejects.toThrow(/duplicate/i);
  expect(await stored({ claims: 'acme:tl' })).toMatchObject([{ orderNo: 'overtaker' }]);
});

test('claims from before there were MACs are bound so many codes at a time, not so many calls', async () => {
  const { orders, submissions } = file.database;
  await orders.insertOne(acceptedRow('bound'));
  const calls = Array.from({ length: 9 }, (_, n) =>
    submission(
      'bound',
      `u-${n}`,
      Array.from({ length: 200 }, (_code, at) => sealed(`${n}-${at}`)),
    ),
  );
  for (const call of calls) await codes.claimFor(call);
  const writes = jest.spyOn(submissions, 'bulkWrite');
  await codes.bindAll();
  const ofOrder = writes.mock.calls.map(([{ length }]) => length);
  expect(Math.max(...ofOrder.slice(-3))).toBe(3);
  expect(await submissions.countDocuments({ orderId: 'acme/bound', mac: 'mac' })).toBe(9);
  writes.mockRestore();
});
