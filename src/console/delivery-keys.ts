import { askDialog } from '../pages-kit/dialog';
import { type Child, h, note, replace } from '../pages-kit/dom';
import { agoText, timeTag } from '../pages-kit/time';
import type { DeliveryKeysAnswer } from './answers';
import { api, may } from './api';

const keyLine = ({ id, publicKey, createdAt, endsAt }: DeliveryKeysAnswer['keys'][number]): Child => [
  h('dt', {}, id),
  h(
    'dd',
    {},
    h('code', {}, publicKey),
    h('span', { class: 'soft' }, ' made ', timeTag(createdAt, agoText(createdAt))),
    endsAt !== undefined && h('span', { class: 'soft' }, `, ends ${new Date(endsAt).toLocaleString()}`),
  ),
];

/** On the settings view: the keys by which webhook terminals know our deliveries, and their rotation by an admin. */
export const deliveryKeysCard = async (signal: AbortSignal) => {
  const body = h('div', {});
  const rotate = async (): Promise<void> => {
    const rotated = await askDialog({
      title: 'Rotate the delivery key?',
      text: 'Deliveries carry a signature of each key for 24 hours, so that terminals can read the new one at /v1/keys. A third key ends the oldest.',
      confirm: 'Make a new key',
      fields: [{ name: 'endOldNow', label: 'End the old one at once: it has leaked', kind: 'check' }],
      run: ({ endOldNow }) => api.rotateDeliveryKey(endOldNow),
    });
    if (!rotated || rotated === true) return;
    note(`Deliveries are signed by ${rotated.id} within two seconds.`);
    await look();
  };
  const look = async (): Promise<void> => {
    const { keys } = await api.deliveryKeys(signal);
    replace(
      body,
      h('dl', { class: 'facts' }, keys.map(keyLine)),
      may('admin') &&
        h('div', { class: 'action-row' }, h('button', { type: 'button', onclick: rotate }, 'Rotate the key')),
    );
  };
  await look();
  return h('section', { class: 'card' }, h('h2', {}, 'Delivery keys'), body);
};
