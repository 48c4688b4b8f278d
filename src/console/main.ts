import type { Role } from '../domain/operator';
import { spanText } from '../domain/words/span-text';
import { everyWhileSeen, h, replace } from '../pages-kit/dom';
import { createShell, type Place } from '../pages-kit/shell';
import { api, may, session } from './api';
import { auditView } from './audit';
import { callView } from './call';
import { conformanceRunView, conformanceView } from './conformance';
import { failuresView } from './failures';
import { issuersView, issuerView } from './issuers';
import { lookView } from './look';
import { machineryView } from './machinery';
import { maintenanceBanner, maintenanceChanged } from './maintenance';
import { orderView } from './order';
import { ordersView } from './orders';
import { overviewView } from './overview';
import { settingsView } from './settings';
import { signInView } from './sign-in';

const places: readonly Place[] = [
  { path: 'overview', icon: 'overview', title: 'Overview' },
  { path: 'orders', icon: 'orders', title: 'Orders' },
  { path: 'failures', icon: 'failures', title: 'Failures' },
  { path: 'issuers', icon: 'issuers', title: 'Issuers' },
  { path: 'settings', icon: 'settings', title: 'Settings' },
  { path: 'audit', icon: 'audit', title: 'Audit' },
];
const needs: Readonly<Record<string, Role>> = { audit: 'admin' };

const alarm = h('div', { class: 'alarm', role: 'alert', hidden: true });
const maintenance = maintenanceBanner();
let health = new AbortController();

const shell = createShell({
  name: 'Console',
  places,
  routes: [
    { pattern: /^overview$/, place: 'overview', view: overviewView },
    { pattern: /^machinery$/, place: 'overview', view: machineryView },
    { pattern: /^orders$/, place: 'orders', view: ordersView },
    { pattern: /^orders\/([^/]+)\/([^/]+)$/, place: 'orders', view: orderView },
    { pattern: /^failures$/, place: 'failures', view: failuresView },
    { pattern: /^issuers$/, place: 'issuers', view: issuersView },
    { pattern: /^issuers\/([^/]+)$/, place: 'issuers', view: issuerView },
    { pattern: /^issuers\/([^/]+)\/look$/, place: 'issuers', view: lookView },
    { pattern: /^issuers\/([^/]+)\/conformance$/, place: 'issuers', view: conformanceView },
    { pattern: /^issuers\/([^/]+)\/conformance\/([^/]+)$/, place: 'issuers', view: conformanceRunView },
    { pattern: /^issuers\/([^/]+)\/calls\/([^/]+)$/, place: 'issuers', view: callView },
    { pattern: /^settings$/, place: 'settings', view: settingsView },
    { pattern: /^audit$/, place: 'audit', view: auditView },
  ],
  above: [alarm, maintenance.banner],
  signOut: api.signOut,
  onLeft: () => {
    health.abort();
    document.title = 'Sign in · Codeferry';
    signInView(shell.app, enter);
  },
});

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
  health = new AbortController();
  lookAtHealth();
  everyWhileSeen(10_000, health.signal, lookAtHealth);
  shell.enter([name, name === role ? '' : `, ${role}`], ({ path }) => may(needs[path] ?? 'viewer'));
};

session.onEnd = () => shell.sessionEnded('The session has ended. Sign in again to go on where you were.');

maintenanceChanged.addEventListener('change', () => lookAtHealth());
window.addEventListener('hashchange', () => session.current && shell.show());
window.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof Element && event.target.closest('input, select, textarea, dialog');
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey || !session.current) return;
  event.preventDefault();
  const search = document.getElementById('order-search');
  if (search) search.focus();
  else location.hash = '#/orders';
});

api.resume().then(enter, shell.leave);
