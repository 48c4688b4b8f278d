import { WorkflowNotFoundError } from '@temporalio/client';
import { cancelOrder } from '../../src/second-interface/cancel-order';
import type { OrderRow } from '../../src/store/orders';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reconcileOnce } from '../support/reconcile';
import { reveal } from '../support/reveal';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { until } from '../support/until';

const file = platformOfFile();
let issuer: TestIssuer;
let terminal: TestTerminal;
beforeAll(async () => {
  issuer = await file.issuer();
  terminal = await startTerminal();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => terminal.stop());

const reconcile = () => reconcileOnce(file.platform);
/** A pass that the engine did not answer in time leaves it to the next one. */
const isResumed = () => until('it goes on', async () => (await reconcile()).resumed === 1);
const handleOf = (of: TestIssuer, orderNo: string) =>
  file.platform.client.workflow.getHandle(`order/${of.issuerId}/${orderNo}`);

/** As after a restore of an engine that never knew the order. */
const lose = async (of: TestIssuer, orderNo: string): Promise<void> => {
  const { client } = file.platform;
  const handle = handleOf(of, orderNo);
  await handle.terminate('the engine is of an older moment');
  const workflowExecution = { workflowId: handle.workflowId };
  await client.workflowService.deleteWorkflowExecution({ namespace: client.options.namespace, workflowExecution });
  await until('the engine knows the order no more', () =>
    handle.describe().then(
      () => false,
      (error: unknown) => error instanceof WorkflowNotFoundError,
    ),
  );
};
const rowOf = async (orderNo: string): Promise<OrderRow> => {
  const row = await file.platform.core.database.orders.findOne({ _id: `${issuer.issuerId}/${orderNo}` });
  if (!row) throw new Error('no row');
  return row;
};
const pageOf = async (url: string): Promise<string> => (await reveal(url)).text();

test('an order that waits for its verification is told of anew, as a new message with the same token', async () => {
  await issuer.place('notified');
  const first = await issuer.message('order.paid', 'notified');
  await issuer.inState('notified', 'notified');
  await lose(issuer, 'notified');
  await isResumed();
  const second = await issuer.message('order.paid', 'notified', 2);
  expect(second.id).not.toBe(first.id);
  expect(second.data).toEqual(first.data);
  const path = `/orders/${issuer.issuerId}/notified/timeline`;
  const eventsOf = ({ body }: { body: { data: { event: string }[] } }) => body.data.map(({ event }) => event);
  expect(eventsOf(await file.platform.operator('GET', path))).toContain('resumed');
  expect(eventsOf(await issuer.get('/orders/notified/timeline'))).not.toContain('resumed');
  expect((await issuer.verify('notified')).status).toBe(200);
  expect((await issuer.submit('notified', [{ itemId: 'a', value: 'NOTIFIED' }])).status).toBe(201);
  await issuer.inState('notified', 'delivered');
});

test('an order that somebody else wrote to is not begun anew as it says, but once it is as it was', async () => {
  await issuer.placeVerified('written');
  const { orders } = file.platform.core.database;
  const quantityOf = (n: number) =>
    orders.updateOne({ _id: `${issuer.issuerId}/written` }, { $set: { quantity: n, 'facts.quantity': n } });
  await quantityOf(9);
  await lose(issuer, 'written');
  for (let n = 0; n < 3; n += 1) expect((await reconcile()).resumed).toBe(0);
  await quantityOf(1);
  await isResumed();
  await issuer.submit('written', [{ itemId: 'a', value: 'WRITTEN' }]);
  await issuer.inState('written', 'delivered');
});

test('a verified order is never begun anew: it says that it could not be asked, and goes on verified', async () => {
  await issuer.placeVerified('verified');
  await lose(issuer, 'verified');
  const token = issuer.tokenOf('verified');
  const codes = { type: 'order.codes', orderNo: 'verified', token, codes: [{ itemId: 'a', value: 'VERIFIED' }] };
  expect((await issuer.post('/orders/verified/codes', codes, { webhookId: 'lost-1' })).status).toBe(202);
  await isResumed();
  await until('the queued codes are judged', async () => {
    await reconcile();
    return (await issuer.order('verified')).body.state === 'delivered';
  });
  expect((await issuer.post('/orders/verified/codes', codes, { webhookId: 'lost-1' })).body).toEqual({
    accepted: 1,
    outstanding: 0,
  });
});

const submitOnce = (orderNo: string, value: string) =>
  issuer.post(
    `/orders/${orderNo}/codes`,
    { type: 'order.codes', orderNo, token: issuer.tokenOf(orderNo), codes: [{ itemId: 'a', value }] },
    { webhookId: `once-${orderNo}` },
  );

/** The task that takes the codes marks their claim, and goes down with the engine. */
const loseTheTaskThatMarks = () => {
  const { codes, gateway } = file.platform.core.orderDeps;
  jest.spyOn(gateway, 'ask').mockImplementationOnce(async (_order, _updateId, message) => {
    if (message.kind === 'codes') await codes.markAccepted([message.submissionId]);
    return { kind: 'unavailable' };
  });
};

test('codes that were marked as taken in a task that the engine lost are delivered, though nobody gives them again', async () => {
  await issuer.placeVerified('unheard-once');
  loseTheTaskThatMarks();
  expect((await submitOnce('unheard-once', 'UNHEARD-1')).status).toBe(202);
  await until('the queued codes are judged', async () => {
    await reconcile();
    return (await issuer.order('unheard-once')).body.state === 'delivered';
  });
  await reconcile();
  expect(await file.platform.core.orderDeps.codes.unjudged(new Date(Date.now() + 60_000), 10, 'live')).toEqual([]);
});

test('codes that were marked as taken in a task that the engine lost are taken when the same call comes again', async () => {
  await issuer.placeVerified('unheard-codes');
  loseTheTaskThatMarks();
  expect((await submitOnce('unheard-codes', 'UNHEARD-2')).status).toBe(202);
  const again = await submitOnce('unheard-codes', 'UNHEARD-2');
  expect([again.status, again.body]).toEqual([201, { accepted: 1, outstanding: 0 }]);
  await issuer.inState('unheard-codes', 'delivered');
});

/**
 * The number of an order in that state whose facts were written while its window ran, and whose workflow has ended by that
 * window. One that a slow machine brought there too late has expired, and the next one is tried.
 */
const endedBehindItsRow = async (
  of: TestIssuer,
  state: OrderRow['state'],
  bring: (orderNo: string) => Promise<unknown>,
  further: (facts: OrderRow['facts']) => Partial<OrderRow['facts']>,
): Promise<string> => {
  const { orders } = file.platform.core.database;
  let n = 0;
  const orderNo = await until('a row is written while its window runs', async () => {
    n += 1;
    const _id = `${of.issuerId}/in-time-${n}`;
    await bring(`in-time-${n}`);
    const row = await until('its row', async () => {
      const found = await orders.findOne({ _id, state: { $ne: 'accepted' } });
      return found ?? undefined;
    });
    const facts = { ...row.facts, ...further(row.facts) };
    const $set = { facts, state: facts.state, version: facts.version };
    const written = await orders.updateOne({ _id, state, version: row.version }, { $set });
    return written.matchedCount === 1 && `in-time-${n}`;
  });
  await until('its workflow ended', async () => {
    const { status } = await handleOf(of, orderNo).describe();
    return status.name === 'COMPLETED';
  });
  return orderNo;
};

test('a verification that the engine lost still counts when the window ends: nothing tells that the order expired', async () => {
  const short = await file.issuer({ verifyWindowSeconds: 5 });
  const orderNo = await endedBehindItsRow(short, 'notified', short.place, ({ version, issueWindowMs }) => {
    const verifiedAtMs = Date.now();
    const verification = { verifiedAtMs, issueByMs: verifiedAtMs + issueWindowMs };
    return { state: 'verified', version: version + 3, verification };
  });
  await isResumed();
  expect((await short.submit(orderNo, [{ itemId: 'a', value: 'UNHEARD' }])).status).toBe(201);
  expect((await short.inState(orderNo, 'delivered')).body.sequence).toBe(1);
  const types = short.received.filter(({ data }) => data.orderNo === orderNo).map(({ type }) => type);
  expect(types).not.toContain('order.expired');
});

test('an extension that the engine lost still counts when the window ends: the order can be verified', async () => {
  const short = await file.issuer({ verifyWindowSeconds: 5 });
  const orderNo = await endedBehindItsRow(short, 'notified', short.place, ({ version }) => ({
    version: version + 1,
    verifyExtensionMs: 600_000,
  }));
  await isResumed();
  expect((await short.verify(orderNo)).status).toBe(200);
  const types = short.received.filter(({ data }) => data.orderNo === orderNo).map(({ type }) => type);
  expect(types).not.toContain('order.expired');
});

test('an extension that the engine lost still counts where the window ends with some of the codes: the rest is taken', async () => {
  const short = await file.issuer({ issueWindowSeconds: 5 });
  const someCodes = async (orderNo: string): Promise<void> => {
    await short.placeVerified(orderNo, { quantity: 2 });
    await short.submit(orderNo, [{ itemId: 'a', value: `REST-A-${orderNo}` }]);
  };
  const orderNo = await endedBehindItsRow(short, 'partially_issued', someCodes, ({ version }) => ({
    version: version + 1,
    issueExtensionMs: 600_000,
  }));
  await isResumed();
  expect((await short.submit(orderNo, [{ itemId: 'b', value: 'REST-B' }])).body).toEqual({
    accepted: 1,
    outstanding: 0,
  });
  await short.inState(orderNo, 'delivered');
});

test('an order with some of its codes still has them', async () => {
  const placed = await issuer.placeVerified('partial', { quantity: 2 });
  expect((await issuer.submit('partial', [{ itemId: 'a', value: 'PARTIAL-A' }])).status).toBe(201);
  await lose(issuer, 'partial');
  await isResumed();
  await issuer.inState('partial', 'partially_issued');
  expectProblem(await issuer.submit('partial', [{ itemId: 'a', value: 'OTHER' }]), 409, 'code_conflict');
  expect((await issuer.submit('partial', [{ itemId: 'b', value: 'PARTIAL-B' }])).body).toEqual({
    accepted: 1,
    outstanding: 0,
  });
  await issuer.inState('partial', 'delivered');
  const page = await pageOf(placed.body.pickupUrl);
  for (const value of ['PARTIAL-A', 'PARTIAL-B']) expect(page).toContain(value);
});

test('an order whose codes are asked for is asked for them anew, as a new message', async () => {
  const asked = await file.issuer({ codeMode: 'request' });
  asked.on('order.code_requested', async () => ({ status: 202 }));
  await asked.placeVerified('asked');
  const first = await asked.message('order.code_requested', 'asked');
  await lose(asked, 'asked');
  asked.on('order.code_requested', async () => ({
    status: 200,
    body: { status: 'issued', codes: [{ itemId: 'a', value: 'ASKED' }] },
  }));
  await isResumed();
  expect((await asked.message('order.code_requested', 'asked', 2)).id).not.toBe(first.id);
  await asked.inState('asked', 'delivered');
});

test('an undeliverable order still waits for a person, and its events go on without a gap', async () => {
  terminal.answer('/gone', () => 410);
  await issuer.placeVerified('gone', { terminal: { channel: 'webhook', url: terminal.urlOf('/gone') } });
  await issuer.submit('gone', [{ itemId: 'a', value: 'GONE' }]);
  await issuer.inState('gone', 'undeliverable');
  expect((await issuer.message('order.undeliverable', 'gone')).data.sequence).toBe(1);
  await lose(issuer, 'gone');
  await isResumed();
  const right = { terminal: { channel: 'webhook', url: terminal.urlOf('/right') } };
  expect((await file.platform.operator('POST', `/orders/${issuer.issuerId}/gone/redeliver`, right)).status).toBe(200);
  expect(JSON.parse((await terminal.delivery('/right')).raw).data.codes).toMatchObject([{ value: 'GONE' }]);
  expect((await issuer.message('order.delivered', 'gone')).data.sequence).toBe(3);
});

test('a terminated order goes on as well, once, and a running one is left alone', async () => {
  await issuer.placeVerified('terminated');
  await issuer.placeVerified('running');
  const { runId } = await handleOf(issuer, 'running').describe();
  await handleOf(issuer, 'terminated').terminate('by mistake');
  await until('it goes on', async () =>
    (await Promise.all([reconcile(), reconcile()])).some(({ resumed }) => resumed > 0),
  );
  expect((await reconcile()).resumed).toBe(0);
  expect((await handleOf(issuer, 'running').describe()).runId).toBe(runId);
  for (const orderNo of ['terminated', 'running']) {
    expect((await issuer.submit(orderNo, [{ itemId: 'a', value: `END-${orderNo}` }])).status).toBe(201);
    await issuer.inState(orderNo, 'delivered');
  }
});

test('a row of an older moment than its finished order is brought up to date, and nothing is done again', async () => {
  await issuer.placeVerified('behind');
  const before = await rowOf('behind');
  await issuer.submit('behind', [{ itemId: 'a', value: 'BEHIND' }]);
  await issuer.inState('behind', 'delivered');
  await issuer.message('order.delivered', 'behind');
  await until(
    'the workflow has ended',
    async () => (await handleOf(issuer, 'behind').describe()).status.name === 'COMPLETED',
  );
  await file.platform.core.database.orders.replaceOne({ _id: before._id }, before);
  expect((await issuer.order('behind')).body.state).toBe('verified');
  await isResumed();
  expect((await issuer.order('behind')).body).toMatchObject({
    state: 'delivered',
    codes: { issued: 1, outstanding: 0 },
  });
  expect((await reconcile()).resumed).toBe(0);
  expect(issuer.received.filter(({ data }) => data.orderNo === 'behind').map(({ type }) => type)).toEqual([
    'order.paid',
    'order.delivered',
  ]);
});

test('an order whose codes the database has lost is not delivered without them: it waits for a person and says so', async () => {
  await issuer.placeVerified('codes-lost', {
    quantity: 2,
    terminal: { channel: 'webhook', url: terminal.urlOf('/codes-lost') },
  });
  await issuer.submit('codes-lost', [{ itemId: 'a', value: 'LOST-A' }]);
  const { submissions } = file.platform.core.database;
  await until('the codes are marked as taken', async () => {
    await reconcile();
    return (await submissions.countDocuments({ orderNo: 'codes-lost', status: 'accepted' })) === 1;
  });
  await submissions.deleteOne({ orderNo: 'codes-lost' });
  await issuer.submit('codes-lost', [{ itemId: 'b', value: 'LOST-B' }]);
  await issuer.inState('codes-lost', 'undeliverable');
  expect(terminal.received.filter(({ path }) => path === '/codes-lost')).toEqual([]);
  const { body } = await file.platform.operator('GET', `/orders/${issuer.issuerId}/codes-lost/why`);
  expect(body.why).toContain('the database lacks codes that the order was given');
});

test('a page that has lost a code says so, and shows the others', async () => {
  const { body: placed } = await issuer.placeVerified('page-lost', { quantity: 2 });
  await issuer.submit('page-lost', [{ itemId: 'a', value: 'PAGE-LOST-A' }]);
  await issuer.submit('page-lost', [{ itemId: 'b', value: 'PAGE-KEPT-B' }]);
  await issuer.inState('page-lost', 'delivered');
  const { submissions } = file.platform.core.database;
  await submissions.deleteOne({ orderNo: 'page-lost', 'codes.itemId': 'a' });
  const page = await pageOf(placed.pickupUrl);
  expect(page).toContain('A code cannot be shown');
  expect(page).toContain('PAGE-KEPT-B');
});

test('a cancellation that the engine took, after it had dropped the task that delivered, hears what the row shows', async () => {
  const { orderDeps } = file.platform.core;
  const name = { issuerId: issuer.issuerId, orderNo: 'dropped-task' };
  await issuer.placeVerified(name.orderNo);
  const before = await orderDeps.orders.find(name);
  if (!before) throw new Error('the order has a row');
  await issuer.submit(name.orderNo, [{ itemId: 'a', value: 'DROPPED-TASK-1' }]);
  await issuer.inState(name.orderNo, 'delivered');
  const facts = { ...before.facts, state: 'cancelled' as const, version: before.version + 1 };
  const reply = { answer: { kind: 'done' as const }, facts, entries: [], isHeld: false, waitedMs: 0 };
  const gateway = { ...orderDeps.gateway, ask: async () => ({ kind: 'judged' as const, reply }) };
  await expect(cancelOrder({ ...orderDeps, gateway }, before, 'raced', { reason: 'late' })).rejects.toMatchObject({
    code: 'already_delivered',
  });
  expect((await orderDeps.orders.find(name))?.timeline.map(({ event }) => event)).not.toContain('cancelled');
  expect((await issuer.order(name.orderNo)).body.state).toBe('delivered');
});

/** As a redelivery leaves it whose task is lost with the engine, once its projection is written. */
const loseRedelivery = async (orderNo: string): Promise<void> => {
  const { facts, version } = await rowOf(orderNo);
  const further = {
    ...facts,
    state: 'issued' as const,
    version: version + 1,
    redeliveries: 1,
    updatedAtMs: Date.now(),
  };
  const row = { facts: further, state: 'issued' as const, version: version + 1, projected: version + 1 };
  await file.platform.core.database.orders.updateOne({ _id: `${issuer.issuerId}/${orderNo}` }, { $set: row });
};

const placeUndeliverable = async (orderNo: string): Promise<void> => {
  terminal.answer(`/${orderNo}`, () => 410);
  await issuer.placeVerified(orderNo, { terminal: { channel: 'webhook', url: terminal.urlOf(`/${orderNo}`) } });
  await issuer.submit(orderNo, [{ itemId: 'a', value: `CODE-${orderNo}` }]);
  await issuer.inState(orderNo, 'undeliverable');
  terminal.answer(`/${orderNo}`, () => 204);
};

test('a redelivery that the engine lost after its row was written is made, though nobody asks again', async () => {
  await placeUndeliverable('lost-redelivery');
  await loseRedelivery('lost-redelivery');
  await reconcile();
  // Its task may be under way yet.
  expect((await issuer.order('lost-redelivery')).body.state).toBe('issued');
  await file.platform.core.database.orders.updateOne(
    { _id: `${issuer.issuerId}/lost-redelivery` },
    { $set: { 'facts.updatedAtMs': Date.now() - 60_000 } },
  );
  await isResumed();
  await issuer.inState('lost-redelivery', 'delivered');
  expect(terminal.received.filter(({ path }) => path === '/lost-redelivery')).toHaveLength(2);
  expect((await issuer.message('order.delivered', 'lost-redelivery')).data.sequence).toBe(2);
});

test('an order that is cancelled before anybody saw that its redelivery was lost stays cancelled', async () => {
  await placeUndeliverable('lost-then-cancelled');
  await loseRedelivery('lost-then-cancelled');
  const path = `/orders/${issuer.issuerId}/lost-then-cancelled/cancel`;
  expect((await file.platform.operator('POST', path)).status).toBe(200);
  await issuer.inState('lost-then-cancelled', 'cancelled');
  await issuer.message('order.cancelled', 'lost-then-cancelled');
  const given = terminal.received.filter(({ path: to, raw }) => to === '/lost-then-cancelled' && raw.includes('CODE-'));
  expect(given).toHaveLength(1);
});

test('an order that answered a repeat between its delivery and its end can be opened and redeemed a minute later', async () => {
  const { body: placed } = await issuer.placeVerified('repeated-at-its-end');
  await issuer.submit('repeated-at-its-end', [{ itemId: 'a', value: 'REPEATED' }]);
  await issuer.inState('repeated-at-its-end', 'delivered');
  await issuer.message('order.delivered', 'repeated-at-its-end');
  const { version } = await rowOf('repeated-at-its-end');
  const $set = { version: version + 2, 'facts.version': version + 2, 'facts.updatedAtMs': Date.now() - 61_000 };
  await file.platform.core.database.orders.updateOne({ _id: `${issuer.issuerId}/repeated-at-its-end` }, { $set });
  expect(await pageOf(placed.pickupUrl)).toContain('REPEATED');
  expect((await issuer.message('order.opened', 'repeated-at-its-end')).data.sequence).toBe(2);
  const orderNo = 'repeated-at-its-end';
  const token = issuer.tokenOf(orderNo);
  const redemption = { type: 'order.redemption', orderNo, token, redemptionId: 'r-1', itemId: 'a' };
  expect((await issuer.post(`/orders/${orderNo}/redemptions`, redemption)).status).toBe(201);
});

test('an order whose facts somebody else made what they cannot be begins no workflow, and is noted', async () => {
  const other = await file.issuer();
  await other.placeVerified('odd');
  await lose(other, 'odd');
  const { orders } = file.platform.core.database;
  const _id = `${other.issuerId}/odd`;
  await orders.updateOne({ _id }, { $set: { 'facts.issueWindowMs': 'x' as unknown as number } });
  await until('a pass has looked at it', async () => {
    await reconcile();
    return (await orders.findOne({ _id }))?.tamperedAt !== undefined;
  });
  await expect(handleOf(other, 'odd').describe()).rejects.toThrow(WorkflowNotFoundError);
  await orders.deleteOne({ _id });
});
