import type { OrderSettings } from '../domain/settings';
import { count } from '../domain/words/count';
import { spanText } from '../domain/words/span-text';
import { askDialog, type Field, type Values } from '../pages-kit/dialog';
import { withChanges } from '../pages-kit/differing';
import { type Child, h, note, replace } from '../pages-kit/dom';
import { line } from '../pages-kit/parts';
import type { Effective, OrderSettingsAnswer, SettingsAnswer } from './answers';
import { api, may } from './api';
import { countBatch, runBatch } from './batch';
import type { BatchRequest, SettingsRequest } from './requests';

type Name = keyof OrderSettings;
type Value = number | readonly number[];
type Level = 'platform' | 'issuer' | 'product';
type Filter = BatchRequest['filter'];

interface Setting {
  readonly label: string;
  readonly field: string;
  readonly help?: string;
  /** Of a number; what has none is a list of seconds. */
  readonly range?: readonly [number, number];
  readonly isWindow?: boolean;
  readonly isOfServer?: boolean;
  readonly text?: (value: Value) => string;
}

const names: Readonly<Record<Name, Setting>> = {
  verifyWindowSeconds: { label: 'Time to verify', field: 'Seconds to verify', range: [5, 7_776_000], isWindow: true },
  issueWindowSeconds: { label: 'Time to issue', field: 'Seconds to issue', range: [5, 7_776_000], isWindow: true },
  noticeDelaysSeconds: {
    label: 'Notice retries',
    field: 'Seconds between tries of a notice',
    help: 'Such as 10, 30, 60. The last one repeats until the window ends.',
  },
  eventDelaysSeconds: {
    label: 'Event retries',
    field: 'Seconds between tries of an event',
    help: 'After the last one the event is given up.',
  },
  deliveryDelaysSeconds: {
    label: 'Delivery retries',
    field: 'Seconds between tries of a delivery',
    help: 'After the last one the order waits for a person.',
  },
  callsAtOnce: {
    label: 'Calls at once',
    field: 'Calls to an issuer at once',
    help: 'By each worker process, 1 to 256. What comes beyond it is tried a second later.',
    range: [1, 256],
    text: (value) => `${value} by each worker`,
    isOfServer: true,
  },
};

/** All products of an issuer have one server. */
const all = Object.entries(names) as [Name, Setting][];
const namesAt = (level: Level): [Name, Setting][] =>
  all.filter(([, { isOfServer }]) => level !== 'product' || !isOfServer);

const from: Readonly<Record<Effective[Name]['from'], string>> = {
  built_in: 'built in',
  platform: 'from the platform',
  issuer: 'from the issuer',
  product: 'of the product',
};

/** As it was set: whole seconds, minutes or hours. */
const secondsText = (seconds: number): string => (seconds < 120 ? `${seconds} s` : spanText(seconds * 1_000));

const valueText = (value: Value): string =>
  typeof value === 'number' ? secondsText(value) : value.length === 0 ? '–' : value.map(secondsText).join(', ');

const settingText = (name: Name, value: Value): string => (names[name].text ?? valueText)(value);

const lines = (effective: Effective, own: Level): Child =>
  namesAt(own).map(
    ([name, { label }]): Child => [
      h('dt', {}, label),
      h(
        'dd',
        {},
        settingText(name, effective[name].value),
        effective[name].from !== own && h('span', { class: 'soft' }, ` ${from[effective[name].from]}`),
      ),
    ],
  );

/** What counts for an order: the windows that it has, and the delays of today. */
export const orderSettingsList = ({ order, effective }: OrderSettingsAnswer) => {
  const extended = (seconds: number): Child =>
    seconds > 0 && h('span', { class: 'soft' }, ` and ${secondsText(seconds)} more`);
  return h(
    'dl',
    { class: 'facts' },
    line('Time to verify', valueText(order.verifyWindowSeconds), extended(order.verifyExtensionSeconds)),
    line('Time to issue', valueText(order.issueWindowSeconds), extended(order.issueExtensionSeconds)),
    all
      .filter(([, { isWindow }]) => !isWindow)
      .map(([name, { label }]) =>
        line(
          label,
          settingText(name, effective[name].value),
          h('span', { class: 'soft' }, ` ${from[effective[name].from]}`),
        ),
      ),
  );
};

const fieldsOf = ({ settings, effective }: SettingsAnswer, level: Level): Field[] =>
  namesAt(level).map(([name, { field, range, help }]) => ({
    name,
    label: field,
    help,
    kind: range ? 'number' : 'text',
    min: range?.[0],
    max: range?.[1],
    ...(range ? {} : { wrong: 'Whole seconds, up to a day each, with blanks or commas between.' }),
    value: fieldValue(settings[name]),
    placeholder: settings[name] === undefined ? `${[effective[name].value].flat().join(', ')}, inherited` : 'inherited',
  }));

/** An empty field is inherited; what is no number goes over as it is and is refused with its place. */
const fieldValue = (value: Value | undefined): string | number | undefined =>
  typeof value === 'object' ? value.join(', ') : value;

const settingsIn = (values: Values, level: Level): SettingsRequest =>
  Object.fromEntries(
    namesAt(level)
      .map(([name, { range }]) => [name, range ? values[name] : secondsIn(values[name])])
      .filter(([, value]) => value !== undefined),
  );

const secondsIn = (text: string): number[] | undefined => {
  const parts = text.split(/[\s,]+/).filter(Boolean);
  return parts.length === 0 ? undefined : parts.map(Number);
};

