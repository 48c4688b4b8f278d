import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { type OrderName, orderOfWorkflow, workflowId } from '../domain/ids';
import { type HeldCall, type HoldReason, holdReasons } from '../domain/why-held';

const callLimitMs = 3_000;
/** Set by the engine after two failed workflow tasks in a row, and taken away by the first one that succeeds. */
const reportedProblems = 'TemporalReportedProblems';

export interface StuckOrder extends OrderName {
  /** Not the order itself, but a redelivery or a voiding after its end. */
  readonly isAfterSale: boolean;
}

export interface OrderTrouble {
  readonly isRunning: boolean;
  readonly isStuck: boolean;
  readonly heldCall?: HeldCall;
}

export type Troubles = ReturnType<typeof createTroubles>;

/** Asks the engine what does not move, and why. */
export const createTroubles = ({ client, taskQueue }: { readonly client: Client; readonly taskQueue: string }) => {
  const { namespace } = client.options;
  const limited = <T>(run: () => Promise<T>): Promise<T> =>
    client.connection.withDeadline(Date.now() + callLimitMs, run);

  return {
    /** Running orders whose workflow tasks fail: the code is unfit. One page of the engine's index, at most so many. */
    stuckOrders: async (limit: number): Promise<StuckOrder[]> => {
      const query = `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running' AND ${reportedProblems} IS NOT NULL`;
      const { executions } = await limited(() =>
        client.workflowService.listWorkflowExecutions({ namespace, query, pageSize: limit }),
      );
      return executions.flatMap(({ execution }) => orderOfWorkflow(execution?.workflowId ?? '') ?? []).slice(0, limit);
    },

    /** Asked for one order; undefined where it has no workflow. */
    of: async (order: OrderName): Promise<OrderTrouble | undefined> => {
      try {
        const { raw, status } = await limited(() => client.workflow.getHandle(workflowId(order)).describe());
        const heldCall = (raw.pendingActivities ?? []).map(heldCallOf).find((call) => call !== undefined);
        const attributes = raw.workflowExecutionInfo?.searchAttributes?.indexedFields ?? {};
        const isRunning = status.name === 'RUNNING' || status.name === 'PAUSED';
        return { isRunning, isStuck: reportedProblems in attributes, ...(heldCall ? { heldCall } : {}) };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },
  };
};

type Description = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>['raw'];
type PendingActivity = NonNullable<Description['pendingActivities']>[number];

/** The failure's type is readable, all else of it is sealed. */
const heldCallOf = ({ activityType, lastFailure, nextAttemptScheduleTime }: PendingActivity): HeldCall | undefined => {
  const reason = lastFailure?.applicationFailureInfo?.type;
  if (!reason || !holdReasons.includes(reason)) return undefined;
  const nextTryAtMs = optionalTsToMs(nextAttemptScheduleTime);
  return {
    reason: reason as HoldReason,
    to: activityType?.name === 'deliverCodes' ? 'terminal' : 'issuer',
    ...(nextTryAtMs === undefined ? {} : { nextTryAtMs }),
  };
};
