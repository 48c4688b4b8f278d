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

/** As the web UI shows it: the failure of the order's first workflow task that failed. */
const failureOf = (orderNo: string): Promise<{ message: string; stackTrace: string }> =>
  until(`a failed task of ${orderNo}`, async () => {
    const { events } = await handleOf(orderNo).fetchHistory();
    const failed = events?.find((event) => event.workflowTaskFailedEventAttributes);
    const failure = failed?.workflowTaskFailedEventAttributes?.failure;
    return failure ? { message: String(failure.message), stackTrace: String(failure.stackTrace) } : undefined;
  });

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
  expect(without.stackTrace).not.toContain('unfit-workflow');

  await restart(unfit.path, true);
  await issuer.place('unfit-2');
  const located = await failureOf('unfit-2');
  expect(located.message).toBe(without.message);
  expect(located.stackTrace).toContain('unfit-workflow.ts:');
});
