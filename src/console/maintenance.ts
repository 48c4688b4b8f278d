import { askDialog } from '../pages-kit/dialog';
import { type Child, h, note, replace } from '../pages-kit/dom';
import { agoText, timeTag } from '../pages-kit/time';
import type { MaintenanceAnswer } from './answers';
import { api, may } from './api';

/** Told to the shell, which shows the banner, and to whoever shows the switch. */
export const maintenanceChanged = new EventTarget();

const changed = () => maintenanceChanged.dispatchEvent(new Event('change'));

const begin = async (): Promise<void> => {
  const begun = await askDialog({
    title: 'Stop new orders?',
    text: 'Payment requests are answered 503 and asked to come again. Orders that run go on to their end: calls, windows and deliveries.',
    confirm: 'Stop new orders',
    danger: true,
    fields: [{ name: 'reason', label: 'Reason, for other operators', placeholder: 'Moving the database' }],
    run: ({ reason }) => api.setMaintenance({ on: true, ...(reason ? { reason } : {}) }),
  });
  if (begun) changed();
};

const end = async (): Promise<void> => {
  const ended = await askDialog({
    title: 'Take new orders again?',
    text: 'Every api process takes them within two seconds.',
    confirm: 'Take new orders',
    run: () => api.setMaintenance({ on: false }),
  });
  if (!ended) return;
  note('New orders are taken again.');
  changed();
};

/** For an admin; others see why nothing is taken. */
const button = ({ on }: Pick<MaintenanceAnswer, 'on'>): Child =>
  may('admin') &&
  (on
    ? h('button', { type: 'button', class: 'primary', onclick: end }, 'Take new orders again')
    : h('button', { type: 'button', class: 'danger-quiet', onclick: begin }, 'Stop new orders'));

const words = ({ by, since, reason }: Partial<MaintenanceAnswer>): Child => [
  'Maintenance: new orders are refused',
  since !== undefined && [', by ', by, ' ', timeTag(since, agoText(since))],
  reason !== undefined && [`: ${reason}`],
  '. Running orders go on.',
];

/** Across all views while it is on; `isOn` is what every health look says. */
export const maintenanceBanner = () => {
  const text = h('p', {});
  const act = h('div', {});
  const banner = h('div', { class: 'maintenance', role: 'status', hidden: true }, text, act);
  let shown = false;
  const show = async (isOn: boolean): Promise<void> => {
    replace(act, isOn && button({ on: true }));
    if (isOn && !shown) replace(text, words(await api.maintenance().catch(() => ({}))));
    shown = isOn;
    banner.hidden = !isOn;
  };
  return { banner, show };
};

/** The switch itself, on the settings view. */
export const maintenanceCard = async (signal: AbortSignal) => {
  const body = h('div', {});
  const look = async (): Promise<void> => {
    const row = await api.maintenance(signal);
    replace(
      body,
      h('p', { class: row.on ? 'bad-text' : 'soft' }, row.on ? words(row) : 'New orders are taken.'),
      h('div', { class: 'action-row' }, button(row)),
    );
  };
  maintenanceChanged.addEventListener('change', () => look().catch(() => undefined), { signal });
  await look();
  return h('section', { class: 'card' }, h('h2', {}, 'Maintenance'), body);
};
