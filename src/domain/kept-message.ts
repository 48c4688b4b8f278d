import type { TimelineEvent } from './messages';
import { isAwaitingCodes, isBeforeVerification, type OrderFacts } from './order';

/** To whoever fetches messages: how often it was given, and when last; 0: it may be given at once. */
export interface Giving {
  readonly attempt?: number;
  readonly atMs: number;
}

/**
 * A message that waits for its issuer's answer, as it was made: what its bytes are made of beside the order's row. Events
 * are in the row's outbox.
 */
export type KeptMessage = {
  /** Its webhook-id. */
  readonly id: string;
  readonly given?: Giving;
  /** `answered`: to a call of ours. `acknowledged`: it was fetched, and its answer has been heard. */
  readonly taken?: 'answered' | 'acknowledged';
  /** Its issuer asked for it once more, whether its order needs it or not: a MAC of that by the order's key. */
  readonly again?: string | false;
  /** Over what its bytes are made of, by the order's key. Left out: of before, and not known to be ours. */
  readonly mac?: string;
} & (
  | { readonly kind: 'paid'; readonly atMs: number; readonly verifyByMs: number }
  | ({ readonly kind: 'code' } & KeptCodeRequest)
  | ({ readonly kind: 'closing'; readonly closesByMs: number } & KeptCodeRequest)
  /** All else stands in the order's newest request. */
  | { readonly kind: 'void_request'; readonly atMs: number; readonly requestId: string }
);

interface KeptCodeRequest {
  readonly atMs: number;
  readonly verifyByMs: number;
  readonly issueByMs: number;
  readonly outstanding: number;
}

/** By which its attempts and their answers stand in the timeline: those of a void request are one line. */
export const linesOfKind: Readonly<
  Record<KeptMessage['kind'], { readonly sent?: TimelineEvent; readonly answered: TimelineEvent }>
> = {
  paid: { sent: 'notice_sent', answered: 'notice_answered' },
  code: { sent: 'code_requested', answered: 'code_request_answered' },
  closing: { sent: 'code_requested', answered: 'code_request_answered' },
  void_request: { answered: 'void_requested' },
};

export const typeOfKind = {
  paid: 'order.paid',
  code: 'order.code_requested',
  closing: 'order.closing',
  void_request: 'order.void_requested',
} as const satisfies Record<KeptMessage['kind'], string>;

/** The lines of a last call are those of a code request, with this beside. */
export const markOf = (kind: KeptMessage['kind']): { readonly lastCall?: true } =>
  kind === 'closing' ? { lastCall: true } : {};

/** Given to one reader; to another one only after this. */
export const givingLeaseMs = 60_000;

/** Source: rules 5 and 20. A row may be a moment behind: a code is asked for after the verification only. */
const isNeeded = (facts: OrderFacts, message: KeptMessage, messages: readonly KeptMessage[]): boolean => {
  const isNewest = messages.findLast(({ kind }) => kind === message.kind)?.id === message.id;
  switch (message.kind) {
    case 'paid':
      return isNewest && isBeforeVerification(facts.state);
    case 'code':
    case 'closing':
      return isNewest && (isBeforeVerification(facts.state) || isAwaitingCodes(facts.state));
    case 'void_request':
      return facts.voidRequest?.requestId === message.requestId && facts.voidRequest.state === 'open';
    default:
      return message satisfies never;
  }
};

/** Those that are still to be given to an issuer that fetches them. */
export const messagesToGive = (facts: OrderFacts, messages: readonly KeptMessage[]): readonly KeptMessage[] =>
  messages.filter((message) => message.again || (message.taken === undefined && isNeeded(facts, message, messages)));

/** When it may be given next. */
export const givableAtMs = ({ given }: { readonly given?: Giving | undefined }): number =>
  given && given.atMs > 0 ? given.atMs + givingLeaseMs : 0;
