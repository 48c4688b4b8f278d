import { createHash } from 'node:crypto';
import { createConsoleSessions } from '../../src/api/auth/console-sessions';
import type { Cookie } from '../../src/api/auth/cookies';
import { createOidcAttempts } from '../../src/api/auth/oidc-attempts';
import { oidcKeys } from '../../src/api/auth/oidc-keys';
import { createLogoutTokens, outsideMark } from '../../src/api/auth/oidc-logout';
import { personOf } from '../../src/api/auth/oidc-person';
import { createOidcProvider, OidcFailed } from '../../src/api/auth/oidc-provider';
import { createRowReader } from '../../src/bounded/row-reader';
import { createConsoleSessionRows } from '../../src/store/sessions';
import { startIssuer } from '../support/issuer';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider';
import { type Answer, type Platform, read, startPlatform } from '../support/platform';
import { expectProblem } from '../support/problem';
import { startTerminals } from '../support/terminal';
import { until } from '../support/until';

const rowReader = createRowReader(() => undefined);

const client = { clientId: 'codeferry-console', clientSecret: 'a-client-secret:of the tests' };
const grants = [
  { value: 'codeferry-admins', role: 'admin' },
  { value: 'support', role: 'operator' },
  { value: 'staff', role: 'viewer' },
] as const;
const startPath = '/v1/operator/console/oidc/start';
const callbackPath = '/v1/operator/console/oidc/callback';
const sessionPath = '/v1/operator/console/session';

let provider: OidcProvider;
let platform: Platform;
beforeAll(async () => {
  provider = await startOidcProvider(client);
  platform = await startPlatform({
    trustedProxies: ['127.0.0.0/8'],
    worker: false,
    operators: [{ name: 'taken@shop.example', role: 'operator', token: 'a-token-of-the-tests' }],
    oidc: { issuer: provider.issuer, ...client, roleClaim: 'roles', grants },
  });
});
afterAll(async () => {
  await platform?.stop();
  await provider?.stop();
});
beforeEach(() => {
  provider.turn = {};
});

const url = (path: string): string => new URL(path, platform.baseUrl).href;
const call = (method: string, path: string, headers: Record<string, string> = {}, body?: object): Promise<Answer> =>
  read(
    fetch(url(path), {
      method,
      redirect: 'manual',
      headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }),
  );
const locationOf = (answer: Answer): string => String(answer.headers.get('location'));
const cookiesOf = (answer: Answer): string[] =>
  answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');

interface Begun {
  /** The attempt's cookie. */
  readonly cookie: string;
  /** Where the provider sends the browser back to. */
  readonly back: string;
}

const begin = async (): Promise<Begun> => {
  const started = await call('GET', startPath);
  expect(started.status).toBe(302);
  const atProvider = await fetch(locationOf(started), { redirect: 'manual' });
  return { cookie: cookiesOf(started)[0] ?? '', back: String(atProvider.headers.get('location')) };
};
const comeBack = ({ cookie, back }: Begun): Promise<Answer> => call('GET', back, { cookie });

const signIn = async (claims: Record<string, unknown>): Promise<{ cookie: string; csrf: string; answer: Answer }> => {
  provider.turn = { claims };
  const answer = await comeBack(await begin());
  expect([answer.status, locationOf(answer)]).toEqual([302, '/operator']);
  const cookie = cookiesOf(answer)[1] ?? '';
  const session = await call('GET', sessionPath, { cookie });
  expect(session.status).toBe(200);
  return { cookie, csrf: session.body.csrf, answer: session };
};

const expectNoSession = (answer: Answer, trouble: string): void => {
  expect([answer.status, locationOf(answer)]).toEqual([302, `/operator?sign-in=${trouble}`]);
  for (const cookie of cookiesOf(answer)) expect(cookie).toMatch(/^codeferry-oidc-[\w-]+=$/);
};

