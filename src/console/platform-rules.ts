import { askDialog, type Field } from '../pages-kit/dialog';
import { withChanges } from '../pages-kit/differing';
import { h, note, replace } from '../pages-kit/dom';
import { api, may } from './api';
import type { SettingsRequest } from './requests';

type Rules = Required<Pick<SettingsRequest, 'goLive' | 'callbackOwnership' | 'twoPersons'>>;

/** As long as nobody has set them. */
const usual: Rules = { goLive: 'open', callbackOwnership: 'off', twoPersons: false };

const words = {
  goLive: {
    label: 'A new issuer sells',
    values: { open: 'at once', conformance: 'once it has passed conformance, or an admin lets it go live' },
  },
  callbackOwnership: {
    label: 'A callback is called',
    values: { off: 'wherever addresses are allowed', required: 'once its host is proved to be its issuer’s own' },
  },
  twoPersons: {
    label: 'A terminal changed by an operator',
    values: { false: 'counts at once', true: 'waits for another operator' },
  },
} as const;
type Name = keyof typeof words;
const names = Object.keys(words) as Name[];

const textOf = (name: Name, rules: Rules): string =>
  (words[name].values as Record<string, string>)[String(rules[name])] ?? String(rules[name]);

const fieldOf = (name: Name, rules: Rules): Field => ({
  name,
  label: words[name].label,
  kind: 'select',
  options: Object.entries(words[name].values),
  value: String(rules[name]),
});

/** What holds for all issuers and operators, on the settings view. */
export const platformRulesCard = async (signal: AbortSignal) => {
  const body = h('div', {});
  const read = async () => (await api.platformSettings(signal)).settings as SettingsRequest;
  const change = async (): Promise<void> => {
    const { goLive, callbackOwnership, twoPersons } = { ...usual, ...(await read()) };
    const rules = { goLive, callbackOwnership, twoPersons };
    const changed = await askDialog({
      title: 'Rules',
      text: 'They count from now on, for all.',
      confirm: 'Save',
      fields: names.map((name) => fieldOf(name, rules)),
      run: async (values) => {
        const wanted = { ...values, twoPersons: values.twoPersons === 'true' };
        return api.setPlatformSettings(withChanges(await read(), rules, wanted));
      },
    });
    if (!changed) return;
    note('Saved.');
    await look();
  };
  const look = async (): Promise<void> => {
    const rules = { ...usual, ...(await read()) };
    replace(
      body,
      h(
        'ul',
        { class: 'plain-list' },
        names.map((name) => h('li', {}, `${words[name].label} ${textOf(name, rules)}.`)),
      ),
      h(
        'div',
        { class: 'action-row' },
        may('admin') &&
          h(
            'button',
            { type: 'button', onclick: () => change().catch((error: Error) => note(error.message, 'bad')) },
            'Set the rules',
          ),
      ),
    );
  };
  await look();
  return h('section', { class: 'card' }, h('h2', {}, 'Rules'), body);
};
