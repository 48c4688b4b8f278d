import { randomBytes } from 'node:crypto';
import { ownMessagePrefix } from '../domain/ids';
import type { CallResult } from '../outbound/client';
import { signedHeaders } from '../outbound/signed-headers';
import type { AnswerRead } from './answer-read';

/** One request to the issuer's callback; redirects are not followed, and bytes of the answer are read to the limit. */
export type Post = (call: {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly answerLimitBytes?: number;
}) => Promise<CallResult>;

// biome-ignore lint/suspicious/noExplicitAny: a message that is changed in order to be wrong, or to be newer than its type
export type Message = { type: string; timestamp: string; data: any; [more: string]: unknown };

export interface PlayLimits {
  /** How long something that must come is waited for. */
  readonly patienceMs: number;
  /** How long nothing may come where nothing must. */
  readonly quietMs: number;
  /** A message that was fetched is given again after it, until it is acknowledged. */
  readonly leaseMs: number;
}

/** Who fetches has a message again after a while only, and waits for it with others. */
export const usualLimits: Readonly<Record<CallbackKind, PlayLimits>> = {
  url: { patienceMs: 10_000, quietMs: 1_000, leaseMs: 8_000 },
  pull: { patienceMs: 25_000, quietMs: 1_000, leaseMs: 8_000 },
};

/** Whether the issuer is called, or fetches. */
export type CallbackKind = 'url' | 'pull';

/** Left out: as the platform sends. Most of it a call alone has, and `givings` and `unheard` a fetched message. */
export interface How {
  /** Of the same message again. */
  readonly id?: string;
  /** Each signs. */
  readonly secrets?: readonly string[];
  /** The clock of the sender is so much off. */
  readonly skewSeconds?: number;
  readonly signature?: (right: string) => string;
  /** Sent in place of what was signed. */
  readonly sentBody?: (signed: Buffer) => Buffer;
  readonly sentHeaders?: (signed: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly answerLimitBytes?: number;
  /** Of a message that is not taken; of one that is fetched, after its lease. */
  readonly resendAfterMs?: number;
  /** In so many fetches in a row, whether it is acknowledged meanwhile or not. */
  readonly givings?: number;
  /** So many acknowledgements come back with the problem `unavailable`. */
  readonly unheard?: number;
  /** Told in the report. */
  readonly says?: string;
}

export const messagePrefix = `${ownMessagePrefix}conform_`;

export const newMessageId = (): string => `${messagePrefix}${randomBytes(12).toString('hex')}`;

export const bytesOfMessage = (message: object): Buffer => Buffer.from(JSON.stringify(message));

export const signedCall = (
  body: Buffer,
  id: string,
  secrets: readonly string[],
  nowMs: number,
  { skewSeconds = 0, signature = (right) => right, sentBody, sentHeaders, contentType = 'application/json' }: How,
) => {
  const right = signedHeaders({ id, nowMs: nowMs + skewSeconds * 1_000, body, secrets });
  const headers = {
    ...right,
    'content-type': contentType,
    'webhook-signature': signature(right['webhook-signature']),
  };
  return { headers: sentHeaders?.(headers) ?? headers, body: sentBody?.(body) ?? body };
};

/** What became of one attempt: of a call, or of a message that was to be fetched. */
export type Sent =
  | CallResult
  | { readonly kind: 'acknowledged'; readonly tookMs: number; readonly read?: AnswerRead }
  | { readonly kind: 'failed'; readonly reason: 'not_fetched' | 'not_acknowledged'; readonly tookMs: number };

export type Taken = Exclude<Sent, { kind: 'failed' }>;

export const isTaken = (result: Sent): boolean =>
  result.kind === 'acknowledged' || (result.kind === 'answered' && result.status >= 200 && result.status < 300);

/** 410 would pause the issuer, and a redirect is no answer. */
export const isRefusal = (result: Sent): boolean =>
  result.kind === 'answered' && result.status >= 400 && result.status !== 410;

export const shownResult = (result: Sent): string => {
  const after = `after ${result.tookMs} ms`;
  switch (result.kind) {
    case 'answered':
      return `${result.status} ${after}`;
    case 'acknowledged':
      return `acknowledged ${after}`;
    default:
      return `no answer (${('because' in result && result.because) || result.reason}) ${after}`;
  }
};
