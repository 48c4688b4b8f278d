import { randomUUID } from 'node:crypto';
import { places } from '../../src/sealing/places';
import { references } from '../../src/second-interface/code-references';
import type { SubmissionRow } from '../../src/store/codes';
import { startPlatform } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reconcileOnce } from '../support/reconcile';
import { reveal, revealItems } from '../support/reveal';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { until } from '../support/until';

/** What somebody does to the codes of orders who can write to the database and has no MASTER_KEY. */
const file = platformOfFile();
let buyer: TestTerminal;
beforeAll(async () => {
  buyer = await startTerminal();
});
afterAll(() => buyer.stop());

type Issuer = Awaited<ReturnType<typeof file.issuer>>;
const { claims, orders } = {
  claims: () => file.platform.core.database.submissions,
  orders: () => file.platform.core.database.orders,
};
const isTold = async (_id: string): Promise<boolean> => (await orders().findOne({ _id }))?.tamperedAt !== undefined;
const why = async (_id: string): Promise<string> =>
  (await file.platform.operator('GET', `/orders/${_id}/why`)).body.why;
const shownOf = async (pickupUrl: string) => {
  const answer = await revealItems(pickupUrl);
  return [answer.status, ((await answer.json()) as { items?: { value: string }[] }).items?.map(({ value }) => value)];
};
/** With the value that the issuer is about to give, as somebody knows it who saw it refused once. */
const forged = ({ issuerId }: Issuer, orderNo: string, updateId: string, value: string): SubmissionRow => {
  const code = { itemId: '1', value, format: 'text' as const, uses: 1 };
  const [reference] = references(file.platform.core.orderDeps, issuerId, [code]);
  if (!reference) throw new Error('one code has one reference');
  return {
    ...{ _id: `${issuerId}/${orderNo}/${updateId}`, orderId: `${issuerId}/${orderNo}`, issuerId, orderNo, updateId },
    claims: [`${issuerId}:${reference.valueFingerprint}`],
    codes: [{ ...reference, sealed: Buffer.alloc(80, 1) }],
    ...{ status: 'claimed', asks: 1, unjudgedSince: new Date(0), at: new Date() },
  };
};
const placed = async (issuer: Issuer, orderNo: string, channel: string, quantity = 1) => {
  const terminal = channel === 'page' ? { channel } : { channel, url: buyer.urlOf(`/${orderNo}`) };
  return String((await issuer.placeVerified(orderNo, { terminal, quantity })).body.pickupUrl);
};
const delivered = async (issuer: Issuer, orderNo: string, channel: string, values: readonly string[]) => {
  const pickupUrl = await placed(issuer, orderNo, channel, values.length);
  for (const value of values) await issuer.submit(orderNo, [{ itemId: value.toLowerCase(), value }]);
  await issuer.inState(orderNo, 'delivered');
  await until('its claims are settled', async () => {
    const held = { orderId: `${issuer.issuerId}/${orderNo}`, status: 'accepted' as const };
    return (await claims().countDocuments({ ...held, unjudgedSince: { $exists: false } })) === values.length;
  });
  return pickupUrl;
};
const rowsOf = ({ issuerId }: Issuer, orderNo: string) =>
  claims()
    .find({ orderId: `${issuerId}/${orderNo}` })
    .toArray();

test.each(['page', 'webhook'])('codes that somebody else puts there are not taken, on a %s', async (channel) => {
  const issuer = await file.issuer();
  const pickupUrl = await placed(issuer, 'forged', channel);
  const other = await delivered(issuer, 'other', 'page', ['OTHER']);
  const [ofOther] = await rowsOf(issuer, 'other');
  const _id = `${issuer.issuerId}/forged`;
  const plain = forged(issuer, 'forged', 'codes/plain', 'REAL');
  const rows = [
    plain,
    { ...forged(issuer, 'forged', 'codes/with-mac', 'X'), mac: ofOther?.mac, digest: ofOther?.digest },
    { ...forged(issuer, 'forged', 'codes/accepted', 'Y'), status: 'accepted' },
    { ...ofOther, ...{ _id: `${_id}/${ofOther?.updateId}`, orderId: _id, orderNo: 'forged', claims: ['any'] } },
    { ...forged(issuer, 'forged', 'codes/misshapen', 'Z'), codes: 'none' },
    { ...forged(issuer, 'forged', 'codes/timeless', 'T'), at: 'never' },
  ] as SubmissionRow[];
  await claims().insertMany(rows);
  expect((await reconcileOnce(file.platform)).codesJudged).toBe(0);
  expect([(await issuer.order('forged')).body.state, await isTold(_id)]).toEqual(['verified', true]);
  expect((await issuer.submit('forged', [{ itemId: '1', value: 'REAL' }])).status).toBe(201);
  await issuer.inState('forged', 'delivered');
  if (channel === 'page') expect(await shownOf(pickupUrl)).toEqual([200, ['REAL']]);
  else expect(JSON.parse((await buyer.delivery('/forged')).raw).data.codes).toMatchObject([{ value: 'REAL' }]);
  expect(await shownOf(other)).toEqual([200, ['OTHER']]);
  expect(await why(_id)).toMatch(/^Its codes in the database are not all as the platform wrote them/);
  expect(await isTold(_id)).toBe(true);
  await claims().deleteMany({ _id: { $in: rows.map((row) => row._id) } });
  expect(await why(_id)).not.toContain('in the database');
  expect(await isTold(_id)).toBe(false);
});

