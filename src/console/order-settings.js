import { api, may } from './api.js';
import { countBatch, runBatch } from './batch.js';
import { askDialog } from './dialog.js';
import { h, note, replace } from './dom.js';
import { spanText } from './time.js';
import { count } from './words.js';

const names = {
  verifyWindowSeconds: { label: 'Time to verify', field: 'Seconds to verify', range: [5, 86_400], isWindow: true },
  issueWindowSeconds: { label: 'Time to issue', field: 'Seconds to issue', range: [5, 86_400], isWindow: true },
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
const namesAt = (level) => Object.entries(names).filter(([, { isOfServer }]) => level !== 'product' || !isOfServer);

const from = {
  built_in: 'built in',
  platform: 'from the platform',
  issuer: 'from the issuer',
  product: 'of the product',
};

/** As it was set: whole seconds, minutes or hours. */
const secondsText = (seconds) => (seconds < 120 ? `${seconds} s` : spanText(seconds * 1_000));

const valueText = (value) =>
  Array.isArray(value) ? (value.length === 0 ? '–' : value.map(secondsText).join(', ')) : secondsText(value);

const settingText = (name, value) => (names[name].text ?? valueText)(value);

const lines = (effective, own) =>
  namesAt(own).map(([name, { label }]) => [
    h('dt', {}, label),
    h(
      'dd',
      {},
      settingText(name, effective[name].value),
      effective[name].from !== own && h('span', { class: 'soft' }, ` ${from[effective[name].from]}`),
    ),
  ]);

/** What counts for an order: the windows that it has, and the delays of today. */
export const orderSettingsList = ({ order, effective }) => {
  const extended = (seconds) => seconds > 0 && h('span', { class: 'soft' }, ` and ${secondsText(seconds)} more`);
  const line = (label, ...value) => [h('dt', {}, label), h('dd', {}, value)];
  return h(
    'dl',
    { class: 'facts' },
    line('Time to verify', valueText(order.verifyWindowSeconds), extended(order.verifyExtensionSeconds)),
    line('Time to issue', valueText(order.issueWindowSeconds), extended(order.issueExtensionSeconds)),
    Object.entries(names)
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

const fieldsOf = ({ settings, effective }, level) =>
  namesAt(level).map(([name, { field, range, help }]) => ({
    name,
    label: field,
    help,
    kind: range ? 'number' : 'text',
    min: range?.[0],
    max: range?.[1],
    value: range ? settings[name] : settings[name]?.join(', '),
    placeholder: settings[name] === undefined ? `${[effective[name].value].flat().join(', ')}, inherited` : 'inherited',
  }));

/** An empty field is inherited; what is no number goes over as it is and is refused with its place. */
const settingsIn = (values, level) =>
  Object.fromEntries(
    namesAt(level)
      .map(([name, { range }]) => [name, range ? values[name] : secondsIn(values[name])])
      .filter(([, value]) => value !== undefined),
  );

const secondsIn = (text) => {
  const parts = text.split(/[\s,]+/).filter(Boolean);
  return parts.length === 0 ? undefined : parts.map(Number);
};

/** Changes one level of settings; `save` is the call. Resolves to the new ones, or to nothing. */
export const changeSettings = async ({ title, level, current, save, more = [] }) =>
  askDialog({
    title,
    text: 'An empty field is inherited. Windows count for new orders, all else from the next try on.',
    confirm: 'Save',
    fields: [...more, ...fieldsOf(current, level)],
    run: (values) => save(settingsIn(values, level), values),
  });

/** Running orders keep the windows that they began with, until someone lengthens them to what is set now. */
export const applyToRunning = async (filter, whose) => {
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
  const { changed, matched: seen, failed } = await runBatch('Lengthening', filter, 'apply_settings', matched);
  note(`${changed} of ${seen} done`, failed.length > 0 ? 'part' : 'good');
};

/** One level of settings: what counts there, where it comes from, and what may be done. */
export const settingsCard = async ({ title, level, read, save, filter, whose, signal }) => {
  const body = h('div', {});
  const button = (label, run) =>
    h('button', { type: 'button', onclick: () => run().catch((error) => note(error.message, 'bad')) }, label);
  const look = async () => {
    const current = await read(signal);
    const change = async () => {
      const changed = await changeSettings({ title, level, current, save });
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
export const productsCard = async (issuerId, signal) => {
  const body = h('div', {});
  const edit = async (productId) => {
    const current = await (productId === undefined
      ? api.issuerSettings(issuerId, signal).then(({ effective }) => ({ settings: {}, effective }))
      : api.productSettings(issuerId, productId, signal));
    const changed = await changeSettings({
      title: productId === undefined ? 'Settings of a product' : `Settings of ${productId}`,
      level: 'product',
      current,
      more: productId === undefined ? [{ name: 'productId', label: 'Product id', required: true }] : [],
      save: (settings, values) => api.setProductSettings(issuerId, productId ?? values.productId, settings),
    });
    if (changed) await look();
  };
  const look = async () => {
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
                  Object.entries(settings)
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
