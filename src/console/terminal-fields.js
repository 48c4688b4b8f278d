import { api } from './api.js';
import { note } from './dom.js';

let known;

/** The channels of this platform; undefined where they could not be read, which is told and tried anew the next time. */
export const offeredChannels = async () => {
  try {
    known ??= (await api.channels()).data;
  } catch (error) {
    note(error.message, 'bad');
  }
  return known;
};

/** The channel, and the address that each of them asks for. */
export const terminalFields = (channels, value = {}) => [
  {
    name: 'channel',
    label: 'Channel',
    kind: 'select',
    value: value.channel ?? channels[0]?.channel,
    options: channels.map(({ channel, label }) => [channel, label]),
  },
  ...channels.flatMap(({ channel, address }) =>
    address
      ? [
          {
            ...address,
            name: nameOf(channel, address),
            required: true,
            value: value.channel === channel ? value[address.field] : '',
          },
        ]
      : [],
  ),
];

const nameOf = (channel, { field }) => `terminal-${channel}-${field}`;

/** Of the address fields only the channel's own is asked for. */
export const isTerminalFieldShown = (name, { channel }) =>
  !name.startsWith('terminal-') || name.startsWith(`terminal-${channel}-`);

export const terminalOf = ({ channel, ...values }) => {
  const prefix = `terminal-${channel}-`;
  const name = Object.keys(values).find((one) => one.startsWith(prefix));
  return name === undefined ? { channel } : { channel, [name.slice(prefix.length)]: values[name] };
};

/** Of an issuer's preset terminal, which is not masked. */
export const terminalText = ({ channel, ...address }) =>
  channel === 'page' ? 'Pick-up page' : `${channel}: ${Object.values(address).join(' ')}`;
