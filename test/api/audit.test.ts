import type { UpdateFilter } from 'mongodb';
import { checkAudit } from '../../src/operator/audit-check';
import { sealRowsOnce } from '../../src/operator/seal-rows';
import { deriveKey, sha256 } from '../../src/sealing/key-ring';
import { type AuditRow, createAudit } from '../../src/store/audit';
import { databaseOfFile } from '../support/database-of-file';
import { read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

describe('the audit log over HTTP', () => {
  const file = platformOfFile({ worker: false });
  const operator = (method: string, path: string, body?: unknown) => file.platform.operator(method, path, body);
  const entries = async (query: string): Promise<Record<string, unknown>[]> =>
    (await operator('GET', `/audit?limit=100&${query}`)).body.data;
  const isOn = async () => (await operator('GET', '/maintenance')).body.on;
  const exported = async (after = 0): Promise<Record<string, unknown>[]> => {
    const response = await fetch(`${file.platform.baseUrl}/v1/operator/audit/export?after=${after}`, {
      headers: { authorization: `Bearer ${file.platform.operatorToken}` },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    return (await response.text())
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  };
  /** From the nth write on, the audit log cannot be written. */
  const whileUnwritable = async (from: number, act: () => Promise<void>): Promise<void> => {
    const { audit } = file.platform.core;
    const { append } = audit;
    let n = 0;
    const failing: typeof append = async (...given) => {
      n += 1;
      if (n >= from) throw new Error('no room');
      return append(...given);
    };
    Object.assign(audit, { append: failing });
    await act().finally(() => Object.assign(audit, { append }));
  };

  test('what is asked stands there before the deed, what came of it after, with before and after', async () => {
    await operator('PUT', '/maintenance', { on: true, reason: 'test' });
    await operator('PUT', '/maintenance', { on: false });
    const [ended] = await entries('action=maintenance.ended&phase=done');
    expect(ended).toMatchObject({ before: { on: true, reason: 'test' }, after: { on: false }, of: expect.any(Number) });
    const [asked] = await entries('action=maintenance.ended&phase=asked');
    expect(asked).toMatchObject({ seq: ended?.of, after: { on: false } });
  });

  test('what stands beside the chain of a platform that began with one is nobody’s entry', async () => {
    const { audit } = file.platform.core.database;
    const at = new Date(0);
    const position = `${at.toISOString()}/00`;
    const beside = { _id: '00', at, position, actor: 'admin', action: 'issuer.deleted', target: 'forged' };
    await audit.insertOne(beside);
    expect(await entries('target=forged')).toEqual([]);
    await audit.deleteOne({ _id: '00' });
  });

  test('without its intent in the log nothing is done; without its outcome it is done, and the intent says so', async () => {
    await whileUnwritable(1, async () => {
      expectProblem(await operator('PUT', '/maintenance', { on: true, reason: 'first' }), 500, 'internal');
    });
    expect(await isOn()).toBe(false);
    await whileUnwritable(2, async () => {
      expect((await operator('PUT', '/maintenance', { on: true, reason: 'second' })).status).toBe(200);
    });
    expect(await isOn()).toBe(true);
    const [newest] = await entries('phase=any');
    expect(newest).toMatchObject({ action: 'maintenance.began', phase: 'asked', after: { reason: 'second' } });
    expect(file.platform.logText()).toContain('an outcome is not in the audit log');
    await operator('PUT', '/maintenance', { on: false });
  });

  test('a refusal and a failed sign-in are in it, and no token is', async () => {
    const issuer = {
      issuerId: 'twice',
      name: 'Twice',
      callback: { kind: 'url', url: 'http://127.0.0.1:9/callback' },
      codeMode: 'push',
    };
    expect((await operator('POST', '/issuers', issuer)).status).toBe(201);
    expectProblem(await operator('POST', '/issuers', issuer), 409, 'issuer_exists');
    expect(await entries('target=twice&phase=refused')).toMatchObject([
      { action: 'issuer.created', code: 'issuer_exists' },
    ]);
    const token = 'a-token-of-nobody-1234';
    const answer = await read(
      fetch(`${file.platform.baseUrl}/v1/operator/console/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      }),
    );
    expectProblem(answer, 401, 'operator_unauthorized');
    const [refused] = await entries('actor=(nobody)');
    expect(refused).toMatchObject({ action: 'console.sign_in_refused', after: { from: '127.0.0.1' } });
    expect(JSON.stringify(await exported())).not.toContain(token);
  });

  test('who is refused from networks without end fills no audit log', async () => {
    const signIn = () =>
      fetch(`${file.platform.baseUrl}/v1/operator/console/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: 'a-token-of-nobody-1234' }),
      });
    const { dayCounts } = file.platform.core.database;
    const _id = `console-refusals/${new Date().toISOString().slice(0, 10)}`;
    const before = (await entries('actor=(nobody)')).length;
    await dayCounts.updateOne({ _id }, { $set: { count: 999, at: new Date() } }, { upsert: true });
    for (let n = 0; n < 3; n += 1) expect((await signIn()).status).toBe(401);
    expect(await entries('actor=(nobody)')).toHaveLength(before + 1);
    await dayCounts.deleteOne({ _id });
  });

  test('sign-ins are told apart, refused ones among them', async () => {
    await fetch(`${file.platform.baseUrl}/v1/operator/console/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: file.platform.operatorToken }),
    });
    const actionsOf = async (query: string) => new Set((await entries(query)).map(({ action }) => String(action)));
    expect(await actionsOf('signIns=only')).toEqual(new Set(['console.signed_in', 'console.sign_in_refused']));
    const others = await actionsOf('signIns=without&phase=any');
    expect(others).toContain('issuer.created');
    expect([...others].filter((action) => action.startsWith('console.'))).toEqual([]);
    expect(await entries('signIns=only&action=issuer.created&phase=any')).toEqual([]);
  });

  test('it is searched by time, and taken out in order, the taking out too', async () => {
    const all = await entries('phase=any');
    const [newest] = all;
    const justBefore = new Date(Date.parse(String(newest?.at)) - 1).toISOString();
    expect(await entries(`phase=any&to=${justBefore}`)).not.toContainEqual(newest);
    expect(await entries(`phase=any&from=${newest?.at}&to=${newest?.at}`)).toContainEqual(newest);
    const lines = await exported();
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, n) => n + 1));
    for (const [n, { prev }] of lines.entries()) expect(prev).toBe(n === 0 ? '' : lines[n - 1]?.hash);
    expect((await exported(Number(lines.at(-2)?.seq)))[0]).toEqual(lines.at(-1));
    expect((await entries('action=audit.exported'))[0]).toMatchObject({ actor: 'operator', phase: 'done' });
  });

  test('an entry that somebody else puts beside the chain is in no list', async () => {
    const { audit } = file.platform.core.database;
    const at = new Date();
    const put = { actor: 'operator', action: 'order.voided', target: 'nobody/1', phase: 'done', seq: 2, hash: 'h' };
    await audit.insertOne({ ...put, _id: 'f0', position: `${at.toISOString()}/f0`, at } as AuditRow);
    expect(await entries('target=nobody/1')).toEqual([]);
    await audit.deleteOne({ _id: 'f0' });
  });

  test('an entry that the database was made to say otherwise is named', async () => {
    const check = async (after = 0) => (await operator('GET', `/audit/check?after=${after}`)).body;
    const before = await check();
    expect(before).toEqual({ checked: before.last.seq, last: before.last });
    const { database, keys } = file.platform.core;
    const row = (await database.audit.findOne({ seq: 3 })) as AuditRow;
    await database.audit.updateOne({ _id: row._id }, { $set: { actor: 'somebody-else' } });
    expect((await check()).broken).toEqual({ seq: 3, why: 'changed' });
    // With a hash of one's own making: the key is not in the database.
    const wrongKey = createAudit(database, (text) => sha256(text + deriveKey(keys.fingerprintKey, 'guess').toString()));
    expect(await checkAudit(wrongKey, 0, 10)).toMatchObject({ broken: { seq: 1, why: 'changed' } });
    await database.audit.replaceOne({ _id: row._id }, row);
    expect(await check()).toEqual(before);
    await database.audit.deleteOne({ _id: row._id });
    expect((await check()).broken).toEqual({ seq: 3, why: 'missing' });
    await database.audit.insertOne(row);
    expect(await check(before.last.seq)).toMatchObject({ checked: 0, last: before.last });
  });
});

describe('the chain of entries', () => {
  const store = databaseOfFile();
  const entry = { at: new Date(), actor: 'ann', action: 'issuer.paused', target: 'acme', phase: 'done' } as const;
  const process = () => createAudit(store.database, sha256);
  const newest = { sort: { _id: -1 } } as const;
  beforeEach(() => store.database.audit.deleteMany({}));

  test('processes that write at the same moment make one chain', async () => {
    const [one, other] = [process(), process()];
    const writes = Array.from({ length: 20 }, (_, n) => (n % 2 ? one : other).append(entry, `id-${n}`));
    await Promise.all(writes);
    expect(await checkAudit(process(), 0, 100)).toMatchObject({ checked: 20, last: { seq: 20 } });
    expect(await checkAudit(process(), 0, 15)).toMatchObject({ checked: 15, next: 15 });
    expect(await checkAudit(process(), 15, 15)).toMatchObject({ checked: 5, last: { seq: 20 } });
  });

  test('a process that has much to write keeps no other one from writing', async () => {
    const [busy, other] = [process(), process()];
    let isOver = false;
    const many = Array.from({ length: 40 }, async (_, n) => {
      while (!isOver) await busy.append(entry, `busy-${n}`);
    });
    const codes: unknown[] = [];
    for (let n = 0; n < 25; n += 1) {
      // By then it is not the one that wrote last.
      await until(
        'another one to write',
        async () => (await store.database.audit.findOne({}, newest))?.id !== `other-${n - 1}`,
      );
      codes.push(await other.append(entry, `other-${n}`).catch(({ code }: { code?: string }) => code));
    }
    isOver = true;
    await Promise.all(many);
    expect(codes.filter((code) => typeof code === 'string')).toEqual([]);
  });

  test('a write that the driver repeats after it had been made is one entry and no error', async () => {
    const { audit } = store.database;
    const repeating = new Proxy(audit, {
      get: (target, name) =>
        name === 'insertOne'
          ? async (row: AuditRow) => {
              await target.insertOne(row);
              throw Object.assign(new Error('E11000'), { code: 11_000 });
            }
          : Reflect.get(target, name).bind(target),
    });
    expect((await createAudit({ audit: repeating }, sha256).append(entry, 'once')).seq).toBe(1);
    expect((await process().append(entry, 'twice')).seq).toBe(2);
    expect(await audit.countDocuments({})).toBe(2);
  });

  test('an entry that follows on another one than the one before it is named', async () => {
    const audit = process();
    for (const id of ['a', 'b', 'c']) await audit.append(entry, id);
    const [, , third] = await audit.after(0, 3);
    await store.database.audit.deleteMany({});
    for (const id of ['a', 'x']) await process().append(entry, id);
    await store.database.audit.insertOne(third as AuditRow);
    expect(await checkAudit(process(), 0, 10)).toMatchObject({ checked: 2, broken: { seq: 3, why: 'unlinked' } });
  });

  test('an entry that was made to look like one of before the chain, or of another time, is named', async () => {
    const audit = process();
    for (const id of ['a', 'b', 'c', 'd']) await audit.append(entry, id);
    const third = (await store.database.audit.findOne({ seq: 3 })) as AuditRow;
    const broken = { seq: 3, why: 'changed' };
    const changes: UpdateFilter<AuditRow>[] = [{ $unset: { phase: '' } }, { $set: { position: '2000' } }];
    for (const change of changes) {
      await store.database.audit.updateOne({ _id: third._id }, change);
      // Also where it is the last one of a part, and would hide that there are more.
      for (const limit of [10, 3]) expect(await checkAudit(process(), 0, limit)).toMatchObject({ checked: 2, broken });
      await store.database.audit.replaceOne({ _id: third._id }, third);
    }
    expect(await checkAudit(process(), 0, 10)).toEqual({ checked: 4, last: expect.objectContaining({ seq: 4 }) });
  });

  test('what came of a deed is written down, however many wait to begin one', async () => {
    const audit = process();
    const asked = Array.from({ length: 120 }, (_, n) => audit.append({ ...entry, phase: 'asked' }, `asked-${n}`));
    const written = await Promise.allSettled([...asked, audit.append(entry, 'done')]);
    expect(written.filter(({ status }) => status === 'rejected')).toHaveLength(20);
    expect(written.at(-1)).toMatchObject({ status: 'fulfilled', value: { phase: 'done', seq: 101 } });
  });

  const noOrders = { areUnbound: async () => false, bindAll: async () => undefined };

  test('a start that was cut off while it bound orders goes on with them, and later ones bind none', async () => {
    const starts: string[] = [];
    const start = (areUnbound: boolean, end: () => Promise<void>) => {
      const bindAll = () => {
        starts.push('bound');
        return end();
      };
      return sealRowsOnce(process(), [], { areUnbound: async () => areUnbound, bindAll }, Date.now);
    };
    const ends = async () => undefined;
    await expect(start(true, () => Promise.reject(new Error('cut off')))).rejects.toThrow('cut off');
    await start(false, ends);
    await start(true, ends);
    expect(starts).toEqual(['bound', 'bound']);
  });

  test('what somebody else puts between the entries hides no change of one, and no start seals for its sake', async () => {
    const { audit } = store.database;
    const put = (after: string, count: number) =>
      audit.insertMany(Array.from({ length: count }, (_, n) => ({ _id: `${after}.${n}`, position: 'p' }) as AuditRow));
    await sealRowsOnce(process(), [], noOrders, Date.now);
    for (const id of ['b', 'c', 'd']) await process().append(entry, id);
    await put('n000000000001', 3);
    await put('n999999999999', 1);
    await audit.updateOne({ seq: 4 }, { $set: { actor: 'somebody-else' } });
    expect(await checkAudit(process(), 0, 3)).toMatchObject({ checked: 3, next: 3 });
    expect(await checkAudit(process(), 3, 3)).toMatchObject({ checked: 0, broken: { seq: 4, why: 'changed' } });
    expect((await process().append(entry, 'e')).seq).toBe(5);
    await audit.deleteOne({ seq: 1 });
    await put('n000000000000', 1_000);
    const sealAll = jest.fn();
    await sealRowsOnce(process(), [{ sealAll }], noOrders, Date.now);
    expect(sealAll).not.toHaveBeenCalled();
  });

  test('entries beside the chain neither bind orders anew nor keep rows from being sealed', async () => {
    const { audit } = store.database;
    const bindAll = jest.fn(async () => undefined);
    const sealAll = jest.fn(async () => undefined);
    await process().append(entry, 'a');
    const said = { at: new Date(0), actor: '(platform)', action: 'rows.sealed', target: 'platform', position: '2' };
    await audit.insertMany([
      { _id: 'zz', ...said, phase: 'asked' },
      { _id: 'zz1', ...said, phase: 'done' },
    ] as AuditRow[]);
    expect(await sealRowsOnce(process(), [{ sealAll }], { areUnbound: async () => false, bindAll }, Date.now)).toBe(
      true,
    );
    expect([sealAll.mock.calls.length, bindAll.mock.calls.length]).toEqual([1, 0]);
  });

  test('a forged entry behind the newest one hides none of those that follow, and is named', async () => {
    const { audit } = store.database;
    for (const id of ['a', 'b']) await process().append(entry, id);
    const second = (await audit.findOne({ seq: 2 })) as AuditRow;
    const at = { position: '2026-01-01T00:00:00.000Z/x', at: new Date() };
    // In the last place there is, in the very next one, and as a copy of one that was written.
    for (const row of [{ ...at }, { ...second }, { hash: second.hash }]) {
      await audit.insertMany(['n999999999999', 'n000000000003'].map((_id) => ({ ...row, _id }) as unknown as AuditRow));
      const written = await process().append(entry, `behind ${JSON.stringify(row)}`);
      expect(await checkAudit(process(), 0, 10)).toMatchObject({ broken: { seq: 3, why: 'forged' } });
      expect((await checkAudit(process(), 0, 10)).last).toMatchObject({ seq: written.seq });
      await audit.deleteOne({ _id: 'n999999999999' });
      await audit.deleteOne({ _id: 'n000000000003' });
      expect((await process().list({}, undefined, 1)).map(({ seq }) => seq)).toEqual([written.seq]);
      expect(await checkAudit(process(), 0, 10)).toMatchObject({
        checked: written.seq - 1,
        last: { seq: written.seq, hash: written.hash },
        broken: { seq: 3, why: 'forged' },
      });
      await audit.deleteMany({ seq: { $gt: 2 } });
    }
    // Alone behind the newest one: nothing of the platform's can have been there.
    await audit.insertOne({ ...at, _id: 'n999999999999' } as unknown as AuditRow);
    expect((await checkAudit(process(), 0, 10)).broken).toEqual({ seq: 999_999_999_999, why: 'forged' });
    expect((await process().append(entry, 'third')).seq).toBe(3);
  });

  test('entries of before the chain stay in the list', async () => {
    const old = { _id: '0e4a', position: '2026-01-01T00:00:00.000Z/0e4a', at: new Date(0), actor: 'a', action: 'b' };
    await store.database.audit.insertOne({ ...old, target: 't' });
    await process().append(entry, 'new');
    expect((await process().list({}, undefined, 10)).map(({ target }) => target)).toEqual(['acme', 't']);
    expect(await checkAudit(process(), 0, 10)).toMatchObject({ checked: 1 });
  });
});
