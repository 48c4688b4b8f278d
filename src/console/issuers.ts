import { spanText } from '../domain/words/span-text';
import { askDialog, type Field, type Values } from '../pages-kit/dialog';
import { differing } from '../pages-kit/differing';
import { h, note, replace } from '../pages-kit/dom';
import { hostProofCard } from '../pages-kit/host-proof';
import { callFacts, callFields, callSettingsOf, isOfCalls } from '../pages-kit/issuer-call-settings';
import { empty, heading, issuerStateChip, line, pagedTable } from '../pages-kit/parts';
import { makePortalLink } from '../pages-kit/portal-link';
import { showSecret } from '../pages-kit/secret';
import {
  isTerminalFieldShown,
  presetTerminalFields,
  presetTerminalOf,
  terminalText,
} from '../pages-kit/terminal-fields';
import { clockText, timeTag } from '../pages-kit/time';
import type { View } from '../pages-kit/view';
import type { Callback, IssuerAnswer, OfferedChannel } from './answers';
import { api, may } from './api';
import { conformanceAt, goLiveButton } from './conformance';
import { issuerCallsCard } from './issuer-calls';
import { nextSteps } from './next-steps';
import { offeredChannels } from './offered-channels';
import { productsCard, settingsCard } from './order-settings';
import { issuerLink, modeChoice, orderColumns } from './parts';
import type { CreateIssuer } from './requests';

const modes: Readonly<Record<IssuerAnswer['codeMode'], string>> = {
  request: 'Asked for each code',
  push: 'Pushes its codes',
};
const callbackText = (callback: Callback): string => {
  if (callback.kind === 'pull') return 'fetches its messages';
  return callback.kind === 'url' ? callback.url : `function ${callback.name}`;
};

/** All issuers, and a new one. */
export const issuersView = async ({ root, query, signal }: View): Promise<void> => {
  const list = h('div', {});
  const mode = modeChoice('mode-filter', query);
  mode.setAttribute('aria-label', 'Live or test issuers');
  mode.addEventListener('change', () => {
    location.hash = `#/issuers${mode.value && `?mode=${mode.value}`}`;
  });
  replace(
    root,
    heading(
      'Issuers',
      mode,
      may('admin') && h('button', { type: 'button', class: 'primary', onclick: () => createIssuer() }, 'New issuer'),
    ),
    list,
  );
  replace(
    list,
    await pagedTable<IssuerAnswer>(
      'Issuers',
      [
        {
          name: 'Issuer',
          lead: true,
          cell: ({ issuerId, name }) => [issuerLink(issuerId), h('span', { class: 'under soft' }, name)],
        },
        { name: 'State', state: true, cell: ({ state }) => issuerStateChip(state) },
        { name: 'Codes', cell: ({ codeMode }) => modes[codeMode] },
        {
          name: 'Called at',
          wide: true,
          cell: ({ callback }) => h('span', { class: 'address' }, callbackText(callback)),
        },
        {
          name: 'Windows',
          end: true,
          named: true,
          cell: (issuer) =>
            `${spanText(issuer.verifyWindowSeconds * 1_000)} / ${spanText(issuer.issueWindowSeconds * 1_000)}`,
        },
      ],
      (cursor) => api.issuers(signal, cursor, mode.value),
      mode.value === 'test'
        ? empty('No test issuers', 'Developers make them in the sandbox; they end by themselves.')
        : empty('No issuers yet', 'An issuer is a server that makes codes. Create one and give its owner the secret.'),
    ),
  );
};

const settingsFields = (channels: readonly OfferedChannel[], issuer: Partial<IssuerAnswer> = {}): Field[] => [
  { name: 'name', label: 'Name', required: true, value: issuer.name },
  {
    name: 'codeMode',
    label: 'How its codes come',
    kind: 'select',
    value: issuer.codeMode ?? 'request',
    options: Object.entries(modes),
  },
  {
    name: 'callbackKind',
    label: 'How it is called',
    kind: 'select',
    value: issuer.callback?.kind ?? 'url',
    options: [
      ['url', 'At a web address'],
      ['pull', 'Not at all: it fetches its messages'],
      ['function', 'As a function of this platform'],
    ],
  },
  {
    name: 'callbackUrl',
    path: '/callback/url',
    label: 'Callback address',
    kind: 'url',
    required: true,
    value: issuer.callback?.kind === 'url' ? issuer.callback.url : undefined,
    placeholder: 'https://',
  },
  {
    name: 'callbackName',
    path: '/callback/name',
    label: 'Function',
    required: true,
    value: issuer.callback?.kind === 'function' ? issuer.callback.name : undefined,
    help: 'The name of an adapter that is listed in ADAPTERS.',
  },
  ...presetTerminalFields(channels, issuer.terminal, issuer.issuerId === undefined),
  ...callFields(issuer),
];

