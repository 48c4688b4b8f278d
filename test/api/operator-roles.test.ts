import { type Answer, read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';

const vera = { name: 'vera', role: 'viewer', token: 'a-token-of-vera-1234' } as const;
const otto = { name: 'otto', role: 'operator', token: 'a-token-of-otto-1234' } as const;
const anna = { name: 'anna@shop.example', role: 'admin', token: 'a-token-of-anna-1234' } as const;
const file = platformOfFile({ operators: [vera, otto, anna] });

type Person = { readonly name: string; readonly token: string };
const by = (person: Person, method: string, path: string, body?: unknown): Promise<Answer> =>
  file.platform.operator(method, path, body, person.token);

/** Every operator call that the platform tells of, with names that exist nowhere. */
const operatorCalls = async (): Promise<{ method: string; path: string; description: string }[]> => {
  const { body } = await read(fetch(`${file.platform.baseUrl}/openapi.json`));
  return Object.entries<Record<string, { tags: string[]; description?: string }>>(body.paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods)
        .filter(([, { tags }]) => tags.includes('operator'))
        .map(([method, { description = '' }]) => ({
          description,
          method: method.toUpperCase(),
          path: path.replace('/v1/operator', '').replaceAll(/\{\w+\}/g, 'nothing-has-this-name'),
        })),
  );
};

const isOfSession = ({ path }: { path: string }): boolean => path.startsWith('/console/');
const isOrderWork = ({ path }: { path: string }): boolean =>
  path.startsWith('/orders/') || path === '/batches' || path.endsWith('/replay');

test('a viewer is let into no call that changes something, and not into the audit log', async () => {
  const calls = (await operatorCalls()).filter((call) => !isOfSession(call));
  expect(calls.length).toBeGreaterThan(20);
  for (const { method, path, description } of calls) {
    const answer = await by(vera, method, path);
    const isOpen = method === 'GET' && path !== '/audit';
    if (isOpen) expect([method, path, [200, 404].includes(answer.status)]).toEqual([method, path, true]);
    else expectProblem(answer, 403, 'operator_forbidden');
    expect([method, path, description === 'Needs the role viewer.']).toEqual([method, path, isOpen]);
  }
});

test('an operator acts on orders, and is refused what changes issuers and the platform', async () => {
  const changes = (await operatorCalls()).filter((call) => !isOfSession(call) && call.method !== 'GET');
  for (const call of changes) {
    const answer = await by(otto, call.method, call.path);
    if (isOrderWork(call)) expect([call, [404, 422].includes(answer.status)]).toEqual([call, true]);
    else expectProblem(answer, 403, 'operator_forbidden');
    expect([call, call.description === 'Needs the role operator.']).toEqual([call, isOrderWork(call)]);
  }
  expectProblem(await by(otto, 'GET', '/audit'), 403, 'operator_forbidden');

  const issuer = await file.issuer();
  await issuer.place('by-otto');
  expectProblem(await by(vera, 'POST', `/orders/${issuer.issuerId}/by-otto/cancel`), 403, 'operator_forbidden');
  expect((await issuer.order('by-otto')).body.state).not.toBe('cancelled');
  expect([200, 202]).toContain((await by(otto, 'POST', `/orders/${issuer.issuerId}/by-otto/cancel`)).status);
  await issuer.inState('by-otto', 'cancelled');
});

test('the audit log names who did it, and a session is of its person and role', async () => {
  const issuer = await file.issuer();
  await by(anna, 'PATCH', `/issuers/${issuer.issuerId}`, { name: 'By Anna' });
  const newest = async () => (await by(anna, 'GET', '/audit?limit=1')).body.data[0];
  expect(await newest()).toMatchObject({ actor: 'anna@shop.example', action: 'issuer.changed' });

  const url = `${file.platform.baseUrl}/v1/operator`;
  const signedIn = await read(
    fetch(`${url}/console/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: vera.token }),
    }),
  );
  expect([signedIn.status, signedIn.body.operator]).toEqual([201, { name: 'vera', role: 'viewer' }]);
  expect(await newest()).toMatchObject({ actor: 'vera', action: 'console.signed_in' });
  const cookie = String(signedIn.headers.get('set-cookie')).split(';')[0] ?? '';
  const headers = { cookie, 'x-csrf-token': signedIn.body.csrf, 'content-type': 'application/json' };
  const pause = await read(fetch(`${url}/issuers/${issuer.issuerId}/pause`, { method: 'POST', headers }));
  expectProblem(pause, 403, 'operator_forbidden');
  expect((await read(fetch(`${url}/issuers`, { headers: { cookie } }))).status).toBe(200);
  const events = await fetch(`${url}/console/overview/events`, { headers: { cookie } });
  expect(events.status).toBe(200);
  await events.body?.cancel();
});

test('the codec opens payloads to operators, not to viewers', async () => {
  const decode = (person: Person) =>
    read(
      fetch(`${file.platform.baseUrl}/codec/decode`, {
        method: 'POST',
        headers: { authorization: `Bearer ${person.token}` },
        body: JSON.stringify({ payloads: [] }),
      }),
    );
  expectProblem(await decode(vera), 403, 'operator_forbidden');
  expect((await decode(otto)).status).toBe(200);
});
