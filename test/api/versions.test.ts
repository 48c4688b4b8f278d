import { createVersions, versions } from '../../src/contract/versions';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const renamed = (from: string, to: string) => (body: Readonly<Record<string, unknown>>) => {
  const { [from]: value, ...rest } = body;
  return value === undefined ? body : { ...rest, [to]: value };
};
const inData = (change: ReturnType<typeof renamed>) => (body: Readonly<Record<string, unknown>>) => ({
  ...body,
  data: change(body.data as Readonly<Record<string, unknown>>),
});

/** A made-up past: `quantity` was `pieces` until today's version, and an older one has ended. */
const madeUp = createVersions([
  { date: '2019-01-01', changes: [], endsAt: new Date('2021-01-01T00:00:00Z') },
  {
    date: '2020-01-01',
    changes: [],
    deprecatedAt: new Date('2026-01-01T00:00:00Z'),
    endsAt: new Date('2099-01-01T00:00:00Z'),
  },
  {
    date: versions.newest,
    changes: [
      {
        name: 'quantity is no longer called pieces',
        calls: {
          placeOrder: { request: renamed('pieces', 'quantity'), answer: renamed('quantity', 'pieces') },
          readOrder: { answer: renamed('quantity', 'pieces') },
          readOperatorOrder: { answer: renamed('quantity', 'pieces') },
          replacePlatformSettings: { request: renamed('verifySeconds', 'verifyWindowSeconds') },
          createSandboxIssuer: { request: renamed('mode', 'codeMode'), answer: renamed('issuerId', 'id') },
        },
        callbacks: {
          'order.paid': { message: inData(renamed('quantity', 'pieces')) },
          'order.code_requested': {
            message: inData(renamed('quantity', 'pieces')),
            answer: renamed('vouchers', 'codes'),
          },
          'order.cancelled': { message: inData(renamed('sequence', 'number')) },
        },
      },
    ],
  },
]);
const file = platformOfFile({ versions: madeUp, sandboxAllow: ['127.0.0.0/8'] });
const older = { 'codeferry-version': '2020-01-01' };
const order = (orderNo: string, changes: object) => ({
  type: 'order.payment',
  orderNo,
  product: { id: 'coffee', name: 'Coffee' },
  amount: { value: 1_000, currency: 'EUR' },
  ...changes,
});

test('each answer says its version: the newest, where nobody names another', async () => {
  const { baseUrl } = file.platform;
  for (const path of ['/healthz', '/v1/keys', '/v1/nowhere', '/v1/operator/orders']) {
    expect((await fetch(baseUrl + path)).headers.get('codeferry-version')).toBe(versions.newest);
  }
  const issuer = await file.issuer();
  const self = await issuer.get('/self');
  expect([self.headers.get('codeferry-version'), self.body.apiVersion]).toEqual([versions.newest, versions.newest]);
  expect([self.headers.get('deprecation'), self.headers.get('sunset')]).toEqual([null, null]);
  await issuer.place('v-1');
  expect((await issuer.message('order.paid', 'v-1')).headers['codeferry-version']).toBe(versions.newest);
});

test('a request may name an older version: it is read and answered as it was then, and told when that ends', async () => {
  const issuer = await file.issuer();
  const placed = await issuer.post('/orders', order('v-2', { pieces: 2 }), { headers: older });
  expect([placed.status, placed.body.pieces, placed.body.quantity]).toEqual([201, 2, undefined]);
  expect(placed.headers.get('codeferry-version')).toBe('2020-01-01');
  expect(placed.headers.get('deprecation')).toBe(`@${Date.parse('2026-01-01T00:00:00Z') / 1_000}`);
  expect(placed.headers.get('sunset')).toBe('Thu, 01 Jan 2099 00:00:00 GMT');
  expect((await issuer.get('/orders/v-2')).body.quantity).toBe(2);
  expect((await issuer.get('/orders/v-2', older)).body.pieces).toBe(2);
  // Its callbacks are of the issuer's own version.
  expect((await issuer.message('order.paid', 'v-2')).data).toMatchObject({ quantity: 2 });
  const today = await issuer.post('/orders', order('v-3', { pieces: 2 }));
  expectProblem(today, 422, 'body_invalid', '/pieces');
});