const isSettingShown = (name: string, values: Values): boolean => {
  if (name === 'callbackUrl') return values.callbackKind === 'url';
  if (name === 'callbackName') return values.callbackKind === 'function';
  if (isOfCalls(name)) return values.callbackKind !== 'pull';
  return isTerminalFieldShown(name, values);
};

const callbackOf = (values: Values): Callback => {
  if (values.callbackKind === 'pull') return { kind: 'pull' };
  return values.callbackKind === 'url'
    ? { kind: 'url', url: values.callbackUrl as string }
    : { kind: 'function', name: values.callbackName as string };
};

const settingsOf = (values: Values, issuer: Partial<IssuerAnswer> = {}) => ({
  name: values.name as string,
  codeMode: values.codeMode as IssuerAnswer['codeMode'],
  callback: callbackOf(values),
  ...presetTerminalOf(values, issuer.terminal),
  ...callSettingsOf(values, issuer),
});

const createIssuer = async (): Promise<void> => {
  const channels = await offeredChannels();
  if (!channels) return;
  const made = await askDialog({
    title: 'New issuer',
    confirm: 'Create',
    fields: [
      {
        name: 'issuerId',
        label: 'Id',
        required: true,
        placeholder: 'acme-games',
        help: 'Small letters, digits and hyphens. It is never given again.',
        wrong: 'Up to 64 small letters, digits and hyphens.',
      },
      ...settingsFields(channels),
    ],
    shownWhen: isSettingShown,
    run: ({ issuerId, ...values }) => api.createIssuer({ issuerId, ...settingsOf(values) } as CreateIssuer),
  });
  if (!made || made === true) return;
  await showSecret(`${made.issuerId} is created`, made.secret, '', nextSteps(made));
  location.hash = `#/issuers/${encodeURIComponent(made.issuerId)}`;
};

