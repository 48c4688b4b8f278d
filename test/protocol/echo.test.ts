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
