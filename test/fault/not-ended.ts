import type { Client } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import type { Verdicts } from './judge';

const { EventType, PendingActivityState, PendingWorkflowTaskState } = temporal.api.enums.v1;
const lastEvents = 15;
const describedMax = 5;

type Time = Parameters<typeof optionalTsToMs>[0];
const at = (time: Time): string | undefined => {
  const ms = optionalTsToMs(time);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

const describe = async (client: Client, workflowId: string): Promise<object> => {
  const handle = client.workflow.getHandle(workflowId);
  const { raw, status } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const task = raw.pendingWorkflowTask;
  return {
    status: status.name,
    ...(task
      ? {
          task: {
            state: PendingWorkflowTaskState[task.state ?? 0],
            scheduledAt: at(task.scheduledTime),
            startedAt: at(task.startedTime),
            attempt: task.attempt,
          },
        }
      : {}),
    calls: (raw.pendingActivities ?? []).map((call) => ({
      name: call.activityType?.name,
      state: PendingActivityState[call.state ?? 0],
      attempt: call.attempt,
      scheduledAt: at(call.scheduledTime),
      startedAt: at(call.lastStartedTime),
      saidAliveAt: at(call.lastHeartbeatTime),
      nextAt: at(call.nextAttemptScheduleTime),
      failure: call.lastFailure?.applicationFailureInfo?.type ?? call.lastFailure?.message,
    })),
    events: events
      ?.slice(-lastEvents)
      .map(({ eventType, eventTime }) => `${at(eventTime)?.slice(11, 23)} ${EventType[eventType ?? 0]}`),
  };
};

/** What the engine says of orders that have not ended, so many of them. */
export const saidOfOpen = async (
  client: Client,
  { liveness }: Pick<Verdicts, 'liveness'>,
): Promise<readonly object[]> => {
  const said: object[] = [];
  const open = liveness.filter(({ rule }) => rule === 'every_order_ends').slice(0, describedMax);
  for (const { order } of open) {
    const what = await describe(client, `order/${order}`).catch((error: unknown) => ({ error: String(error) }));
    said.push({ order, ...what });
  }
  return said;
};
