import type { Received, TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';
import { anInstant } from './wire-shapes';

const file = platformOfFile();

const echoed = (issuer: TestIssuer, n = 1): Promise<Received> =>
  until('the echo', () => issuer.received.filter(({ type }) => type === 'echo')[n - 1]);

test('any JSON object comes back to the callback, signed, in an envelope of its own', async () => {
  const issuer = await file.issuer();
  const data = { text: 'ü 🎫', n: 1.5, big: 1e21, nested: { list: [null, true, { a: {} }] }, type: 'mine', '': 0 };
  expect((await issuer.post('/echo', data)).status).toBe(200);
  const { raw, id } = await echoed(issuer);
  expect(JSON.parse(raw)).toEqual({ type: 'echo', timestamp: anInstant(), data });
  expect(id).toMatch(/^cf_[A-Za-z0-9_-]{1,61}$/);
});

test('an empty object, too; each request is an echo of its own and a repeat is none', async () => {
  const issuer = await file.issuer();
  expect((await issuer.post('/echo', {}, { webhookId: 'one' })).status).toBe(200);
  const first = await echoed(issuer);
  expect((await issuer.post('/echo', {}, { webhookId: 'one' })).headers.get('idempotency-replayed')).toBe('true');
  expect((await issuer.post('/echo', {}, { webhookId: 'two' })).status).toBe(200);
  const second = await echoed(issuer, 2);
  expect(second.id).not.toBe(first.id);
  expect(issuer.received).toHaveLength(2);
});

test.each(['[]', '"text"', '5', 'null', '{"a":1,"a":2}'])('422 for %s', async (raw) => {
  const issuer = await file.issuer();
  expectProblem(await issuer.post('/echo', null, { raw }), 422, 'body_invalid');
});

test.each(['{', 'nonsense'])('400 for what is no JSON: %j', async (raw) => {
  const issuer = await file.issuer();
  expectProblem(await issuer.post('/echo', null, { raw }), 400, 'body_malformed');
});

test('a wrong signature is 401: that is what it is for', async () => {
  const issuer = await file.issuer();
  const answer = await issuer.post('/echo', {}, { headers: { 'webhook-signature': 'v1,AAAA' } });
  expectProblem(answer, 401, 'signature_invalid');
  expect(issuer.received).toEqual([]);
});

test('a callback that failed once gets the same bytes under the same id again', async () => {
  const issuer = await file.issuer();
  issuer.on('echo', async () => ({ status: issuer.received.length === 1 ? 500 : 200 }));
  await issuer.post('/echo', { n: 1 });
  const [first, second] = [await echoed(issuer), await echoed(issuer, 2)];
  expect([second.id, second.raw]).toEqual([first.id, first.raw]);
});

test('more in a day than anybody needs are 429 until it ends, and another issuer has its own', async () => {
  const [issuer, other] = [await file.issuer(), await file.issuer()];
  const used = { name: `echoes/${issuer.issuerId}`, n: 1_999, at: new Date(), limit: 2_000 };
  expect(await file.platform.core.dayCounts.take(used)).toBe(true);
  expect((await issuer.post('/echo', {})).status).toBe(200);
  const refused = await issuer.post('/echo', {});
  expectProblem(refused, 429, 'rate_limited');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await other.post('/echo', {})).status).toBe(200);
  await echoed(issuer);
  expect(issuer.received).toHaveLength(1);
});

test('nothing that somebody else wrote is signed and sent as an echo', async () => {
  const issuer = await file.issuer();
  const { echoes, gateway } = { ...file.platform.core, echoes: file.platform.core.database.echoes };
  const sent = { issuerId: issuer.issuerId, messageId: 'forged', atMs: Date.now() };
  await echoes.insertOne({ _id: `${issuer.issuerId}/forged`, content: '{"pay":"me"}', at: new Date() });
  await gateway.startEcho(sent);
  expect((await issuer.post('/echo', { mine: true }, { webhookId: 'mine' })).status).toBe(200);
  await echoed(issuer);
  await until('the forged one has ended', () => file.platform.logText().includes('what was sent is no longer kept'));
  expect(issuer.received.map(({ raw }) => JSON.parse(raw).data)).toEqual([{ mine: true }]);
});
