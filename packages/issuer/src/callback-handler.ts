import { type SignatureRefusal, verifySignature } from '../../../src/signing/verify';
import {
  type CallbackResponse,
  createMessageHandler,
  json,
  type Message,
  type MessageHandlerOptions,
} from './message-handler';

export interface CallbackRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As received: a body that was parsed and written again does not fit its signature. */
  readonly rawBody: Uint8Array;
}

export interface CallbackHandlerOptions extends MessageHandlerOptions {
  /** All live secrets: two during a rotation. */
  readonly secrets: readonly string[];
  /** Of the platform (`GET /v1/keys`), where deliveries to a webhook terminal are received. */
  readonly publicKey?: string | readonly string[];
  /** Why a request was not believed: for your own log, as the sender is told nothing. */
  readonly onRefused?: (reason: SignatureRefusal) => void;
  readonly clock?: { nowMs(): number };
}

const parseMessage = (rawBody: Uint8Array): Message | undefined => {
  try {
    const message = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody));
    const fits = typeof message?.type === 'string' && typeof message.data === 'object' && message.data !== null;
    return fits ? message : undefined;
  } catch {
    return undefined;
  }
};

const header = (headers: CallbackRequest['headers'], name: string): string | undefined => {
  const key = Object.keys(headers).find((given) => given.toLowerCase() === name);
  const value = key === undefined ? undefined : headers[key];
  return typeof value === 'string' ? value : undefined;
};

/** One function for one callback URL: a message handler behind a signature. */
export const createCallbackHandler = ({
  secrets,
  publicKey,
  onRefused = () => undefined,
  clock = { nowMs: Date.now },
  ...reactions
}: CallbackHandlerOptions) => {
  const handle = createMessageHandler(reactions);

  return async ({ method, headers, rawBody }: CallbackRequest): Promise<CallbackResponse> => {
    if (method !== 'POST') return { ...json(405, { error: 'only POST' }), headers: { allow: 'POST' } };
    const verdict = verifySignature({
      headers: {
        id: header(headers, 'webhook-id'),
        timestamp: header(headers, 'webhook-timestamp'),
        signature: header(headers, 'webhook-signature'),
      },
      body: Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength),
      keys: { secrets, publicKey },
      nowMs: clock.nowMs(),
    });
    if (!verdict.ok) {
      onRefused(verdict.reason);
      return json(401, { error: 'signature_invalid' });
    }
    const message = parseMessage(rawBody);
    if (!message) return json(400, { error: 'body_malformed' });
    return handle(message, { webhookId: verdict.id });
  };
};

export type CallbackHandler = ReturnType<typeof createCallbackHandler>;
