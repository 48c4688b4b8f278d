import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { type Platform, startPlatform } from '../support/platform';
import { bundleUnfit } from '../support/unfit-bundle';
import { until } from '../support/until';

let platform: Platform;
let issuer: TestIssuer;
let unfit: Awaited<ReturnType<typeof bundleUnfit>>;
beforeAll(async () => {
  unfit = await bundleUnfit();
  platform = await startPlatform();
  issuer = await startIssuer(platform, {});
});
afterAll(async () => {
  await issuer.stop();
  await platform.stop();
  await unfit.remove();
});

const handleOf = (orderNo: string) => platform.client.workflow.getHandle(`order/${issuer.issuerId}/${orderNo}`);
/** What the Temporal web UI shows as "Call Stack". */
const callStack = (orderNo: string): Promise<string> => handleOf(orderNo).query('__stack_trace');
const restart = async (...how: Parameters<Platform['startWorkers']>): Promise<void> => {
  await platform.stopWorkers();
  await platform.startWorkers(...how);
};

/** As the web UI shows it, by the codec endpoint: the failure of the order's first workflow task that failed. */
const failureOf = async (orderNo: string): Promise<{ message: string; stack_trace: string }> => {
  const sealed = await until(`a failed task of ${orderNo}`, async () => {
    const { events } = await handleOf(orderNo).fetchHistory();
    return events?.find((event) => event.workflowTaskFailedEventAttributes)?.workflowTaskFailedEventAttributes?.failure
      ?.encodedAttributes as Payload | undefined;
  });
  const [opened] = await platform.core.codec.decode([sealed]);
  return defaultPayloadConverter.fromPayload(opened as Payload);
};

test('where an order waits in its workflow is told once stack traces are on, also of one that began before', async () => {
  await issuer.place('stack-1');
  await issuer.inState('stack-1', 'notified');
  expect(await callStack('stack-1')).not.toContain('order-workflow');

  await restart(undefined, true);
  expect(await callStack('stack-1')).toMatch(/beVerified \(.*workflows\/order-workflow\.ts:\d+:\d+\)/);
});

test('a workflow that cannot go on says why, and where once stack traces are on', async () => {
  await restart(unfit.path);
  await issuer.place('unfit-1');
  const without = await failureOf('unfit-1');
  expect(without.message).toMatch(/./);
  expect(without.stack_trace).not.toContain('unfit-workflow');

  await restart(unfit.path, true);
  await issuer.place('unfit-2');
  const located = await failureOf('unfit-2');
  expect(located.message).toBe(without.message);
  expect(located.stack_trace).toContain('unfit-workflow.ts:');
});
