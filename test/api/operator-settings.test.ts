import { startPlatform } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { startTerminal } from '../support/terminal';

const file = platformOfFile();
const operator = (method: string, path: string, body?: unknown) => file.platform.operator(method, path, body);
const windowOf = ({ createdAt, verifyBy }: { createdAt: string; verifyBy: string }): number =>
  (Date.parse(verifyBy) - Date.parse(createdAt)) / 1_000;

afterEach(async () => {
  await operator('PUT', '/settings', {});
});

test('the nearest level counts: built in, platform, issuer, product; and what is taken away is inherited again', async () => {
  const issuer = await file.issuer();
  const at = `/issuers/${issuer.issuerId}`;
  const effective = async (path: string) => (await operator('GET', path)).body.effective.verifyWindowSeconds;
  const placed = async (orderNo: string, product = 'coffee') =>
    windowOf((await issuer.place(orderNo, { product: { id: product, name: 'It' } })).body);

  expect(await effective(`${at}/settings`)).toEqual({ value: 600, from: 'built_in' });
  expect(await placed('1')).toBe(600);
  await operator('PUT', '/settings', { verifyWindowSeconds: 700, noticeDelaysSeconds: [3] });
  expect(await effective('/settings')).toEqual({ value: 700, from: 'platform' });
  expect(await placed('2')).toBe(700);
  expect((await operator('GET', at)).body.verifyWindowSeconds).toBe(700);
  await operator('PUT', `${at}/settings`, { verifyWindowSeconds: 800 });
  expect(await placed('3')).toBe(800);
  const product = await operator('PUT', `${at}/products/gift%2Fcard/settings`, { verifyWindowSeconds: 900 });
  expect([product.status, product.body]).toEqual([
    200,
    {
      settings: { verifyWindowSeconds: 900 },
      effective: {
        verifyWindowSeconds: { value: 900, from: 'product' },
        issueWindowSeconds: { value: 600, from: 'built_in' },
        noticeDelaysSeconds: { value: [3], from: 'platform' },
        eventDelaysSeconds: { value: expect.any(Array), from: 'built_in' },
        deliveryDelaysSeconds: { value: [2, 10, 30, 60, 300, 1_800], from: 'built_in' },
        callsAtOnce: { value: 32, from: 'built_in' },
      },
    },
  ]);
  expect(await placed('4')).toBe(800);
  expect(await placed('5', 'gift/card')).toBe(900);
  expect((await operator('GET', `${at}/products`)).body).toEqual({
    data: [{ productId: 'gift/card', settings: { verifyWindowSeconds: 900 } }],
    nextCursor: null,
  });
  const order = (await operator('GET', `/orders/${issuer.issuerId}/3/settings`)).body;
  expect(order.order).toMatchObject({ verifyWindowSeconds: 800, verifyExtensionSeconds: 0 });
  expect(order.effective.verifyWindowSeconds).toEqual({ value: 800, from: 'issuer' });

  await operator('PUT', `${at}/products/gift%2Fcard/settings`, {});
  await operator('PUT', `${at}/settings`, {});
  await operator('PUT', '/settings', {});
  expect(await placed('6', 'gift/card')).toBe(600);
  expect((await operator('GET', `${at}/products`)).body.data).toEqual([]);
  expect((await operator('GET', '/audit?limit=3')).body.data[2]).toMatchObject({
    actor: 'operator',
    action: 'settings.changed',
    target: `${issuer.issuerId}/gift/card`,
    before: { verifyWindowSeconds: 900 },
    after: {},
  });
});

test('a body that did not come wipes nothing, at any level', async () => {
  const issuer = await file.issuer();
  const at = `/issuers/${issuer.issuerId}`;
  for (const path of ['/settings', `${at}/settings`, `${at}/products/tea/settings`]) {
    await operator('PUT', path, { verifyWindowSeconds: 700 });
    expectProblem(await operator('PUT', path), 422, 'body_invalid', '');
    expect((await operator('GET', path)).body.settings).toEqual({ verifyWindowSeconds: 700 });
  }
});

test('delays of the platform count from the next try on, and those of a product go before them', async () => {
  const issuer = await file.issuer();
  await operator('PUT', '/settings', { noticeDelaysSeconds: [3_600] });
  await operator('PUT', `/issuers/${issuer.issuerId}/products/quick/settings`, { noticeDelaysSeconds: [1] });
  issuer.on('order.paid', async () => ({ status: 500 }));
  await issuer.place('slow');
  await issuer.place('quick', { product: { id: 'quick', name: 'Quick' } });
  await issuer.message('order.paid', 'quick', 3);
  expect(issuer.received.filter(({ data }) => data.orderNo === 'slow')).toHaveLength(1);
});

test('the number of a delivery’s tries is a setting as well', async () => {
  const terminal = await startTerminal();
  try {
    terminal.answer('/down', () => 503);
    const issuer = await file.issuer({
      terminal: { channel: 'webhook', url: terminal.urlOf('/down') },
      deliveryDelaysSeconds: [1],
    });
    await issuer.placeVerified('twice');
    await issuer.submit('twice', [{ itemId: '1', value: 'TRIED-TWICE' }]);
    const { body } = await issuer.inState('twice', 'undeliverable');
    expect(body.delivery).toEqual({ state: 'failed', tries: 2 });
  } finally {
    await terminal.stop();
  }
});

