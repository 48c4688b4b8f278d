import { randomUUID } from 'node:crypto';
import type { Route } from '../../contract/route';
import { bodylessText, signHmac } from '../../signing/sign';
import { CommandEnd } from '../exit';
import type { Found } from '../find-platform';
import type { IssuerCredentials } from '../issuer/issuer-credentials';
import { plain } from '../plain-text';
import { createCall, type SignedCall } from '../platform-call';

/** What a tool tells in place of an answer. */
export class CannotTell extends Error {}

export interface CallParts {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: object;
}

// biome-ignore lint/suspicious/noExplicitAny: what is shown of an answer is read leniently, a newer api may say more
export type Caller = (route: Route, parts?: CallParts) => Promise<any>;

const createCaller =
  (find: () => Found, limitMs: number, sign?: SignedCall): Caller =>
  async ({ method, path }, { params = {}, query = {}, body } = {}) => {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));
    const texts = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`]]));
    const call = createCall(find, limitMs, sign);
    const answer = await call(method === 'get' ? 'GET' : 'POST', filled, {
      query: Object.fromEntries(texts),
      ...(body ? { body } : {}),
    }).catch((error: unknown) => {
      throw error instanceof CommandEnd ? new CannotTell(error.message) : error;
    });
    if (answer.status < 400) return answer.body;
    const { code, detail, retryable, errors = [] } = answer.body;
    throw new CannotTell(
      [
        `Refused: ${plain(code)} (${answer.status}) ${plain(detail)}`,
        ...errors.map(
          (error: { path?: unknown; message?: unknown }) => `${plain(error.path)}: ${plain(error.message)}`,
        ),
        ...(retryable === true ? ['The same call again can help.'] : []),
      ].join('\n'),
    );
  };

export const operatorCaller = (found: Found, limitMs: number): Caller => createCaller(() => found, limitMs);

/** Each call is a request of its own, as by the issuer's server. */
export const issuerCaller = ({ url, issuerId, secret }: IssuerCredentials, limitMs: number): Caller => {
  const call = createCaller(
    () => ({ url, token: undefined }),
    limitMs,
    ({ method, target, body }) => {
      const [id, timestampSeconds] = [randomUUID(), Math.floor(Date.now() / 1_000)];
      const message = { id, timestampSeconds, body: body ?? bodylessText(method, target) };
      return {
        'webhook-id': id,
        'webhook-timestamp': `${timestampSeconds}`,
        'webhook-signature': signHmac(secret, message),
      };
    },
  );
  return (route, parts = {}) => call(route, { ...parts, params: { ...parts.params, issuerId } });
};
