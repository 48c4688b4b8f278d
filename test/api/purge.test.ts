import { retentionMs } from '../../src/domain/timings';
import { unwrapOrderKey } from '../../src/sealing/order-keys';
import type { OrderRow } from '../../src/store/orders';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reconcileOnce } from '../support/reconcile';
import { reveal } from '../support/reveal';
import { until } from '../support/until';

const file = platformOfFile();
const keptMs = 400 * 86_400_000;
const secretWords = ['A product', 'payer-of-the-order', 'a metadata value', 'VALUE-OF-THE-CODE', 'item-of-the-code'];

/** At another time. */
const reconcileAt = (atMs: number) => reconcileOnce(file.platform, { nowMs: () => atMs, purgeAfterMs: keptMs });

const rowOf = async (issuerId: string, orderNo: string): Promise<OrderRow> => {
  const row = await file.platform.core.orderDeps.orders.find({ issuerId, orderNo });
  if (!row) throw new Error(`${orderNo} has no row`);
  return row;
};

const allRows = async (): Promise<string> => {
  const { orders, submissions, inbox } = file.platform.core.database;
  const rows = await Promise.all([orders, submissions, inbox].map((one) => (one as typeof orders).find({}).toArray()));
  return JSON.stringify(rows, (_key, value) =>
    value?.type === 'Buffer' ? Buffer.from(value.data).toString('hex') : value,
  );
};

test('an old order is forgotten at its time and not before: its codes are shredded, its number and codes never used again', async () => {
  const issuer = await file.issuer();
  const facts = {
    product: { id: 'a-product', name: 'A product' },
    payment: { id: 'pay-1', payer: 'payer-of-the-order' },
    metadata: { note: 'a metadata value' },
  };
  const code = { itemId: 'item-of-the-code', value: 'VALUE-OF-THE-CODE' };
  const placed = await issuer.placeVerified('old', facts);
  expect((await issuer.submit('old', [code])).status).toBe(201);
  await issuer.inState('old', 'delivered');
  await issuer.place('open', facts);
  await issuer.message('order.delivered', 'old');
  const page = await reveal(placed.body.pickupUrl);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('VALUE-OF-THE-CODE')]);
  await issuer.message('order.opened', 'old');
  const told = await until('all events are told', async () => {
    const row = await rowOf(issuer.issuerId, 'old');
    return !row.eventsPendingSince && row;
  });

  const endMs = told.facts.updatedAtMs + keptMs;
  expect((await reconcileAt(endMs - 1)).purged).toBe(0);
  expect((await issuer.order('old')).body.state).toBe('delivered');
  const passes = await Promise.all([reconcileAt(endMs), reconcileAt(endMs)]);
  expect(passes.map(({ purged }) => purged).reduce((a, b) => a + b)).toBe(1);

  // Gone: the key, the sealed bytes, and all that tells of a person.
  const left = (await allRows()).replaceAll(JSON.stringify(await rowOf(issuer.issuerId, 'open')), '');
  expect(left).toContain(`${issuer.issuerId}/old`);
  expect(left).not.toContain(told.wrappedKey.toString('hex'));
  const { tokenHash } = unwrapOrderKey(file.platform.core.ring, told._id, told.wrappedKey);
  expect(left).not.toContain(tokenHash);
  const ofOld = await file.platform.core.database.orders.findOne({ _id: told._id });
  const submitted = await file.platform.core.database.submissions.find({ orderId: told._id }).toArray();
  for (const word of secretWords) expect(JSON.stringify([ofOld, submitted])).not.toContain(word);
  expect(submitted.map(({ codes }) => codes)).toEqual([[]]);

  // The page says so, and does not tell it from a link that never was by its status.
  const ended = await fetch(placed.body.pickupUrl);
  expect([ended.status, await ended.json()]).toEqual([
    404,
    expect.objectContaining({ code: 'path_unknown', detail: 'The order and its codes are no longer kept' }),
  ]);
  expect((await fetch(`${placed.body.pickupUrl}/events`)).status).toBe(404);

  // To every call it is an order that is not there.
  for (const answer of [
    await issuer.order('old'),
    await issuer.get('/orders/old/timeline'),
    await issuer.verify('old'),
    await issuer.submit('old', [code]),
    await issuer.refuse('old'),
    await issuer.cancel('old'),
    await file.platform.operator('GET', `/orders/${issuer.issuerId}/old`),
    await file.platform.operator('GET', `/orders/${issuer.issuerId}/old/why`),
    await file.platform.operator('POST', `/orders/${issuer.issuerId}/old/redeliver`, {}),
    await file.platform.operator('POST', `/orders/${issuer.issuerId}/old/void`, { reason: 'lost' }),
  ]) {
    expectProblem(answer, 404, 'order_unknown');
  }
  const ofIssuer = await issuer.get('/orders');
  expect(ofIssuer.body.data.map(({ orderNo }: { orderNo: string }) => orderNo)).toEqual(['open']);
  const all = await file.platform.operator('GET', '/orders');
  expect(all.body.data.map(({ orderNo }: { orderNo: string }) => orderNo)).toEqual(['open']);

  // Its number is never given again, also with the same content, and its code is never sold again.
  expectProblem(await issuer.place('old', facts), 409, 'order_conflict');
  await issuer.placeVerified('next');
  expectProblem(await issuer.submit('next', [{ itemId: 'x', value: 'VALUE-OF-THE-CODE' }]), 409, 'code_reused');
  expect((await issuer.order('open')).body.state).not.toBe('expired');
});

