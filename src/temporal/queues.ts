import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

const callLimitMs = 2_000;
/** A poller is listed for five minutes after it went; a living one asks again within this time. */
const livingPollerMs = 90_000;

export interface QueueState {
  readonly name: string;
  readonly kind: 'workflows' | 'activities';
  readonly pollers: number;
  readonly backlog: number;
  readonly oldestSeconds: number;
  readonly addedPerSecond: number;
  readonly takenPerSecond: number;
}

export type Queues = ReturnType<typeof createQueues>;

/** How much waits for workers, as the engine counts it: roughly, and without what a worker already holds. */
export const createQueues = ({
  client,
  taskQueue,
  callsOutQueue,
}: {
  readonly client: Client;
  readonly taskQueue: string;
  readonly callsOutQueue: string;
}) => {
  const { TASK_QUEUE_TYPE_ACTIVITY: activities, TASK_QUEUE_TYPE_WORKFLOW: workflows } =
    temporal.api.enums.v1.TaskQueueType;

  const describe = async (name: string, kind: QueueState['kind']): Promise<QueueState> => {
    const { pollers, stats } = await client.connection.withDeadline(Date.now() + callLimitMs, () =>
      client.connection.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name },
        taskQueueType: kind === 'workflows' ? workflows : activities,
        reportStats: true,
      }),
    );
    const sinceSeconds = (Date.now() - livingPollerMs) / 1_000;
    return {
      name,
      kind,
      pollers: (pollers ?? []).filter((poller) => Number(poller.lastAccessTime?.seconds ?? 0) > sinceSeconds).length,
      backlog: Number(stats?.approximateBacklogCount ?? 0),
      oldestSeconds: Number(stats?.approximateBacklogAge?.seconds ?? 0),
      addedPerSecond: rounded(stats?.tasksAddRate),
      takenPerSecond: rounded(stats?.tasksDispatchRate),
    };
  };

  return {
    read: (): Promise<QueueState[]> =>
      Promise.all([
        describe(taskQueue, 'workflows'),
        describe(taskQueue, 'activities'),
        describe(callsOutQueue, 'activities'),
      ]),
  };
};

const rounded = (rate: number | null | undefined): number => Math.round((rate ?? 0) * 10) / 10;
