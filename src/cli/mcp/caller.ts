import type { Route } from '../../contract/route';
import { pathPart } from '../../domain/ids';
import { CommandEnd } from '../exit';
import type { Found } from '../find-platform';
import { createIssuerCall } from '../issuer/issuer-call';
import type { IssuerCredentials } from '../issuer/issuer-credentials';
import { plain } from '../plain-text';
import { type Call, createCall } from '../platform-call';

/** What a tool tells in place of an answer. */
export class CannotTell extends Error {}

export interface CallParts {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: object;
}

// biome-ignore lint/suspicious/noExplicitAny: what is shown of an answer is read leniently, a newer api may say more
export type Caller = (route: Route, parts?: CallParts) => Promise<any>;

const partOf = (name: string): string => {
  try {
    return pathPart(name);
  } catch (error) {
    throw new CannotTell((error as Error).message);
  }
};

const createCaller =
  (call: Call): Caller =>
  async ({ method, path }, { params = {}, query = {}, body } = {}) => {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => partOf(params[name] ?? ''));
    const texts = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`]]));
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

export const operatorCaller = (found: Found, limitMs: number): Caller => createCaller(createCall(() => found, limitMs));

export const issuerCaller = (credentials: IssuerCredentials, limitMs: number): Caller => {
  const { issuerId } = credentials;
  const call = createCaller(createIssuerCall(credentials, limitMs));
  return (route, parts = {}) => call(route, { ...parts, params: { ...parts.params, issuerId } });
};
