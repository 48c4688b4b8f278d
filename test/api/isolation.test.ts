import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Route } from '../../src/contract/route';
import { routes } from '../../src/contract/routes';
import { mayAct, type Role, roles } from '../../src/domain/operator';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { type PortalBrowser, signInByLink } from '../support/portal';

/** One of each role. Whoever is not in this list has no role at all. */
const people = roles.map((role) => ({ name: role.slice(0, 3), role, token: `a-token-of-some-${role}` }));
const file = platformOfFile({ worker: false, sandboxAllow: [], operators: people });
let mine: TestIssuer;
let theirs: TestIssuer;
beforeAll(async () => {
  mine = await file.issuer();
  theirs = await file.issuer();
  expect((await theirs.place('theirs')).status).toBe(201);
});

const isRole = (who: Route['who']): who is Role => (roles as readonly string[]).includes(who);
const ofIssuers = routes.filter(({ who }) => who === 'issuer');
const ofRoles = routes.flatMap((route) => (isRole(route.who) ? [{ ...route, who: route.who }] : []));
const named = <R extends Route>(of: readonly R[]) =>
  of.map((route): [string, R] => [`${route.method} ${route.path}`, route]);

type Params = Readonly<Record<string, string>>;
const pathOf = ({ path }: Route, params: Params = {}): string =>
  path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => params[name] ?? 'nothing-has-this-name');

/** A stream would go on: of its answer the head is enough. */
const answerOf = async (url: string, init: RequestInit): Promise<{ status: number; code?: string }> => {
  const response = await fetch(`${file.platform.baseUrl}${url}`, init);
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  if (isProblem) return { status: response.status, code: (await response.json()).code };
  await response.body?.cancel();
  return { status: response.status };
};

/** What an issuer that is called has not: an inbox of test issuers, messages of those that fetch them. And no day has such a name. */
const ofSomeIssuers: ReadonlyMap<string, number> = new Map([
  ['readSandboxInbox', 404],
  ['advanceSandboxClock', 404],
  ['readMessages', 409],
  ['acknowledgeMessages', 409],
  ['readStatement', 422],
  ['startConformance', 202],
  ['checkCallbackProof', 202],
]);

describe('one issuer with its own credentials', () => {
  /** What the route's declaration shows, of the order of another: nothing but the sender is wrong with it. */
  const exampleFor = ({ name, path, body, lines }: Route, params: Params): string | undefined => {
    if (lines) return lines.example;
    if (!body) return undefined;
    const [example] = (body.meta()?.examples ?? []) as object[];
    if (example === undefined) throw new Error(`${name} has no example, so nobody sees whom it lets in`);
    return JSON.stringify(
      path.includes('{orderNo}') && 'orderNo' in example ? { ...example, orderNo: params.orderNo } : example,
    );
  };
  const sentByMe = (route: Route, params: Params) => {
    const [url, id, at] = [pathOf(route, params), randomUUID(), new Date()];
    const body = exampleFor(route, params);
    const signature = new Webhook(mine.secret).sign(id, at, body ?? `${route.method.toUpperCase()} ${url}`);
    return answerOf(url, {
      method: route.method.toUpperCase(),
      headers: {
        'content-type': route.lines?.mediaTypes[0] ?? 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': signature,
      },
      body: body ?? null,
    });
  };
  const seenByThem = async () => [
    (await theirs.order('theirs')).body,
    (await theirs.get('/orders/theirs/timeline')).body,
    (await theirs.get('/orders')).body,
  ];

  test('there is a call to be tried', () => expect(ofIssuers.length).toBeGreaterThan(15));

  test.each(named(ofIssuers))(
    '%s: is refused in the place of another, which sees nothing of it',
    async (_name, route) => {
      const before = await seenByThem();
      const refused = await sentByMe(route, { issuerId: theirs.issuerId, orderNo: 'theirs' });
      expect(refused).toEqual({ status: 401, code: 'signature_invalid' });
      const own = await sentByMe(route, { issuerId: mine.issuerId, orderNo: 'theirs' });
      // What names no order is the sender's own: it is let in, and another's order is not touched by it.
      if (route.path.includes('{orderNo}')) expect(own).toEqual({ status: 404, code: 'order_unknown' });
      else if (ofSomeIssuers.has(route.name)) expect(own.status).toBe(ofSomeIssuers.get(route.name));
      else expect(route.path.replace('{issuerId}', '').includes('{') ? [404] : [200, 201]).toContain(own.status);
      expect(await seenByThem()).toEqual(before);
    },
  );

  test('its lists hold its own orders alone', async () => {
    await mine.place('mine');
    const listed = (await mine.get('/orders?limit=100')).body.data.map(({ orderNo }: { orderNo: string }) => orderNo);
    expect(listed).toContain('mine');
    expect(listed).not.toContain('theirs');
  });

  test.each(named(ofRoles))('%s: no signature of an issuer lets it in', async (_name, route) => {
    const [url, id, at] = [pathOf(route), randomUUID(), new Date()];
    const text = `${route.method.toUpperCase()} ${url}`;
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(mine.secret).sign(id, at, text),
    };
    expect(await answerOf(url, { method: route.method.toUpperCase(), headers })).toEqual({
      status: 401,
      code: 'operator_unauthorized',
    });
  });
});

