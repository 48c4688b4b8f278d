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

export interface StageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const flawOf = {
  header_missing: 'it lacks a signature header',
  id_malformed: 'its webhook-id is malformed',
  timestamp_malformed: 'its webhook-timestamp is not in whole seconds',
  timestamp_out_of_range: 'its clock is wrong by more than 300 s',
  signature_malformed: 'its webhook-signature is malformed',
  signature_mismatch: 'its signature is by another key or over other bytes',
} as const satisfies Record<SignatureRefusal, string>;

interface Keys {
  readonly secrets: readonly string[];
  readonly publicKey?: string | undefined;
  readonly nowMs: () => number;
}

/** Who sent a request, and what is wrong with that. */
export const createSender =
  ({ secrets, publicKey, nowMs }: Keys) =>
  (request: StageRequest): { readonly webhookId: string; readonly flaw: string | undefined } => {
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
    const webhookId = (header('webhook-id') ?? '').slice(0, 64);
    if (!verdict.ok) return { webhookId, flaw: flawOf[verdict.reason] };
    const isOwn = webhookId.startsWith(ownMessagePrefix);
    return { webhookId, flaw: isOwn ? `its webhook-id begins with ${ownMessagePrefix}` : undefined };
  };

export const answerOf = (status: number, body: object, retryAfterSeconds?: number): StageAnswer => ({
  status,
  headers: {
    'content-type': status < 400 ? 'application/json' : 'application/problem+json',
    'cache-control': 'no-store',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  },
  body: JSON.stringify(body),
});