test('what somebody else puts under a call’s own name is not in its way', async () => {
  const issuer = await file.issuer();
  const pickupUrl = await placed(issuer, 'named', 'page');
  const webhookId = randomUUID();
  const inTheWay = forged(issuer, 'named', `codes/${webhookId}`, 'NAMED');
  await claims().insertOne(inTheWay);
  const { token } = (await issuer.message('order.paid', 'named')).data;
  const body = { type: 'order.codes', orderNo: 'named', token, codes: [{ itemId: '1', value: 'NAMED' }] };
  expect((await issuer.post('/orders/named/codes', body, { webhookId })).status).toBe(201);
  await issuer.inState('named', 'delivered');
  expect(await shownOf(pickupUrl)).toEqual([200, ['NAMED']]);
  // A person sees what stood there.
  expect(await why(inTheWay.orderId)).toContain('in the database');
  expect(
    (await rowsOf(issuer, 'named')).filter(({ codes }) => codes[0]?.sealed.equals(Buffer.alloc(80, 1))),
  ).toHaveLength(1);
});

test('a sealed code belongs to its item, and no order is given with fewer or other codes than it took; put back, it is', async () => {
  const issuer = await file.issuer();
  const pickupUrl = await delivered(issuer, 'two', 'page', ['A', 'B']);
  const _id = `${issuer.issuerId}/two`;
  const before = await rowsOf(issuer, 'two');
  const [a, b] = before as [SubmissionRow, SubmissionRow];
  const write = (row: SubmissionRow, $set: object) => claims().updateOne({ _id: row._id }, { $set });
  const ofA = { 'codes.0.sealed': a.codes[0]?.sealed };
  const writes: Record<string, () => Promise<unknown>> = {
    'the same code twice': () => write(b, ofA),
    'the same code twice, with its digest': () => write(b, { ...ofA, digest: a.digest }),
    'another item': () => write(b, { 'codes.0.itemId': 'c' }),
    'an item of another type': () => write(b, { 'codes.0.itemId': Buffer.from('b') }),
    'another value’s claim': () => write(b, { claims: [`${issuer.issuerId}:any`] }),
    'no claim': () => claims().updateOne({ _id: b._id }, { $unset: { claims: 1 } }),
    'no bytes': () => claims().updateOne({ _id: b._id }, { $unset: { 'codes.0.sealed': 1 } }),
    late: () => write(b, { status: 'late' }),
    'one gone': () => claims().deleteOne({ _id: b._id }),
    'both gone': () => claims().deleteMany({ orderId: _id }),
  };
  for (const [name, run] of Object.entries(writes)) {
    await run();
    expect([name, ...(await shownOf(pickupUrl))]).toEqual([name, 503, undefined]);
    expect([name, await isTold(_id), await why(_id)]).toEqual([name, true, expect.stringContaining('in the database')]);
    const page = await reveal(pickupUrl);
    // It says that a code cannot be shown.
    expect([name, page.status]).toEqual([name, name === 'both gone' ? 503 : 200]);
    await claims().deleteMany({ orderId: _id });
    await claims().insertMany(before);
    expect([name, ...(await shownOf(pickupUrl))]).toEqual([name, 200, ['A', 'B']]);
    expect([name, await why(_id)]).toEqual([name, expect.not.stringContaining('in the database')]);
    expect([name, await isTold(_id)]).toEqual([name, false]);
  }
});

