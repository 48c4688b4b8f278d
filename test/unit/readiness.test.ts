import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { createReadiness } from '../../src/temporal/readiness';

const minuteAfter = (n: number): Date => new Date(n * 60_000);

/** Of a Schedule with these passes, the oldest first: how each ended, as the engine says. */
const lastOf = (...ends: readonly string[]): Promise<Date | undefined> => {
  const recentActions = ends.map((_, n) => ({
    takenAt: minuteAfter(n + 1),
    action: { workflow: { workflowId: 'reconcile', firstExecutionRunId: String(n) } },
  }));
  const describe = async (n: number) => {
    if (ends[n] === 'forgotten') throw new WorkflowNotFoundError('gone', 'reconcile', String(n));
    if (ends[n] === 'unknown') throw new Error('the engine is away');
    return { status: { name: ends[n] } };
  };
  return createReadiness({
    connection: { withDeadline: (_: number, run: () => unknown) => run() },
    schedule: { getHandle: () => ({ describe: async () => ({ info: { recentActions, createdAt: minuteAfter(0) } }) }) },
    workflow: { getHandle: (_: string, run: string) => ({ describe: () => describe(Number(run)) }) },
  } as unknown as Client).lastReconciledAt();
};

test('a pass counts once it has ended well: neither one that failed nor one that still runs', async () => {
  expect(await lastOf('COMPLETED', 'COMPLETED')).toEqual(minuteAfter(2));
  expect(await lastOf('COMPLETED', 'FAILED', 'RUNNING')).toEqual(minuteAfter(1));
  expect(await lastOf('COMPLETED', 'TIMED_OUT', 'TERMINATED')).toEqual(minuteAfter(1));
  expect(await lastOf('forgotten', 'FAILED', 'FAILED')).toEqual(minuteAfter(0));
  expect(await lastOf()).toBeUndefined();
  await expect(lastOf('COMPLETED', 'unknown')).rejects.toThrow('the engine is away');
});
