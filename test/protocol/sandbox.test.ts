import { createTestIssuers } from '../../src/sandbox/test-issuers';
import { places } from '../../src/sealing/places';
import { forgetMade } from '../support/forget-made';
import { read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reconcileOnce } from '../support/reconcile';
import { until } from '../support/until';

const file = platformOfFile({
  // The one list never stands in for the other: only 127.0.0.1 is in the sandbox's.
  callbackAllow: ['127.0.0.0/8', '10.0.0.0/8'],
  sandboxAllow: ['127.0.0.1/32'],
  hasMails: true,
});

const dayMs = 86_400_000;
const callback = { kind: 'url', url: 'http://127.0.0.1:9/callback' };
const make = (body: unknown, headers: Record<string, string> = {}) =>
  read(
    fetch(`${file.platform.baseUrl}/v1/sandbox/issuers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }),
  );
const floodId = (n: number): string => `test-${'e'.repeat(12)}${String(n).padStart(8, '0')}`;

test('anybody makes a test issuer, and places an order that ends as any other', async () => {
  const made = await make({ name: 'Mine', callback, codeMode: 'request' });
  expect(made.status).toBe(201);
  expect(made.headers.get('cache-control')).toBe('no-store');
  expect(made.body).toEqual({
    issuerId: expect.stringMatching(/^test-[0-9a-f]{20}$/),
    name: 'Mine',
    state: 'active',
    mode: 'test',
    apiVersion: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    callback,
    codeMode: 'request',
    terminal: { channel: 'page' },
    verifyWindowSeconds: 600,
    issueWindowSeconds: 600,
    createdAt: expect.any(String),
    endsAt: expect.any(String),
    secret: expect.stringMatching(/^whsec_/),
  });
  const { createdAt, endsAt } = made.body;
  expect(Date.parse(endsAt) - Date.parse(createdAt)).toBe(30 * dayMs);
  const issuer = await file.sandboxIssuer();
  await issuer.placeVerified('a-1');
  expect((await issuer.submit('a-1', [{ itemId: 'a', value: 'SANDBOX-1' }])).status).toBe(201);
  await issuer.inState('a-1', 'delivered');
  expect((await issuer.get('/self')).body).toMatchObject({ issuerId: issuer.issuerId, mode: 'test' });
});

test('a test issuer may fetch its messages: it has no place for a webhook terminal', async () => {
  await forgetMade(file.platform);
  const made = await make({ callback: { kind: 'pull' }, codeMode: 'push' });
  expect([made.status, made.body.callback]).toEqual([201, { kind: 'pull' }]);
  const issuer = await file.sandboxIssuer();
  const settings = { type: 'issuer.settings', callback: { kind: 'pull' } };
  expect((await issuer.post('/settings', settings)).status).toBe(200);
  const terminal = { channel: 'webhook', url: 'https://example.com/' };
  expectProblem(await issuer.place('pull-1', { terminal }), 422, 'body_invalid', '/terminal/url');
});

test.each([
  ['an unknown field', { callback, codeMode: 'push', issuerId: 'test-mine' }, '/issuerId'],
  ['a function', { callback: { kind: 'function', name: 'f' }, codeMode: 'push' }, '/callback/kind'],
  ['no code mode', { callback }, '/codeMode'],
  [
    'an address of CALLBACK_ALLOW',
    { callback: { kind: 'url', url: 'http://10.1.2.3/' }, codeMode: 'push' },
    '/callback/url',
  ],
  ['its neighbour', { callback: { kind: 'url', url: 'http://127.0.0.2/' }, codeMode: 'push' }, '/callback/url'],
])('%s is 422', async (_what, body, path) => {
  expectProblem(await make(body), 422, 'body_invalid', path);
});

test('of one address twenty bodies above a KiB are read a minute, and small ones all the same', async () => {
  await forgetMade(file.platform);
  const large = () => make({ name: 'x'.repeat(1_024) });
  for (let n = 0; n < 20; n += 1) expectProblem(await large(), 422, 'body_invalid', '/name');
  expectProblem(await large(), 429, 'rate_limited');
  expect((await make({ callback, codeMode: 'push' })).status).toBe(201);
});

test('one address makes ten an hour, whatever became of wrong bodies', async () => {
  await forgetMade(file.platform);
  await make({ callback });
  const made = await Promise.all(Array.from({ length: 12 }, () => make({ callback, codeMode: 'push' })));
  const refused = made.filter(({ status }) => status !== 201);
  // Eight are made at once, and four of one address: what finds no place is asked to come again in a second.
  for (const answer of refused) expectProblem(answer, 429, 'rate_limited');
  const one = async () => (await make({ callback, codeMode: 'push' })).headers.get('retry-after');
  await until('the hour is used up', async () => Number(await one()) > 1);
  const { database } = file.platform.core;
  const [count] = await database.dayCounts.find({ _id: /^test-issuers/, count: { $gt: 0 } }).toArray();
  expect(count?.count).toBe(10);
  await forgetMade(file.platform);
});

test('a thousand of them live at once', async () => {
  await forgetMade(file.platform);
  const { issuers } = file.platform.core.database;
  const [one] = await issuers
    .find({ endsAt: { $exists: true } })
    .limit(1)
    .toArray();
  if (!one) throw new Error('there is one');
  const fillers = Array.from({ length: 1_000 }, (_, n) => ({
    ...one,
    _id: `test-${'f'.repeat(12)}${String(n).padStart(8, '0')}`,
    madeFrom: `${n}`,
  }));
  await issuers.insertMany(fillers);
  expectProblem(await make({ callback, codeMode: 'push' }), 429, 'rate_limited');
  await issuers.deleteMany({ _id: /^test-f{12}/ });
  await until('the list is read again', async () => {
    await forgetMade(file.platform);
    return (await make({ callback, codeMode: 'push' })).status === 201;
  });
});

test('where a few networks have made all that there may be, the least used one of theirs gives its place to a newcomer', async () => {
  await forgetMade(file.platform);
  const { issuers, dayCounts } = file.platform.core.database;
  const [one] = await issuers
    .find({ endsAt: { $exists: true } })
    .limit(1)
    .toArray();
  if (!one) throw new Error('there is one');
  const createdAt = new Date(Date.now() - 3 * 3_600_000);
  const ids = Array.from({ length: 1_000 }, (_, n) => floodId(n));
  await issuers.insertMany(ids.map((_id, n) => ({ ...one, _id, createdAt, madeFrom: `flood-${n % 10}` })));
  const day = new Date().toISOString().slice(0, 10);
  const used = ids.filter((id) => id !== floodId(7));
  await dayCounts.insertMany(used.map((id) => ({ _id: `bytes/${id}/${day}`, at: new Date(), count: 1_024 })));
  const made = await make({ callback, codeMode: 'push' });
  expect(made.status).toBe(201);
  expect(await issuers.findOne({ _id: made.body.issuerId })).toMatchObject({ madeFrom: expect.any(String) });
  const left = await issuers.find({ _id: /^test-e{12}/, deletedAt: { $exists: false } }).toArray();
  // Not one of those that were made from here before.
  expect(ids.filter((id) => !left.some(({ _id }) => _id === id))).toEqual([floodId(7)]);
  await issuers.deleteMany({ _id: /^test-e{12}/ });
});

/** By whoever calls from that address. */
const makerOf = (nowMs = Date.now) => {
  const { core } = file.platform;
  const { make: makeFrom } = createTestIssuers({ ...core, nowMs });
  const given = { callback: { kind: 'pull' }, codeMode: 'push' } as const;
  const secretFor = (issuerId: string) => core.orderDeps.ring.seal(Buffer.alloc(32), places.issuerSecret(issuerId));
  return (address: string) => makeFrom(given, address, async () => undefined, secretFor);
};

test('the networks of one IPv6 site have the ten an hour of one address together', async () => {
  await forgetMade(file.platform);
  const from = makerOf();
  const made = [];
  for (let n = 0; n < 12; n += 1) made.push(...(await Promise.allSettled([from(`2001:db8:7:${n}::1`)])));
  expect(made.filter(({ status }) => status === 'fulfilled').length).toBe(10);
  const ids = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value._id] : []));
  await file.platform.core.database.issuers.deleteMany({ _id: { $in: ids } });
});

test('of all who come at the same moment to a full sandbox each gets the place of another one, by a list that is read once', async () => {
  await forgetMade(file.platform);
  const { core } = file.platform;
  const { issuers } = core.database;
  const [one] = await issuers
    .find({ endsAt: { $exists: true } })
    .limit(1)
    .toArray();
  if (!one) throw new Error('there is one');
  const isAlive = { _id: /^test-[0-9a-f]{20}$/, deletedAt: { $exists: false } };
  const createdAt = new Date(Date.now() - 3 * 3_600_000);
  const ids = Array.from({ length: 1_000 - (await issuers.countDocuments(isAlive)) }, (_, n) => floodId(n));
  await issuers.insertMany(ids.map((_id, n) => ({ ...one, _id, createdAt, madeFrom: `flood-${n % 10}` })));
  const atMs = Date.now();
  const from = makerOf(() => atMs);
  const listed = jest.spyOn(core.issuers, 'tests');
  const made = await Promise.all(Array.from({ length: 4 }, (_, n) => from(`2001:db8:${n + 100}::1`)));
  for (let n = 0; n < 4; n += 1) made.push(await from(`2001:db8:${n + 200}::1`));
  expect(await issuers.countDocuments(isAlive)).toBe(1_000);
  expect(listed).toHaveBeenCalledTimes(1);
  listed.mockRestore();
  await issuers.deleteMany({ _id: /^test-e{12}/ });
  await issuers.deleteMany({ _id: { $in: made.map(({ _id }) => _id) } });
});

test('the networks of one IPv6 site are one where places are taken', async () => {
  const { core } = file.platform;
  const make = makerOf();
  const from = async (address: string) => (await make(address)).madeFrom;
  const [one, other, elsewhere] = [
    await from('2001:db8:1:1::1'),
    await from('2001:db8:1:2::1'),
    await from('2001:db8:2::1'),
  ];
  expect(other).toBe(one);
  expect(elsewhere).not.toBe(one);
  await core.database.issuers.deleteMany({ madeFrom: { $in: [one, elsewhere] } });
});

test('where issuers take turns all test issuers are one: a stranger who makes many has no more of the engine', async () => {
  const issuers = [await file.sandboxIssuer(), await file.sandboxIssuer()];
  for (const { issuerId, place, inState } of issuers) {
    await place('turn');
    await inState('turn', 'notified');
    const { events } = await file.platform.client.workflow.getHandle(`order/${issuerId}/turn`).fetchHistory();
    const keys = (events ?? []).flatMap(
      ({ workflowExecutionStartedEventAttributes: started, activityTaskScheduledEventAttributes: scheduled }) =>
        started || scheduled ? [(started ?? scheduled)?.priority?.fairnessKey] : [],
    );
    expect(keys).toEqual(['tests/', 'tests/']);
  }
});

test('operators give no such id', async () => {
  const body = { issuerId: 'test-acme', name: 'Acme', callback, codeMode: 'push' };
  expectProblem(await file.platform.operator('POST', '/issuers', body), 422, 'body_invalid', '/issuerId');
});

test('its orders stand apart from live ones in every list and number of operators', async () => {
  const [live, sandbox] = [await file.issuer(), await file.sandboxIssuer()];
  for (const issuer of [live, sandbox]) {
    expect((await issuer.place('apart-1', { payment: { id: `pay-${issuer.issuerId}` } })).status).toBe(201);
    await issuer.message('order.paid', 'apart-1');
    await issuer.verify('apart-1');
    await issuer.refuse('apart-1');
  }
  const { operator } = file.platform;
  const idsIn = async (path: string) => {
    const { status, body } = await operator('GET', path);
    expect([path, status]).toEqual([path, 200]);
    return body.data.map(({ issuerId }: { issuerId: string }) => issuerId);
  };
  for (const path of ['/issuers?limit=100', '/orders?limit=100', '/orders?q=apart', '/refunds?limit=100']) {
    const [usual, test] = [await idsIn(path), await idsIn(`${path}${path.includes('?') ? '&' : '?'}mode=test`)];
    expect([path, usual.includes(live.issuerId), usual.includes(sandbox.issuerId)]).toEqual([path, true, false]);
    expect([path, test.includes(live.issuerId), test.includes(sandbox.issuerId)]).toEqual([path, false, true]);
  }
  expect(await idsIn(`/orders?issuerId=${sandbox.issuerId}`)).toEqual([]);
  expect(await idsIn(`/orders?mode=test&issuerId=${sandbox.issuerId}`)).toEqual([sandbox.issuerId]);
  expect(await idsIn(`/orders?mode=test&from=2020-01-01T00:00:00Z&to=2099-01-01T00:00:00Z`)).toContain(
    sandbox.issuerId,
  );
  expect(await idsIn('/failures?mode=test')).toEqual([]);
  const paged = await operator('GET', `/orders?mode=test&limit=1`);
  expect((await operator('GET', `/orders?mode=test&limit=1&cursor=${paged.body.nextCursor}`)).status).toBe(200);
  // Its own lists are as anybody's.
  expect((await sandbox.get('/orders?createdAfter=2020-01-01T00:00:00Z')).body.data).toHaveLength(1);
  const metrics = await (await fetch(`${file.platform.baseUrl}/metrics`)).text();
  expect(metrics).toMatch(/codeferry_http_request_seconds_count\{[^}]*issuer_class="test"/);
  expect(metrics).toMatch(/^codeferry_issuers\{state="active"\} 1$/m);
  const pages = await file.platform.workerMetrics();
  expect(pages).toMatch(/codeferry_order_events_total\{type="order.refund_due"[^}]*\} 1$/m);
});

test('a code of a test issuer is found among test orders alone', async () => {
  const issuer = await file.sandboxIssuer();
  await issuer.placeVerified('by-code');
  await issuer.submit('by-code', [{ itemId: 'a', value: 'CODE-of-a-test' }]);
  const found = async (change: object) =>
    (await file.platform.operator('POST', '/orders/search', { code: 'CODE-of-a-test', ...change })).body.data;
  expect(await found({})).toEqual([]);
  expect(await found({ mode: 'test' })).toMatchObject([{ issuerId: issuer.issuerId, orderNo: 'by-code' }]);
});

test('a webhook terminal is on the host and port of the callback, and nowhere else', async () => {
  const issuer = await file.sandboxIssuer();
  const { url } = (await issuer.get('/self')).body.callback;
  const placed = (orderNo: string, terminal: string) =>
    issuer.place(orderNo, { terminal: { channel: 'webhook', url: terminal } });
  expectProblem(await placed('w-1', 'http://127.0.0.1:9/elsewhere'), 422, 'body_invalid', '/terminal/url');
  expectProblem(await placed('w-2', 'https://example.com/'), 422, 'body_invalid', '/terminal/url');
  expect((await placed('w-3', new URL('/terminal?of=a buyer', url).href)).status).toBe(201);
  const settings = (body: object) => issuer.post('/settings', { type: 'issuer.settings', ...body });
  const elsewhere = { channel: 'webhook', url: 'http://127.0.0.1:9/elsewhere' };
  expectProblem(await settings({ terminal: elsewhere }), 422, 'body_invalid', '/terminal/url');
  expect((await settings({ terminal: elsewhere, callback: { kind: 'url', url: 'http://127.0.0.1:9/' } })).status).toBe(
    200,
  );
});

test('mails of its orders are in its inbox, and go nowhere else', async () => {
  const issuer = await file.sandboxIssuer({ name: 'Bean & Bar' });
  const terminal = { channel: 'email', address: 'sandbox@mail.example' };
  const placed = await issuer.placeVerified('mail-1', { terminal });
  await issuer.submit('mail-1', [{ itemId: 'a', value: 'MAIL-CODE-1' }]);
  const { body } = await issuer.inState('mail-1', 'delivered');
  expect(body.delivery).toEqual({ state: 'sent', tries: 1 });
  const inbox = await issuer.get('/inbox');
  expect(inbox.body).toEqual({
    data: [
      {
        at: expect.any(String),
        channel: 'email',
        to: 'sandbox@mail.example',
        subject: 'TEST · Your code for Coffee',
        text: expect.stringContaining(placed.body.pickupUrl),
      },
    ],
  });
  expect(inbox.body.data[0].text).not.toContain('MAIL-CODE-1');
  // Whoever writes to the database reads nobody else's.
  const other = await file.sandboxIssuer();
  const { sandboxInbox } = file.platform.core.database;
  const forged = { issuerId: issuer.issuerId, at: new Date(), channel: 'email', sealed: Buffer.alloc(64, 1) };
  await sandboxInbox.insertOne({ _id: 'forged', ...forged });
  expect((await issuer.get('/inbox')).body).toEqual(inbox.body);
  await sandboxInbox.updateMany({ issuerId: issuer.issuerId }, { $set: { issuerId: other.issuerId } });
  expect((await other.get('/inbox')).body).toEqual({ data: [] });
  // A live one's mail that came later is there, and that one is not.
  const live = await file.issuer();
  await live.placeVerified('mail-2', { terminal: { channel: 'email', address: 'live@mail.example' } });
  await live.submit('mail-2', [{ itemId: 'a', value: 'MAIL-CODE-2' }]);
  await file.mails.mailTo('live@mail.example');
  expect(file.mails.taken.flatMap(({ to }) => to)).toEqual(['live@mail.example']);
  expectProblem(await live.get('/inbox'), 404, 'path_unknown');
});

test('five requests a second, and 500 orders a day', async () => {
  const issuer = await file.sandboxIssuer({}, false);
  const beganMs = Date.now();
  const answers = await Promise.all(Array.from({ length: 30 }, () => issuer.get('/self')));
  // A busy machine takes some seconds for them, and five more are let in with each.
  const seconds = Math.ceil((Date.now() - beganMs) / 1_000) + 1;
  const refused = answers.filter(({ status }) => status !== 200);
  expect(answers.length - refused.length).toBeLessThanOrEqual(5 * seconds);
  for (const answer of refused) expectProblem(answer, 429, 'rate_limited');
  const patient = await file.sandboxIssuer();
  const { database } = file.platform.core;
  expect((await patient.place('day-1')).status).toBe(201);
  await database.dayCounts.updateOne({ _id: new RegExp(`^orders/${patient.issuerId}/`) }, { $set: { count: 499 } });
  expect((await patient.place('day-1')).status).toBe(200);
  expect((await patient.place('day-2')).status).toBe(201);
  expectProblem(await patient.place('day-3'), 429, 'rate_limited');
  expect((await patient.place('day-1')).status).toBe(200);
});

test('32 MiB a day, as what it sends is kept for a while: any call counts as a KiB, a large one as what it is', async () => {
  const issuer = await file.sandboxIssuer();
  const { dayCounts } = file.platform.core.database;
  const _id = new RegExp(`^bytes/${issuer.issuerId}/`);
  const used = async () => (await dayCounts.findOne({ _id }))?.count ?? 0;
  const echo = (text: string) => issuer.post('/echo', { text });
  const before = await used();
  expect((await echo('a')).status).toBe(200);
  expect((await used()) - before).toBe(1_024);
  const large = 'a'.repeat(100_000);
  expect((await echo(large)).status).toBe(200);
  expect((await used()) - before).toBeGreaterThan(1_024 + large.length);
  await dayCounts.updateOne({ _id }, { $set: { count: 32 * 1_024 * 1_024 - 1_024 } });
  expectProblem(await echo(large), 429, 'rate_limited');
  expect((await echo('b')).status).toBe(200);
  expectProblem(await echo('c'), 429, 'rate_limited');
  expect((await issuer.get('/self')).status).toBe(200);
});

test('what a test issuer does of itself is not in the audit log, which is kept for ever; what an operator does to it is', async () => {
  const issuer = await file.sandboxIssuer();
  const ofIt = async () =>
    (await file.platform.core.database.audit.find({ target: issuer.issuerId }).toArray()).map(({ action }) => action);
  expect((await issuer.post('/settings', { type: 'issuer.settings', callback: { kind: 'pull' } })).status).toBe(200);
  expect((await issuer.post('/secret', { type: 'issuer.secret' })).status).toBe(201);
  expect((await issuer.get('/self')).body.callback).toEqual({ kind: 'pull' });
  expect(await ofIt()).toEqual([]);
  expect((await file.platform.operator('POST', `/issuers/${issuer.issuerId}/pause`)).status).toBe(200);
  expect(await ofIt()).toEqual(['issuer.paused', 'issuer.paused']);
});

test('after 30 days it is gone, with its orders', async () => {
  const issuer = await file.sandboxIssuer();
  await issuer.place('end-1');
  const open = async () => file.platform.operator('GET', `/orders/${issuer.issuerId}/end-1`);
  expect((await open()).body.state).not.toBe('cancelled');
  const atMs = Date.now() + 30 * dayMs + 60_000;
  const pass = () => reconcileOnce(file.platform, { nowMs: () => atMs });
  await pass();
  expectProblem(await issuer.get('/self'), 401, 'signature_invalid');
  await until('its order is cancelled', async () => {
    if ((await open()).body.state === 'cancelled') return true;
    // One that could not be asked in time is asked by the next pass.
    await pass();
    return false;
  });
  await until('its order is forgotten', async () => {
    await reconcileOnce(file.platform, { nowMs: () => atMs + 40 * dayMs });
    return (await open()).status === 404;
  });
});
