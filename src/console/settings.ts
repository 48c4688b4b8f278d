import { api } from './api';
import { consoleSessionsCard } from './console-sessions';
import { deliveryKeysCard } from './delivery-keys';
import { h, replace } from './dom';
import { maintenanceCard } from './maintenance';
import { settingsCard } from './order-settings';
import { heading } from './parts';
import type { View } from './view';

/** What holds for the whole platform. */
export const settingsView = async ({ root, signal }: View): Promise<void> => {
  const cards = await Promise.all([
    settingsCard({
      title: 'Windows, delays and calls',
      level: 'platform',
      read: api.platformSettings,
      save: api.setPlatformSettings,
      filter: {},
      whose: 'of any issuer',
      signal,
    }),
    maintenanceCard(signal),
    deliveryKeysCard(signal),
    consoleSessionsCard(signal),
  ]);
  if (!signal.aborted) replace(root, heading('Settings'), h('div', { class: 'order-columns' }, cards));
};
