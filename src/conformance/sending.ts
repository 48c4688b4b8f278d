import { randomBytes } from 'node:crypto';
import { ownMessagePrefix } from '../domain/ids';
import type { CallResult } from '../outbound/client';
import { signedHeaders } from '../outbound/signed-headers';

/** One request to the issuer's callback; redirects are not followed, and bytes of the answer are read to the limit. */
export type Post = (call: {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly answerLimitBytes?: number;
}) => Promise<CallResult>;

/** Left out: as the platform sends. */
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
  /** Of a message that is not taken. */
  readonly resendAfterMs?: number;
  /** Told in the report. */
  readonly says?: string;
}

export const newMessageId = (): string => `${ownMessagePrefix}conform_${randomBytes(12).toString('hex')}`;

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

export const isTaken = (result: CallResult): boolean =>
  result.kind === 'answered' && result.status >= 200 && result.status < 300;

/** 410 would pause the issuer, and a redirect is no answer. */
export const isRefusal = (result: CallResult): boolean =>
  result.kind === 'answered' && result.status >= 400 && result.status !== 410;

export const shownResult = (result: CallResult): string =>
  result.kind === 'answered'
    ? `${result.status} after ${result.tookMs} ms`
    : `no answer (${result.reason}) after ${result.tookMs} ms`;
