import { createCompareSides } from '../../activities/compare-sides';
import { finders, type TroubleSources } from '../../activities/find-trouble';
import { platformOfFile } from '../support/platform-of-file';
import { until } from '../support/until';

const file = platformOfFile();

const hourMs = 3_600_000;
/** An hour ahead: nothing is on its way any more. */
const laterMs = () => Date.now() + hourMs;
const compare = () => {
  const { orderDeps, troubles, issuers, reconciliations, comparisons } = file.platform.core;
  const { orders, rowReader } = orderDeps;
  const sayAlive = () => undefined;
  const deps = { orders, rowReader, troubles, issuers, reconciliations, comparisons, nowMs: laterMs, sayAlive };
  return createCompareSides(deps).compareSides();
};
const sources = (): TroubleSources => ({ ...file.platform.core, nowMs: laterMs });
const read = async () => (await file.platform.operator('GET', '/comparison')).body.newest;

test('says in what rows, engine, terminals and the issuer’s list differ, each with what mends it, and mends nothing', async () => {
  expect((await file.platform.operator('GET', '/comparison')).body).toEqual({});
  const issuer = await file.issuer();
  const { issuerId } = issuer;
  const { database, orderDeps } = file.platform.core;
  for (const orderNo of ['healthy', 'lost', 'left', 'late']) await issuer.placeVerified(orderNo);
  await issuer.submit('late', [{ itemId: 'a', value: 'CMP-1' }]);
  await issuer.inState('late', 'delivered');
  await until('the end of its workflow', async () => {
    const { status } = await file.platform.client.workflow.getHandle(`order/${issuerId}/late`).describe();
    return status.name === 'COMPLETED';
  });
  await file.platform.client.workflow.getHandle(`order/${issuerId}/lost`).terminate('by the test');
  await database.orders.updateOne(
    { _id: `${issuerId}/left` },
    { $set: { state: 'cancelled', 'facts.state': 'cancelled' } },
  );
  for (const state of ['pending', 'failed'] as const) {
    await orderDeps.orders.setDeliveryState({ issuerId, orderNo: 'late' }, state);
  }
  const list = `${JSON.stringify({ orderNo: 'healthy', state: 'delivered' })}\n`;
  const sent = await issuer.post('/reconciliations', undefined, {
    raw: list,
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(sent.status).toBe(201);

  const seen = await until('the engine’s index has them', async () => {
    await compare();
    const newest = await read();
    return newest.findings.length === 4 && newest;
  });
  const found = seen.findings.map(({ orderNo, kind }: { orderNo: string; kind: string }) => [orderNo, kind]);
  expect(found.sort()).toEqual([
    ['healthy', 'issuer_differs'],
    ['late', 'delivery_failed'],
    ['left', 'workflow_left'],
    ['lost', 'workflow_missing'],
  ]);
  expect(seen).toMatchObject({
    isWhole: true,
    counts: expect.arrayContaining([{ issuerId, kind: 'workflow_left', count: 1 }]),
  });
  for (const { why, next } of seen.findings)
    expect([why, next]).toEqual([expect.stringMatching(/\.$/), expect.any(String)]);
  const { status } = await file.platform.client.workflow.getHandle(`order/${issuerId}/lost`).describe();
  expect(status.name).toBe('TERMINATED');

  const failures = await until('the failures have them', async () => {
    const { body } = await file.platform.operator('GET', '/failures?limit=100');
    return body.data.length === 4 && body.data;
  });
  expect(failures.map(({ kind }: { kind: string }) => kind).sort()).toEqual([
    'issuer_differs',
    'undeliverable',
    'workflow_left',
    'workflow_missing',
  ]);
  const metrics = await (await fetch(`${file.platform.baseUrl}/metrics`)).text();
  expect(metrics).toMatch(/^codeferry_trouble\{kind="sides_differ"\} 3$/m);
  expect(await finders.sides_differ(sources())).toMatchObject([{ kind: 'sides_differ', subject: issuerId }]);
});

test('a refund that is due for more than seven days is a trouble of its issuer until it is settled', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('owed');
  await issuer.cancel('owed');
  await issuer.message('order.refund_due', 'owed');
  const due = async (days: number) =>
    (await finders.refunds_overdue({ ...sources(), nowMs: () => Date.now() + days * 24 * hourMs })).filter(
      ({ subject }) => subject === issuer.issuerId,
    );
  expect(await due(6.9)).toEqual([]);
  expect(await due(7.1)).toMatchObject([{ kind: 'refunds_overdue', summary: expect.stringContaining('owed') }]);
  const token = issuer.tokenOf('owed');
  const settled = { settlementId: 's', amount: { value: 1_000, currency: 'EUR' } };
  const body = { type: 'order.refund_settlement', orderNo: 'owed', token, ...settled };
  expect((await issuer.post('/orders/owed/refund-settlement', body)).status).toBe(201);
  expect(await due(30)).toEqual([]);
});
