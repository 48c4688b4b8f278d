import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

const workflowsEntry = 'workflows/index.ts';
const traceHeaders = 'src/order-messages/trace-headers.ts';
const failureConverter = 'src/temporal/failure-converter.ts';

/** The build hashes these and all that they import, to know whether the last bundle still holds. */
export const workflowEntries = [workflowsEntry, traceHeaders, failureConverter];

/** Called by the build, so that no worker spends its start on bundling. */
export async function bundleWorkflows(projectRoot: string): Promise<string> {
  const silent = () => undefined;
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(projectRoot, workflowsEntry),
    workflowInterceptorModules: [join(projectRoot, traceHeaders)],
    failureConverterPath: join(projectRoot, failureConverter),
    logger: {
      trace: silent,
      debug: silent,
      info: silent,
      warn: silent,
      log: silent,
      error: (message: string) => process.stderr.write(`${message}\n`),
    },
  });
  return code;
}
