import { setTimeout as pause } from 'node:timers/promises';
import { createLinks } from '../../src/api/portal/links';
import { createPortalLinks } from '../../src/store/portal-links';
import type { TestIssuer } from '../support/issuer';
import { type Answer, startPlatform } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { signInByLink } from '../support/portal';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile();

const linkOf = async (issuer: TestIssuer, body: object = {}) => {
  const made = await issuer.post('/portal-links', { type: 'portal.link', role: 'admin', ...body });
  expect(made.status).toBe(201);
  return made;
};
const signedIn = async (issuer: TestIssuer, body: object = {}) =>
  signInByLink((await linkOf(issuer, body)).body.url, file.platform.baseUrl);
const own = ({ issuerId }: TestIssuer, path: string) => `/v1/issuers/${issuerId}${path}`;

describe('POST /portal-links', () => {
  test('is a link that is looked at without end, and used once, by one of many who press at once', async () => {
    const issuer = await file.issuer();
    const { body, headers } = await linkOf(issuer);
    expect([Object.keys(body).sort(), headers.get('cache-control')]).toEqual([['expiresAt', 'url'], 'no-store']);
    const untilMs = Date.parse(body.expiresAt) - file.platform.core.orderDeps.nowMs();
    expect(untilMs > 590_000 && untilMs <= 600_000).toBe(true);
    for (const method of ['GET', 'HEAD', 'GET']) expect((await fetch(body.url, { method })).status).toBe(200);
    const page = await (await fetch(body.url)).text();
    expect(page.match(/<button/g)).toHaveLength(1);
    expect(page).toContain('<h1>An issuer of the tests</h1>');
    expect(page).not.toContain('<script');
    const uses = await Promise.all([1, 2, 3].map(() => fetch(body.url, { method: 'POST', redirect: 'manual' })));
    expect(uses.map(({ status }) => status).sort()).toEqual([303, 404, 404]);
    const cookie = uses.find(({ status }) => status === 303)?.headers.get('set-cookie');
    expect(cookie).toMatch(/HttpOnly.*SameSite=Strict/);
    expect((await fetch(body.url)).status).toBe(404);
  });

  test('is good beside any number that are none, as a page of any site lets its readers’ browsers try', async () => {
    const { url } = (await linkOf(await file.issuer())).body;
    const readings = jest.spyOn(file.platform.core.database.portalLinks, 'find');
    const none = (n: number) => url.replace(/[^/]+$/, String(n).padStart(43, 'x'));
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => fetch(none(n))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    expect(readings.mock.calls.length).toBeLessThan(40);
    readings.mockRestore();
    expect([(await fetch(url)).status, (await fetch(none(0), { method: 'POST' })).status]).toEqual([200, 404]);
    await signInByLink(url, file.platform.baseUrl);
  });

  test('takes a role, up to a day, and nothing else; another site cannot press its button', async () => {
    const issuer = await file.issuer();
    for (const wrong of [{ role: 'owner' }, { expiresInSeconds: 59 }, { expiresInSeconds: 86_401 }, { more: 1 }]) {
      const answer = await issuer.post('/portal-links', { type: 'portal.link', role: 'viewer', ...wrong });
      expectProblem(answer, 422, 'body_invalid');
    }
    const { url } = (await linkOf(issuer)).body;
    const foreign = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } };
    expect((await fetch(url, foreign)).status).toBe(403);
    expect((await fetch(url)).status).toBe(200);
  });

  test('is made by an operator as well, and what was written to the database by another hand lets nobody in', async () => {
    const issuer = await file.issuer();
    const made = await file.platform.operator('POST', `/issuers/${issuer.issuerId}/portal-links`, { role: 'viewer' });
    expect(made.status).toBe(201);
    await signInByLink(made.body.url, file.platform.baseUrl);
    const unknown = await file.platform.operator('POST', '/issuers/nobody/portal-links', { role: 'viewer' });
    expectProblem(unknown, 404, 'issuer_unknown');
    const { portalLinks, portalSessions } = file.platform.core.database;
    const [mine, theirs] = [(await linkOf(issuer)).body.url, (await linkOf(issuer, { role: 'viewer' })).body.url];
    const [one, other] = await portalLinks.find({ issuerId: issuer.issuerId }).toArray();
    if (!one || !other) throw new Error('two links wait');
    await portalLinks.updateOne({ _id: one._id }, { $set: { sealed: other.sealed } });
    await portalLinks.updateOne({ _id: other._id }, { $set: { sealed: one.sealed } });
    for (const url of [mine, theirs]) expect((await fetch(url, { method: 'POST' })).status).toBeGreaterThanOrEqual(400);
    expect(await portalSessions.countDocuments({ name: issuer.issuerId })).toBe(1);
  });
});

