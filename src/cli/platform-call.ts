import { bytesWithin } from '../bounded/bytes-within';
import { CommandEnd, exitCodes, wrongUsage } from './exit';
import type { Found } from './find-platform';
import { reasonOf } from './reason-of';

export interface ApiAnswer {
  readonly status: number;
  /** As it came, for `--json`. */
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what is shown of an answer is read leniently, a newer api may say more
  readonly body: any;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly open?: boolean;
  /** Ends it before its limit. */
  readonly signal?: AbortSignal;
  readonly answerMaxBytes?: number;
}

export type Call = (method: 'GET' | 'POST', path: string, options?: CallOptions) => Promise<ApiAnswer>;

/** In place of a token: the headers that sign one request. */
export type SignedCall = (request: {
  readonly method: string;
  readonly target: string;
  readonly body: string | undefined;
}) => Readonly<Record<string, string>>;

/** Far above the largest page, 100 orders: whatever sends more is not the platform. */
const usualAnswerMaxBytes = 16 * 1024 * 1024;

/** One call, one limit over connecting, waiting and reading. Redirects are not followed: the token stays here. */
export const createCall =
  (find: () => Found, limitMs: number, sign?: SignedCall): Call =>
  async (method, path, { body, query = {}, open = false, signal, answerMaxBytes = usualAnswerMaxBytes } = {}) => {
    const timeout = AbortSignal.timeout(limitMs);
    const { url, token } = find();
    if (!open && !sign && token === undefined) throw wrongUsage(`Set CODEFERRY_TOKEN to the operator token of ${url}`);
    const target = new URL(url + path);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) target.searchParams.set(name, value);
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const signed = sign?.({ method, target: target.pathname + target.search, body: sent });
    let status: number;
    let text: string;
    try {
      const response = await fetch(target, {
        method,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        headers: {
          ...(signed ?? (open ? {} : { authorization: `Bearer ${token}` })),
          ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(sent === undefined ? {} : { body: sent }),
      });
      status = response.status;
      text = (await bytesWithin(response, answerMaxBytes)).toString();
    } catch (error) {
      throw new CommandEnd(exitCodes.unreachable, `${url} cannot be reached: ${reasonOf(error, limitMs)}`);
    }
    try {
      const parsed: unknown = JSON.parse(text);
      if (typeof parsed === 'object' && parsed !== null) return { status, text, body: parsed };
    } catch {
      // Told below: no answer of the platform is without JSON here.
    }
    throw new CommandEnd(exitCodes.unreachable, `What answers at ${url} is no Codeferry platform (${status})`);
  };