test('running orders are lengthened to what is set now, by a count first, never shortened and never twice', async () => {
  const issuer = await file.issuer({ verifyWindowSeconds: 300, issueWindowSeconds: 300 });
  await issuer.place('waits');
  await issuer.placeVerified('verified');
  await issuer.placeVerified('done');
  await issuer.submit('done', [{ itemId: '1', value: 'DONE-BEFORE' }]);
  await issuer.inState('done', 'delivered');
  const at = `/issuers/${issuer.issuerId}`;
  const apply = async (dryRun: boolean) =>
    (await operator('POST', '/batches', { filter: { issuerId: issuer.issuerId }, action: 'apply_settings', dryRun }))
      .body;

  await operator('PUT', `${at}/settings`, { verifyWindowSeconds: 60, issueWindowSeconds: 60 });
  expect(await apply(true)).toEqual({ matched: 0, changed: 0, failed: [] });
  await operator('PUT', `${at}/settings`, { verifyWindowSeconds: 1_000, issueWindowSeconds: 2_000 });
  expect(await apply(true)).toEqual({ matched: 2, changed: 0, failed: [] });
  expect(windowOf((await issuer.order('waits')).body)).toBe(300);
  expect(await apply(false)).toEqual({ matched: 2, changed: 2, failed: [] });
  expect(windowOf((await issuer.order('waits')).body)).toBe(1_000);
  const { order } = (await operator('GET', `/orders/${issuer.issuerId}/verified/settings`)).body;
  expect(order).toMatchObject({ issueWindowSeconds: 300, issueExtensionSeconds: 1_700 });
  expect(await apply(false)).toEqual({ matched: 0, changed: 0, failed: [] });
});

test.each<[string, unknown, string]>([
  ['/settings', { verifyWindowSeconds: 4 }, '/verifyWindowSeconds'],
  ['/settings', { issueWindowSeconds: 7_776_001 }, '/issueWindowSeconds'],
  ['/settings', { noticeDelaysSeconds: [] }, '/noticeDelaysSeconds'],
  ['/settings', { deliveryDelaysSeconds: [0] }, '/deliveryDelaysSeconds/0'],
  ['/settings', { codeMode: 'push' }, '/codeMode'],
  ['/settings', { callsAtOnce: 0 }, '/callsAtOnce'],
  ['/settings', { callsAtOnce: 257 }, '/callsAtOnce'],
  ['/settings', { callsAtOnce: 1.5 }, '/callsAtOnce'],
  ['/issuers/nobody/settings', {}, ''],
  ['/issuers/nobody/products/p/settings', {}, ''],
])('PUT %s %j is refused, and nothing changes', async (path, body, at) => {
  const answer = await operator('PUT', path, body);
  if (at === '') expectProblem(answer, 404, 'issuer_unknown');
  else expectProblem(answer, 422, 'body_invalid', at);
  expect((await operator('GET', '/settings')).body.settings).toEqual({});
});

test('calls at once are set for the platform or an issuer; for a product they are refused with the reason', async () => {
  const issuer = await file.issuer({ callsAtOnce: 5 });
  const at = `/issuers/${issuer.issuerId}`;
  const effective = async (path: string) => (await operator('GET', path)).body.effective.callsAtOnce;
  expect((await operator('GET', at)).body.callsAtOnce).toBe(5);
  expect(await effective(`${at}/settings`)).toEqual({ value: 5, from: 'issuer' });
  await operator('PUT', '/settings', { callsAtOnce: 256 });
  await operator('PUT', `${at}/settings`, {});
  expect(await effective(`${at}/settings`)).toEqual({ value: 256, from: 'platform' });
  const answer = await operator('PUT', `${at}/products/coffee/settings`, { callsAtOnce: 1 });
  expectProblem(answer, 422, 'body_invalid', '/callsAtOnce');
  expect(answer.body.errors[0].message).toMatch(/set for the platform or an issuer/);
  expect(await effective(`${at}/products/coffee/settings`)).toEqual({ value: 256, from: 'platform' });
});

test('the id of a product has its limits', async () => {
  const issuer = await file.issuer();
  const path = `/issuers/${issuer.issuerId}/products/${'x'.repeat(65)}/settings`;
  expectProblem(await operator('PUT', path, {}), 422, 'body_invalid', '/productId');
});

test('with TWO_PERSONS no admin takes twoPersons back, and it counts where nobody has set it', async () => {
  const platform = await startPlatform({ worker: false, needsTwoPersons: true });
  try {
    expect((await platform.operator('GET', '/settings')).body.settings).toEqual({ twoPersons: true });
    expectProblem(
      await platform.operator('PUT', '/settings', { twoPersons: false }),
      422,
      'body_invalid',
      '/twoPersons',
    );
    const left = await platform.operator('PUT', '/settings', { verifyWindowSeconds: 700 });
    expect(left.body.settings).toEqual({ twoPersons: true, verifyWindowSeconds: 700 });
    expect(await platform.core.orderDeps.settings.platform()).toMatchObject({ twoPersons: true });
  } finally {
    await platform.stop();
  }
});
