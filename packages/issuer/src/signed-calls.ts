import { type KeyObject, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseSecret } from '../../../src/signing/keys';
import { bodylessText, signEd25519, signHmac } from '../../../src/signing/sign';
import { ProblemError, problemFrom } from './problem-error';

export interface IssuerClientOptions {
  readonly baseUrl: string;
  readonly issuerId: string;
  readonly secret: string;
  /** Of the registered ed25519 public key: requests are then signed with it instead of the secret. */
  readonly privateKey?: KeyObject;
  readonly fetch?: typeof globalThis.fetch;
  /** Tries of one call that fail; a queued answer is no failure. */
  readonly triesMax?: number;
  readonly tryLimitMs?: number;
  /** No repeat starts later than this after the call began. */
  readonly totalLimitMs?: number;
  readonly clock?: { nowMs(): number };
  readonly random?: () => number;
  readonly wait?: (delayMs: number, signal: AbortSignal | undefined) => Promise<void>;
}

export interface SentOptions extends CallOptions {
  /** A file: its text is the answer, whatever is in it. */
  readonly accept?: string;
  /** Lines instead of one object. */
  readonly lines?: readonly object[];
  /** A 202 is its answer, and not that it is to be judged yet. */
  readonly isTaken?: boolean;
  /** So long the platform may wait before it answers. */
  readonly waitMs?: number;
}

export interface CallOptions {
  /** Give your own, kept beside your order, and a call repeated after a crash is still the same request. Not with `cf_` in front. */
  readonly webhookId?: string;
  readonly signal?: AbortSignal;
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly body: string | undefined;
  readonly webhookId: string;
  readonly signal: AbortSignal | undefined;
  readonly isTaken: boolean;
  readonly waitMs: number;
  readonly accept: string | undefined;
  readonly contentType: string;
}

type Attempt =
  | { readonly kind: 'answered'; readonly value: unknown; readonly headers: Headers }
  | { readonly kind: 'problem'; readonly problem: ProblemError; readonly retryAfterMs: number };

/** Of the platform's own messages: it refuses an incoming one. */
const platformPrefix = 'cf_';
export const ndjson = 'application/x-ndjson';
/** No body says nothing; an empty line is an empty list. */
const ndjsonOf = (lines: readonly object[]): string =>
  lines
    .map((line) => JSON.stringify(line))
    .join('\n')
    .concat('\n');
const backoffFirstMs = 500;
const backoffMaxMs = 15_000;
const queuedDelayMs = 1000;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Seconds, or a date where a proxy answered. */
const delayOf = (retryAfter: string | null, nowMs: number): number => {
  if (!retryAfter) return 0;
  const delayMs = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - nowMs;
  return Number.isNaN(delayMs) ? 0 : Math.max(0, delayMs);
};

const queued = (): ProblemError =>
  new ProblemError({
    code: 'queued',
    status: 202,
    retryable: true,
    detail: 'durable, not judged yet: the same request again gets the judgement',
  });

/** Signs, sends and repeats; the client's methods say what. */
export const createSignedCalls = ({
  baseUrl,
  issuerId,
  secret,
  privateKey,
  fetch = globalThis.fetch,
  triesMax = 5,
  tryLimitMs = 10_000,
  totalLimitMs = 60_000,
  clock = { nowMs: Date.now },
  random = Math.random,
  wait = (delayMs, signal) => pause(delayMs, undefined, signal ? { signal } : {}),
}: IssuerClientOptions) => {
  parseSecret(secret);
  const root = `${baseUrl.replace(/\/+$/, '')}/v1/issuers/${encodeURIComponent(issuerId)}`;

  const headersOf = ({
    method,
    url,
    body,
    contentType,
    webhookId,
    accept = 'application/json',
  }: Request): Record<string, string> => {
    const message = {
      id: webhookId,
      timestampSeconds: Math.floor(clock.nowMs() / 1000),
      body: body ?? bodylessText(method, url.pathname + url.search),
    };
    return {
      accept,
      ...(body === undefined ? {} : { 'content-type': contentType }),
      'webhook-id': webhookId,
      'webhook-timestamp': String(message.timestampSeconds),
      'webhook-signature': privateKey ? signEd25519(privateKey, message) : signHmac(secret, message),
    };
  };

  const attempt = async (request: Request): Promise<Attempt> => {
    const timeout = AbortSignal.timeout(tryLimitMs + request.waitMs);
    try {
      const response = await fetch(request.url, {
        method: request.method,
        headers: headersOf(request),
        body: request.body ?? null,
        redirect: 'manual',
        signal: request.signal ? AbortSignal.any([timeout, request.signal]) : timeout,
      });
      const text = await response.text();
      const answer = response.ok && request.accept !== undefined ? text : parseJson(text);
      const retryAfterMs = delayOf(response.headers.get('retry-after'), clock.nowMs());
      if (response.status === 202 && !request.isTaken) {
        return { kind: 'problem', problem: queued(), retryAfterMs: Math.max(retryAfterMs, queuedDelayMs) };
      }
      if (response.ok && answer !== undefined) return { kind: 'answered', value: answer, headers: response.headers };
      return { kind: 'problem', problem: problemFrom(response.status, answer), retryAfterMs };
    } catch (error) {
      request.signal?.throwIfAborted();
      const fields = { code: 'unreachable', status: 0, retryable: true, detail: 'no answer from the platform' };
      return { kind: 'problem', problem: new ProblemError(fields, error), retryAfterMs: 0 };
    }
  };

  const backoffMs = (failedTries: number): number =>
    Math.min(backoffFirstMs * 2 ** (failedTries - 1), backoffMaxMs) * (0.75 + 0.5 * random());

  /** Every repeat sends the same bytes under the same webhook-id, so that it can only be the same request. */
  const answered = async (
    method: 'GET' | 'POST',
    path: string,
    body: object | undefined,
    { webhookId = randomUUID(), signal, isTaken = false, waitMs = 0, accept, lines }: SentOptions = {},
  ): Promise<Attempt & { kind: 'answered' }> => {
    if (webhookId.startsWith(platformPrefix)) throw new RangeError(`a webhookId must not begin with ${platformPrefix}`);
    const request: Request = {
      method,
      url: new URL(root + path),
      body: lines ? ndjsonOf(lines) : body && JSON.stringify(body),
      contentType: lines ? ndjson : 'application/json',
      webhookId,
      signal,
      isTaken,
      waitMs,
      accept,
    };
    const endAtMs = clock.nowMs() + totalLimitMs;
    let failedTries = 0;
    for (;;) {
      const tried = await attempt(request);
      if (tried.kind === 'answered') return tried;
      const isQueued = tried.problem.status === 202;
      if (!isQueued) failedTries += 1;
      if (!tried.problem.retryable || failedTries >= triesMax) throw tried.problem;
      const delayMs = Math.max(tried.retryAfterMs, isQueued ? 0 : backoffMs(failedTries));
      if (clock.nowMs() + delayMs > endAtMs) throw tried.problem;
      await wait(delayMs, signal);
    }
  };

  const call = async <T>(...request: Parameters<typeof answered>): Promise<T> =>
    (await answered(...request)).value as T;

  return { answered, call };
};
