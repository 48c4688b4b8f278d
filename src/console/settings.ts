import { h, replace } from '../pages-kit/dom';
import { heading } from '../pages-kit/parts';
import type { View } from '../pages-kit/view';
import { api } from './api';
import { consoleSessionsCard } from './console-sessions';
import { deliveryKeysCard } from './delivery-keys';
import { maintenanceCard } from './maintenance';
import { settingsCard } from './order-settings';
import { platformRulesCard } from './platform-rules';

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
    platformRulesCard(signal),
  ]);
  if (!signal.aborted) replace(root, heading('Settings'), h('div', { class: 'order-columns' }, cards));
};
