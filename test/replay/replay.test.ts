import { bundleWorkflowCode, type ReplayWorkerOptions, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { createKeyRing } from '../../src/sealing/key-ring';
import { createPayloadCodec } from '../../src/sealing/payload-codec';
import { dataConverterWith } from '../../src/temporal/client';
import { branches } from './branches';
import { endedName, firstNames, readHistory, recordedNames, recordingKey } from './histories';

const quiet = () => undefined;
const silent = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet, log: quiet };

beforeAll(() => {
  Runtime.install({ shutdownSignals: [], logger: silent });
});

const dataConverter = dataConverterWith(createPayloadCodec(createKeyRing([recordingKey])));

const replay = (name: string, workflowBundle: ReplayWorkerOptions['workflowBundle']): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle, dataConverter, replayName: name }, readHistory(name));

const todays = { codePath: String(process.env.TEST_WORKFLOW_BUNDLE) };

test('every branch has a recorded history, and every recorded history a branch', () => {
  expect(recordedNames()).toEqual(Object.keys(branches).sort());
});

test.each([...firstNames(), ...recordedNames()])(
  'an order that ran as "%s" replays with the workflows of today',
  async (name) => {
    await replay(name, todays);
  },
);

test('an order of before 0.1.0, sealed, which the workflows no longer know, is found and not misread', async () => {
  await expect(replay(endedName, todays)).rejects.toBeInstanceOf(DeterminismViolationError);
});

test('a change that open orders could not take is found', async () => {
  const changed = await bundleWorkflowCode({
    workflowsPath: require.resolve('./changed-workflow'),
    failureConverterPath: require.resolve('../../src/temporal/failure-converter'),
    logger: silent,
  });
  const orders = recordedNames().filter((name) => !/^(after-sale|events|reconcile|statements|comparison)/.test(name));
  const outcomes = await Promise.allSettled(orders.map((name) => replay(name, changed)));
  const found = outcomes.filter(({ status }) => status === 'rejected');
  expect(found).toHaveLength(orders.length);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ reason: expect.any(DeterminismViolationError) });
  }
});
