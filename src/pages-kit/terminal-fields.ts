import type { OfferedChannel } from '../contract/operator/channels';
import type { changeIssuer, readIssuer } from '../contract/operator/issuers';
import type { GivenBody, WrittenBody } from '../contract/route';
import type { Field, Values } from './dialog';

type IssuerAnswer = GivenBody<typeof readIssuer>;
type TerminalAnswer = NonNullable<IssuerAnswer['terminal']>;
type TerminalSetting = NonNullable<WrittenBody<typeof changeIssuer>['terminal']>;

const secretFields: Readonly<Record<string, Pick<Field, 'label' | 'help'>>> = {
  pin: {
    label: 'New PIN, 4 to 8 digits',
    help: 'Left empty: one that the order has stays.',
  },
  secret: {
    label: 'New secret (whsec_…)',
    help: 'Left empty: one that the same server had stays. A PIN ends: a webhook has no page that asks for it.',
  },
};

/** Of a terminal that takes another one's place; what nobody can look up can only be named, or stays. */
export const correctionFields = (channels: readonly OfferedChannel[], now: string): Field[] => [
  ...terminalFields(channels, { channel: now }),
  ...channels.flatMap(({ channel, secrets = [] }) =>
    secrets.map((field) => ({
      ...(secretFields[field] ?? { label: field }),
      name: `terminal-${channel}-${field}`,
      path: `/terminal/${field}`,
    })),
  ),
];

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
  const given = Object.entries(values).filter(([name, value]) => name.startsWith(prefix) && value);
  return { channel, ...Object.fromEntries(given.map(([name, value]) => [name.slice(prefix.length), value])) };
};

/**
 * Of an issuer; `isNew`: one that is being made. A preset terminal can be changed but not taken away: the orders that rely
 * on it would have none.
 */
export const presetTerminalFields = (
  channels: readonly OfferedChannel[],
  terminal: TerminalAnswer | undefined,
  isNew = false,
): Field[] =>
  terminalFields(channels, terminal).map((field) =>
    field.name === 'channel'
      ? {
          ...field,
          label: 'Preset terminal',
          value: terminal?.channel ?? (isNew ? field.value : ''),
          options: [...(field.options ?? []), ...(terminal ? [] : [['', 'None: each order names its own'] as const])],
        }
      : field,
  );

/**
 * The dialog asks for no language: one that the terminal has stays. Nor for its secrets, which nobody can look up: as long as
 * it is the same nothing is sent, and they stay.
 */
export const presetTerminalOf = (
  values: Values,
  before: TerminalAnswer | undefined,
): { readonly terminal?: TerminalSetting } => {
  if (!values.channel) return {};
  const language = before?.channel === values.channel ? before?.language : undefined;
  const { channel, ...fields } = { ...(language === undefined ? {} : { language }), ...terminalOf(values) };
  const isSame = before?.channel === channel && Object.entries(before).length === 1 + Object.entries(fields).length;
  if (isSame && Object.entries(fields).every(([name, value]) => before[name as keyof typeof before] === value))
    return {};
  return { terminal: { channel, ...fields } as TerminalSetting };
};

/** Of an issuer's preset terminal, which is not masked. */
export const terminalText = ({ channel, ...address }: TerminalAnswer): string =>
  channel === 'page' ? 'Pick-up page' : `${channel}: ${Object.values(address).join(' ')}`;