describe('a browser at an issuer’s own page', () => {
  const people = new Map<string, PortalBrowser>();
  beforeAll(async () => {
    for (const role of ['viewer', 'admin']) {
      const { url } = (await mine.post('/portal-links', { type: 'portal.link', role })).body;
      people.set(role, await signInByLink(url, file.platform.baseUrl));
    }
  });
  const inPortal = ofIssuers.filter((route) => route.inPortal);
  const ask = (role: string, route: Route, params: Params, withCsrf = true) => {
    const { cookie = '', csrf = '' } = people.get(role) ?? {};
    const headers = { 'content-type': 'application/json', cookie, ...(withCsrf ? { 'x-csrf-token': csrf } : {}) };
    const body = route.method === 'get' ? null : '{';
    return answerOf(pathOf(route, params), { method: route.method.toUpperCase(), headers, body });
  };
  const refused = { status: 401, code: 'signature_invalid' };

  test('there is a call to be tried', () => expect(inPortal.length).toBeGreaterThan(25));

  test.each(named(ofIssuers))('%s: is of the issuer’s own alone, and by the role', async (_name, route) => {
    const own = { issuerId: mine.issuerId, orderNo: 'theirs' };
    for (const role of people.keys()) {
      expect(await ask(role, route, { ...own, issuerId: theirs.issuerId })).toEqual(refused);
      const answer = await ask(role, route, own);
      if (!route.inPortal) expect(answer).toEqual(refused);
      else if (route.method === 'get') {
        expect([200, 404, 422]).toContain(answer.status);
        if (route.path.includes('{orderNo}')) expect(answer).toEqual({ status: 404, code: 'order_unknown' });
      } else if (role === 'viewer' && !route.changesNothing)
        expect(answer).toEqual({ status: 403, code: 'operator_forbidden' });
      else expect([400, 404, 415]).toContain(answer.status);
      if (route.method !== 'get') expect(await ask(role, route, own, false)).toEqual(refused);
    }
  });

  test('what sells, brings codes or hands out tokens is the server’s', () => {
    const notThere = ofIssuers.filter((route) => !route.inPortal).map(({ name }) => name);
    expect(notThere.sort()).toEqual([
      'acknowledgeMessages',
      'advanceSandboxClock',
      'placeOrder',
      'placeOrders',
      'readEvents',
      'readMessages',
      'readSandboxInbox',
      'replaceCodes',
      'submitCodes',
      'verifyOrder',
    ]);
    expect(inPortal.filter(({ changesNothing }) => changesNothing).map(({ name }) => name)).toEqual(['previewSelf']);
  });

  test.each(named(ofRoles))('%s: is no call of an issuer’s session', async (_name, route) => {
    const { cookie = '', csrf = '' } = people.get('admin') ?? {};
    const headers = { cookie, 'x-csrf-token': csrf };
    expect((await answerOf(pathOf(route), { method: route.method.toUpperCase(), headers })).status).toBe(401);
  });

  test.each(named(routes.filter(({ who }) => who === 'portal')))(
    '%s: is of the browser that signed in',
    async (_name, route) => {
      for (const headers of [{}, { authorization: `Bearer ${people.get('admin')?.csrf}` }] as Record<
        string,
        string
      >[]) {
        expect(await answerOf(pathOf(route), { method: route.method.toUpperCase(), headers })).toEqual(refused);
      }
    },
  );
});