describe('a session at the issuer’s own page', () => {
  test('waits with at most a hundred others, however many are made at once', async () => {
    const { issuerId } = await file.issuer();
    const { database, orderDeps } = file.platform.core;
    const { ring, nowMs } = orderDeps;
    const { make } = createLinks({
      ...{ links: createPortalLinks(database), rowReader: file.platform.core.orderDeps.rowReader, ring, nowMs },
      publicUrl: file.platform.baseUrl,
    });
    const asked = { role: 'viewer', expiresInSeconds: 600 } as const;
    for (let n = 0; n < 99; n += 1) await make({ _id: issuerId }, asked);
    const made = await Promise.allSettled(Array.from({ length: 12 }, () => make({ _id: issuerId }, asked)));
    const count = made.filter(({ status }) => status === 'fulfilled').length;
    expect(count).toBeLessThanOrEqual(1);
    // Who was refused left none behind.
    expect(await database.portalLinks.countDocuments({ issuerId })).toBe(99 + count);
    const one = file.platform.operator('POST', `/issuers/${issuerId}/portal-links`, { role: 'viewer' });
    expect((await one).status).toBe(count === 0 ? 201 : 429);
  });

  test('is found beside a cookie of another site; many cookies are no many questions to the database', async () => {
    const issuer = await file.issuer();
    const { cookie } = await signedIn(issuer);
    const name = cookie.split('=')[0] ?? '';
    const others = (count: number, filler: string) =>
      Array.from({ length: count }, (_, n) => `${name}=${String(n).padStart(43, filler)}`).join('; ');
    const asked = jest.spyOn(file.platform.core.database.portalSessions, 'find');
    const status = async (sent: string) =>
      (await fetch(`${file.platform.baseUrl}/v1/portal/session`, { headers: { cookie: sent } })).status;
    expect(await status(`${others(2, 'x')}; ${cookie}`)).toBe(200);
    asked.mockClear();
    expect(await status(others(80, 'y'))).toBe(401);
    expect(asked).toHaveBeenCalledTimes(4);
    asked.mockRestore();
  });

  test('a viewer reads and changes nothing; a change needs its header token, and a cookie alone makes none', async () => {
    const issuer = await file.issuer();
    const viewer = await signedIn(issuer, { role: 'viewer' });
    const admin = await signedIn(issuer);
    expect((await viewer.get(own(issuer, '/self'))).body.issuerId).toBe(issuer.issuerId);
    const change = { type: 'issuer.settings', buyerRefunds: true };
    expectProblem(await viewer.post(own(issuer, '/settings'), change), 403, 'operator_forbidden');
    for (const token of ['', viewer.csrf]) {
      const answer = await admin.post(own(issuer, '/settings'), change, { 'x-csrf-token': token });
      expectProblem(answer, 401, 'signature_invalid');
    }
    expect((await issuer.get('/self')).body.buyerRefunds).toBeUndefined();
    const preview = { type: 'issuer.preview', branding: { displayName: 'Only tried' } };
    expect((await viewer.post(own(issuer, '/preview'), preview)).body.mail.fromName).toBe('Only tried');
    expectProblem(
      await viewer.post(own(issuer, '/preview'), preview, { 'x-csrf-token': '' }),
      401,
      'signature_invalid',
    );
    expect((await admin.post(own(issuer, '/settings'), change)).body.buyerRefunds).toBe(true);
  });

  test('does to an order what the issuer may, without its token, and is named in the audit log; the link to codes is not seen', async () => {
    const issuer = await file.issuer();
    const { body: order } = await issuer.placeVerified('by-a-person');
    expect(order.pickupUrl).toContain('/p/');
    const ann = await signedIn(issuer, { name: 'ann' });
    expect((await ann.get(own(issuer, '/orders/by-a-person'))).body.pickupUrl).toBeUndefined();
    const refusal = { type: 'order.refusal', orderNo: 'by-a-person', reason: 'out_of_stock' };
    const refused = await ann.post(own(issuer, '/orders/by-a-person/refusal'), refusal);
    expect([refused.status, refused.body.state]).toEqual([200, 'refused']);
    expect(JSON.stringify(refused.body)).not.toContain('/p/');
    const none = await ann.post(own(issuer, '/orders/none/refusal'), { ...refusal, orderNo: 'none' });
    expectProblem(none, 404, 'order_unknown');
    const actor = encodeURIComponent(`(issuer ${issuer.issuerId}: ann)`);
    const { data } = (await file.platform.operator('GET', `/audit?actor=${actor}`)).body;
    expect(data.map(({ action, target }: { action: string; target: string }) => `${action} ${target}`)).toEqual([
      `issuer.acted ${issuer.issuerId}/by-a-person`,
      `portal.signed_in ${issuer.issuerId}`,
    ]);
  });

  test('takes nothing of the share of the issuer’s server, nor of who acts there, however much a viewer asks for', async () => {
    const issuer = await file.issuer();
    const viewer = await signedIn(issuer, { role: 'viewer' });
    const admin = await signedIn(issuer);
    const held: (() => void)[] = [];
    const { orders } = file.platform.core.orderDeps;
    const reading = jest
      .spyOn(orders, 'timelineOf')
      .mockImplementation(() => new Promise((resolve) => held.push(() => resolve(null))));
    const path = own(issuer, '/orders/none/timeline');
    const asked: Promise<unknown>[] = [];
    try {
      // As many as may be at work, of which eight are read at once.
      asked.push(...Array.from({ length: 256 }, () => viewer.get(path)));
      await until('no further one is taken', async () => {
        const further = viewer.get(path);
        asked.push(further);
        return (await Promise.race([further, pause(100)]))?.status === 429;
      });
      expect(held).toHaveLength(8);
      await until('its server is answered', async () => (await issuer.get('/orders')).status === 200);
      expect((await admin.get(own(issuer, '/orders'))).status).toBe(200);
    } finally {
      reading.mockRestore();
      for (const end of held) end();
      await Promise.all(asked);
    }
  });

  test('nor are the statements of others kept back by a viewer who takes nothing of four', async () => {
    const issuer = await file.issuer();
    const [viewer, admin] = [await signedIn(issuer, { role: 'viewer' }), await signedIn(issuer)];
    const day = `/statements/${new Date().toISOString().slice(0, 10)}`;
    const held: (() => void)[] = [];
    const pages = async function* () {
      await new Promise<void>((resolve) => held.push(resolve));
      yield [];
    };
    const reading = jest
      .spyOn(file.platform.core.statements, 'ofRunningDay')
      .mockImplementation(() => ({ isFinal: false, asOf: new Date(), pages: pages() }));
    const asked = Array.from({ length: 4 }, () => viewer.get(own(issuer, day)));
    try {
      await until('four to be begun', () => held.length === 4);
      expect((await viewer.get(own(issuer, day))).status).toBe(429);
      reading.mockRestore();
      expect([(await issuer.get(day)).status, (await admin.get(own(issuer, day))).status]).toEqual([200, 200]);
    } finally {
      reading.mockRestore();
      for (const end of held) end();
      await Promise.all(asked);
    }
  });

  test('ends for all at once, and by itself when it is not used', async () => {
    const issuer = await file.issuer();
    const [one, two] = [await signedIn(issuer, { name: 'one' }), await signedIn(issuer, { name: 'two' })];
    const { data } = (await one.get(own(issuer, '/portal-sessions'))).body;
    expect(data.map(({ name, isThis }: { name: string; isThis: boolean }) => [name, isThis])).toEqual([
      ['two', false],
      ['one', true],
    ]);
    await file.platform.core.database.portalSessions.updateOne(
      { _id: data[0].sessionId },
      { $set: { liveUntil: new Date(0) } },
    );
    await until('an unused one is over', async () => (await two.get('/v1/portal/session')).status === 401);
    expect((await one.post(own(issuer, '/portal-sessions/end'), { type: 'portal.sessions_end' })).status).toBe(200);
    expectProblem(await one.get(own(issuer, '/self')), 401, 'signature_invalid');
    expectProblem(await one.get('/v1/portal/session'), 401, 'signature_invalid');
  });

  test('is none where nobody can open it: as after a master key is gone, and others are seen and go on', async () => {
    const issuer = await file.issuer();
    const [one, two] = [await signedIn(issuer, { name: 'one' }), await signedIn(issuer, { name: 'two' })];
    const { portalSessions } = file.platform.core.database;
    const { data } = (await two.get(own(issuer, '/portal-sessions'))).body;
    const { sessionId } = data.find(({ isThis }: { isThis: boolean }) => isThis);
    await portalSessions.updateOne({ _id: sessionId }, { $set: { sealed: Buffer.alloc(64, 1) } });
    await until('the kept row to be read anew', async () => (await two.get('/v1/portal/session')).status === 401);
    const { status, body } = await one.get(own(issuer, '/portal-sessions'));
    expect([status, body.data?.map(({ name }: { name: string }) => name)]).toEqual([200, ['one']]);
  });

  test('whoever is put out with all others comes back by no link that was made before', async () => {
    const [issuer, other] = [await file.issuer(), await file.issuer()];
    const gone = await signedIn(issuer, { name: 'gone' });
    const made = await gone.post(own(issuer, '/portal-links'), { type: 'portal.link', role: 'admin' });
    const theirs = (await linkOf(other)).body.url;
    expect((await fetch(made.body.url)).status).toBe(200);
    expect((await issuer.post('/portal-sessions/end', { type: 'portal.sessions_end' })).body).toEqual({ ended: 1 });
    for (const method of ['GET', 'POST']) expect((await fetch(made.body.url, { method })).status).toBe(404);
    expect(await file.platform.core.database.portalSessions.countDocuments({ name: issuer.issuerId })).toBe(0);
    // One browser alone: colleagues keep the links that wait for them.
    const stays = await signedIn(issuer);
    const waiting = (await linkOf(issuer)).body.url;
    const { data } = (await stays.get(own(issuer, '/portal-sessions'))).body;
    const one = { type: 'portal.sessions_end', sessionId: data[0].sessionId };
    expect((await issuer.post('/portal-sessions/end', one)).body).toEqual({ ended: 1 });
    for (const url of [waiting, theirs]) expect((await fetch(url)).status).toBe(200);
  });

  test('nor by a link or a secret that another process makes, which has not heard of it yet', async () => {
    const { baseUrl, databaseName, taskQueue } = file.platform;
    const there = await startPlatform({ databaseName, taskQueue, worker: false, publicUrl: baseUrl });
    try {
      const issuer = await file.issuer();
      const gone = await signInByLink((await linkOf(issuer)).body.url, there.baseUrl);
      expect((await issuer.post('/portal-sessions/end', { type: 'portal.sessions_end' })).body).toEqual({ ended: 1 });
      const link = { type: 'portal.link', role: 'admin' };
      expectProblem(await gone.post(own(issuer, '/portal-links'), link), 401, 'signature_invalid');
      expectProblem(await gone.post(own(issuer, '/secret'), { type: 'issuer.secret' }), 401, 'signature_invalid');
    } finally {
      await there.stop();
    }
  });

  test('who had a leaked secret comes back by no session or link once it is ended; the person who ended it stays', async () => {
    const issuer = await file.issuer();
    const thief = await signedIn(issuer);
    const left = (await linkOf(issuer)).body.url;
    const ann = await signedIn(issuer, { name: 'ann' });
    const rotate = (endOldNow: boolean) => ann.post(own(issuer, '/secret'), { type: 'issuer.secret', endOldNow });
    expect((await rotate(false)).status).toBe(201);
    expect((await thief.get('/v1/portal/session')).status).toBe(200);
    expect((await rotate(true)).status).toBe(201);
    expectProblem(await thief.post(own(issuer, '/secret'), { type: 'issuer.secret' }), 401, 'signature_invalid');
    expect((await fetch(left, { method: 'POST' })).status).toBe(404);
    expect((await ann.get('/v1/portal/session')).status).toBe(200);
    const rotated = await file.platform.operator('POST', `/issuers/${issuer.issuerId}/secret`, { endOldNow: true });
    expect(rotated.status).toBe(201);
    expectProblem(await ann.get('/v1/portal/session'), 401, 'signature_invalid');
  });

  test('nor by what was under way when the secret was ended: a link, a session, a secret, a setting that come late', async () => {
    const issuer = await file.issuer();
    const { database, issuers } = file.platform.core;
    const at = `/issuers/${issuer.issuerId}`;
    const adminLink = async (): Promise<string> =>
      (await file.platform.operator('POST', `${at}/portal-links`, { role: 'admin' })).body.url;
    const thiefNow = async () => signInByLink(await adminLink(), file.platform.baseUrl);
    /** The first call of `name` goes on once an operator has ended the secret. */
    const late = async <T>(of: object, name: string, ask: () => Promise<T>): Promise<T> => {
      const spy = jest.spyOn(of as Record<string, (...given: unknown[]) => unknown>, name);
      const original = (of as Record<string, (...given: unknown[]) => unknown>)[name];
      const reached = new Promise<() => void>((tell) => {
        spy.mockImplementationOnce(async function (this: unknown, ...given) {
          await new Promise<void>((goOn) => tell(goOn));
          return original?.apply(this, given);
        });
      });
      const asked = ask();
      const goOn = await reached;
      const rotated = await file.platform.operator('POST', `${at}/secret`, { endOldNow: true });
      expect(rotated.status).toBe(201);
      issuer.useSecret(rotated.body.secret);
      goOn();
      return asked.finally(() => spy.mockRestore());
    };

    const thief = await thiefNow();
    const link = { type: 'portal.link', role: 'admin' };
    const made = await late(database.portalLinks, 'insertOne', () => thief.post(own(issuer, '/portal-links'), link));
    expect(made.status).toBe(201);
    for (const method of ['GET', 'POST']) expect((await fetch(made.body.url, { method })).status).toBe(404);

    const session = await late(database.portalSessions, 'insertOne', thiefNow);
    expectProblem(await session.get('/v1/portal/session'), 401, 'signature_invalid');
    expectProblem(await session.get(own(issuer, '/self')), 401, 'signature_invalid');

    const [third, fourth] = [await thiefNow(), await thiefNow()];
    const secret = () => third.post(own(issuer, '/secret'), { type: 'issuer.secret' });
    expectProblem(await late(issuers, 'find', secret), 409, 'in_progress');
    expectProblem(await fourth.get('/v1/portal/session'), 401, 'signature_invalid');
    const fifth = await thiefNow();
    const change = () => fifth.post(own(issuer, '/settings'), { type: 'issuer.settings', buyerRefunds: true });
    expectProblem(await late(issuers, 'change', change), 409, 'in_progress');
    expect((await issuer.get('/self')).body.buyerRefunds).toBeUndefined();
  });

  test('who puts others out is put out by who does so right after, also where the rows of before cannot be deleted', async () => {
    const issuer = await file.issuer();
    const { database, issuers } = file.platform.core;
    const ann = await signedIn(issuer, { name: 'ann' });
    const { replaceSecrets } = issuers;
    const at = `/issuers/${issuer.issuerId}/secret`;
    const between = jest.spyOn(issuers, 'replaceSecrets').mockImplementationOnce(async (...given) => {
      const after = await replaceSecrets(...given);
      jest.spyOn(database.portalSessions, 'deleteMany').mockRejectedValueOnce(new Error('away'));
      expect((await file.platform.operator('POST', at, { endOldNow: true })).status).toBe(201);
      return after;
    });
    const rotated = await ann.post(own(issuer, '/secret'), { type: 'issuer.secret', endOldNow: true });
    between.mockRestore();
    expect(rotated.status).toBe(201);
    expectProblem(await ann.get('/v1/portal/session'), 401, 'signature_invalid');
  });

  test('its calls and the server’s are repeated apart: nobody reads an answer that the other was given', async () => {
    const issuer = await file.issuer();
    const ann = await signedIn(issuer);
    const body = { type: 'issuer.secret' };
    const [id, path] = ['an-id-that-is-guessed', own(issuer, '/secret')];
    const given = await issuer.post('/secret', body, { webhookId: id });
    expect(given.status).toBe(201);
    const again = await ann.post(path, body, { 'webhook-id': id });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(again.body.secret).not.toBe(given.body.secret);
  });
});

