import { randomUUID } from 'node:crypto';
import { temporal } from '@temporalio/proto';
import { workflowNames } from '../../src/order-messages/order-messages';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { type Platform, startPlatform } from '../support/platform';
import { until } from '../support/until';
import { openedText } from './plain-text';

/** Two settings of one platform: the same queues and the same database. */
const name = `t${randomUUID().replaceAll('-', '').slice(0, 16)}`;
const platforms: Platform[] = [];
const issuers: TestIssuer[] = [];
const start = async (sealPayloads: boolean): Promise<{ platform: Platform; issuer: TestIssuer }> => {
  const platform = await startPlatform({ sealPayloads, taskQueue: name, databaseName: name, worker: false });
  platforms.push(platform);
  const issuer = await startIssuer(platform, { noticeDelaysSeconds: [1], eventDelaysSeconds: [1] });
  issuers.push(issuer);
  return { platform, issuer };
};

let on: Awaited<ReturnType<typeof start>>;
let off: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  on = await start(true);
  off = await start(false);
});
afterAll(async () => {
  for (const issuer of issuers) await issuer.stop();
  for (const platform of platforms) await platform.stop();
});

const codesOf = (orderNo: string) => [{ itemId: 'a', value: `CODE-${orderNo}` }];
const handleOf = ({ issuerId }: TestIssuer, orderNo: string) =>
  on.platform.client.workflow.getHandle(`order/${issuerId}/${orderNo}`);
const asHeld = async (issuer: TestIssuer, orderNo: string): Promise<Buffer> => {
  const history = await handleOf(issuer, orderNo).fetchHistory();
  return Buffer.from(temporal.api.history.v1.History.encode(history).finish());
};
const inside = ['isRightToken', 'fingerprint', 'Tell ', 'try 1 of the payment notice'];

test('while it is on, the engine holds neither payloads, sentences nor failures in the clear', async () => {
  const { platform, issuer } = on;
  let notices = 0;
  issuer.on('order.paid', async () => {
    notices += 1;
    return { status: notices === 1 ? 500 : 204 };
  });
  await platform.startWorkers();
  await issuer.place('sealed');
  await issuer.message('order.paid', 'sealed', 2);
  await issuer.inState('sealed', 'notified');
  await issuer.verify('sealed');
  await issuer.submit('sealed', codesOf('sealed'));
  await issuer.inState('sealed', 'delivered');
  const held = await asHeld(issuer, 'sealed');
  expect(inside.filter((text) => held.includes(text))).toEqual([]);
  const opened = await openedText(await handleOf(issuer, 'sealed').fetchHistory(), platform.core.codec);
  expect(inside.filter((text) => !opened.includes(text))).toEqual([]);
});

test('what belongs to no order’s workflow is done all the same: events tried again and sent again, echoes', async () => {
  const { issuer } = on;
  const told: string[] = [];
  issuer.on('order.delivered', async ({ id, data }) => {
    if (data.orderNo !== 'retold') return { status: 204 };
    told.push(id);
    return { status: told.length === 1 ? 500 : 204 };
  });
  await issuer.placeVerified('retold');
  await issuer.submit('retold', codesOf('retold'));
  await until('the event is told again', () => told.length === 2);
  const again = () => issuer.post(`/messages/${told[0]}/replay`, { type: 'message.replay' });
  await until('it is no longer under way', async () => (await again()).status === 202);
  await until('the event is sent once more', () => told.length === 3);
  await issuer.post('/echo', { n: 1 });
  await until('the echo', () => issuer.received.some(({ type }) => type === 'echo'));
  expect(new Set(told).size).toBe(1);
});

test('a Schedule’s run reads what the one before it said', async () => {
  const { client, taskQueue } = on.platform;
  const scheduleId = `sealed-${name}`;
  const schedule = await client.schedule.create({
    scheduleId,
    spec: { intervals: [{ every: '1 second' }] },
    action: {
      ...{ type: 'startWorkflow', workflowType: workflowNames.reconcile, workflowId: scheduleId, taskQueue },
      workflowExecutionTimeout: '1 minute',
    },
  });
  try {
    const runs = await until('three runs', async () => {
      const { recentActions } = (await schedule.describe()).info;
      return recentActions.length >= 3 && recentActions.map(({ action }) => action.workflow);
    });
    let given = 0;
    for (const { workflowId, firstExecutionRunId } of runs) {
      const handle = client.workflow.getHandle(workflowId, firstExecutionRunId);
      await handle.result();
      const [first] = (await handle.fetchHistory()).events ?? [];
      if (first?.workflowExecutionStartedEventAttributes?.lastCompletionResult) given += 1;
    }
    expect(given).toBeGreaterThan(0);
  } finally {
    await schedule.delete();
  }
});

test('a payload moved to another order is not read there', async () => {
  const { platform, issuer } = on;
  const { client, taskQueue } = platform;
  const { events } = await handleOf(issuer, 'sealed').fetchHistory();
  const [{ workflowExecutionStartedEventAttributes: started } = {}] = events ?? [];
  await client.workflowService.startWorkflowExecution({
    namespace: 'default',
    workflowId: `order/${issuer.issuerId}/moved`,
    requestId: randomUUID(),
    workflowType: { name: workflowNames.order },
    taskQueue: { name: taskQueue },
    input: started?.input ?? null,
  });
  const handle = handleOf(issuer, 'moved');
  const failed = await until('a failed task', async () =>
    (await handle.fetchHistory()).events?.find((event) => event.workflowTaskFailedEventAttributes),
  );
  const text = await openedText(failed, platform.core.codec);
  expect(text.toString()).toContain('sealed for another workflow');
  await handle.terminate();
});

test.each([
  ['on', 'off'],
  ['off', 'on'],
])('an order that began while it was %s goes on while it is %s', async (before) => {
  const [first, second] = before === 'on' ? [on, off] : [off, on];
  const { issuer } = first;
  const orderNo = `from-${before}`;
  if (!first.platform.isWorking()) await first.platform.startWorkers();
  await issuer.placeVerified(orderNo);
  await first.platform.stopWorkers();
  await second.platform.startWorkers();
  // While the engine still asks the worker that went, an answer may be 202 or 503.
  await until('the codes are taken', async () => (await issuer.submit(orderNo, codesOf(orderNo))).status <= 201);
  await issuer.inState(orderNo, 'delivered');
  expect((await handleOf(issuer, orderNo).describe()).status.name).toBe('COMPLETED');
  await second.platform.stopWorkers();
});

test('while it is off there is no codec endpoint', async () => {
  for (const path of ['decode', 'codec-secret-of-the-tests/decode']) {
    const answer = await fetch(`${off.platform.baseUrl}/codec/${path}`, { method: 'POST', body: '{"payloads":[]}' });
    expect(answer.status).toBe(404);
  }
});
