import type { AlertReceiver } from '../../src/store/alerts';
import type { Platform } from './platform';

/** The time of the next try has come. */
export const alertsDue = async ({ core }: Platform, receiver: AlertReceiver): Promise<void> => {
  for (const row of await core.database.alerts.find({ [`untold.${receiver}`]: { $exists: true } }).toArray()) {
    await core.alerts.defer(row, receiver, row.untold?.[receiver]?.tries ?? 0, new Date(0));
  }
};
