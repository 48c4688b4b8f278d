import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { workflowNames } from '../src/order-messages/order-messages';
import { reconcilerScheduleId } from '../src/temporal/readiness';

const everySeconds = 30;

/** Called by every worker at its start: the first one makes the Schedule, the others bring it up to date. */
export const scheduleReconciler = async (client: Client, taskQueue: string): Promise<void> => {
  const schedule = {
    spec: { intervals: [{ every: `${everySeconds} seconds` as const }] },
    // With SKIP a pass that hangs would silently stop all later ones: it ends by itself after five minutes.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' as const },
    action: {
      type: 'startWorkflow' as const,
      workflowType: workflowNames.reconcile,
      workflowId: 'reconcile',
      taskQueue,
      workflowExecutionTimeout: '5 minutes' as const,
      args: [],
    },
  };
  try {
    await client.schedule.create({ scheduleId: reconcilerScheduleId, ...schedule });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(reconcilerScheduleId).update((before) => ({ ...before, ...schedule }));
  }
};
