import type { Client } from '@temporalio/client';
import { searchAttributeNames } from '../../workflows/order-attributes';

const callLimitMs = 3_000;

/** An unknown search attribute would poison every order: workers wait and `/readyz` stays red without them. */
export const hasSearchAttributes = async (client: Client): Promise<boolean> => {
  const answer = await client.connection.withDeadline(Date.now() + callLimitMs, () =>
    client.connection.operatorService.listSearchAttributes({ namespace: client.options.namespace }),
  );
  return searchAttributeNames.every((name) => name in answer.customAttributes);
};

/** Ages tell whether the reconciler runs: read by `/readyz` and the metrics. */
export const lastReconciledAt = async (client: Client, scheduleId: string): Promise<Date | undefined> => {
  const description = await client.connection.withDeadline(Date.now() + callLimitMs, () =>
    client.schedule.getHandle(scheduleId).describe(),
  );
  return description.info.recentActions.at(-1)?.takenAt;
};
