import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

const quiet = () => undefined;
const silent = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet, log: quiet };

/** For `startWorkers`: a hasty deployment, whose worker fails at every order with a number that begins with `unfit`. */
export const bundleUnfit = async (): Promise<{ path: string; remove(): Promise<void> }> => {
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('./unfit-workflow'),
    failureConverterPath: require.resolve('../../src/temporal/failure-converter'),
    logger: silent,
  });
  const folder = await mkdtemp(join(tmpdir(), 'codeferry-unfit-'));
  const path = join(folder, 'bundle.js');
  await writeFile(path, code);
  return { path, remove: () => rm(folder, { recursive: true }) };
};
