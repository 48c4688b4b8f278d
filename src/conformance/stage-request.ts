import { ownMessagePrefix } from '../domain/ids';
import { bodylessText, signsTarget } from '../signing/sign';
import { type SignatureRefusal, verifySignature } from '../signing/verify';

export interface StageRequest {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  /** Where its sender calls it another name, as behind a proxy. */
  readonly signedTarget?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawBody: Buffer;
}

/** Whom a request is of, by its signature, and what is wrong with that. */
export interface StageSender {
  readonly webhookId: string;
  readonly flaw: string | undefined;
}

export interface StageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const flawOf = {
  header_missing: 'it lacks a signature header',
  id_malformed: 'its webhook-id is malformed',
  timestamp_malformed: 'its webhook-timestamp is not in whole seconds',
  timestamp_out_of_range: 'its clock is wrong by more than 300 s',
  signature_malformed: 'its webhook-signature is malformed',
  signature_mismatch: 'its signature is by another key or over other bytes',
  id_own: `its webhook-id begins with ${ownMessagePrefix}`,
} as const satisfies Record<SignatureRefusal | 'id_own', string>;

interface Keys {
  readonly secrets: readonly string[];
  readonly publicKey?: string | undefined;
  readonly nowMs: () => number;
}

/** Of a process that is asked by nobody else: the platform looks as it does at all its calls. */
export const createSender =
  ({ secrets, publicKey, nowMs }: Keys) =>
  (request: StageRequest): StageSender => {
    const header = (name: string): string | undefined => {
      const value = request.headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    const { rawBody, method, target, signedTarget = target } = request;
    const verdict = verifySignature({
      headers: {
        id: header('webhook-id'),
        timestamp: header('webhook-timestamp'),
        signature: header('webhook-signature'),
      },
      body: signsTarget(method, rawBody) ? Buffer.from(bodylessText(method, signedTarget)) : rawBody,
      keys: { secrets, publicKey },
      nowMs: nowMs(),
    });
    const webhookId = shownId(header('webhook-id'));
    if (!verdict.ok) return { webhookId, flaw: flawOf[verdict.reason] };
    const isOwn = webhookId.startsWith(ownMessagePrefix);
    return { webhookId, flaw: isOwn ? flawOf.id_own : undefined };
  };

/** Also of one that fits nowhere. */
export const shownId = (webhookId: string | undefined): string => (webhookId ?? '').slice(0, 64);

export const answerOf = (status: number, body: object, retryAfterSeconds?: number): StageAnswer => ({
  status,
  headers: {
    'content-type': status < 400 ? 'application/json' : 'application/problem+json',
    'cache-control': 'no-store',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  },
  body: JSON.stringify(body),
});
