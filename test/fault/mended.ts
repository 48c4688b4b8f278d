import type { Client } from '@temporalio/client';
import type { Reconciled } from '../../activities/reconcile';

/** What the reconciler's passes mended, out of their results. */
export const countMended = async (client: Client): Promise<Record<string, number>> => {
  const mended: Record<string, number> = {};
  for await (const { workflowId, runId, status } of client.workflow.list({
    query: "WorkflowType = 'reconcileWorkflow'",
  })) {
    mended[`passes ${status.name}`] = (mended[`passes ${status.name}`] ?? 0) + 1;
    if (status.name !== 'COMPLETED') continue;
    const result = (await client.workflow.getHandle(workflowId, runId).result()) as Reconciled;
    for (const [name, n] of Object.entries(result)) mended[name] = (mended[name] ?? 0) + n;
  }
  return mended;
};