describe('operators', () => {
  /** No call does anything with this body, so it shows who is let in as far as it. */
  const unreadable = ({ method }: Route): RequestInit => ({
    method: method.toUpperCase(),
    ...(method === 'get' ? {} : { body: '{' }),
  });
  const json = { 'content-type': 'application/json' };
  const signedIn = async (token: string): Promise<{ cookie: string; csrf: string }> => {
    const response = await fetch(`${file.platform.baseUrl}/v1/operator/console/session`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ token }),
    });
    const { csrf } = await response.json();
    return { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '', csrf };
  };
  const sessions = new Map<Role, { cookie: string; csrf: string }>();
  beforeAll(async () => {
    for (const { role, token } of people) sessions.set(role, await signedIn(token));
  });

  test.each(named(ofRoles))(
    '%s: lets in its role and those above, by token and by session, and nobody else',
    async (_name, route) => {
      const url = pathOf(route);
      const ask = (headers: Record<string, string>) =>
        answerOf(url, { ...unreadable(route), headers: { ...json, ...headers } });
      expect(await ask({})).toEqual({ status: 401, code: 'operator_unauthorized' });
      for (const { role, token } of people) {
        const { cookie, csrf } = sessions.get(role) ?? { cookie: '', csrf: '' };
        const both: Record<string, string>[] = [{ authorization: `Bearer ${token}` }, { cookie, 'x-csrf-token': csrf }];
        for (const credentials of both) {
          const { status, code } = await ask(credentials);
          if (mayAct({ name: '', role }, route.who))
            expect([role, [200, 400, 404, 422].includes(status)]).toEqual([role, true]);
          else expect([role, status, code]).toEqual([role, 403, 'operator_forbidden']);
        }
        const withoutCsrf = await ask({ cookie });
        if (route.method !== 'get') expect(withoutCsrf).toEqual({ status: 401, code: 'operator_unauthorized' });
      }
    },
  );

  test.each(named(routes.filter(({ who }) => who === 'session')))(
    '%s: is of the browser that signed in, and no token has a session',
    async (_name, route) => {
      for (const headers of [{}, { authorization: `Bearer ${people.at(-1)?.token}` }] as Record<string, string>[]) {
        expect(await answerOf(pathOf(route), { method: route.method.toUpperCase(), headers })).toEqual({
          status: 401,
          code: 'operator_unauthorized',
        });
      }
    },
  );

  test('viewers read all but the audit log, operators act on orders, the rest is of admins', () => {
    const isOrderWork = ({ path }: Route): boolean =>
      /^\/v1\/operator\/(orders|approvals)\/|\/batches$|\/replay$/.test(path);
    /** What is looked for, or tried on, stands in the body. */
    const isSearch = ({ name }: Route): boolean => ['findOrdersByCode', 'previewIssuer'].includes(name);
    const isOwnSession = ({ path }: Route): boolean => path.startsWith('/v1/operator/console/sessions');
    const expected = (route: Route): Role => {
      if (route.path.startsWith('/v1/operator/audit')) return 'admin';
      if (route.method === 'get' || isSearch(route) || isOwnSession(route)) return 'viewer';
      return isOrderWork(route) ? 'operator' : 'admin';
    };
    expect(ofRoles.map((route) => [route.name, route.who])).toEqual(ofRoles.map((r) => [r.name, expected(r)]));
  });
});

test.each(named(routes.filter(({ who, isForBrowsers }) => who === 'buyer' && !isForBrowsers)))(
  '%s: is for whoever has the link',
  async (_name, route) => {
    const body = route.body ? '{}' : null;
    const headers = { 'content-type': 'application/json' };
    expect(await answerOf(pathOf(route), { method: route.method.toUpperCase(), headers, body })).toEqual({
      status: 404,
      code: 'path_unknown',
    });
  },
);

test('whatever asks for no credentials stands here by name', () => {
  const open = routes.filter(({ who }) => who === 'anyone').map(({ name }) => name);
  expect(open.sort()).toEqual([
    ...[
      'consoleFile',
      'consolePage',
      'consolePageSlash',
      'createSandboxIssuer',
      'docsAsset',
      'docsPage',
      'docsSubpage',
      'docsViewer',
      'endOidc',
      'listKeys',
      'listSourceAddresses',
      'llmsText',
      'logOutOidc',
      'lostLinkForm',
      'portalFile',
      'portalPage',
      'portalPageSlash',
      'previewFrame',
      'problemPage',
      'readContract',
    ],
    ...[
      'readLiveness',
      'readMetrics',
      'readReadiness',
      'sendLostLink',
      'showPortalLink',
      'signIn',
      'startOidc',
      'startPage',
      'takeReceipts',
      'usePortalLink',
    ],
  ]);
});
