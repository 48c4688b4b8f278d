import { h, replace } from '../pages-kit/dom';
import { createShell } from '../pages-kit/shell';
import { api, session } from './api';
import { callsView, callView } from './calls';
import { conformanceRunView, conformanceView } from './conformance';
import { failuresView } from './failures';
import { lookView } from './look';
import { moneyView } from './money';
import { orderView } from './order';
import { ordersView } from './orders';
import { settingsView } from './settings';
import { teamView } from './team';

const shell = createShell({
  name: 'Issuer',
  places: [
    { path: 'orders', icon: 'orders', title: 'Orders' },
    { path: 'failures', icon: 'failures', title: 'Failures' },
    { path: 'calls', icon: 'audit', title: 'Calls' },
    { path: 'money', icon: 'overview', title: 'Statements' },
    { path: 'settings', icon: 'settings', title: 'Settings' },
    { path: 'team', icon: 'issuers', title: 'Team' },
  ],
  routes: [
    { pattern: /^orders$/, place: 'orders', view: ordersView },
    { pattern: /^orders\/([^/]+)$/, place: 'orders', view: orderView },
    { pattern: /^failures$/, place: 'failures', view: failuresView },
    { pattern: /^calls$/, place: 'calls', view: callsView },
    { pattern: /^calls\/([^/]+)$/, place: 'calls', view: callView },
    { pattern: /^money$/, place: 'money', view: moneyView },
    { pattern: /^settings$/, place: 'settings', view: settingsView },
    { pattern: /^look$/, place: 'settings', view: lookView },
    { pattern: /^conformance$/, place: 'settings', view: conformanceView },
    { pattern: /^conformance\/([^/]+)$/, place: 'settings', view: conformanceRunView },
    { pattern: /^team$/, place: 'team', view: teamView },
  ],
  signOut: api.signOut,
  onLeft: () => {
    document.title = 'Codeferry for issuers';
    replace(shell.app, signedOut());
  },
});

/** There is no password: who has been let in before gets in again the same way. */
const signedOut = () =>
  h(
    'main',
    { id: 'view', class: 'alone' },
    h('div', { class: 'brand big' }, h('span', { class: 'mark', 'aria-hidden': 'true' }), 'Codeferry'),
    h(
      'div',
      { class: 'card sign-in' },
      h('h1', {}, 'You are not signed in'),
      h(
        'p',
        {},
        'Open a link to this page. Your server makes one by ',
        h('code', {}, 'POST …/portal-links'),
        ', a colleague under Team, or whoever runs this platform.',
      ),
    ),
  );

const enter = (): void => {
  if (!session.current) return;
  const { issuerId, issuerName, name, role } = session.current;
  shell.enter(h('span', { title: issuerId }, `${issuerName}: ${name}, ${role}`));
};

session.onEnd = () => shell.sessionEnded('The session has ended. Open a new link to go on where you were.');
window.addEventListener('hashchange', () => session.current && shell.show());
api.resume().then(enter, shell.leave);
