import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { workflowNames } from '../src/order-messages/order-messages';
import { reconcilerScheduleId } from '../src/temporal/readiness';

const everySeconds = 30;

type Timing = Pick<ScheduleOptions, 'spec' | 'policies'>;

/** What runs by itself. With SKIP a pass that hangs would silently stop all later ones: each ends by itself. */
const schedules = {
  [reconcilerScheduleId]: {
    spec: { intervals: [{ every: `${everySeconds} seconds` }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    workflowType: workflowNames.reconcile,
    workflowExecutionTimeout: '5 minutes',
  },
  // Statements are made from 00:10 on. A day without the engine is caught up.
  statements: {
    spec: { calendars: [{ hour: 0, minute: 10, second: 30 }], timezone: 'UTC' },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
    workflowType: workflowNames.statements,
    workflowExecutionTimeout: '20 hours',
  },
  comparison: {
    spec: { calendars: [{ hour: 1, minute: 0 }], timezone: 'UTC' },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '12 hours' },
    workflowType: workflowNames.comparison,
    workflowExecutionTimeout: '6 hours',
  },
} as const satisfies Record<string, Timing & { workflowType: string; workflowExecutionTimeout: string }>;

/** Called by every worker at its start: the first one makes the Schedules, the others bring them up to date. */
export const bringSchedules = async (client: Client, taskQueue: string): Promise<void> => {
  for (const [scheduleId, { spec, policies, ...action }] of Object.entries(schedules)) {
    const schedule = {
      spec,
      policies,
      action: { type: 'startWorkflow' as const, workflowId: scheduleId, taskQueue, args: [], ...action },
    };
    try {
      await client.schedule.create({ scheduleId, ...schedule });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      await client.schedule.getHandle(scheduleId).update((before) => ({ ...before, ...schedule }));
    }
  }
};