test('GET /echo/outcome tells what became of the self-test, and GET /calls how the calls go', async () => {
  const issuer = await file.issuer();
  expect((await issuer.get('/echo/outcome')).body).toEqual({ state: 'none' });
  await issuer.post('/echo', { hello: 1 });
  await until('it is answered', async () => (await issuer.get('/echo/outcome')).body.state === 'answered');
  await issuer.place('called');
  await issuer.message('order.paid', 'called');
  const call = await until('it is in the list', async () => {
    const { data } = (await issuer.get('/calls')).body;
    return data.find(({ kind }: { kind: string }) => kind === 'order.paid');
  });
  const shown = (await issuer.get(`/calls/${encodeURIComponent(call.callId)}`)).body;
  expect(shown.request.body.data.token).toBe('•••');
  expect((await issuer.get('/orders?q=CALL')).body.data).toHaveLength(1);
});

test('neither tells an issuer what there is inside of our network, and an operator reads it', async () => {
  const issuer = await file.issuer({ callback: { kind: 'url', url: 'https://localhost:9/' } });
  await issuer.post('/echo', { hello: 1 });
  await issuer.place('forbidden');
  const outcome = await until('the echo failed', async () => {
    const { body } = await issuer.get('/echo/outcome');
    return body.state === 'failed' && body;
  });
  const callIn = async (read: () => Promise<Answer>) =>
    until('the call', async () => (await read()).body.data.find(({ kind }: { kind: string }) => kind === 'order.paid'));
  const own = await callIn(() => issuer.get('/calls'));
  const shown = (await issuer.get(`/calls/${encodeURIComponent(own.callId)}`)).body;
  expect([outcome.problem, own.problem, shown.problem]).toEqual(Array.from({ length: 3 }, () => 'unreachable'));
  const theirs = await callIn(() => file.platform.operator('GET', `/issuers/${issuer.issuerId}/calls`));
  expect(theirs.problem).toBe('connection_refused');
});
