import type { Field, Values } from '../pages-kit/dialog';
import { note } from '../pages-kit/dom';
import type { OfferedChannel, TerminalAnswer } from './answers';
import { api } from './api';

let known: readonly OfferedChannel[] | undefined;

/** The channels of this platform; undefined where they could not be read, which is told and tried anew the next time. */
export const offeredChannels = async (): Promise<readonly OfferedChannel[] | undefined> => {
  try {
    known ??= (await api.channels()).data;
  } catch (error) {
    note((error as Error).message, 'bad');
  }
  return known;
};

/** The channel, and the address that each of them asks for. */
export const terminalFields = (channels: readonly OfferedChannel[], value: Partial<TerminalAnswer> = {}): Field[] => [
  {
    name: 'channel',
    label: 'Channel',
    kind: 'select' as const,
    value: value.channel ?? channels[0]?.channel,
    options: channels.map(({ channel, label }) => [channel, label] as const),
  },
  ...channels.flatMap(({ channel, address }) =>
    address
      ? [
          {
            ...address,
            name: nameOf(channel, address),
            path: `/terminal/${address.field}`,
            required: true,
            value: value.channel === channel ? value[address.field] : '',
          },
        ]
      : [],
  ),
];

const nameOf = (channel: string, { field }: NonNullable<OfferedChannel['address']>): string =>
  `terminal-${channel}-${field}`;

/** Of the address fields only the channel's own is asked for. */
export const isTerminalFieldShown = (name: string, { channel }: Values): boolean =>
  !name.startsWith('terminal-') || name.startsWith(`terminal-${channel}-`);

export const terminalOf = ({ channel, ...values }: Values): { channel: string } & Record<string, string> => {
  const prefix = `terminal-${channel}-`;
  const name = Object.keys(values).find((one) => one.startsWith(prefix));
  return name === undefined ? { channel } : { channel, [name.slice(prefix.length)]: values[name] };
};

/** Of an issuer's preset terminal, which is not masked. */
export const terminalText = ({ channel, ...address }: TerminalAnswer): string =>
  channel === 'page' ? 'Pick-up page' : `${channel}: ${Object.values(address).join(' ')}`;
