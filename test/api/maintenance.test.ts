import { type Platform, read, startPlatform } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile();
const operator = (method: string, path: string, body?: unknown) => file.platform.operator(method, path, body);
const readyzOf = async (platform: Platform) => read(fetch(`${platform.baseUrl}/readyz`));

test('maintenance: new orders are refused as retryable, running ones end, and repeats are still answered', async () => {
  const issuer = await file.issuer();
  await issuer.place('running');
  expect((await operator('GET', '/maintenance')).body).toEqual({ on: false });
  expect((await operator('PUT', '/maintenance', { on: true, reason: 'a move' })).body).toEqual({
    on: true,
    reason: 'a move',
    since: expect.stringMatching(/Z$/),
    by: 'operator',
  });

  const refused = await issuer.place('new');
  expectProblem(refused, 503, 'unavailable');
  expect(refused.headers.get('retry-after')).toBe('30');
  expectProblem(await issuer.order('new'), 404, 'order_unknown');
  expect((await issuer.place('running')).status).toBe(200);
  await issuer.message('order.paid', 'running');
  expect((await issuer.verify('running')).status).toBe(200);
  expect((await issuer.submit('running', [{ itemId: '1', value: 'ENDS-IN-MAINTENANCE' }])).status).toBe(201);
  await issuer.inState('running', 'delivered');
  const ready = await readyzOf(file.platform);
  expect([ready.status, ready.body.status, ready.body.maintenance]).toEqual([200, 'ready', 'on']);

  await operator('PUT', '/maintenance', { on: false });
  expect((await issuer.place('new')).status).toBe(201);
  expect((await readyzOf(file.platform)).body.maintenance).toBeUndefined();
  const { data } = (await operator('GET', '/audit?limit=2')).body;
  expect(data).toMatchObject([
    {
      at: expect.any(String),
      actor: 'operator',
      action: 'maintenance.ended',
      target: 'platform',
      before: { on: true, reason: 'a move', since: expect.any(String), by: 'operator' },
      after: { on: false, since: expect.any(String), by: 'operator' },
    },
    expect.objectContaining({ action: 'maintenance.began', before: { on: false } }),
  ]);
});

test('another api process on the same database knows of it, and after its start', async () => {
  const issuer = await file.issuer();
  const other = await startPlatform({ databaseName: file.platform.databaseName, worker: false });
  try {
    expect((await readyzOf(other)).body.maintenance).toBeUndefined();
    await operator('PUT', '/maintenance', { on: true });
    await until('the other process knows', async () => (await readyzOf(other)).body.maintenance === 'on');
    expectProblem(await issuer.place('elsewhere'), 503, 'unavailable');
  } finally {
    await operator('PUT', '/maintenance', { on: false });
    await other.stop();
  }
});

test.each<[unknown, string]>([
  [{}, '/on'],
  [{ on: 'yes' }, '/on'],
  [{ on: true, reason: '' }, '/reason'],
  [{ on: true, until: 'later' }, '/until'],
])('%j is refused at %s, and nothing changes', async (body, path) => {
  expectProblem(await operator('PUT', '/maintenance', body), 422, 'body_invalid', path);
  expect((await operator('GET', '/maintenance')).body.on).toBe(false);
});
