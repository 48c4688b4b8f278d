import { spanText } from '../domain/words/span-text';
import { askDialog, type Field, type Values } from '../pages-kit/dialog';
import { differing } from '../pages-kit/differing';
import { type Child, h, note } from '../pages-kit/dom';
import { issuerStateChip, line } from '../pages-kit/parts';
import {
  isTerminalFieldShown,
  presetTerminalFields,
  presetTerminalOf,
  terminalText,
} from '../pages-kit/terminal-fields';
import { timeTag } from '../pages-kit/time';
import { api, type Choices, type IssuerAnswer, isAdmin, type Settings } from './api';

const ofSeconds = (seconds: number): string => spanText(seconds * 1_000);
const undecided = { approve: 'They are void', person: 'A person decides' } as const;
/** Where nothing was set. */
const voidDecisionSeconds = 86_400;

/** Those that still go on, and the one of today. */
const versionField = ({ apiVersion }: IssuerAnswer, { versions }: Choices): Field => ({
  name: 'apiVersion',
  label: 'Version of the contract',
  kind: 'select',
  value: apiVersion,
  options: versions
    .filter(({ date, endsAt }) => date === apiVersion || endsAt === undefined || Date.parse(endsAt) > Date.now())
    .map(({ date }, n, { length }) => [date, n === length - 1 ? `${date}, the newest` : date] as const),
  help: 'Your messages and answers have its shape. A request may name another.',
});

const endOf = ({ apiVersion }: IssuerAnswer, { versions }: Choices): Child => {
  const { endsAt, deprecatedAt } = versions.find(({ date }) => date === apiVersion) ?? {};
  if (endsAt === undefined && deprecatedAt === undefined) return undefined;
  const [newest] = versions.slice(-1);
  const end = endsAt === undefined ? 'will end' : Date.parse(endsAt) > Date.now() ? 'ends ' : 'ended ';
  return h(
    'p',
    { class: 'bad-text' },
    `Version ${apiVersion} ${end}`,
    endsAt !== undefined && timeTag(endsAt, endsAt.slice(0, 10)),
    `. Make your server ready for ${newest?.date}, then change it here.`,
  );
};

/** What of its own an issuer sets, beside its callback and its look. */
export const settingsCard = (issuer: IssuerAnswer, choices: Choices, again: () => Promise<void>) => {
  const now = {
    apiVersion: issuer.apiVersion,
    ...(issuer.terminal ? { terminal: issuer.terminal } : {}),
    buyerRefunds: issuer.buyerRefunds ?? false,
    holdWhileDeciding: issuer.holdWhileDeciding ?? false,
    voidDecisionSeconds: issuer.voidDecisionSeconds ?? voidDecisionSeconds,
    voidUndecided: issuer.voidUndecided ?? 'person',
    lastCallSeconds: issuer.lastCallSeconds ?? 0,
    signDeliveriesWithIssuerSecret: issuer.signDeliveriesWithIssuerSecret ?? false,
  };
  const settingsOf = ({ channel, ...values }: Values): Settings => {
    const preset = presetTerminalOf({ channel, ...values }, issuer.terminal);
    const plain = Object.entries(values).filter(([name, value]) => name in now && value !== undefined);
    return { ...Object.fromEntries(plain), ...preset };
  };
  const change = async (): Promise<void> => {
    const changed = await askDialog({
      title: 'Change settings',
      confirm: 'Save',
      fields: [
        ...presetTerminalFields(choices.channels, issuer.terminal),
        versionField(issuer, choices),
        {
          name: 'buyerRefunds',
          label: 'Buyers may ask for their money on the page',
          kind: 'check',
          value: now.buyerRefunds,
        },
        {
          name: 'holdWhileDeciding',
          label: 'Hold codes while you decide on them',
          kind: 'check',
          value: now.holdWhileDeciding,
        },
        {
          name: 'voidDecisionSeconds',
          label: 'Seconds to decide on a refund',
          kind: 'number',
          min: 5,
          max: 2_592_000,
          value: now.voidDecisionSeconds,
        },
        {
          name: 'voidUndecided',
          label: 'Codes that you did not decide on',
          kind: 'select',
          value: now.voidUndecided,
          options: Object.entries(undecided),
        },
        {
          name: 'lastCallSeconds',
          label: 'Seconds before the end of the window to be asked once more',
          kind: 'number',
          min: 0,
          value: now.lastCallSeconds,
          help: '0: never.',
        },
        {
          name: 'signDeliveriesWithIssuerSecret',
          label: 'Sign deliveries to terminals with your secret too',
          kind: 'check',
          value: now.signDeliveriesWithIssuerSecret,
        },
      ],
      shownWhen: isTerminalFieldShown,
      run: (values) => api.change(differing(settingsOf(values), now)),
    });
    if (!changed) return;
    note('Saved.');
    await again();
  };
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, issuer.name),
    h(
      'dl',
      { class: 'facts' },
      line('Id', issuer.issuerId),
      line('State', issuerStateChip(issuer.state)),
      line('Preset terminal', issuer.terminal ? terminalText(issuer.terminal) : 'each order names its own'),
      line('Contract', issuer.apiVersion),
      line('Windows', `verify ${ofSeconds(issuer.verifyWindowSeconds)}, issue ${ofSeconds(issuer.issueWindowSeconds)}`),
      line('Refunds', now.buyerRefunds ? 'buyers may ask' : 'buyers do not ask'),
      line('Held', now.holdWhileDeciding ? 'while you decide' : 'not while you decide'),
      line('To decide', ofSeconds(now.voidDecisionSeconds)),
      line('Not decided', undecided[now.voidUndecided]),
      line('Last call', now.lastCallSeconds === 0 ? 'never' : `${ofSeconds(now.lastCallSeconds)} before the end`),
      line('Your signature', now.signDeliveriesWithIssuerSecret ? 'on deliveries too' : 'not on deliveries'),
    ),
    endOf(issuer, choices),
    isAdmin() && h('div', { class: 'action-row' }, h('button', { type: 'button', onclick: change }, 'Change')),
  );
};