test('without a limit nothing is ever purged', async () => {
  const issuer = await file.issuer();
  await issuer.place('kept');
  await issuer.cancel('kept');
  const nowMs = () => Date.now() + 100 * keptMs;
  await until('all events are told', async () => !(await rowOf(issuer.issuerId, 'kept')).eventsPendingSince);
  expect((await reconcileOnce(file.platform, { nowMs })).purged).toBe(0);
  expect((await issuer.order('kept')).body.state).toBe('cancelled');
});

test('the engine keeps a closed order for 30 days: shorter than the shortest time until a purge', async () => {
  const { client } = file.platform;
  const { config } = await client.workflowService.describeNamespace({ namespace: client.options.namespace });
  expect(Number(config?.workflowExecutionRetentionTtl?.seconds) * 1_000).toBe(retentionMs);
});

test('an order whose refund is open is not forgotten before it is settled', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('owed');
  await issuer.cancel('owed');
  await issuer.message('order.refund_due', 'owed');
  const token = issuer.tokenOf('owed');
  const whenTold = () =>
    until('all events are told', async () => {
      const row = await rowOf(issuer.issuerId, 'owed');
      return !row.eventsPendingSince && row;
    });
  const { facts } = await whenTold();
  const endMs = facts.updatedAtMs + 2 * keptMs;
  expect((await reconcileAt(endMs)).purged).toBe(0);
  const settled = { settlementId: 's', amount: { value: 1_000, currency: 'EUR' } };
  const body = { type: 'order.refund_settlement', orderNo: 'owed', token, ...settled };
  expect((await issuer.post('/orders/owed/refund-settlement', body)).status).toBe(201);
  await whenTold();
  expect((await reconcileAt(endMs)).purged).toBe(1);
});

test('a mark that somebody else wrote hides no order, and keeps none for ever in silence', async () => {
  const issuer = await file.issuer();
  const { issuerId } = issuer;
  const { orders } = file.platform.core.database;
  const far = new Date(4e12);
  const forged: Record<string, object> = {
    none: {},
    pending: { eventsPendingSince: far },
    told: { eventsPendingSince: new Date(0) },
    owed: { refundOpen: 'x' },
    gone: { purgedAt: null },
  };
  const updated = [];
  for (const [orderNo, marks] of Object.entries(forged)) {
    await issuer.placeVerified(orderNo);
    await issuer.submit(orderNo, [{ itemId: '1', value: `MARKED-${orderNo}` }]);
    await issuer.message('order.delivered', orderNo);
    const told = await until('all events are told', async () => {
      const row = await rowOf(issuerId, orderNo);
      return !row.eventsPendingSince && row;
    });
    updated.push(told.facts.updatedAtMs);
    await orders.updateOne({ _id: told._id }, { $set: marks });
  }
  expectProblem(await issuer.order('gone'), 503, 'unavailable');
  const atMs = Math.max(...updated) + keptMs;
  for (let n = 0; n < 3; n += 1) await reconcileAt(atMs);
  const seen = await orders.find({ issuerId }).toArray();
  // The rest is purged: also what a death alone may leave so.
  expect(seen.map(({ orderNo, tamperedAt }) => [orderNo, tamperedAt !== undefined]).sort()).toEqual([
    ['gone', true],
    ['owed', true],
    ['pending', true],
  ]);
});