/** One issuer: settings, key, pause, and its newest orders. */
export const issuerView = async ({ root, params: [issuerId = ''], query, signal }: View): Promise<void> => {
  const [issuer, settings, products, calls] = await Promise.all([
    api.issuer(issuerId, signal),
    settingsCard({
      title: 'Windows, delays and calls',
      level: 'issuer',
      read: () => api.issuerSettings(issuerId, signal),
      save: (settings) => api.setIssuerSettings(issuerId, settings),
      filter: { issuerId },
      whose: `of ${issuerId}`,
      signal,
    }),
    productsCard(issuerId, signal),
    issuerCallsCard(issuerId, signal),
  ]);
  document.title = `${issuerId} · Codeferry`;
  const again = () => issuerView({ root, params: [issuerId], query, signal });
  const orders = h('div', {}, h('p', { class: 'soft' }, 'Reading…'));
  const button = (label: string, run: () => Promise<void>, tone?: string) =>
    h('button', { type: 'button', class: tone, onclick: run }, label);

  const change = async (): Promise<void> => {
    const channels = await offeredChannels();
    if (!channels) return;
    const changed = await askDialog({
      title: `Change ${issuerId}`,
      text: 'Tries that are already waiting take the new settings; messages that were sent keep their content.',
      confirm: 'Save',
      fields: settingsFields(channels, issuer),
      shownWhen: isSettingShown,
      run: (values) => api.changeIssuer(issuerId, differing(settingsOf(values, issuer), issuer)),
    });
    if (changed) note('Saved.');
    if (changed) await again();
  };
  const rotate = async (): Promise<void> => {
    const rotated = await askDialog({
      title: 'Make a new secret?',
      text: 'The old one goes on for 24 hours, so that the issuer can change over without a gap.',
      confirm: 'Make a new secret',
      fields: [{ name: 'endOldNow', label: 'End the old one at once: it has leaked', kind: 'check' }],
      run: ({ endOldNow }) => api.rotateSecret(issuerId, endOldNow),
    });
    if (rotated && rotated !== true)
      await showSecret('The new secret', rotated.secret, ` The old one ends ${clockText(rotated.oldSecretEndsAt)}.`);
  };
  const pause = async (): Promise<void> => {
    const paused = await askDialog({
      title: `Pause ${issuerId}?`,
      text: 'New orders are refused as retryable. Running orders are held and their windows stand still; what the issuer sends by itself is still taken.',
      confirm: 'Pause',
      run: () => api.pauseIssuer(issuerId),
    });
    if (paused) await again();
  };
  const resume = async (): Promise<void> => {
    const resumed = await askDialog({
      title: `Resume ${issuerId}?`,
      text: 'Calls and windows go on where they stood.',
      confirm: 'Resume',
      run: () => api.resumeIssuer(issuerId),
    });
    if (resumed) await again();
  };
  const remove = async (): Promise<void> => {
    const removed = await askDialog({
      title: `Delete ${issuerId}?`,
      text: 'Its open orders are cancelled, and the id is never given again. This cannot be taken back.',
      confirm: 'Delete',
      danger: true,
      mustType: issuerId,
      run: () => api.deleteIssuer(issuerId),
    });
    if (!removed) return;
    note(`${issuerId} is deleted; its open orders are being cancelled.`);
    location.hash = '#/issuers';
  };

  replace(
    root,
    heading(issuerId, issuerStateChip(issuer.state)),
    h(
      'div',
      { class: 'order-columns' },
      h(
        'section',
        { class: 'card' },
        h('h2', {}, issuer.name),
        h(
          'dl',
          { class: 'facts' },
          line('Called at', h('span', { class: 'address' }, callbackText(issuer.callback))),
          line('Codes', modes[issuer.codeMode]),
          line('Preset terminal', issuer.terminal ? terminalText(issuer.terminal) : 'each order names its own'),
          issuer.publicKey && line('Public key', h('code', { class: 'address' }, issuer.publicKey)),
          callFacts(issuer),
          line('Since', timeTag(issuer.createdAt)),
        ),
      ),
      h(
        'section',
        { class: 'card' },
        h('h2', {}, 'Actions'),
        may('admin')
          ? h(
              'div',
              { class: 'action-row' },
              button('Change', change),
              button('New secret', rotate),
              button('Link to its page', () =>
                makePortalLink(`A link to the page of ${issuerId}`, (asked) => api.portalLink(issuerId, asked)),
              ),
              goLiveButton(issuer, again),
              issuer.state === 'paused' ? button('Resume', resume, 'primary') : button('Pause', pause),
              button('Delete', remove, 'danger-quiet'),
            )
          : h('p', { class: 'soft' }, 'Only an admin changes issuers.'),
        h(
          'div',
          { class: 'action-row' },
          h('a', { class: 'button', href: `#/issuers/${encodeURIComponent(issuerId)}/look` }, 'How buyers see it'),
          h('a', { class: 'button', href: conformanceAt(issuerId) }, 'Conformance'),
        ),
        statementLink(issuerId),
      ),
    ),
    h('div', { class: 'halves' }, settings, products),
    issuer.callback.kind !== 'function' && proofCard(issuer, signal),
    calls,
    h('section', {}, h('h2', {}, 'Its newest orders'), orders),
  );
  replace(
    orders,
    await pagedTable(
      `Orders of ${issuerId}`,
      orderColumns.filter(({ name }) => name !== 'Issuer'),
      (cursor) => api.orders({ issuerId, limit: 10, cursor }, signal),
      empty('No orders yet'),
    ),
  );
};

const proofCard = ({ issuerId, callback }: IssuerAnswer, signal: AbortSignal) =>
  hostProofCard(
    {
      read: (url) => api.callbackProof(issuerId, url, signal),
      check: may('admin') && ((url) => api.checkCallbackProof(issuerId, url)),
    },
    callback.kind === 'url',
    signal,
  );

/** What changed on a day, as its issuer gets it; yesterday's is the newest that stays as it is. */
const statementLink = (issuerId: string): HTMLElement => {
  const today = new Date();
  const day = h('input', { type: 'date', 'aria-label': 'Day of the statement (UTC)' });
  const file = h('a', { class: 'button', download: '' }, 'Statement');
  const point = (): void => {
    file.setAttribute('href', api.statementFile(issuerId, day.value));
  };
  day.max = today.toISOString().slice(0, 10);
  day.value = new Date(today.getTime() - 86_400_000).toISOString().slice(0, 10);
  day.addEventListener('change', point);
  point();
  return h('div', { class: 'action-row' }, day, file);
};