test('an order whose replacement is under way is not taken for one that somebody else wrote to', async () => {
  const issuer = await file.issuer();
  await delivered(issuer, 'replacing', 'page', ['OLD']);
  const _id = `${issuer.issuerId}/replacing`;
  const replacements = [{ itemId: 'old', code: { itemId: 'new', value: 'NEW', format: 'text' } }];
  const body = { type: 'order.replacement', orderNo: 'replacing', token: issuer.tokenOf('replacing'), reason: 'x' };
  expect((await issuer.post('/orders/replacing/replacement', { ...body, replacements })).status).toBe(201);
  // As its call leaves it that has written the row, and not marked the claim.
  const asClaimed = () =>
    claims().updateOne(
      { orderId: _id, 'codes.itemId': 'new' },
      { $set: { status: 'claimed', unjudgedSince: new Date() } },
    );
  await asClaimed();
  expectProblem(await issuer.submit('replacing', [{ itemId: 'x', value: 'UNKNOWN' }]), 409, 'code_conflict');
  await asClaimed();
  expect([await why(_id), await isTold(_id)]).toEqual([expect.not.stringContaining('in the database'), false]);
});

test('codes that come too late, and repeated ones, do not have all of the order’s codes counted each time', async () => {
  const issuer = await file.issuer();
  await delivered(issuer, 'full', 'page', ['F1', 'F2']);
  await placed(issuer, 'open', 'page', 3);
  const found = jest.spyOn(claims(), 'find');
  const countsOf = (orderNo: string): number =>
    found.mock.calls.filter(
      ([filter]) => filter?.orderId === `${issuer.issuerId}/${orderNo}` && filter.status && !('codes.itemId' in filter),
    ).length;
  for (const value of ['L1', 'L2', 'L3'])
    expectProblem(await issuer.submit('full', [{ itemId: value, value }]), 409, 'code_conflict');
  expect(countsOf('full')).toBe(1);
  for (const value of ['O1', 'O2']) await issuer.submit('open', [{ itemId: value, value }]);
  for (let n = 0; n < 4; n += 1)
    expect((await issuer.submit('open', [{ itemId: 'O1', value: 'O1' }])).status).toBe(200);
  expect(countsOf('open')).toBe(1);
  // One that was counted is never let go unlooked.
  const [row] = (await rowsOf(issuer, 'full')) as [SubmissionRow];
  await claims().updateOne({ _id: row._id }, { $set: { status: 'claimed', unjudgedSince: new Date(0) } });
  await reconcileOnce(file.platform);
  expect([(await claims().findOne({ _id: row._id }))?.claims, await isTold(row.orderId)]).toEqual([row.claims, true]);
  found.mockRestore();
});

test('an order that somebody else wrote to is looked at once a minute, however often it is read', async () => {
  const issuer = await file.issuer();
  await delivered(issuer, 'read', 'page', ['READ']);
  const _id = `${issuer.issuerId}/read`;
  await claims().updateOne({ orderId: _id }, { $set: { claims: ['any'] } });
  expect(await why(_id)).toContain('in the database');
  await claims().insertOne(forged(issuer, 'read', 'codes/x', 'X'));
  await why(_id);
  expect(await isTold(_id)).toBe(true);
  const looks = jest.spyOn(file.platform.core.orderDeps.codes, 'look');
  for (let n = 0; n < 5; n += 1) await issuer.submit('read', [{ itemId: 'x', value: 'X' }]);
  const before = looks.mock.calls.length;
  expect(before).toBeLessThanOrEqual(1);
  await why(_id);
  expect(looks.mock.calls.length).toBeGreaterThan(before);
  looks.mockRestore();
});

test('a purge that was cut short is nobody’s doing: the order is still due', async () => {
  const issuer = await file.issuer();
  const pickupUrl = await delivered(issuer, 'cut-short', 'page', ['C1', 'C2']);
  const row = await orders().findOne({ _id: `${issuer.issuerId}/cut-short` });
  if (!row) throw new Error('it was delivered');
  const { database, purge } = file.platform.core;
  const cut = jest.spyOn(database.inbox, 'deleteMany').mockRejectedValueOnce(new Error('cut short'));
  await expect(purge.forget(row, new Date())).rejects.toThrow('cut short');
  cut.mockRestore();
  expect(await shownOf(pickupUrl)).toEqual([503, undefined]);
  expectProblem(await issuer.submit('cut-short', [{ itemId: 'x', value: 'X' }]), 503, 'unavailable');
  await why(row._id);
  expect(await isTold(row._id)).toBe(false);
  expect(await purge.forget(row, new Date())).toBe(true);
});

