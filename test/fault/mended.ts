import type { Reconciled } from '../../activities/reconcile';
import { createKeyRing, parseMasterKeys } from '../../src/sealing/key-ring';
import { createPayloadCodec } from '../../src/sealing/payload-codec';
import { openTemporalClient } from '../../src/temporal/client';

/** What the reconciler's passes mended, out of their results: for the counters only, no verdict rests on it. */
export const countMended = async (address: string, masterKey: string): Promise<Record<string, number>> => {
  const codec = createPayloadCodec(createKeyRing(parseMasterKeys(masterKey)));
  const client = openTemporalClient({ address, namespace: 'default', tls: false }, codec);
  const mended: Record<string, number> = {};
  for await (const { workflowId, runId, status } of client.workflow.list({
    query: "WorkflowType = 'reconcileWorkflow'",
  })) {
    mended[`passes ${status.name}`] = (mended[`passes ${status.name}`] ?? 0) + 1;
    if (status.name !== 'COMPLETED') continue;
    const result = (await client.workflow.getHandle(workflowId, runId).result()) as Reconciled;
    for (const [name, n] of Object.entries(result)) mended[name] = (mended[name] ?? 0) + n;
  }
  await client.connection.close();
  return mended;
};
