import { randomBytes } from 'node:crypto';
import { createConsoleSessions } from '../../src/api/auth/console-sessions';
import { signInsMax } from '../../src/api/console/console';
import { createLimitPerMinute } from '../../src/api/edge/limit-per-minute';
import { createRowReader } from '../../src/bounded/row-reader';
import type { Role } from '../../src/domain/operator';
import { type ConsoleSessionRows, createConsoleSessionRows } from '../../src/store/sessions';
import { databaseOfFile } from '../support/database-of-file';
import { type Answer, read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const rowReader = createRowReader(() => undefined);

const person = { name: 'operator', role: 'admin', token: 'a token of the tests' } as const;
/** Who has not signed in. */
const nora = { name: 'nora', role: 'viewer', token: 'a-token-of-nora-1234' } as const;
const vera = { name: 'vera', role: 'viewer', token: 'a-token-of-vera-1234' } as const;
const noRows = { insert: async () => undefined } as unknown as ConsoleSessionRows;

interface SignedIn {
  readonly cookie: string;
  readonly csrf: string;
}

describe('the console over HTTP', () => {
  const file = platformOfFile({ operators: [vera, nora] });
  const url = (path: string): string => `${file.platform.baseUrl}${path}`;
  const sessionPath = '/v1/operator/console/session';

  const call = (method: string, path: string, headers: Record<string, string> = {}, body?: unknown): Promise<Answer> =>
    read(
      fetch(url(path), {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  const signInWith = (token: string): Promise<Answer> => call('POST', sessionPath, {}, { token });
  const signIn = async (): Promise<SignedIn> => {
    const answer = await signInWith(file.platform.operatorToken);
    expect(answer.status).toBe(201);
    return { cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '', csrf: answer.body.csrf };
  };

  test('the page loads without a session, holds no data and runs no inline script', async () => {
    const page = await call('GET', '/operator');
    expect(page.status).toBe(200);
    const csp = String(page.headers.get('content-security-policy'));
    expect(csp).toContain("default-src 'none'");
    expect(csp).toContain("script-src 'self'");
    expect(csp).not.toMatch(/unsafe|https?:|\*/);
    expect(csp).toContain("frame-ancestors 'none'");
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
    });
    expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)|<style| on\w+=| style=/);
    const assets = [...String(page.body).matchAll(/(?:src|href)="(\/operator\/assets\/[^"]+)"/g)].map(
      ([, path]) => path,
    );
    expect(assets.length).toBeGreaterThanOrEqual(5);
    for (const path of assets) {
      const asset = await call('GET', String(path));
      expect([path, asset.status, asset.headers.get('cache-control')]).toEqual([
        path,
        200,
        'public, max-age=31536000, immutable',
      ]);
    }
    const old = await call('GET', '/operator/assets/0000000000000000/console/main');
    expect(old.headers.get('cache-control')).toBe('no-store');
    expectProblem(await call('GET', '/operator/assets/x/..%2Fconfig.js'), 404, 'path_unknown');
  });

  test('the token is exchanged for a cookie that scripts, other sites and other paths of the browser cannot use', async () => {
    const answer = await signInWith(file.platform.operatorToken);
    expect(answer.status).toBe(201);
    const cookie = String(answer.headers.get('set-cookie'));
    expect(cookie).toMatch(/; HttpOnly(;|$)/);
    expect(cookie).toMatch(/; SameSite=Strict(;|$)/);
    expect(cookie).toMatch(/; Max-Age=28800(;|$)/);
    expect(cookie + JSON.stringify(answer.body)).not.toContain(file.platform.operatorToken);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(Date.parse(answer.body.endsAt) - Date.now()).toBeLessThanOrEqual(8 * 3_600_000);
  });

  test('behind https the cookie is for this host alone and never sent in the clear', async () => {
    const sessions = createConsoleSessions({
      rowReader,
      operators: [person],
      rows: noRows,
      publicUrl: 'https://codes.example.com',
      nowMs: () => 0,
    });
    const [name, , options] = (await sessions.begin(person)).cookie;
    expect(name).toMatch(/^__Host-/);
    expect(options).toMatchObject({ path: '/', httpOnly: true, sameSite: 'strict', secure: true });
  });

  test('a session reads with its cookie alone and changes only with its header token', async () => {
    const issuer = await file.issuer();
    await issuer.place('by-session');
    const { cookie, csrf } = await signIn();
    const path = `/v1/operator/orders/${issuer.issuerId}/by-session`;
    expect((await call('GET', path, { cookie })).body.orderNo).toBe('by-session');
    const cancel = (headers: Record<string, string>) => call('POST', `${path}/cancel`, headers, { reason: 'test' });
    expectProblem(await cancel({ cookie }), 401, 'operator_unauthorized');
    expectProblem(await cancel({ cookie, 'x-csrf-token': 'x' }), 401, 'operator_unauthorized');
    const other = await signIn();
    expectProblem(await cancel({ cookie, 'x-csrf-token': other.csrf }), 401, 'operator_unauthorized');
    expectProblem(await cancel({ 'x-csrf-token': csrf }), 401, 'operator_unauthorized');
    expect((await issuer.order('by-session')).body.state).not.toBe('cancelled');
    expect((await cancel({ cookie, 'x-csrf-token': csrf })).status).toBe(200);
    expect((await issuer.order('by-session')).body.state).toBe('cancelled');
  });

  test('a wrong bearer token is refused even beside a good session', async () => {
    const { cookie } = await signIn();
    const headers = { cookie, authorization: 'Bearer wrong' };
    expectProblem(await call('GET', '/v1/operator/issuers', headers), 401, 'operator_unauthorized');
  });

  test('a cookie that was changed, made up or made with another operator token opens nothing', async () => {
    const made = createConsoleSessions({
      rowReader,
      operators: [{ ...person, token: 'another token' }],
      rows: createConsoleSessionRows(file.platform.core.database),
      publicUrl: 'http://x',
      nowMs: Date.now,
    });
    const strange = (await made.begin(person)).cookie[1];
    const { cookie } = await signIn();
    const [name = '', value = ''] = cookie.split('=');
    const [id = '', endsAt = '', who = '', mark = ''] = value.split('.');
    const other = Buffer.from('auditor').toString('base64url');
    const values = [
      `${id}.${Number(endsAt) + 1}.${who}.${mark}`,
      `${randomBytes(16).toString('base64url')}.${endsAt}.${who}.${mark}`,
      `${id}.${endsAt}.${who}.${mark.slice(0, -2)}AA`,
      `${id}.${endsAt}.${other}.${mark}`,
      `${id}.${endsAt}.${who}`,
      strange,
      '',
    ];
    for (const changed of values) {
      expectProblem(await call('GET', sessionPath, { cookie: `${name}=${changed}` }), 401, 'operator_unauthorized');
    }
    expect((await call('GET', sessionPath, { cookie: `a=b; ${cookie}; c=d` })).status).toBe(200);
  });

  test('signing out ends the session, not only the cookie', async () => {
    const { cookie, csrf } = await signIn();
    expectProblem(await call('DELETE', sessionPath, { cookie }), 401, 'operator_unauthorized');
    const ended = await call('DELETE', sessionPath, { cookie, 'x-csrf-token': csrf });
    expect([ended.status, ended.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expectProblem(await call('GET', '/v1/operator/issuers', { cookie }), 401, 'operator_unauthorized');
  });

  test('an operator sees and ends the own sessions, an admin those of all', async () => {
    const path = '/v1/operator/console/sessions';
    const as = async (token: string) => {
      const answer = await signInWith(token);
      const headers = {
        cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '',
        'x-csrf-token': String(answer.body.csrf),
      };
      return { headers, isIn: async () => (await call('GET', sessionPath, headers)).status === 200 };
    };
    const end = (who: { headers: Record<string, string> }, body: unknown) =>
      call('POST', `${path}/end`, who.headers, body);
    const listed = async (who: { headers: Record<string, string> }) =>
      (await call('GET', `${path}?limit=100`, who.headers)).body.data as {
        sessionId: string;
        operator: { name: string };
        isThis: boolean;
      }[];
    const [admin, first, second] = [await as(file.platform.operatorToken), await as(vera.token), await as(vera.token)];
    const own = await listed(first);
    expect(own.map(({ operator, isThis }) => [operator.name, isThis])).toEqual([
      ['vera', false],
      ['vera', true],
    ]);
    expect(new Set((await listed(admin)).map(({ operator }) => operator.name))).toEqual(new Set(['vera', 'operator']));
    expectProblem(await end(first, { everyone: true }), 403, 'operator_forbidden');
    expectProblem(await end(first, { operator: 'operator' }), 403, 'operator_forbidden');
    const others = (await listed(admin)).find(({ isThis }) => isThis)?.sessionId;
    expect((await end(first, { sessionId: others })).body).toEqual({ ended: 0 });
    expect((await end(first, { sessionId: own[0]?.sessionId })).body).toEqual({ ended: 1 });
    expect([await first.isIn(), await second.isIn(), await admin.isIn()]).toEqual([true, false, true]);
    expect((await end(admin, { operator: 'vera' })).body).toEqual({ ended: 1 });
    expect([await first.isIn(), await admin.isIn()]).toEqual([false, true]);
    const last = await as(vera.token);
    expect((await end(admin, { everyone: true })).status).toBe(200);
    expect([await last.isIn(), await admin.isIn()]).toEqual([false, false]);
  });

  test('a form of another site can sign nobody in', async () => {
    const answer = await read(
      fetch(url(sessionPath), {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: JSON.stringify({ token: file.platform.operatorToken }),
      }),
    );
    expectProblem(answer, 415, 'media_type_unsupported');
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  test('the overview counts what was placed, and nothing that is asked with the session tells a code', async () => {
    const issuer = await file.issuer();
    const value = `NEVER-SHOWN-${randomBytes(8).toString('hex')}`;
    await issuer.placeVerified('counted');
    await issuer.submit('counted', [{ itemId: '1', value, secret: `${value}-pin` }]);
    await issuer.inState('counted', 'delivered');
    await issuer.place('waits');
    const { cookie } = await signIn();
    const isOwn = (counted: { issuerId: string }) => counted.issuerId === issuer.issuerId;
    const overview = await until('the overview has both orders', async () => {
      const answer = await call('GET', '/v1/operator/console/overview', { cookie });
      const { issuers, oldest } = answer.body;
      const isWaiting = oldest.some(({ orderNo }: { orderNo: string }) => orderNo === 'waits');
      return issuers.find(isOwn)?.orders === 2 && isWaiting && answer;
    });
    const own = overview.body.issuers.find(isOwn);
    expect(own).toMatchObject({ orders: 2, delivered: 1, under_way: 1, failed: 0, toCode: { count: 1 } });
    expect(overview.body.minutes).toHaveLength(60);
    expect(overview.body.oldest).toContainEqual(expect.objectContaining({ orderNo: 'waits', why: expect.any(String) }));
    const order = `/v1/operator/orders/${issuer.issuerId}/counted`;
    const paths = [order, `${order}/timeline`, `${order}/why`, '/v1/operator/orders', '/v1/operator/audit'];
    const answers = await Promise.all(paths.map((path) => call('GET', path, { cookie })));
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
    expect(JSON.stringify([overview, ...answers].map(({ body }) => body))).not.toContain('NEVER-SHOWN');
    expect(file.platform.logText()).not.toContain('NEVER-SHOWN');
    expectProblem(await call('GET', '/v1/operator/console/overview?since=0', { cookie }), 422, 'body_invalid');
  });

  test('the overview counts notices and code requests that were sent again, and none that went well at once', async () => {
    const issuer = await file.issuer({ codeMode: 'request', noticeDelaysSeconds: [1] });
    const failing = (times: number, status: number, body?: unknown) => {
      let tries = 0;
      return async () => {
        tries += 1;
        return tries <= times ? { status: 500 } : { status, body };
      };
    };
    issuer.on('order.paid', failing(2, 204));
    issuer.on(
      'order.code_requested',
      failing(1, 200, { status: 'issued', codes: [{ itemId: '1', value: 'TRIED-AGAIN' }] }),
    );
    await issuer.place('again-1');
    await issuer.message('order.paid', 'again-1', 3);
    await issuer.verify('again-1');
    await issuer.inState('again-1', 'delivered');
    const { cookie } = await signIn();
    const { body } = await until('the overview has the order with its tries', async () => {
      const answer = await call('GET', '/v1/operator/console/overview', { cookie });
      const own = answer.body.issuers.find(({ issuerId }: { issuerId: string }) => issuerId === issuer.issuerId);
      return own?.delivered === 1 && own.callsTriedAgain === 3 && answer;
    });
    expect(body.totals).toMatchObject({ callsTriedAgain: 3, deliveriesTriedAgain: 0 });
  });

  test('the live overview needs the session, sends itself, and ends with the session', async () => {
    const path = '/v1/operator/console/overview/events';
    expectProblem(await call('GET', path), 401, 'operator_unauthorized');
    const { cookie, csrf } = await signIn();
    const head = await fetch(url(path), { method: 'HEAD', headers: { cookie } });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const response = await fetch(url(path), { headers: { cookie } });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    let signedOut = false;
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (signedOut || !text.includes('event: overview\ndata: {')) continue;
      signedOut = true;
      await call('DELETE', sessionPath, { cookie, 'x-csrf-token': csrf });
    }
    expect(signedOut).toBe(true);
  });

  test('sign-ins stand in the audit log, and a token never stands anywhere', async () => {
    const { cookie } = await signIn();
    const { body } = await call('GET', '/v1/operator/audit', { cookie });
    expect(body.data).toContainEqual(expect.objectContaining({ action: 'console.signed_in', actor: 'operator' }));
    expect(file.platform.logText()).not.toContain(file.platform.operatorToken);
  });

  test('of one network twenty bodies above a KiB are read a minute, and a token is taken beside them', async () => {
    for (let n = 0; n < 20; n += 1) expectProblem(await signInWith('x'.repeat(1_024)), 422, 'body_invalid', '/token');
    expectProblem(await signInWith('x'.repeat(1_024)), 429, 'rate_limited');
    expect((await signInWith(file.platform.operatorToken)).status).toBe(201);
  });

  // Last: from here on this address has to wait.
  test('after five wrong tokens the address waits, but for whom worked from there before', async () => {
    for (let n = 0; n < 5; n += 1) {
      expectProblem(await signInWith(`wrong-token-${n}`), 401, 'operator_unauthorized');
    }
    expectProblem(await signInWith('wrong-token-5'), 429, 'rate_limited');
    expectProblem(await signInWith(nora.token), 429, 'rate_limited');
    expect((await signInWith(file.platform.operatorToken)).status).toBe(201);
    expect((await file.platform.operator('GET', '/issuers')).status).toBe(200);
    expect(file.platform.logText()).not.toContain('wrong-token');
  });
});

describe('console sessions in several processes', () => {
  const store = databaseOfFile();
  const startMs = Date.now();
  /** One more process: its own memory, the same database. */
  const process = (nowMs: () => number, token: string = person.token) =>
    createConsoleSessions({
      rowReader,
      operators: [{ ...person, token }, vera],
      rows: createConsoleSessionRows(store.database),
      publicUrl: 'http://127.0.0.1',
      nowMs,
    });
  type Process = ReturnType<typeof process>;
  const begin = async (sessions: Process, who: { name: string; role: Role } = person) => {
    const { session, cookie } = await sessions.begin(who);
    return { id: session.id, cookie: cookie.slice(0, 2).join('=') };
  };
  beforeEach(() => process(() => startMs).end({}));

  test('a session is good in every process with the same token, and over after eight hours of use', async () => {
    let nowMs = startMs;
    const { cookie } = await begin(process(() => nowMs));
    const elsewhere = process(() => nowMs);
    expect((await elsewhere.of(cookie))?.csrf).toBe((await process(() => nowMs).of(cookie))?.csrf);
    expect(await process(() => nowMs, 'the token after a change').of(cookie)).toBeUndefined();
    for (nowMs += 1_000_000; nowMs < startMs + 8 * 3_600_000; nowMs += 1_000_000) {
      expect((await elsewhere.of(cookie))?.operator.name).toBe(person.name);
    }
    nowMs = startMs + 8 * 3_600_000;
    expect(await elsewhere.of(cookie)).toBeUndefined();
  });

  test('half an hour without a request ends it, in a process that never saw it too', async () => {
    let nowMs = startMs;
    const sessions = process(() => nowMs);
    const [used, left] = [await begin(sessions), await begin(sessions)];
    nowMs += 29 * 60_000;
    expect((await sessions.of(used.cookie))?.id).toBe(used.id);
    nowMs += 60_000;
    for (const one of [sessions, process(() => nowMs)]) {
      expect([await one.of(used.cookie), await one.of(left.cookie)]).toEqual([expect.anything(), undefined]);
    }
  });

  test('what is ended in one process is ended in another one within two seconds, and after a restart', async () => {
    let nowMs = startMs;
    const [here, there] = [process(() => nowMs), process(() => nowMs)];
    const { id, cookie } = await begin(here);
    const [seenHere, seenThere] = [await here.of(cookie), await there.of(cookie)];
    expect([seenHere?.id, seenThere?.id]).toEqual([id, id]);
    expect(await here.end({ _id: id })).toBe(1);
    expect(await here.of(cookie)).toBeUndefined();
    expect(await process(() => nowMs).of(cookie)).toBeUndefined();
    // It reads on for a moment, and changes nothing: what a change leaves behind would outlast it.
    expect(await there.of(cookie, true)).toBeUndefined();
    nowMs += 2_000;
    expect(await there.of(cookie)).toBeUndefined();
    expect(seenThere && (await there.isOpen(seenThere))).toBe(false);
  });

  test('an eleventh session ends the oldest one of the same operator, and nobody else’s', async () => {
    let nowMs = startMs;
    const sessions = process(() => nowMs);
    const admin = await begin(sessions);
    const cookies: string[] = [];
    for (let n = 0; n < 11; n += 1) {
      nowMs += 1;
      cookies.push((await begin(sessions, vera)).cookie);
    }
    const live = await Promise.all(cookies.map(async (cookie) => (await sessions.of(cookie)) !== undefined));
    expect(live).toEqual([false, ...Array(10).fill(true)]);
    expect((await sessions.of(admin.cookie))?.id).toBe(admin.id);
  });

  test('a row that somebody else writes into the database opens nothing', async () => {
    const sessions = process(() => startMs);
    const { id, cookie } = await begin(sessions, vera);
    await store.database.consoleSessions.updateOne({ _id: id }, { $set: { name: person.name, role: person.role } });
    expect((await process(() => startMs).of(cookie))?.operator).toEqual({ name: vera.name, role: vera.role });
  });
});

test('one operator who signs in without end keeps no other one out', () => {
  let nowMs = 0;
  const limit = createLimitPerMinute(signInsMax, () => nowMs);
  for (let n = 0; n < 30; n += 1) limit('vera');
  expect(() => limit('vera')).toThrow(expect.objectContaining({ code: 'rate_limited' }));
  expect(() => limit('operator')).not.toThrow();
  nowMs += 60_000;
  expect(() => limit('vera')).not.toThrow();
});
