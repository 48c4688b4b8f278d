import type { FieldError } from '../domain/failures';
import type { Terminal } from '../domain/order';
import type { IssuerRow } from '../store/issuers';

const portOf = ({ protocol, port }: URL): string => port || (protocol === 'https:' ? '443' : '80');

const isSamePlace = (a: string, b: string): boolean => {
  const [one, other] = [new URL(a), new URL(b)];
  return one.hostname === other.hostname && portOf(one) === portOf(other);
};

/** Nobody makes the platform call a third one: a test issuer's terminal is where its callback is. */
export const testTerminalProblem = (
  terminal: Terminal,
  callback: IssuerRow['callback'] | undefined,
): FieldError | null => {
  if (terminal.channel !== 'webhook') return null;
  if (callback?.kind === 'url' && isSamePlace(String(terminal.url), callback.url)) return null;
  return {
    path: '/terminal/url',
    code: 'terminal_elsewhere',
    message: "must be on the host and port of the test issuer's callback",
  };
};
