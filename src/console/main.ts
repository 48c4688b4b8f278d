import type { Role } from '../domain/operator';
import { spanText } from '../domain/words/span-text';
import { api, may, session } from './api';
import { auditView } from './audit';
import { callView } from './call';
import { everyWhileSeen, h, icon, note, replace } from './dom';
import { failuresView } from './failures';
import { issuersView, issuerView } from './issuers';
import { machineryView } from './machinery';
import { maintenanceBanner, maintenanceChanged } from './maintenance';
import { orderView } from './order';
import { ordersView } from './orders';
import { overviewView } from './overview';
import { problemBox } from './parts';
import { settingsView } from './settings';
import { signInView } from './sign-in';
import { timeZone } from './time';
import type { View } from './view';

interface Place {
  readonly path: 'overview' | 'orders' | 'failures' | 'issuers' | 'settings' | 'audit';
  readonly title: string;
  readonly needs?: Role;
}

const places: readonly Place[] = [
  { path: 'overview', title: 'Overview' },
  { path: 'orders', title: 'Orders' },
  { path: 'failures', title: 'Failures' },
  { path: 'issuers', title: 'Issuers' },
  { path: 'settings', title: 'Settings' },
  { path: 'audit', title: 'Audit', needs: 'admin' },
];

interface Route {
  readonly pattern: RegExp;
  readonly place: Place['path'];
  readonly view: (view: View) => void | Promise<void>;
}

const home: Route = { pattern: /^overview$/, place: 'overview', view: overviewView };

const routes: readonly Route[] = [
  home,
  { pattern: /^machinery$/, place: 'overview', view: machineryView },
  { pattern: /^orders$/, place: 'orders', view: ordersView },
  { pattern: /^orders\/([^/]+)\/([^/]+)$/, place: 'orders', view: orderView },
  { pattern: /^failures$/, place: 'failures', view: failuresView },
  { pattern: /^issuers$/, place: 'issuers', view: issuersView },
  { pattern: /^issuers\/([^/]+)$/, place: 'issuers', view: issuerView },
  { pattern: /^issuers\/([^/]+)\/calls\/([^/]+)$/, place: 'issuers', view: callView },
  { pattern: /^settings$/, place: 'settings', view: settingsView },
  { pattern: /^audit$/, place: 'audit', view: auditView },
];

const app = document.getElementById('app') as HTMLElement;
const view = h('main', { id: 'view', tabindex: '-1' });
const links = places.map(({ path, title }) => h('a', { href: `#/${path}` }, icon(path), h('span', {}, title)));
const who = h('p', { class: 'who-am-i soft' });
const alarm = h('div', { class: 'alarm', role: 'alert', hidden: true });
const maintenance = maintenanceBanner();
const signOutButton = () =>
  h('button', { type: 'button', class: 'quiet', onclick: () => signOut() }, icon('out'), h('span', {}, 'Sign out'));
const zoneChoice = h(
  'select',
  { id: 'time-zone', onchange: () => chooseZone() },
  timeZone.all().map((zone) => h('option', { value: zone, selected: zone === timeZone.get() }, zone)),
);
const zoneLine = h('footer', { class: 'zone soft' }, h('label', { for: 'time-zone' }, 'Times are in'), zoneChoice);
const shell = h(
  'div',
  { class: 'shell' },
  h(
    'header',
    { class: 'side' },
    h('a', { class: 'brand', href: '#/overview' }, h('span', { class: 'mark', 'aria-hidden': 'true' }), 'Codeferry'),
    h('nav', { 'aria-label': 'Console' }, links),
    h('div', { class: 'side-end' }, who, signOutButton()),
  ),
  h('div', { class: 'stage' }, alarm, maintenance.banner, view, zoneLine),
);

let open = new AbortController();
let health = new AbortController();

/** The address after `#` names the view, so that back, forward, reload and links work as everywhere. */
const show = (): void => {
  open.abort();
  open = new AbortController();
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const named = routes.find(({ pattern }) => pattern.test(path));
  // Shown at once: until the browser tells of the new address, the view would be empty.
  if (!named) history.replaceState(null, '', '#/overview');
  const route = named ?? home;
  links.forEach((link, n) => {
    if (places[n]?.path === route.place) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  });
  const params = (route.pattern.exec(path) ?? []).slice(1).map(decoded);
  const { signal } = open;
  document.title = `${places.find((place) => place.path === route.place)?.title} · Codeferry`;
  window.scrollTo(0, 0);
  Promise.resolve(route.view({ root: view, params, query: new URLSearchParams(query), signal })).catch((error) => {
    if (!signal.aborted) replace(view, problemBox(error));
  });
};

const chooseZone = (): void => {
  timeZone.set(zoneChoice.value);
  show();
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const lookAtHealth = async (): Promise<void> => {
  const said: string[] = [];
  try {
    const {
      parts,
      reconcilerAgeSeconds = 0,
      maintenance: isMaintenance,
    } = await api.health(AbortSignal.any([health.signal, AbortSignal.timeout(8_000)]));
    await maintenance.show(isMaintenance === 'on');
    if (parts.temporal !== 'ok') said.push('The workflow engine is away: orders are accepted and wait for it.');
    if (parts.mongodb !== 'ok') said.push('The database is away: nothing can be read or changed.');
    const noWorker = parts.workers === 'none' && parts.mongodb === 'ok';
    if (noWorker)
      said.push(
        'No worker runs: orders are accepted, and none moves. Nothing is lost. Start a worker process, and all goes on by itself.',
      );
    else if (parts.reconciler === 'late')
      said.push(`No worker has mended anything for ${spanText(reconcilerAgeSeconds * 1_000)}: is one running?`);
  } catch {
    if (health.signal.aborted) return;
    said.push('The platform does not answer.');
  }
  const text = said.join(' ');
  if (alarm.textContent !== text) replace(alarm, text);
  alarm.hidden = text === '';
};

const enter = (): void => {
  if (!session.current) return;
  const { name, role } = session.current.operator;
  replace(who, name, name === role ? '' : `, ${role}`);
  links.forEach((link, n) => {
    link.hidden = !may(places[n]?.needs ?? 'viewer');
  });
  replace(app, shell);
  health = new AbortController();
  lookAtHealth();
  everyWhileSeen(10_000, health.signal, lookAtHealth);
  show();
};

/** What one operator saw is gone before the next one signs in. */
const leave = (): void => {
  open.abort();
  health.abort();
  replace(view);
  document.title = 'Sign in · Codeferry';
  signInView(app, enter);
};

const signOut = async (): Promise<void> => {
  try {
    await api.signOut();
    leave();
  } catch (error) {
    note((error as Error).message, 'bad');
  }
};

session.onEnd = () => {
  document.querySelector<HTMLDialogElement>('dialog[open]')?.close();
  leave();
  note('The session has ended. Sign in again to go on where you were.', 'part');
};

maintenanceChanged.addEventListener('change', () => lookAtHealth());
window.addEventListener('hashchange', () => session.current && show());
window.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof Element && event.target.closest('input, select, textarea, dialog');
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey || !session.current) return;
  event.preventDefault();
  const search = document.getElementById('order-search');
  if (search) search.focus();
  else location.hash = '#/orders';
});

api.resume().then(enter, leave);
