import type { Express } from 'express';
import { expressPath, type Side, sidesOf } from '../../src/contract/route';
import { routes } from '../../src/contract/routes';
import { type Answer, read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';

/** With everything that a setting mounts. */
const file = platformOfFile({
  sandboxAllow: [],
  worker: false,
  admin: true,
  sealPayloads: true,
  channels: { receiptSecret: 'a-secret-of-receipts' },
  oidc: { issuer: 'http://127.0.0.1:9', clientId: 'x', clientSecret: 'a-secret', roleClaim: 'roles', grants: [] },
});
const ask = (url: string, init: RequestInit = {}): Promise<Answer> => read(fetch(url, init));
const urlOf = { public: () => file.platform.baseUrl, operators: () => file.platform.operatorUrl };

/** The payload decoder alone is no call of the contract: the Temporal UI says what it looks like. */
const undeclared = ['/codec/{secret}/decode', '/codec/decode'].flatMap((path) =>
  ['post', 'options'].map((method) => ({ method, path, sides: ['operators'] as readonly Side[] })),
);
const declared = [
  ...routes.map((route) => ({ method: route.method, path: route.path, sides: sidesOf(route) })),
  ...undeclared,
];
const pathsOf = (side: Side) => declared.filter(({ sides }) => sides.includes(side));

/** What express was told, without the 405 of a path, which is of every method. */
const mountedIn = ({ router }: Express): string[] =>
  router.stack.flatMap(({ route }) => {
    const { methods = {} } = (route ?? {}) as { methods?: Record<string, boolean> };
    return route && !methods.propfind ? Object.keys(methods).map((method) => `${method} ${route.path}`) : [];
  });

describe('with an address of their own for operators', () => {
  test.each(['public', 'operators'] as const)('the %s one has its own routes and none of the other', async (side) => {
    const has = [...new Set(declared.map(({ path }) => path))].map(async (path) => {
      // No route has this method, so a path that is there says 405 to anybody.
      const { status } = await ask(`${urlOf[side]()}${path.replaceAll(/\{\*?\w+\}/g, 'x')}`, { method: 'PROPFIND' });
      expect([404, 405]).toContain(status);
      return status === 405 ? [path] : [];
    });
    expect(new Set((await Promise.all(has)).flat())).toEqual(new Set(pathsOf(side).map(({ path }) => path)));
  });

  test.each(['public', 'operators'] as const)('the %s one has no route that is not declared', (side) => {
    const expected = pathsOf(side).map(({ method, path }) => `${method} ${expressPath(path)}`);
    expect(mountedIn(file.platform.apps[side]).sort()).toEqual(expected.sort());
  });

  test('neither side is empty, and health and readiness are on both', async () => {
    expect(declared.filter(({ sides }) => sides.includes('public')).length).toBeGreaterThan(20);
    expect(declared.filter(({ sides }) => sides.includes('operators')).length).toBeGreaterThan(40);
    for (const url of [file.platform.baseUrl, file.platform.operatorUrl]) {
      expect((await ask(`${url}/healthz`)).body).toEqual({ status: 'ok' });
      expect((await ask(`${url}/readyz`)).body.status).toBe('ready');
    }
  });

  test('whoever has a token or a session is let in at the operators’ address alone', async () => {
    const { baseUrl, operatorUrl, operatorToken } = file.platform;
    const signIn = (url: string) =>
      ask(`${url}/v1/operator/console/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: operatorToken }),
      });
    expectProblem(await signIn(baseUrl), 404, 'path_unknown');
    const signedIn = await signIn(operatorUrl);
    expect(signedIn.status).toBe(201);
    const cookie = String(signedIn.headers.get('set-cookie')).split(';')[0] ?? '';
    for (const headers of [{ authorization: `Bearer ${operatorToken}` }, { cookie }] as Record<string, string>[]) {
      expectProblem(await ask(`${baseUrl}/v1/operator/issuers`, { headers }), 404, 'path_unknown');
      expect((await ask(`${operatorUrl}/v1/operator/issuers`, { headers })).status).toBe(200);
    }
  });

  test('buyers’ start page leads to nothing of operators, theirs does, and the document says which call is where', async () => {
    const { baseUrl, operatorUrl } = file.platform;
    const pageAt = async (url: string) => (await ask(`${url}/`, { headers: { accept: 'text/html' } })).body as string;
    expect(await pageAt(baseUrl)).toContain('You bought a code');
    expect((await pageAt(baseUrl)).match(/href="[^"]*"/g)).toEqual(['href="/p/lost"']);
    for (const link of ['/docs', '/openapi.json', '/operator', '/readyz']) {
      expect(await pageAt(operatorUrl)).toContain(`href="${link}"`);
      expect((await fetch(`${operatorUrl}${link}`)).status).toBe(200);
    }
    const { servers, paths } = (await ask(`${operatorUrl}/openapi.json`)).body;
    expect(servers).toEqual([{ url: baseUrl }]);
    for (const route of routes.filter(({ isForBrowsers }) => !isForBrowsers)) {
      const elsewhere = sidesOf(route).includes('public') ? undefined : [{ url: operatorUrl }];
      expect([route.name, paths[route.path]?.[route.method]?.servers]).toEqual([route.name, elsewhere]);
    }
  });
});
