import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { type OrderName, orderOfWorkflow, workflowId } from '../domain/ids';
import { type HoldReason, holdReasons, type StuckTask, type WaitingCall } from '../domain/words/why-held';
import { workflowNames } from '../order-messages/order-messages';

const { PendingActivityState } = temporal.api.enums.v1;
const callLimitMs = 3_000;
/** Set by the engine after two failed workflow tasks in a row, and taken away by the first one that succeeds. */
const reportedProblems = 'TemporalReportedProblems';

export interface StuckOrder extends OrderName {
  /** Not the order itself, but a redelivery or a voiding after its end. */
  readonly isAfterSale: boolean;
}

export interface OrderTrouble {
  readonly isRunning: boolean;
  readonly stuck?: StuckTask;
  readonly call?: WaitingCall;
}

export type Troubles = ReturnType<typeof createTroubles>;

/** Asks the engine what does not move, and why. */
export const createTroubles = ({ client, taskQueue }: { readonly client: Client; readonly taskQueue: string }) => {
  const { namespace } = client.options;
  const limited = <T>(run: () => Promise<T>): Promise<T> =>
    client.connection.withDeadline(Date.now() + callLimitMs, run);

  return {
    /**
     * Running orders whose workflow tasks fail: the code is unfit. What alerts, metrics, failures and console call stuck.
     * One page of the engine's index, at most so many.
     */
    stuckOrders: async (limit: number): Promise<StuckOrder[]> => {
      const query = `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running' AND ${reportedProblems} IS NOT NULL`;
      const { executions } = await limited(() =>
        client.workflowService.listWorkflowExecutions({ namespace, query, pageSize: limit }),
      );
      return executions.flatMap(({ execution }) => orderOfWorkflow(execution?.workflowId ?? '') ?? []).slice(0, limit);
    },

    /** Those whose workflow runs, page by page, by the engine's index: seconds late, and in no order. */
    runningOrders: async function* (pageSize: number): AsyncGenerator<OrderName[]> {
      const query = `TaskQueue = '${taskQueue}' AND WorkflowType = '${workflowNames.order}' AND ExecutionStatus = 'Running'`;
      let nextPageToken: Uint8Array | undefined;
      do {
        const request = { namespace, query, pageSize, ...(nextPageToken ? { nextPageToken } : {}) };
        const page = await limited(() => client.workflowService.listWorkflowExecutions(request));
        yield page.executions.flatMap(({ execution }) => {
          const order = orderOfWorkflow(execution?.workflowId ?? '');
          return order ? [{ issuerId: order.issuerId, orderNo: order.orderNo }] : [];
        });
        nextPageToken = page.nextPageToken ?? undefined;
      } while (nextPageToken && nextPageToken.length > 0);
    },

    /** Asked for one order; undefined where it has no workflow. */
    of: async (order: OrderName): Promise<OrderTrouble | undefined> => {
      try {
        const { raw, status } = await limited(() => client.workflow.getHandle(workflowId(order)).describe());
        const call = (raw.pendingActivities ?? []).map(waitingCallOf).find((one) => one !== undefined);
        const problems = raw.workflowExecutionInfo?.searchAttributes?.indexedFields?.[reportedProblems];
        const isRunning = status.name === 'RUNNING' || status.name === 'PAUSED';
        return {
          isRunning,
          ...(problems ? { stuck: stuckTaskOf(raw.pendingWorkflowTask, problems) } : {}),
          ...(call ? { call } : {}),
        };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },
  };
};

type Description = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>['raw'];
type PendingActivity = NonNullable<Description['pendingActivities']>[number];

/** The failure's type is readable under each setting. One that runs now waits for nothing. */
const waitingCallOf = ({
  state,
  activityType,
  lastFailure,
  nextAttemptScheduleTime,
}: PendingActivity): WaitingCall | undefined => {
  if (state === PendingActivityState.PENDING_ACTIVITY_STATE_STARTED) return undefined;
  const reason = lastFailure?.applicationFailureInfo?.type;
  const nextTryAtMs = optionalTsToMs(nextAttemptScheduleTime);
  const held = reason && holdReasons.includes(reason) ? (reason as HoldReason) : undefined;
  if (held === undefined && nextTryAtMs === undefined) return undefined;
  return {
    to: activityType?.name === 'deliverCodes' ? 'terminal' : 'issuer',
    ...(held === undefined ? {} : { held }),
    ...(nextTryAtMs === undefined ? {} : { nextTryAtMs }),
  };
};

const stuckTaskOf = (task: Description['pendingWorkflowTask'], problems: { data?: Uint8Array | null }): StuckTask => {
  const triedAtMs = optionalTsToMs(task?.scheduledTime);
  const failure = failureIn(problems);
  return {
    ...(task?.attempt ? { tries: task.attempt } : {}),
    ...(triedAtMs === undefined ? {} : { triedAtMs }),
    ...(failure === undefined ? {} : { failure }),
  };
};

/** `["category=WorkflowTaskFailed", "cause=…"]`: the engine's own words, of a closed list. */
const failureIn = ({ data }: { data?: Uint8Array | null }): string | undefined =>
  /"cause=WorkflowTaskFailedCause(\w+)"/.exec(Buffer.from(data ?? []).toString())?.[1];