test('whoever the provider knows comes back with a session of that name and role, and it is in the audit log', async () => {
  const started = await call('GET', startPath);
  const at = new URL(locationOf(started));
  expect(at.origin + at.pathname).toBe(`${provider.issuer}/authorize`);
  expect(Object.fromEntries(at.searchParams)).toMatchObject({
    response_type: 'code',
    client_id: 'codeferry-console',
    redirect_uri: `${platform.baseUrl}${callbackPath}`,
    code_challenge_method: 'S256',
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
  });
  expect(started.headers.get('set-cookie')).toMatch(/; Max-Age=600; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);

  provider.turn = { claims: { email: 'ada@shop.example', roles: ['codeferry-admins'] } };
  const answer = await comeBack(await begin());
  expect([answer.status, locationOf(answer)]).toEqual([302, '/operator']);
  const [ended, given] = answer.headers.getSetCookie();
  expect(ended).toMatch(/^codeferry-oidc-[\w-]+=; .*Max-Age=0;/);
  expect(given).toMatch(/; Max-Age=28800; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
  const cookie = given?.split(';')[0] ?? '';
  const session = await call('GET', sessionPath, { cookie });
  expect(session.body.operator).toEqual({ name: 'ada@shop.example', role: 'admin' });
  expect(Date.parse(session.body.endsAt) - Date.now()).toBeLessThanOrEqual(8 * 3_600_000);
  const audit = await call('GET', '/v1/operator/audit?limit=1', { cookie });
  expect(audit.body.data[0]).toMatchObject({
    actor: 'ada@shop.example',
    action: 'console.signed_in',
    after: { issuer: provider.issuer, subject: 'subject-1', role: 'admin' },
  });
});

test('whoever comes back without end from one address keeps the refusals of others out of no audit log', async () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });
  for (let n = 0; n < 35; n += 1) await call('GET', `${callbackPath}?state=x`, from('192.0.2.81'));
  const guess = await call('POST', sessionPath, from('192.0.2.82'), { token: 'a-token-of-nobody-1234' });
  expect(guess.status).toBe(401);
  const { data } = (await platform.operator('GET', '/audit?action=console.sign_in_refused&limit=10')).body;
  expect(data[0]).toMatchObject({ code: 'operator_unauthorized', after: { from: '192.0.2.82' } });
});

test('the role of the provider is what a call is judged by, and a change needs the header token', async () => {
  const path = '/v1/operator/maintenance';
  const change = (person: { cookie: string; csrf: string }, csrf = person.csrf): Promise<Answer> =>
    call('PUT', path, { cookie: person.cookie, 'x-csrf-token': csrf }, { on: false });
  const vera = await signIn({ email: 'vera@shop.example', roles: ['staff', 'bowling'] });
  expect((await call('GET', path, { cookie: vera.cookie })).status).toBe(200);
  expectProblem(await change(vera), 403, 'operator_forbidden');
  expectProblem(await call('GET', '/v1/operator/audit', { cookie: vera.cookie }), 403, 'operator_forbidden');
  const otto = await signIn({ email: 'otto@shop.example', roles: 'support' });
  expect(otto.answer.body.operator.role).toBe('operator');
  expectProblem(await change(otto), 403, 'operator_forbidden');
  const ada = await signIn({ email: 'ada@shop.example', roles: ['staff', 'support', 'codeferry-admins'] });
  expectProblem(await change(ada, otto.csrf), 401, 'operator_unauthorized');
  expect((await change(ada)).status).toBe(200);
  const audit = await call('GET', '/v1/operator/audit?limit=1', { cookie: ada.cookie });
  expect(audit.body.data[0].actor).toBe('ada@shop.example');
  expect((await call('DELETE', sessionPath, { cookie: ada.cookie, 'x-csrf-token': ada.csrf })).status).toBe(204);
  expectProblem(await call('GET', sessionPath, { cookie: ada.cookie }), 401, 'operator_unauthorized');
});