test('calls of operators and of anybody are read and answered by the version that they name', async () => {
  const { baseUrl, operatorToken } = file.platform;
  const issuer = await file.issuer();
  await issuer.place('v-6', { quantity: 2 });
  const call = async (method: string, path: string, version?: string, body?: object) => {
    const response = await fetch(`${baseUrl}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${operatorToken}`,
        ...(version ? { 'codeferry-version': version } : {}),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  const path = `/operator/orders/${issuer.issuerId}/v-6`;
  const then = await call('GET', path, '2020-01-01');
  expect([then.body.pieces, then.body.quantity, then.headers.get('sunset')]).toEqual([
    2,
    undefined,
    'Thu, 01 Jan 2099 00:00:00 GMT',
  ]);
  expect((await call('GET', path)).body.quantity).toBe(2);
  expect((await call('PUT', '/operator/settings', '2020-01-01', { verifySeconds: 700 })).body.settings).toEqual({
    verifyWindowSeconds: 700,
  });
  expectProblem(await call('PUT', '/operator/settings', undefined, { verifySeconds: 700 }), 422, 'body_invalid');
  expect((await call('PUT', '/operator/settings', undefined, {})).status).toBe(200);
  const asked = { callback: { kind: 'pull' }, mode: 'push' };
  const made = await call('POST', '/sandbox/issuers', '2020-01-01', asked);
  expect([made.status, made.body.codeMode, made.body.issuerId]).toEqual([201, 'push', undefined]);
  expectProblem(await call('POST', '/sandbox/issuers', undefined, asked), 422, 'body_invalid');
});

test('an issuer stays with the version of its making, in its calls and its callbacks', async () => {
  const issuer = await file.issuer();
  await file.platform.core.issuers.change(issuer.issuerId, { apiVersion: '2020-01-01' });
  expect((await issuer.post('/orders', order('v-4', { pieces: 3 }))).body.pieces).toBe(3);
  const { data, headers } = await issuer.message('order.paid', 'v-4');
  expect([data.pieces, data.quantity, headers['codeferry-version']]).toEqual([3, undefined, '2020-01-01']);
  const newest = { 'codeferry-version': versions.newest };
  expect((await issuer.get('/orders/v-4', newest)).body.quantity).toBe(3);
});

test('messages that are fetched, their answers and the feed are of the version of the call that fetches them', async () => {
  const { platform } = file;
  const issuer = await file.issuer({ callback: { kind: 'pull' }, codeMode: 'request' });
  await platform.core.issuers.change(issuer.issuerId, { apiVersion: '2020-01-01' });
  const fetched = async (type: string, headers = {}) =>
    until(`it fetches ${type}`, async () => {
      const { body } = await issuer.get('/messages?waitSeconds=1', headers);
      return body.data.find((one: { type: string }) => one.type === type);
    });
  const acknowledge = (id: string, answer?: object) =>
    issuer.post('/messages/acknowledgement', { type: 'messages.acknowledgement', results: [{ id, answer }] });

  await issuer.post('/orders', order('v-7', { pieces: 2 }));
  const paid = await fetched('order.paid');
  expect([paid.data.pieces, paid.data.quantity]).toEqual([2, undefined]);
  const { token, amount } = paid.data;
  await issuer.post('/orders/v-7/verification', {
    ...{ type: 'order.verification', orderNo: 'v-7', token, quantity: 2, amount },
  });
  const asked = await fetched('order.code_requested');
  expect([asked.data.pieces, asked.data.quantity]).toEqual([2, undefined]);
  const vouchers = ['a', 'b'].map((itemId) => ({ itemId, value: `VERSIONS-${itemId}` }));
  expect((await acknowledge(asked.id, { status: 'issued', vouchers })).body).toEqual({ acknowledged: 1, problems: [] });
  await fetched('order.delivered');

  await issuer.post('/orders', order('v-8', { pieces: 1 }));
  await issuer.post('/orders/v-8/cancellation', { type: 'order.cancellation', orderNo: 'v-8', reason: 'no' });
  const cancelled = await fetched('order.cancelled');
  expect([cancelled.data.number, cancelled.data.sequence]).toEqual([1, undefined]);
  const inFeed = async (headers = {}) =>
    until('it is in the feed', async () => {
      const { body } = await issuer.get('/events', headers);
      return body.data.find((one: { id: string }) => one.id === cancelled.id)?.data;
    });
  expect(await inFeed()).toMatchObject({ number: 1 });
  expect(await inFeed({ 'codeferry-version': versions.newest })).toMatchObject({ sequence: 1 });
  expect((await issuer.post(`/messages/${cancelled.id}/replay`, { type: 'message.replay' })).status).toBe(202);
  expect((await fetched('order.cancelled')).data.number).toBe(1);
  expect((await acknowledge(cancelled.id)).body).toEqual({ acknowledged: 1, problems: [] });
});

test('a version that never was is 422, one that has ended 410', async () => {
  const issuer = await file.issuer();
  const naming = (version: string) => issuer.get('/self', { 'codeferry-version': version });
  for (const version of ['2018-01-01', 'yesterday', '']) expectProblem(await naming(version), 422, 'version_unknown');
  expectProblem(await naming('2019-01-01'), 410, 'version_ended');
  const settings = (apiVersion: string) => issuer.post('/settings', { type: 'issuer.settings', apiVersion });
  expectProblem(await settings('2018-01-01'), 422, 'body_invalid', '/apiVersion');
  expect((await settings(versions.newest)).body.apiVersion).toBe(versions.newest);
});

test('an issuer reads which versions there are, when one ends, and by what terminals it may have its orders delivered', async () => {
  const issuer = await file.issuer();
  const { channels, versions: known } = (await issuer.get('/settings/choices')).body;
  expect(channels.map(({ channel }: { channel: string }) => channel)).toEqual(['page', 'webhook']);
  const old = { date: '2020-01-01', deprecatedAt: '2026-01-01T00:00:00.000Z', endsAt: '2099-01-01T00:00:00.000Z' };
  expect(known).toEqual([{ date: '2019-01-01', endsAt: '2021-01-01T00:00:00.000Z' }, old, { date: versions.newest }]);
  await file.platform.core.issuers.change(issuer.issuerId, { apiVersion: old.date });
  expect((await issuer.get('/self')).body.apiVersion).toBe(old.date);
});

test('who calls is asked before which version', async () => {
  const { baseUrl } = file.platform;
  const issuer = await file.issuer();
  const unknown = { 'codeferry-version': '2018-01-01' };
  const codeOf = async (path: string) => (await (await fetch(baseUrl + path, { headers: unknown })).json()).code;
  expect(await codeOf(`/v1/issuers/${issuer.issuerId}/self`)).toBe('signature_invalid');
  expect(await codeOf(`/v1/issuers/${issuer.issuerId}/statements/2026-11-28`)).toBe('signature_invalid');
  expect(await codeOf('/v1/operator/orders')).toBe('operator_unauthorized');
  expect(await codeOf('/v1/operator/orders.csv')).toBe('operator_unauthorized');
  expect(await codeOf('/v1/nowhere')).toBe('path_unknown');
  expect(await codeOf('/v1/keys')).toBe('version_unknown');
  expectProblem(await issuer.post('/orders', order('v-5', {}), { headers: unknown }), 422, 'version_unknown');
  expect((await issuer.get('/orders/v-5')).status).toBe(404);
});
