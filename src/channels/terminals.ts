import { z } from 'zod';
import type { ChangedSecrets, Terminal } from '../domain/order';
import type { DeclaredTerminal } from './declare-terminal';
import { emailTerminal } from './email/terminal';
import { pageTerminal } from './page/terminal';
import { smsTerminal } from './sms/terminal';
import { webhookTerminal } from './webhook/terminal';

/** Every terminal that the contract knows. Which of them are offered is another matter: see configured-channels.ts. */
const declared = [pageTerminal, webhookTerminal, emailTerminal, smsTerminal] as const;

export const channelNames: readonly string[] = declared.map(({ name }) => name);

type SchemasOf<D extends readonly DeclaredTerminal[]> = { -readonly [N in keyof D]: D[N]['schema'] };

/** Of a body: `terminal` of an order, of an issuer, of a redelivery. */
export const terminal = z.discriminatedUnion(
  'channel',
  declared.map(({ schema }) => schema) as unknown as SchemasOf<typeof declared>,
);

const byName: ReadonlyMap<string, DeclaredTerminal> = new Map(declared.map((one) => [one.name, one]));

const declarationOf = ({ channel }: Pick<Terminal, 'channel'>): DeclaredTerminal => {
  const found = byName.get(channel);
  if (!found) throw new RangeError(`no channel is named ${channel}`);
  return found;
};

export const maskedTerminal = (one: Terminal): { channel: string; hint: string } => ({
  channel: one.channel,
  hint: declarationOf(one).hint(one),
});

export const hasPage = (one: Pick<Terminal, 'channel'>): boolean => declarationOf(one).hasPage;

export const hasReceipts = (one: Pick<Terminal, 'channel'>): boolean => declarationOf(one).hasReceipts ?? false;

/** How many codes one message to it takes. */
export const codesPerMessage = (one: Pick<Terminal, 'channel'>): number =>
  declarationOf(one).codesPerMessage ?? Number.POSITIVE_INFINITY;

/** What of a terminal may be shown to its issuer and to operators, and what not. */
export const secretsApart = (one: Terminal): { shown: Terminal; secrets: Readonly<Record<string, string>> } => {
  const isSecret = new Set(declarationOf(one).secrets);
  const { channel, ...fields } = one;
  const given = Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return {
    shown: { channel, ...Object.fromEntries(given.filter(([name]) => !isSecret.has(name))) },
    secrets: Object.fromEntries(given.filter(([name]) => isSecret.has(name))),
  };
};

/** Another server: what the one before signs with is not for it. */
const isElsewhere = (next: Terminal, was: Terminal): boolean =>
  typeof next.url === 'string' && (typeof was.url !== 'string' || new URL(next.url).origin !== new URL(was.url).origin);

/**
 * Where the codes go instead. Whoever corrects an address cannot know what else the terminal has: what is secret about it
 * stays where the channel knows such, until another is named.
 */
export const correctedTerminal = (next: Terminal, was: Terminal): Terminal => {
  const known = new Set(isElsewhere(next, was) ? [] : declarationOf(next).secrets);
  const { secrets } = secretsApart(was);
  return { ...Object.fromEntries(Object.entries(secrets).filter(([name]) => known.has(name))), ...next };
};

/** By name: what another terminal has that the one before had not, or not so, and what ends with that one. */
export const changedSecrets = (next: Terminal, was: Terminal): ChangedSecrets => {
  const [had, has] = [secretsApart(was).secrets, secretsApart(next).secrets];
  const set = Object.keys(has).filter((name) => has[name] !== had[name]);
  const dropped = Object.keys(had).filter((name) => has[name] === undefined);
  return { ...(set.length > 0 ? { secretsSet: set } : {}), ...(dropped.length > 0 ? { secretsDropped: dropped } : {}) };
};

/** The name of the circuit that an order's deliveries belong to; undefined where nobody is called. */
export const circuitOf = (issuerId: string, one: Terminal): string | undefined => {
  const what = declarationOf(one).circuit?.(one);
  return what === undefined ? undefined : `terminal:${issuerId}:${what}`;
};