test('at the provider nobody takes the name of another: what one chooses there stands with a mark of one’s own', async () => {
  const ada = await signIn({ sub: 'sub-ada', email: 'ada@shop.example', roles: ['staff'] });
  const eve = await signIn({ sub: 'sub-eve', preferred_username: 'ada@shop.example', roles: ['staff'] });
  const namesake = await signIn({ sub: 'sub-namesake', preferred_username: 'ada@shop.example', roles: ['staff'] });
  const names = [ada, eve, namesake].map(({ answer }) => answer.body.operator.name);
  expect(names).toEqual([
    'ada@shop.example',
    expect.stringMatching(/^ada@shop\.example-[0-9a-f]{8}$/),
    expect.stringMatching(/^ada@shop\.example-[0-9a-f]{8}$/),
  ]);
  expect(new Set(names).size).toBe(3);
  const own = { cookie: eve.cookie, 'x-csrf-token': eve.csrf };
  expect((await call('POST', '/v1/operator/console/sessions/end', own, {})).body).toEqual({ ended: 1 });
  for (const { cookie } of [ada, namesake]) expect((await call('GET', sessionPath, { cookie })).status).toBe(200);
});

test.each<[string, Record<string, unknown>]>([
  ['no role', { email: 'eve@shop.example' }],
  ['roles of others', { email: 'eve@shop.example', roles: ['bowling', 'codeferry-admins '] }],
  ['a role that is no text', { roles: [{ value: 'codeferry-admins' }] }],
])('with %s nobody is let in', async (_case, claims) => {
  provider.turn = { claims };
  expectNoSession(await comeBack(await begin()), 'role');
});

