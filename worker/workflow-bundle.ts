import { readFile } from 'node:fs/promises';
import type { WorkerOptions } from '@temporalio/worker';

/**
 * The SDK notes where each promise of a workflow was made, some thirty an activation, and V8 looks for the frames each
 * time. The sandbox's `Error` is frozen once the bundle has run, so only the bundle's own first words can say that there
 * are none (https://v8.dev/docs/stack-trace-api).
 */
const withoutFrames = 'Error.stackTraceLimit = 0; ';
/** Read by the bundle's failure converter. */
const withSealedFailures = 'globalThis.sealsFailures = true; ';

/** Built ahead (see bundle-workflows.ts). With stack traces errors and "Call Stack" say where in a workflow they are. */
export const workflowBundle = async (
  path: string,
  { hasStackTraces, sealsFailures }: { readonly hasStackTraces: boolean; readonly sealsFailures: boolean },
): Promise<NonNullable<WorkerOptions['workflowBundle']>> => {
  const firstWords = `${hasStackTraces ? '' : withoutFrames}${sealsFailures ? withSealedFailures : ''}`;
  return firstWords === '' ? { codePath: path } : { code: `${firstWords}${await readFile(path, 'utf8')}` };
};