/** Changes one level of settings; `save` is the call. Resolves to the new ones, or to nothing. */
const changeSettings = ({
  title,
  level,
  current,
  read,
  save,
  more = [],
}: {
  readonly title: string;
  readonly level: Level;
  readonly current: SettingsAnswer;
  /** At the moment of saving: it replaces all, also what this form does not show. */
  readonly read: (values: Values) => Promise<SettingsAnswer>;
  readonly save: (settings: SettingsRequest, values: Values) => Promise<SettingsAnswer>;
  readonly more?: readonly Field[];
}) =>
  askDialog({
    title,
    text: 'An empty field is inherited. Windows count for new orders, all else from the next try on.',
    confirm: 'Save',
    fields: [...more, ...fieldsOf(current, level)],
    run: async (values) => {
      const drawn = Object.fromEntries(namesAt(level).map(([name]) => [name, current.settings[name]]));
      const there = (await read(values)).settings as SettingsRequest;
      return save(withChanges(there, drawn, settingsIn(values, level)), values);
    },
  });

/** Running orders keep the windows that they began with, until someone lengthens them to what is set now. */
const applyToRunning = async (filter: Filter, whose: string): Promise<void> => {
  const { matched, isCapped } = await countBatch(filter, 'apply_settings');
  if (matched === 0) {
    note(`No running order ${whose} has a shorter window than is set now.`);
    return;
  }
  const many = `${isCapped ? 'more than ' : ''}${count(matched, 'running order')}`;
  const agreed = await askDialog({
    title: `Lengthen ${many}?`,
    text: `The window that runs for ${many} ${whose} becomes as long as is set now. None is made shorter.`,
    confirm: `Lengthen: ${matched}`,
    run: async () => true,
  });
  if (!agreed) return;
  const {
    changed,
    matched: seen,
    failed,
  } = await runBatch('Lengthening', { filter, action: 'apply_settings' }, matched);
  note(`${changed} of ${seen} done`, failed.length > 0 ? 'part' : 'good');
};

/** One level of settings: what counts there, where it comes from, and what may be done. */
export const settingsCard = async ({
  title,
  level,
  read,
  save,
  filter,
  whose,
  signal,
}: {
  readonly title: string;
  readonly level: Level;
  readonly read: (signal: AbortSignal) => Promise<SettingsAnswer>;
  readonly save: (settings: SettingsRequest) => Promise<SettingsAnswer>;
  readonly filter: Filter;
  readonly whose: string;
  readonly signal: AbortSignal;
}) => {
  const body = h('div', {});
  const button = (label: string, run: () => Promise<void>) =>
    h('button', { type: 'button', onclick: () => run().catch((error: Error) => note(error.message, 'bad')) }, label);
  const look = async (): Promise<void> => {
    const current = await read(signal);
    const change = async (): Promise<void> => {
      const changed = await changeSettings({ title, level, current, read: () => read(signal), save });
      if (!changed) return;
      note('Saved.');
      await look();
    };
    replace(
      body,
      h('dl', { class: 'facts' }, lines(current.effective, level)),
      h(
        'div',
        { class: 'action-row' },
        may('admin') && button('Change', change),
        may('operator') && button('Apply to running orders', () => applyToRunning(filter, whose)),
      ),
    );
  };
  await look();
  return h('section', { class: 'card' }, h('h2', {}, title), body);
};

/** Products of an issuer with settings of their own. */
export const productsCard = async (issuerId: string, signal: AbortSignal) => {
  const body = h('div', {});
  const edit = async (productId?: string): Promise<void> => {
    const current = await (productId === undefined
      ? api.issuerSettings(issuerId, signal).then(({ effective }) => ({ settings: {}, effective }))
      : api.productSettings(issuerId, productId, signal));
    const changed = await changeSettings({
      title: productId === undefined ? 'Settings of a product' : `Settings of ${productId}`,
      level: 'product',
      current,
      more: productId === undefined ? [{ name: 'productId', label: 'Product id', required: true }] : [],
      read: (values) => api.productSettings(issuerId, productId ?? values.productId, signal),
      save: (settings, values) => api.setProductSettings(issuerId, productId ?? values.productId, settings),
    });
    if (changed) await look();
  };
  const look = async (): Promise<void> => {
    const { data, nextCursor } = await api.products(issuerId, signal);
    replace(
      body,
      data.length === 0
        ? h('p', { class: 'soft' }, 'Every product has the settings of its issuer.')
        : h(
            'ul',
            { class: 'plain-list' },
            data.map(({ productId, settings }) =>
              h(
                'li',
                { class: 'product-row' },
                h('code', {}, productId),
                h(
                  'span',
                  { class: 'soft' },
                  (Object.entries(settings) as [Name, Value][])
                    .map(([name, value]) => `${names[name].label}: ${settingText(name, value)}`)
                    .join('; '),
                ),
                h(
                  'div',
                  { class: 'action-row' },
                  may('admin') && h('button', { type: 'button', onclick: () => edit(productId) }, 'Change'),
                  may('operator') &&
                    h(
                      'button',
                      { type: 'button', onclick: () => applyToRunning({ issuerId, productId }, `of ${productId}`) },
                      'Apply to running orders',
                    ),
                ),
              ),
            ),
          ),
      nextCursor && h('p', { class: 'soft' }, `The first ${data.length} of them.`),
      may('admin') &&
        h('div', { class: 'action-row' }, h('button', { type: 'button', onclick: () => edit() }, 'Set for a product')),
    );
  };
  await look();
  return h('section', { class: 'card' }, h('h2', {}, 'Products with their own settings'), body);
};
