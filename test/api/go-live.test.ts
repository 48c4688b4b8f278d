import { randomUUID } from 'node:crypto';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';

const admin = { name: 'anna', role: 'admin' as const, token: `anna-${randomUUID()}` };
const operator = { name: 'otto', role: 'operator' as const, token: `otto-${randomUUID()}` };
const file = platformOfFile({ worker: false, operators: [admin, operator], sandboxAllow: ['127.0.0.0/8'] });

const of = (id: string) => ({ product: { id, name: 'A product' } });

test('with goLive conformance a new issuer sells test products alone, until an admin lets it go live', async () => {
  const { operator: call } = file.platform;
  const before = await file.issuer();
  const set = await call('PUT', '/settings', { goLive: 'conformance' });
  expect([set.status, set.body.settings]).toEqual([200, { goLive: 'conformance' }]);

  const issuer = await file.issuer();
  const path = `/issuers/${issuer.issuerId}`;
  expect((await call('GET', path)).body.state).toBe('not_live');
  expect((await issuer.get('/self')).body.state).toBe('not_live');
  expectProblem(await issuer.place('live-1', of('coffee')), 409, 'not_live');
  expectProblem(await issuer.place('live-1', of('testing')), 409, 'not_live');
  expect((await issuer.place('test-1', of('test_ok'))).status).toBe(201);

  const reason = { reason: 'it passed our tests' };
  expectProblem(await call('POST', `${path}/go-live`, {}), 422, 'body_invalid', '/reason');
  expectProblem(await call('POST', `${path}/go-live`, reason, operator.token), 403, 'operator_forbidden');
  expectProblem(await call('POST', '/issuers/nobody/go-live', reason), 404, 'issuer_unknown');
  expectProblem(await issuer.place('live-2', of('coffee')), 409, 'not_live');
  for (let n = 0; n < 2; n += 1) {
    const live = await call('POST', `${path}/go-live`, reason, admin.token);
    expect([live.status, live.body.state]).toEqual([200, 'active']);
  }
  expect((await issuer.place('live-2', of('coffee'))).status).toBe(201);
  // Who is live stays so when its callback changes.
  expect((await call('PATCH', path, { callback: { kind: 'pull' } })).body.state).toBe('active');
  const { data } = (await call('GET', `/audit?target=${issuer.issuerId}&action=issuer.went_live`)).body;
  expect(data[0]).toMatchObject({ actor: 'anna', phase: 'done', after: reason });

  // Those of before, and test issuers, are as they were; a new one is live again once the setting is gone.
  expect((await before.place('live-1', of('coffee'))).status).toBe(201);
  const sandbox = await file.sandboxIssuer();
  expect((await sandbox.get('/self')).body.state).toBe('active');
  expect((await sandbox.place('any-1', of('coffee'))).status).toBe(201);
  await call('PUT', '/settings', { goLive: 'open' });
  expect((await call('GET', `/issuers/${(await file.issuer()).issuerId}`)).body.state).toBe('active');
});

test('a pause that ends leaves a new issuer not live', async () => {
  const { operator: call } = file.platform;
  await call('PUT', '/settings', { goLive: 'conformance' });
  const { issuerId } = await file.issuer();
  expect((await call('POST', `/issuers/${issuerId}/pause`)).body.state).toBe('paused');
  expect((await call('POST', `/issuers/${issuerId}/resume`)).body.state).toBe('not_live');
});
