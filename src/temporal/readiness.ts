import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { searchAttributeNames } from '../order-messages/order-attributes';

const callLimitMs = 3_000;
export const reconcilerScheduleId = 'reconcile';

export type EngineReadiness = ReturnType<typeof createReadiness>;

/** Read by `/readyz`, and by a worker before it polls. */
export const createReadiness = (client: Client) => {
  const limited = <T>(run: () => Promise<T>): Promise<T> =>
    client.connection.withDeadline(Date.now() + callLimitMs, run);
  return {
    /** An unknown search attribute would poison every order: workers wait and `/readyz` stays red without them. */
    hasSearchAttributes: async (): Promise<boolean> => {
      const { namespace } = client.options;
      const answer = await limited(() => client.connection.operatorService.listSearchAttributes({ namespace }));
      return searchAttributeNames.every((name) => name in answer.customAttributes);
    },

    /** When the newest pass began that did not fail. With SKIP one that hangs would stop all later ones in silence. */
    lastReconciledAt: (): Promise<Date | undefined> =>
      limited(async () => {
        const { info } = await client.schedule.getHandle(reconcilerScheduleId).describe();
        for (const { takenAt, action } of info.recentActions.toReversed()) {
          if (await hasCompleted(client, action.workflow)) return takenAt;
        }
        return info.recentActions.length > 0 ? info.createdAt : undefined;
      }),
  };
};

interface Run {
  readonly workflowId: string;
  readonly firstExecutionRunId: string;
}

const hasCompleted = async ({ workflow }: Client, { workflowId, firstExecutionRunId }: Run): Promise<boolean> => {
  try {
    return (await workflow.getHandle(workflowId, firstExecutionRunId).describe()).status.name === 'COMPLETED';
  } catch (error) {
    // The engine has forgotten it.
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
};
