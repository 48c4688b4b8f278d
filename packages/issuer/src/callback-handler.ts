import { verifySignature } from '../../../src/signing/verify';
import type {
  CodeDelivery,
  CodeReply,
  CodeRequest,
  CodesVoid,
  LastCall,
  OrderEventMessage,
  PaidNotice,
  VoidAnswer,
  VoidRequested,
} from './messages';

export interface CallbackRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As received: a body that was parsed and written again does not fit its signature. */
  readonly rawBody: Buffer;
}

export interface CallbackResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface CallbackContext {
  /** The same over all tries of one message: a key for work that must be done once. */
  readonly webhookId: string;
  /** Of a fetched message: how often it was given, from 1 on. */
  readonly attempt?: number;
}

export interface MessageHandlerOptions {
  readonly onPaid?: (notice: PaidNotice, context: CallbackContext) => Promise<void> | void;
  /** `undefined` answers that the codes will come through `submitCodes`. */
  readonly onCodeRequested?: (
    request: CodeRequest,
    context: CallbackContext,
  ) => Promise<CodeReply | undefined> | CodeReply | undefined;
  /** `undefined` answers that the codes will come through `submitCodes`, before `closesBy`. */
  readonly onClosing?: (
    request: LastCall,
    context: CallbackContext,
  ) => Promise<CodeReply | undefined> | CodeReply | undefined;
  /** `undefined` answers that it will be decided by a `void-decision`. */
  readonly onVoidRequested?: (
    request: VoidRequested,
    context: CallbackContext,
  ) => Promise<VoidAnswer | undefined> | VoidAnswer | undefined;
  readonly onEvent?: (event: OrderEventMessage, context: CallbackContext) => Promise<void> | void;
  readonly onEcho?: (content: Readonly<Record<string, unknown>>, context: CallbackContext) => Promise<void> | void;
  readonly onDelivered?: (delivery: CodeDelivery, context: CallbackContext) => Promise<void> | void;
  readonly onVoid?: (codes: CodesVoid, context: CallbackContext) => Promise<void> | void;
  /** How many handled messages are remembered. */
  readonly rememberedMax?: number;
}

export interface CallbackHandlerOptions extends MessageHandlerOptions {
  /** All live secrets: two during a rotation. */
  readonly secrets: readonly string[];
  /** Of the platform (`GET /v1/keys`), where deliveries to a webhook terminal are received. */
  readonly publicKey?: string | readonly string[];
  readonly clock?: { nowMs(): number };
}

/** Thrown by a callback to answer something else than success, such as 429 with `retry-after`; it is asked again. */
export class AnswerWith extends Error {
  override readonly name = 'AnswerWith';

  constructor(readonly response: CallbackResponse) {
    super(`answers ${response.status}`);
  }
}

/** As it was called with, or fetched. */
export interface Message {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const parseMessage = (rawBody: Buffer): Message | undefined => {
  try {
    const message = JSON.parse(rawBody.toString('utf8'));
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

const json = (status: number, content: object): CallbackResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(content),
});

/**
 * What is done with a message, however it came. A repeated one gets the first answer again without a second call of the
 * callback, also while the first is still running; one that failed is forgotten, so that its repeat is worked on.
 */
export const createMessageHandler = ({
  onPaid,
  onCodeRequested,
  onClosing,
  onVoidRequested,
  onEvent,
  onEcho,
  onDelivered,
  onVoid,
  rememberedMax = 1000,
}: MessageHandlerOptions) => {
  const answers = new Map<string, Promise<CallbackResponse>>();

  const handle = async ({ type, timestamp, data }: Message, context: CallbackContext): Promise<CallbackResponse> => {
    switch (type) {
      case 'order.paid':
        await onPaid?.(data as unknown as PaidNotice, context);
        break;
      case 'order.code_requested': {
        const reply = await onCodeRequested?.(data as unknown as CodeRequest, context);
        if (reply) return json(200, reply);
        break;
      }
      case 'order.closing': {
        const reply = await onClosing?.(data as unknown as LastCall, context);
        if (reply) return json(200, reply);
        break;
      }
      case 'order.void_requested': {
        const reply = await onVoidRequested?.(data as unknown as VoidRequested, context);
        if (reply) return json(200, reply);
        break;
      }
      case 'echo':
        await onEcho?.(data, context);
        break;
      case 'code.delivered':
        await onDelivered?.(data as unknown as CodeDelivery, context);
        break;
      case 'code.void':
        await onVoid?.(data as unknown as CodesVoid, context);
        break;
      default:
        await onEvent?.({ type, timestamp, data } as unknown as OrderEventMessage, context);
    }
    return { status: 204 };
  };

  return (message: Message, context: CallbackContext): Promise<CallbackResponse> => {
    const known = answers.get(context.webhookId);
    if (known) return known;
    const answer = handle(message, context).catch((error): CallbackResponse => {
      answers.delete(context.webhookId);
      return error instanceof AnswerWith ? error.response : json(500, { error: 'the callback failed' });
    });
    answers.set(context.webhookId, answer);
    if (answers.size > rememberedMax) answers.delete(answers.keys().next().value as string);
    return answer;
  };
};

export type MessageHandler = ReturnType<typeof createMessageHandler>;

/** One function for one callback URL: a message handler behind a signature. */
export const createCallbackHandler = ({
  secrets,
  publicKey,
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
      body: rawBody,
      keys: { secrets, publicKey },
      nowMs: clock.nowMs(),
    });
    if (!verdict.ok) return json(401, { error: 'signature_invalid' });
    const message = parseMessage(rawBody);
    if (!message) return json(400, { error: 'body_malformed' });
    return handle(message, { webhookId: verdict.id });
  };
};

export type CallbackHandler = ReturnType<typeof createCallbackHandler>;
