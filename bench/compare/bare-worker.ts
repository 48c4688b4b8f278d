import { NativeConnection, Worker } from '@temporalio/worker';
import { createBareActivities } from './bare-activities';
import { bareTaskQueue } from './bare-messages';

/** The bare order's worker process, with the SDK's own defaults. Engine's address, bundle, and the three addresses. */
const [address, bundlePath, apiUrl, callbackUrl, terminalUrl] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];

const main = async (): Promise<void> => {
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace: 'default',
    taskQueue: bareTaskQueue,
    workflowBundle: { codePath: bundlePath },
    activities: createBareActivities({ apiUrl, callbackUrl, terminalUrl }),
    shutdownGraceTime: '1 second',
    shutdownForceTime: '2 seconds',
  });
  process.stdout.write('worker ready\n');
  await worker.run();
  await connection.close();
};

void main().then(() => process.exit(0));
