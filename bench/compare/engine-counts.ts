import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';

/** Calls that came to the engine's front, by operation, since it started. */
export type EngineCalls = Readonly<Record<string, number>>;

const readLimitMs = 5_000;
const line = /^service_requests\{([^}]*)\} (\d+(?:\.\d+)?(?:e\+?\d+)?)$/gm;

export const readEngineCalls = async (metricsPort: number): Promise<EngineCalls> => {
  const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`, { signal: AbortSignal.timeout(readLimitMs) });
  const calls: Record<string, number> = {};
  for (const [, labels = '', value] of (await response.text()).matchAll(line)) {
    if (!/service_name="frontend"/.test(labels)) continue;
    const operation = /operation="([^"]+)"/.exec(labels)?.[1];
    if (operation) calls[operation] = (calls[operation] ?? 0) + Number(value);
  }
  return calls;
};

export const callsBetween = (before: EngineCalls, after: EngineCalls): EngineCalls =>
  Object.fromEntries(
    Object.entries(after)
      .map(([operation, n]) => [operation, n - (before[operation] ?? 0)] as const)
      .filter(([, n]) => n > 0),
  );

export interface HistorySize {
  readonly events: number;
  readonly workflowTasks: number;
  readonly bytes: number;
}

/** What one order left in the engine. */
export const historySize = async (client: Client, workflowId: string): Promise<HistorySize> => {
  const handle = client.workflow.getHandle(workflowId);
  const { events } = await handle.fetchHistory();
  const { raw } = await handle.describe();
  return {
    events: events?.length ?? 0,
    workflowTasks: (events ?? []).filter(({ workflowTaskCompletedEventAttributes: done }) => done).length,
    bytes: Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0),
  };
};

/** Orders by how they stand in the engine; its index may lag behind by a moment. */
const executionsByStatus = async (client: Client, workflowType: string): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {};
  const { count, groups } = await client.workflow.count(`WorkflowType="${workflowType}" GROUP BY ExecutionStatus`);
  for (const group of groups) counts[String(group.groupValues[0])] = group.count;
  return groups.length === 0 && count > 0 ? { all: count } : counts;
};

/** The engine's index of workflows is written a moment after their end. */
const indexLimitMs = 20_000;

/** Asked once all orders have ended: waits until as many workflows are complete, for a while. */
export const settledExecutions = async (
  client: Client,
  workflowType: string,
  accepted: number,
): Promise<Record<string, number>> => {
  let executions = await executionsByStatus(client, workflowType);
  for (let waitedMs = 0; executions.Completed !== accepted && waitedMs < indexLimitMs; waitedMs += 500) {
    await pause(500);
    executions = await executionsByStatus(client, workflowType);
  }
  return executions;
};
