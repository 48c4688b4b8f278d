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
import { type IssuerStore, memoryStore } from './store';

export interface CallbackResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface CallbackContext {
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
  /** What was handled; left out: it is forgotten when the process ends. */
  readonly store?: IssuerStore;
  /** What a callback threw: the platform is answered 500 and sends the message again. */
  readonly onError?: (error: unknown, context: CallbackContext) => void;
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

export const json = (status: number, content: object): CallbackResponse => ({
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
  store = memoryStore(),
  onError = () => undefined,
}: MessageHandlerOptions) => {
  const running = new Map<string, Promise<CallbackResponse>>();

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

  const handleOnce = async (message: Message, context: CallbackContext): Promise<CallbackResponse> => {
    const key = `message/${context.webhookId}`;
    const kept = await store.read(key);
    return JSON.parse(kept ?? (await store.keep(key, JSON.stringify(await handle(message, context)))));
  };

  return (message: Message, context: CallbackContext): Promise<CallbackResponse> => {
    const first = running.get(context.webhookId);
    if (first) return first;
    const answer = handleOnce(message, context)
      .catch((error): CallbackResponse => {
        if (error instanceof AnswerWith) return error.response;
        onError(error, context);
        return json(500, { error: 'the callback failed' });
      })
      .finally(() => running.delete(context.webhookId));
    running.set(context.webhookId, answer);
    return answer;
  };
};

export type MessageHandler = ReturnType<typeof createMessageHandler>;