test('nothing is sent of a delivered order whose codes are gone, and a person hears of it', async () => {
  const issuer = await file.issuer();
  await delivered(issuer, 'again', 'webhook', ['AGAIN']);
  const _id = `${issuer.issuerId}/again`;
  const before = await rowsOf(issuer, 'again');
  await claims().deleteMany({ orderId: _id });
  const redelivered = () => file.platform.operator('POST', `/orders/${_id}/redeliver`);
  await redelivered();
  await until('it is told', () => isTold(_id));
  expect(buyer.received.filter(({ path }) => path === '/again')).toHaveLength(1);
  await claims().insertMany(before);
  await redelivered();
  await until('it is sent', () => buyer.received.filter(({ path }) => path === '/again').length === 2);
});

test('codes that came too late are given to nobody, whatever the database says of them', async () => {
  const issuer = await file.issuer();
  const pickupUrl = await placed(issuer, 'short', 'page', 2);
  await issuer.submit('short', [{ itemId: 'a', value: 'SHORT-A' }]);
  await file.platform.operator('POST', `/orders/${issuer.issuerId}/short/complete`, { reason: 'no more' });
  await issuer.inState('short', 'delivered');
  expectProblem(await issuer.submit('short', [{ itemId: 'b', value: 'LATE-B' }]), 409, 'order_closed');
  const late = (await rowsOf(issuer, 'short')).find(({ status }) => status === 'late') as SubmissionRow;
  const claim = `${issuer.issuerId}:${late.codes[0]?.valueFingerprint}`;
  await claims().updateOne({ _id: late._id }, { $set: { status: 'accepted', claims: [claim] } });
  expect(await shownOf(pickupUrl)).toEqual([503, undefined]);
  expect((await reveal(pickupUrl)).status).toBe(503);
  expect(await isTold(late.orderId)).toBe(true);
});

test('a code that its order took is not let go because somebody writes that it waits for a verdict', async () => {
  const issuer = await file.issuer();
  const pickupUrl = await delivered(issuer, 'flipped', 'page', ['FLIPPED']);
  const [row] = (await rowsOf(issuer, 'flipped')) as [SubmissionRow];
  await claims().updateOne({ _id: row._id }, { $set: { status: 'claimed', unjudgedSince: new Date(0) } });
  await reconcileOnce(file.platform);
  expect([await rowsOf(issuer, 'flipped'), await isTold(row.orderId)]).toMatchObject([[{ claims: row.claims }], true]);
  expectProblem(await issuer.submit('flipped', [{ itemId: 'x', value: 'X' }]), 503, 'unavailable');
  await claims().deleteMany({ orderId: row.orderId });
  await claims().insertOne(row);
  expect(await shownOf(pickupUrl)).toEqual([200, ['FLIPPED']]);
});

test('a claim holds a value where the platform wrote it: in an order that is kept or forgotten, and in none that is made up', async () => {
  const issuer = await file.issuer();
  await delivered(issuer, 'kept', 'page', ['KEPT']);
  await delivered(issuer, 'forgotten', 'page', ['FORGOTTEN']);
  await claims().insertOne(forged(issuer, 'forgotten', 'codes/before', 'BEFORE'));
  const forgotten = await orders().findOne({ _id: `${issuer.issuerId}/forgotten` });
  await file.platform.core.purge.forget(forgotten as NonNullable<typeof forgotten>, new Date());
  expect((await rowsOf(issuer, 'forgotten')).map(({ codes }) => codes)).toEqual([[]]);
  const left = { codes: [], status: 'accepted' as const };
  await claims().insertMany([
    { ...forged(issuer, 'forgotten', 'codes/after', 'AFTER'), ...left },
    { ...forged(issuer, 'none', 'codes/none', 'NONE'), ...left },
    forged(issuer, 'kept', 'codes/of-kept', 'OF-KEPT'),
  ]);
  const ofKept = { orderNo: 'kept', 'codes.itemId': 'kept' };
  const [extra] = forged(issuer, 'kept', 'x', 'EXTRA').claims ?? [];
  await claims().updateOne(ofKept, { $push: { claims: String(extra) } as never });
  const find = async (code: string): Promise<string[]> => {
    const { data } = (await file.platform.operator('POST', '/orders/search', { code })).body;
    return data.map(({ orderNo }: { orderNo: string }) => orderNo);
  };
  expect([await find('KEPT'), await find('OF-KEPT'), await find('EXTRA')]).toEqual([['kept'], [], []]);
  await placed(issuer, 'next', 'page', 5);
  for (const value of ['KEPT', 'FORGOTTEN'])
    expectProblem(await issuer.submit('next', [{ itemId: value, value }]), 409, 'code_reused');
  for (const value of ['BEFORE', 'AFTER', 'NONE', 'OF-KEPT', 'EXTRA'])
    expect([value, (await issuer.submit('next', [{ itemId: value, value }])).status]).toEqual([value, 201]);
  expect((await claims().findOne(ofKept))?.claims).toHaveLength(1);
});

