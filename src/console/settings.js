import { h, replace } from './dom.js';
import { maintenanceCard } from './maintenance.js';
import { heading } from './parts.js';

/** What holds for the whole platform. */
export const settingsView = async ({ root, signal }) => {
  const cards = await Promise.all([maintenanceCard(signal)]);
  if (!signal.aborted) replace(root, heading('Settings'), h('div', { class: 'order-columns' }, cards));
};
