import { problemWords } from '../domain/words/problem-words';
import { askDialog } from '../pages-kit/dialog';
import { differing } from '../pages-kit/differing';
import { type Child, h, note, replace } from '../pages-kit/dom';
import { hostProofCard } from '../pages-kit/host-proof';
import { callFacts, certificateFields, certificateOf } from '../pages-kit/issuer-call-settings';
import { heading, line } from '../pages-kit/parts';
import { showSecret } from '../pages-kit/secret';
import { clockText } from '../pages-kit/time';
import type { View } from '../pages-kit/view';
import { api, type IssuerAnswer, isAdmin } from './api';
import { conformanceAt } from './conformance';
import { lookAt } from './look';
import { settingsCard } from './own-settings';

const callbackText = ({ callback }: IssuerAnswer): string => {
  if (callback.kind === 'pull') return 'You fetch your messages';
  return callback.kind === 'url' ? callback.url : `Function ${callback.name}`;
};

/** What an issuer may change of itself. */
export const settingsView = async ({ root, params, query, signal }: View): Promise<void> => {
  const [issuer, choices] = await Promise.all([api.self(signal), api.choices(signal)]);
  const again = () => settingsView({ root, params, query, signal });
  if (signal.aborted) return;
  replace(
    root,
    heading(
      'Settings',
      h('a', { class: 'button', href: lookAt }, 'How buyers see you'),
      h('a', { class: 'button', href: conformanceAt }, 'Conformance'),
    ),
    h(
      'div',
      { class: 'order-columns' },
      h('div', {}, callbackCard(issuer, signal, again), proofCard(issuer, signal), secretCard()),
      h('div', {}, settingsCard(issuer, choices, again)),
    ),
  );
};

const button = (text: string, onclick: () => unknown): Child =>
  isAdmin() && h('button', { type: 'button', onclick }, text);

const lookAgainMs = 1_000;
const looksMax = 25;

const callbackCard = (shown: IssuerAnswer, signal: AbortSignal, again: () => Promise<void>) => {
  let issuer = shown;
  const told = h('p', { role: 'status' });
  /** Sends a message there and waits for what becomes of it. */
  const check = async (): Promise<void> => {
    try {
      replace(told, 'A signed message is on its way…');
      await api.echo();
      for (let n = 0; n < looksMax && !signal.aborted; n += 1) {
        const { state, problem = '' } = await api.echoOutcome(signal);
        if (state === 'answered') return void replace(told, 'You answered with a 2xx: it works.');
        if (state === 'failed') replace(told, `It failed: your server ${problemWords(problem)}. Tried again…`);
        await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
      }
      if (told.textContent?.startsWith('A signed')) replace(told, 'No answer so far.');
    } catch (error) {
      if (!signal.aborted) replace(told, (error as Error).message);
    }
  };
  const change = async (): Promise<void> => {
    const changed = await askDialog({
      title: 'How are you called?',
      text: 'Messages that wait go to the new address with their next try.',
      confirm: 'Save and check',
      fields: [
        {
          name: 'kind',
          label: 'How',
          kind: 'select',
          value: issuer.callback.kind,
          options: [
            ['url', 'At a web address'],
            ['pull', 'Not at all: my server fetches its messages'],
          ],
        },
        {
          name: 'url',
          path: '/callback/url',
          label: 'Address',
          kind: 'url',
          required: true,
          placeholder: 'https://',
          value: issuer.callback.kind === 'url' ? issuer.callback.url : '',
        },
        ...certificateFields(issuer),
      ],
      shownWhen: (name, { kind }) => name === 'kind' || kind === 'url',
      run: ({ kind, url, ...values }) => {
        const callback = kind === 'pull' ? ({ kind } as const) : ({ kind: 'url', url } as const);
        return api.change({ ...differing({ callback }, issuer), ...certificateOf(values) });
      },
    });
    if (!changed || changed === true) return;
    issuer = changed;
    note('Saved.');
    if (changed.callback.kind !== 'url') return again();
    replace(address, callbackText(changed));
    await check();
  };
  const address = h('span', { class: 'address' }, callbackText(issuer));
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Callback'),
    h('dl', { class: 'facts' }, line('Called at', address), callFacts(issuer)),
    h(
      'div',
      { class: 'action-row' },
      button('Change', change),
      issuer.callback.kind === 'url' && button('Check it now', check),
    ),
    told,
  );
};

const proofCard = ({ callback }: IssuerAnswer, signal: AbortSignal) =>
  callback.kind !== 'function' &&
  hostProofCard(
    { read: (url) => api.callbackProof(signal, url), check: isAdmin() && ((url) => api.checkCallbackProof(url)) },
    callback.kind === 'url',
    signal,
  );

const secretCard = () => {
  const rotate = async (): Promise<void> => {
    const made = await askDialog({
      title: 'Make a new secret?',
      text: 'The old one goes on for 24 hours, so that your server can change over without a gap.',
      confirm: 'Make a new secret',
      fields: [{ name: 'endOldNow', label: 'End the old one at once: it has leaked', kind: 'check' }],
      run: ({ endOldNow }) => api.rotate(endOldNow),
    });
    if (made && made !== true)
      await showSecret('The new secret', made.secret, ` The old one ends ${clockText(made.oldSecretEndsAt)}.`);
  };
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Secret'),
    h('p', { class: 'soft' }, 'It signs both directions. Nobody can read the one that you have.'),
    h('div', { class: 'action-row' }, button('New secret', rotate)),
  );
};
