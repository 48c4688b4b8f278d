import { InvalidArgumentError, Option } from 'commander';
import { issuerIdPattern, orderNoPattern } from '../domain/ids';
import type { ActionField } from '../domain/operator-actions';
import { windowSecondsRange } from '../domain/timings';

/** Each reads one argument of the command line; what does not fit is wrong usage, before anything is sent. */
export const orderName = (text: string): string => {
  const [issuerId = '', orderNo = '', ...rest] = text.split('/');
  if (rest.length > 0 || !issuerIdPattern.test(issuerId) || !orderNoPattern.test(orderNo)) {
    throw new InvalidArgumentError('An order is named ISSUER/ORDER-NO, such as acme/4711.');
  }
  return `${issuerId}/${orderNo}`;
};

export const issuerId = (text: string): string => {
  if (issuerIdPattern.test(text)) return text;
  throw new InvalidArgumentError('An issuer is named by 1 to 64 of a-z, 0-9 and -.');
};

export const callId = (text: string): string => {
  const colon = text.lastIndexOf(':');
  if (orderNoPattern.test(text.slice(0, Math.max(colon, 0))) && /^[\w-]{1,64}$/.test(text.slice(colon + 1)))
    return text;
  throw new InvalidArgumentError('A call is named as `issuers calls` names it, such as 4711:q0Zk3v9_aB-cDeFg.');
};

export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where a command listens: `PORT`, or `HOST:PORT` with an IPv6 address in brackets. */
export const address =
  (usual: Address) =>
  (text: string): Address => {
    const [, host = usual.host, port = ''] = /^(?:\[?([^\s/]+?)\]?:)?(\d{1,5})$/.exec(text) ?? [];
    if (port !== '' && Number(port) <= 65_535) return { host, port: Number(port) };
    throw new InvalidArgumentError(`It must be PORT or HOST:PORT, such as ${usual.host}:${usual.port}.`);
  };

/** `CHANNEL` or `CHANNEL:ADDRESS`; which channels there are, and what an address is called, the platform tells. */
export interface TerminalArgument {
  readonly channel: string;
  readonly address?: string;
}

export const terminal = (text: string): TerminalArgument => {
  const [channel = '', ...rest] = text.split(':');
  if (/^[a-z]{1,32}$/.test(channel) && (rest.length === 0 || rest.join(':') !== '')) {
    return { channel, ...(rest.length > 0 ? { address: rest.join(':') } : {}) };
  }
  throw new InvalidArgumentError('It must be CHANNEL or CHANNEL:ADDRESS, such as page or webhook:https://….');
};

/** An address, `function:NAME` for an adapter that runs in the platform, or `pull`. */
export const callback = (text: string): Record<string, string> => {
  if (text === 'pull') return { kind: 'pull' };
  if (text.startsWith('function:')) return { kind: 'function', name: text.slice('function:'.length) };
  if (/^https?:\/\//.test(text)) return { kind: 'url', url: text };
  throw new InvalidArgumentError('It must be an address, function:NAME, or pull.');
};

/** The console's sentence, as the one line of a command. */
export const asPhrase = (sentence: string): string =>
  `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`.replace(/\.$/, '');

export const optionName = ({ name, option = name }: ActionField): string => option;

const usesMax = 1_000_000;

export const optionOf = (field: ActionField): Option => {
  const { label, kind, choices, isOptional } = field;
  const name = optionName(field);
  const range = kind === 'seconds' ? windowSecondsRange : kind === 'count' ? { min: 1, max: usesMax } : undefined;
  const help = range ? `${label}, ${range.min} to ${range.max}` : label;
  const option = new Option(`--${name} <${range ? 'n' : name}>`, asPhrase(help));
  if (range) option.argParser(wholeNumber(range.min, range.max));
  if (kind === 'list') option.argParser((text: string, before: readonly string[] = []) => [...before, text]);
  if (choices) option.choices(choices.map(([value]) => value));
  return isOptional ? option : option.makeOptionMandatory();
};
