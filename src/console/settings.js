import { api } from './api.js';
import { deliveryKeysCard } from './delivery-keys.js';
import { h, replace } from './dom.js';
import { maintenanceCard } from './maintenance.js';
import { settingsCard } from './order-settings.js';
import { heading } from './parts.js';

/** What holds for the whole platform. */
export const settingsView = async ({ root, signal }) => {
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
  ]);
  if (!signal.aborted) replace(root, heading('Settings'), h('div', { class: 'order-columns' }, cards));
};