test('claims of before are taken as they stand at one start, and at no later one', async () => {
  const issuer = await file.issuer();
  const pickupUrl = await delivered(issuer, 'before', 'page', ['BEFORE-MACS']);
  const waiting = await placed(issuer, 'waiting', 'page');
  const unbind = () => claims().updateMany({}, { $unset: { mac: 1, digest: 1 } });
  const { database, ring } = file.platform.core;
  const started = async (): Promise<void> => {
    const next = await startPlatform({ databaseName: file.platform.databaseName, worker: false });
    await next.stop();
  };
  await unbind();
  await claims().insertOne(forged(issuer, 'misshapen', 'codes/x', 'M'));
  await claims().updateOne({ orderNo: 'misshapen' }, { $set: { codes: 'none' as never } });
  await started();
  expect((await shownOf(pickupUrl))[0]).toBe(503);
  // As a build left it that sealed rows, and knew no MACs of claims.
  const [_id, before, since] = [
    'fingerprint',
    places.platformKeyOfSealedRows,
    places.platformKeyOfBoundClaims,
  ] as const;
  const key = ring.open((await database.keys.findOne({ _id }))?.sealed ?? Buffer.alloc(0), since(_id));
  await database.keys.updateOne({ _id }, { $set: { sealed: ring.seal(key, before(_id)) } });
  await started();
  expect(await shownOf(pickupUrl)).toEqual([200, ['BEFORE-MACS']]);
  await issuer.submit('waiting', [{ itemId: '1', value: 'WAITED' }]);
  await issuer.inState('waiting', 'delivered');
  expect(await shownOf(waiting)).toEqual([200, ['WAITED']]);
  await unbind();
  await started();
  expect((await shownOf(pickupUrl))[0]).toBe(503);
});

test('/readyz tells that the guard of one order per code is gone, or guards no more', async () => {
  const readiness = async () => (await fetch(`${file.platform.baseUrl}/readyz`)).json();
  expect(await readiness()).toMatchObject({ status: 'ready', parts: { mongodb: 'ok' } });
  const guard = 'one_order_per_claim';
  await claims().dropIndex(guard);
  const isGone = { status: 'not ready', parts: { mongodb: 'the guard of codes is missing' } };
  expect(await readiness()).toMatchObject(isGone);
  await claims().createIndex({ claims: 1 }, { name: guard, sparse: true });
  expect(await readiness()).toMatchObject(isGone);
  await claims().dropIndex(guard);
  await claims().createIndex({ claims: 1 }, { name: guard, sparse: true, unique: true });
  expect(await readiness()).toMatchObject({ status: 'ready' });
});

test('codes of an order whose key is missing are not sold twice: the other call waits until somebody can say', async () => {
  const issuer = await file.issuer();
  const pickupUrl = await delivered(issuer, 'locked', 'page', ['SAME']);
  const _id = `${issuer.issuerId}/locked`;
  const wrappedKey = (await orders().findOne({ _id }))?.wrappedKey as Buffer;
  // As one that a master key sealed which is not configured now.
  const absent = Buffer.from(wrappedKey);
  absent.writeUInt32BE(0xdeadbeef, 1);
  await orders().updateOne({ _id }, { $set: { wrappedKey: absent } });
  await placed(issuer, 'second', 'page');
  expectProblem(await issuer.submit('second', [{ itemId: '1', value: 'SAME' }]), 503, 'unavailable');
  await orders().updateOne({ _id }, { $set: { wrappedKey } });
  expectProblem(await issuer.submit('second', [{ itemId: '1', value: 'SAME' }]), 409, 'code_reused');
  await why(_id);
  expect(await shownOf(pickupUrl)).toEqual([200, ['SAME']]);
});