test.each<[string, string, OidcProvider['turn']]>([
  ['another nonce', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', { claims: { roles: ['staff'], nonce: 'of-another-sign-in' } }],
  ['no nonce', 'OAUTH_INVALID_RESPONSE', { claims: { roles: ['staff'], nonce: undefined } }],
  ['a signature by another key', 'OAUTH_INVALID_RESPONSE', { claims: { roles: ['staff'] }, isSignedByOther: true }],
  ['another audience', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', { claims: { roles: ['staff'], aud: 'another-client' } }],
  ['another issuer', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', { claims: { roles: ['staff'], iss: 'http://127.0.0.1:1' } }],
  [
    'an end that has passed',
    'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
    { claims: { roles: ['staff'], exp: Math.floor(Date.now() / 1_000) - 3_600 } },
  ],
  ['no subject', 'OAUTH_INVALID_RESPONSE', { claims: { roles: ['staff'], sub: undefined } }],
  ['an empty subject', 'subject_unfit', { claims: { roles: ['staff'], sub: '' } }],
  ['a subject without end', 'subject_unfit', { claims: { roles: ['staff'], sub: 's'.repeat(256) } }],
  [
    'too much in it',
    'unnamed',
    { tokenAnswer: { status: 200, body: JSON.stringify({ id_token: 'x'.repeat(600_000) }) } },
  ],
  ['a refusal instead', 'invalid_grant', { tokenAnswer: { status: 400, body: '{"error":"invalid_grant"}' } }],
])('an ID token with %s lets nobody in', async (_case, code, turn) => {
  provider.turn = turn;
  const before = platform.logText().length;
  expectNoSession(await comeBack(await begin()), 'invalid');
  expect(platform.logText().slice(before)).toContain(`"trouble":"invalid","code":"${code}"`);
});

test('a state of another browser, a changed one, and a second use of a code let nobody in', async () => {
  provider.turn = { claims: { roles: ['staff'] } };
  const [mine, others] = [await begin(), await begin()];
  const tokenCalls = () => provider.asked.filter((path) => path === '/token').length;
  const before = tokenCalls();
  expectNoSession(await comeBack({ cookie: mine.cookie, back: others.back }), 'late');
  expectNoSession(await call('GET', mine.back), 'late');
  expectNoSession(await comeBack({ cookie: mine.cookie, back: mine.back.replace(/state=./, 'state=') }), 'late');
  expectNoSession(await comeBack({ cookie: mine.cookie, back: `${mine.back}&x=${'x'.repeat(5_000)}` }), 'late');
  const [name, value = ''] = mine.cookie.split('=');
  const changed = `${value.startsWith('A') ? 'B' : 'A'}${value.slice(1)}`;
  expectNoSession(await comeBack({ cookie: `${name}=${changed}`, back: mine.back }), 'late');
  expect(tokenCalls()).toBe(before);
  expect(locationOf(await comeBack(mine))).toBe('/operator');
  expectNoSession(await comeBack(mine), 'late');
});

test('a refusal by the provider and one that is away lead back to the sign-in page', async () => {
  provider.turn = { error: 'access_denied' };
  expectNoSession(await comeBack(await begin()), 'refused');
  provider.turn = {};
  const begun = await begin();
  provider.turn = { isSilent: true };
  const startedMs = Date.now();
  expectNoSession(await comeBack(begun), 'unavailable');
  expect(Date.now() - startedMs).toBeGreaterThanOrEqual(4_900);
  provider.turn = { tokenAnswer: { status: 503, body: '{}' } };
  expectNoSession(await comeBack(await begin()), 'unavailable');
});

describe('whoever comes without end', () => {
  const from = (begun: Begun, address: string): Promise<Answer> =>
    call('GET', begun.back, { cookie: begun.cookie, 'x-forwarded-for': address });
  const tokenCalls = () => provider.asked.filter((path) => path === '/token').length;

  test('keeps out no logout, nobody who signed in where they are within a day, nor all at a new place', async () => {
    const { cookie } = await signIn({ sub: 'sub-kept', roles: ['staff'] });
    const begun: Begun[] = [];
    for (let n = 0; n < 26; n += 1) begun.push(await begin());
    const [known, fresh] = [await begin(), await begin()];
    const before = tokenCalls();
    provider.turn = { isSilent: true };
    const locations: string[] = [];
    const waiting = begun.map(async (one, n) => {
      // The sixth of the first address, then those of four others.
      locations.push(locationOf(await from(one, n < 6 ? '192.0.2.1' : `192.0.2.${2 + (n % 4)}`)));
    });
    await until('all wait or were told to', () => tokenCalls() - before + locations.length === begun.length);
    expect(new Set(locations)).toEqual(new Set(['/operator?sign-in=busy']));

    provider.turn = { claims: { roles: ['staff'] } };
    expect(locationOf(await comeBack(known))).toBe('/operator');
    expect(locationOf(await from(fresh, '192.0.2.99'))).toBe('/operator');
    expect((await logOut(await provider.logoutToken({ sub: 'sub-kept' }))).status).toBe(200);
    expect(await isSignedIn(cookie)).toBe(false);
    await Promise.all(waiting);
    expect(locations).toContain('/operator?sign-in=unavailable');
  });

  test('and is never right has to wait a minute, who was right there does not', async () => {
    const wrong = (address: string) => call('GET', `${callbackPath}?state=x`, { 'x-forwarded-for': address });
    provider.turn = { claims: { roles: ['staff'] } };
    expect(locationOf(await from(await begin(), '192.0.2.70'))).toBe('/operator');
    for (const address of ['192.0.2.70', '192.0.2.71'])
      for (let n = 0; n < 5; n += 1) expect(locationOf(await wrong(address))).toBe('/operator?sign-in=late');
    expect(locationOf(await from(await begin(), '192.0.2.70'))).toBe('/operator');
    expectNoSession(await from(await begin(), '192.0.2.71'), 'busy');
  });
});

test('no code, token or client secret is in a log or a location of ours', async () => {
  expect(provider.secrets.length).toBeGreaterThan(10);
  const log = platform.logText();
  for (const secret of [...provider.secrets, client.clientSecret]) expect(log).not.toContain(secret);
  expect(log).toContain('"trouble":"role"');
});

test('the page offers it where it is configured, and there is no such call elsewhere', async () => {
  expect((await call('GET', '/operator')).body).toContain('<meta name="single-sign-on" content="on">');
  const without = await startPlatform({ worker: false });
  try {
    const page = await read(fetch(`${without.baseUrl}/operator`));
    expect(page.body).toContain('<meta name="single-sign-on" content="off">');
    for (const path of [startPath, callbackPath]) {
      expectProblem(await read(fetch(`${without.baseUrl}${path}`)), 404, 'path_unknown');
    }
  } finally {
    await without.stop();
  }
});

describe('whom an ID token speaks of', () => {
  const nameOf = (claims: object): string | undefined =>
    personOf({ sub: 'subject-1', ...claims }, { roleClaim: 'roles', grants: [{ value: '*', role: 'viewer' }] }, [
      'operator',
    ])?.name;

  test.each<[object, string]>([
    [{ email: 'ada@shop.example', email_verified: true, preferred_username: 'ada' }, 'ada@shop.example'],
    [{ email: 'boss@shop.example', preferred_username: 'ada' }, 'ada-MARK'],
    [{ email: 'boss@shop.example', email_verified: 'true', preferred_username: 'ada' }, 'ada-MARK'],
    [{ email: 'ada@shop.example', email_verified: false, preferred_username: 'ada' }, 'ada-MARK'],
    [{ email: 'ada+x@shop.example', email_verified: true, preferred_username: 'ada\nroot' }, 'subject-1'],
    [{ email: 'operator', email_verified: true }, 'subject-1'],
    [{ preferred_username: 'a'.repeat(56) }, 'subject-1'],
    [{ preferred_username: '' }, 'subject-1'],
  ])('%j is named %s', (claims, name) => {
    const mark = createHash('sha256').update('subject-1').digest('hex').slice(0, 8);
    expect(nameOf(claims)).toBe(name.replace('MARK', mark));
  });

  test('an address gives a role where the provider has verified it, and there alone', () => {
    const roleOf = (claims: object) =>
      personOf(
        { sub: 's', ...claims },
        { roleClaim: 'email', grants: [{ value: 'boss@shop.example', role: 'admin' }] },
        [],
      )?.role;
    expect(roleOf({ email: 'boss@shop.example', email_verified: true })).toBe('admin');
    for (const email_verified of [undefined, false, 'true', 1])
      expect(roleOf({ email: 'boss@shop.example', email_verified })).toBeUndefined();
  });

  test('a subject that is no name stands for itself by a hash of its own', () => {
    expect(nameOf({ sub: 'auth0|1' })).toMatch(/^oidc-[0-9a-f]{32}$/);
    expect(nameOf({ sub: 'auth0|2' })).not.toBe(nameOf({ sub: 'auth0|1' }));
  });

  test('a mapping may count for everyone, and a claim may lie deeper or have dots in its name', () => {
    const roleBy = (roleClaim: string, claims: object) =>
      personOf({ sub: 's', ...claims }, { roleClaim, grants: [...grants, { value: '*', role: 'viewer' }] }, [])?.role;
    expect(roleBy('roles', {})).toBe('viewer');
    expect(roleBy('roles', { roles: ['support'] })).toBe('operator');
    expect(roleBy('realm_access.roles', { realm_access: { roles: ['codeferry-admins'] } })).toBe('admin');
    expect(roleBy('https://shop.example/roles', { 'https://shop.example/roles': 'support' })).toBe('operator');
    expect(roleBy('constructor.name', {})).toBe('viewer');
  });
});

describe('the limits of sign-in by OpenID', () => {
  const settings = { issuer: 'https://login.example', ...client, roleClaim: 'roles', grants };
  const token = 'an-operator-token-of-the-tests';
  const ada = { name: 'ada@shop.example', role: 'admin' } as const;
  const marks = { sub: outsideMark('sub', 'sub-of-ada') };
  const startMs = Date.now();
  const made = (outsideKey: Buffer | undefined, nowMs = () => startMs) =>
    createConsoleSessions({
      rowReader,
      rows: createConsoleSessionRows(platform.core.database),
      operators: [{ name: 'operator', role: 'admin', token }],
      outsideKey,
      publicUrl: 'https://codes.example',
      nowMs,
    });

  test('a session ends with the operator token, the client, the mapping of roles, and after eight hours', async () => {
    const key = oidcKeys(settings, token).session;
    const cookie = (await made(key).beginOutside(ada, marks)).cookie.slice(0, 2).join('=');
    expect((await made(key).of(cookie))?.operator).toEqual({ ...ada, subject: marks.sub });
    const others = [
      oidcKeys(settings, `${token}2`),
      oidcKeys({ ...settings, clientSecret: 'another-one' }, token),
      oidcKeys({ ...settings, issuer: 'https://other.example' }, token),
      oidcKeys({ ...settings, grants: grants.slice(1) }, token),
    ];
    for (const other of others) expect(await made(other.session).of(cookie)).toBeUndefined();
    expect(await made(undefined).of(cookie)).toBeUndefined();
    expect(await made(key, () => startMs + 8 * 3_600_000).of(cookie)).toBeUndefined();
  });

  test('name and role in the cookie cannot be changed, and a session of a token gives none of another name', async () => {
    const sessions = made(oidcKeys(settings, token).session);
    const swap = ([name, value]: Cookie, who: string): string => {
      const [id, endsAt, , mark] = value.split('.');
      return `${name}=${[id, endsAt, Buffer.from(who).toString('base64url'), mark].join('.')}`;
    };
    const outside = (await sessions.beginOutside({ name: 'vera@shop.example', role: 'viewer' }, marks)).cookie;
    expect((await sessions.of(swap(outside, `viewer:vera@shop.example:${marks.sub}`)))?.operator.role).toBe('viewer');
    const others = [
      `admin:vera@shop.example:${marks.sub}`,
      `viewer:ada@shop.example:${marks.sub}`,
      `viewer:vera@shop.example:${outsideMark('sub', 'sub-of-eve')}`,
      'viewer:vera@shop.example',
      'operator',
    ];
    for (const who of others) {
      expect(await sessions.of(swap(outside, who))).toBeUndefined();
    }
    const inside = (await sessions.begin({ name: 'operator', role: 'admin' })).cookie;
    expect((await sessions.of(swap(inside, 'operator')))?.operator).toMatchObject({ name: 'operator', role: 'admin' });
    expect(await sessions.of(swap(inside, `admin:operator:${marks.sub}`))).toBeUndefined();
  });

  test('an attempt is used once', () => {
    const { attempt: key } = oidcKeys(settings, token);
    const attempts = createOidcAttempts({ key, publicUrl: 'https://codes.example', nowMs: Date.now });
    const { attempt, cookie } = attempts.begin();
    const brought = `${cookie[0]}=${cookie[1]}`;
    expect(attempts.take(brought, 'another state')).toBeUndefined();
    expect(attempts.take(brought, attempt.state)).toEqual(attempt);
    expect(attempts.take(brought, attempt.state)).toBeUndefined();
  });

  test('an attempt is good in every process for ten minutes; behind https its cookie is for this host alone', () => {
    let nowMs = 1_700_000_000_000;
    const { attempt: key } = oidcKeys(settings, token);
    const attempts = () => createOidcAttempts({ key, publicUrl: 'https://codes.example', nowMs: () => nowMs });
    const begun = attempts().begin();
    const [name, value, options] = begun.cookie;
    expect(name).toMatch(/^__Host-codeferry-oidc-[\w-]+$/);
    expect(options).toEqual({ path: '/', maxAge: 600_000, httpOnly: true, sameSite: 'lax', secure: true });
    expect(value).not.toContain(begun.attempt.verifier);
    const cookie = `${name}=${value}`;
    nowMs += 10 * 60_000 - 1;
    expect(attempts().take(cookie, begun.attempt.state)).toEqual(begun.attempt);
    nowMs += 1;
    expect(attempts().take(cookie, begun.attempt.state)).toBeUndefined();
  });
});

const logOut = (token: string): Promise<Response> =>
  fetch(url('/v1/operator/console/oidc/logout'), {
    method: 'POST',
    body: new URLSearchParams({ logout_token: token }),
  });
const isSignedIn = async (cookie: string): Promise<boolean> =>
  (await call('GET', sessionPath, { cookie })).status === 200;

test('whoever signs out at the provider is signed out here: of one session there, or of all', async () => {
  const person = (sub: string, sid: string) => signIn({ sub, sid, roles: ['staff'] });
  const [one, other, third] = [
    await person('sub-a', 's-1'),
    await person('sub-a', 's-2'),
    await person('sub-b', 's-3'),
  ];
  const who = async () => Promise.all([one, other, third].map(({ cookie }) => isSignedIn(cookie)));
  for (const [claims, isForged] of [
    [{ sub: 'sub-a' }, true],
    [{ sub: 'sub-a', nonce: 'of an ID token' }],
    [{ sub: 'sub-a', events: {} }],
    [{ sub: 'sub-a', aud: 'another-client' }],
  ] as const) {
    const refused = await logOut(await provider.logoutToken(claims, isForged));
    expect([refused.status, refused.headers.get('cache-control')]).toEqual([400, 'no-store']);
  }
  expect(await who()).toEqual([true, true, true]);

  const ended = await logOut(await provider.logoutToken({ sub: 'sub-a', sid: 's-1' }));
  expect([ended.status, ended.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(await who()).toEqual([false, true, true]);
  expect((await logOut(await provider.logoutToken({ sid: 's-3' }))).status).toBe(200);
  expect(await who()).toEqual([false, true, false]);
  const old = await provider.logoutToken({ sub: 'sub-a', iat: Math.floor(Date.now() / 1_000) - 200 });
  expect((await logOut(old)).status).toBe(200);
  expect(await who()).toEqual([false, true, false]);
  expect((await logOut(await provider.logoutToken({ sub: 'sub-a' }))).status).toBe(200);
  expect(await who()).toEqual([false, false, false]);
  expect(platform.logText()).not.toMatch(/s-1|s-3/);
});

test('a provider whose clock is behind, or ahead, signs out whoever was in, and not who came in later', async () => {
  for (const skewSeconds of [-100, 100]) {
    const iat = Math.floor(Date.now() / 1_000) + skewSeconds;
    const person = (at: number) => signIn({ sub: 'sub-skewed', roles: ['staff'], iat: at, exp: at + 300 });
    const before = await person(iat);
    const token = await provider.logoutToken({ sub: 'sub-skewed', iat: iat + 1, exp: iat + 121 });
    const after = await person(iat + 2);
    expect((await logOut(token)).status).toBe(200);
    expect([await isSignedIn(before.cookie), await isSignedIn(after.cookie)]).toEqual([false, true]);
  }
});

test('a logout is asked for once more while the keys of the provider cannot be read, and not taken for a forged one', async () => {
  const settings = { issuer: provider.issuer, ...client, roleClaim: 'roles', grants };
  const fresh = () => createOidcProvider({ settings, redirectUri: url(callbackPath), nowMs: Date.now });
  const token = await provider.logoutToken({ sub: 'sub-a' });
  for (const keysAnswer of [
    { status: 500, body: '{}' },
    { status: 307, body: '' },
    { status: 200, body: '<html>' },
    { status: 200, body: '{"keys":"none"}' },
  ]) {
    provider.turn = { keysAnswer };
    await expect(fresh().signedOut(token)).rejects.toBeInstanceOf(OidcFailed);
  }
  provider.turn = {};
  expect(await fresh().signedOut(token)).toMatchObject({ subject: 'sub-a' });
});

test('a key of the provider whose exponent is as long as its modulus is not computed with', async () => {
  const settings = { issuer: provider.issuer, ...client, roleClaim: 'roles', grants };
  const { signedOut } = createOidcProvider({ settings, redirectUri: url(callbackPath), nowMs: Date.now });
  const long = Buffer.alloc(384, 0xff).toString('base64url');
  const body = JSON.stringify({ keys: [{ kty: 'RSA', kid: 'own', alg: 'RS256', use: 'sig', n: long, e: long }] });
  const token = await provider.logoutToken({ sub: 'sub-a' });
  provider.turn = { keysAnswer: { status: 200, body } };
  const imported = jest.spyOn(globalThis.crypto.subtle, 'importKey');
  const who = await signedOut(token);
  const imports = imported.mock.calls.length;
  imported.mockRestore();
  expect([who, imports]).toEqual([undefined, 0]);
});

test('keys for logout tokens come by https from a provider that is https', async () => {
  const asked: string[] = [];
  const tokens = createLogoutTokens({
    issuer: 'https://login.example',
    clientId: client.clientId,
    nowMs: Date.now,
    fetchKeys: async (address) => {
      asked.push(address);
      return Response.json({ keys: [] });
    },
  });
  const token = await provider.logoutToken({ iss: 'https://login.example', sub: 'sub-a' });
  for (const address of ['http://login.example/keys', 'data:application/json,{"keys":[]}'])
    await expect(tokens.read(token, address)).rejects.toThrow();
  expect(asked).toEqual([]);
  expect(await tokens.read(token, 'https://login.example/keys')).toBeUndefined();
  expect(asked).toEqual(['https://login.example/keys']);
});

test('a method that the platform asks for has to be the one that the provider used', async () => {
  const strict = await startPlatform({
    worker: false,
    oidc: { issuer: provider.issuer, ...client, roleClaim: 'roles', grants, acrValues: ['urn:two', 'urn:three'] },
  });
  try {
    const attempt = async (claims: Record<string, unknown>): Promise<string> => {
      provider.turn = { claims: { roles: ['staff'], ...claims } };
      const started = await read(fetch(`${strict.baseUrl}${startPath}`, { redirect: 'manual' }));
      expect(new URL(locationOf(started)).searchParams.get('acr_values')).toBe('urn:two urn:three');
      const atProvider = await fetch(locationOf(started), { redirect: 'manual' });
      const cookie = cookiesOf(started)[0] ?? '';
      const back = String(atProvider.headers.get('location'));
      return locationOf(await read(fetch(back, { redirect: 'manual', headers: { cookie } })));
    };
    expect(await attempt({})).toBe('/operator?sign-in=weak');
    expect(await attempt({ acr: 'urn:one' })).toBe('/operator?sign-in=weak');
    expect(await attempt({ acr: 'urn:three' })).toBe('/operator');
  } finally {
    await strict.stop();
  }
});

test('with twoPersons one person is not two: neither by a token beside the provider, nor by another name there', async () => {
  await platform.startWorkers();
  const terminals = startTerminals();
  const issuer = await startIssuer(platform, {
    terminal: { channel: 'webhook', url: await terminals.urlOf('/dead') },
    deliveryDelaysSeconds: [1],
  });
  try {
    await terminals.answer('/dead', () => 410);
    await issuer.placeVerified('two');
    await issuer.submit('two', [{ itemId: '1', value: 'CODE-two' }]);
    await issuer.inState('two', 'undeliverable');
    expect((await platform.operator('PUT', '/settings', { twoPersons: true })).status).toBe(200);
    type Person = Record<string, string>;
    const byToken = { authorization: 'Bearer a-token-of-the-tests' };
    const inBrowser = async (sub: string, preferred_username: string): Promise<Person> => {
      const { cookie, csrf } = await signIn({ sub, preferred_username, roles: ['support'] });
      return { cookie, 'x-csrf-token': csrf };
    };
    const terminal = { channel: 'webhook', url: await terminals.urlOf('/other') };
    const ask = (person: Person) =>
      call('POST', `/v1/operator/orders/${issuer.issuerId}/two/redeliver`, person, { terminal });
    const approve = (person: Person, id: string) =>
      call('POST', `/v1/operator/approvals/${id}`, person, { decision: 'approve' });

    expectProblem(await ask(byToken), 403, 'operator_forbidden');
    const [olga, renamed, omar] = [
      await inBrowser('sub-olga', 'olga'),
      await inBrowser('sub-olga', 'olga-again'),
      await inBrowser('sub-omar', 'omar'),
    ];
    const asked = await ask(olga);
    expect(asked.status).toBe(202);
    const { approvalId } = asked.body;
    for (const same of [byToken, olga, renamed])
      expectProblem(await approve(same, approvalId), 403, 'operator_forbidden');
    expect(await terminals.deliveries('/other')).toHaveLength(0);
    // Nobody takes the name of who asked away.
    const { approvals } = platform.core.database;
    const before = (await ask(olga)).body.approvalId;
    await approvals.updateOne({ _id: before }, { $unset: { askedBySubject: 1 } });
    expectProblem(await approve(omar, before), 404, 'approval_unknown');

    expect((await approve(omar, approvalId)).body).toMatchObject({ state: 'approved' });
    await terminals.delivery('/other');
  } finally {
    await platform.operator('PUT', '/settings', {});
    await issuer.stop();
    await terminals.stop();
  }
});
