import type { Client } from '@temporalio/client';
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

    /** With SKIP a pass that hangs would stop all later ones in silence: its age tells. */
    lastReconciledAt: async (): Promise<Date | undefined> => {
      const description = await limited(() => client.schedule.getHandle(reconcilerScheduleId).describe());
      return description.info.recentActions.at(-1)?.takenAt;
    },
  };
};
