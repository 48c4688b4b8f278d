import type { FailureCode } from './failures';
import type {
  ChangedSecrets,
  Channel,
  CloseReason,
  ItemAttributes,
  ItemState,
  OrderState,
  Settled,
  VoidRequest,
} from './order';

/** A code as it travels: by reference and keyed fingerprints, sealed elsewhere. */
export interface CodeReference extends ItemAttributes {
  readonly fingerprint: string;
  readonly valueFingerprint: string;
}

export const refusalReasons = ['out_of_stock', 'price_changed', 'product_unknown', 'account_invalid', 'other'] as const;
export type RefusalReason = (typeof refusalReasons)[number];

export type Asker = 'issuer' | 'operator';

export type VoidAsker = Asker | 'buyer';
export const voidDecisions = ['destroyed', 'refused'] as const;
export type VoidDecision = (typeof voidDecisions)[number];
export const voidRefusals = ['redeemed', 'not_refundable', 'other'] as const;
export type VoidRefusal = (typeof voidRefusals)[number];
/** Whoever or whatever ended a request. */
export type VoidDecider = Asker | 'redemption' | 'timeout';

/** A redemption as the ledger has it: the whole content under its id, and what its first answer said. */
export interface KnownRedemption {
  readonly itemId: string;
  readonly uses: number;
  readonly redeemedAtMs?: number;
  readonly place?: string;
  readonly usesLeft: number;
  /** What the answer to its reversal said. */
  readonly reversed?: { readonly usesLeft: number };
}

export interface Replacement {
  readonly itemId: string;
  readonly by: ItemAttributes;
  /** Of the whole new code: another one under the same name is no repeat. */
  readonly fingerprint?: string;
  readonly stillLive: boolean;
}

/** Another terminal, by reference: it stands among the corrections of the order's row. */
export interface TerminalReference extends ChangedSecrets {
  readonly ref: string;
  readonly channel: Channel;
}

/**
 * What may be said to an order. All of it may be read in the engine's history: references, numbers and words of closed
 * lists. A token was compared, an address and a person's words were written to the row, before the order hears of them.
 * `textRef` names such words. Who answered our own signed call needs no token.
 */
export type OrderMessage =
  | {
      readonly kind: 'verify';
      readonly isRightToken: boolean;
      readonly quantity: number;
      readonly amount: { value: number; currency: string };
    }
  | {
      readonly kind: 'codes';
      readonly isRightToken: boolean;
      readonly submissionId: string;
      readonly items: readonly CodeReference[];
      /** The store found another order of this issuer holding one of these values. */
      readonly reused: boolean;
    }
  | {
      readonly kind: 'refuse';
      readonly isRightToken: boolean;
      readonly reason: RefusalReason;
      readonly textRef?: string;
    }
  /** A token may come with it. */
  | { readonly kind: 'cancel'; readonly by: Asker; readonly isRightToken?: boolean; readonly textRef?: string }
  | { readonly kind: 'renotify' }
  | {
      readonly kind: 'redeliver';
      /** Absent in histories of before issuers could ask. */
      readonly by?: Asker;
      readonly isRightToken?: boolean;
      /** `same`: the terminal is named and is the one that the order has, so the message keeps its id. */
      readonly terminal?: TerminalReference | 'same';
      /** A try has failed, or what was sent came back: the codes may go elsewhere. */
      readonly hasFailed?: boolean;
      /** The message holds another link than before. */
      readonly newLink?: boolean;
    }
  | { readonly kind: 'extend'; readonly extensionMs: number }
  /** Of test orders: their clock goes on by so much. */
  | { readonly kind: 'advance'; readonly id: string; readonly byMs: number }
  | { readonly kind: 'complete'; readonly by: Asker; readonly isRightToken: boolean; readonly textRef?: string }
  /** All good items where none is named. */
  | {
      readonly kind: 'void';
      readonly by: Asker;
      readonly isRightToken: boolean;
      readonly itemIds?: readonly string[];
      readonly textRef?: string;
    }
  | {
      readonly kind: 'validity';
      readonly isRightToken: boolean;
      readonly itemIds?: readonly string[];
      readonly expiresAtMs: number;
    }
  | {
      readonly kind: 'redeem';
      readonly by: Asker;
      readonly isRightToken: boolean;
      readonly redemptionId: string;
      readonly itemId: string;
      readonly uses: number;
      readonly redeemedAtMs: number;
      readonly place?: string;
      /** What the ledger has under this id. */
      readonly known?: KnownRedemption;
    }
  | {
      readonly kind: 'reverse';
      readonly by: Asker;
      readonly isRightToken: boolean;
      readonly redemptionId: string;
      readonly known?: KnownRedemption;
    }
  | {
      readonly kind: 'replace';
      readonly isRightToken: boolean;
      readonly replacements: readonly Replacement[];
      /** A new value is one that the order has or had. */
      readonly conflicts: boolean;
      /** A new value is held by another order of this issuer. */
      readonly reused: boolean;
    }
  | {
      readonly kind: 'settle';
      readonly isRightToken: boolean;
      readonly settlementId: string;
      readonly value: number;
      readonly currency: string;
      readonly settledAtMs?: number;
      readonly known?: Settled;
      /** Asked of an order whose delivery was under way. */
      readonly isEarly?: true;
    }
  | {
      readonly kind: 'requestVoid';
      readonly by: VoidAsker;
      readonly itemIds?: readonly string[];
      readonly requestId: string;
      readonly decideWithinMs: number;
      readonly undecided: VoidRequest['undecided'];
      readonly holdsItems: boolean;
    }
  | {
      readonly kind: 'decideVoid';
      readonly by: Asker;
      readonly isRightToken: boolean;
      readonly requestId: string;
      readonly decision: VoidDecision;
      readonly reason?: VoidRefusal;
      readonly textRef?: string;
      /** What the ledger has of a request before the newest one. */
      readonly known?: { readonly decision: VoidDecision };
    }
  /** The issuer cannot tell whether the codes are destroyed. */
  | { readonly kind: 'voidUnknown'; readonly requestId: string }
  /** The caller has counted the issuer's holds. */
  | { readonly kind: 'voidTimeOver'; readonly by: 'timeout'; readonly requestId: string }
  | { readonly kind: 'opened' }
  | { readonly kind: 'notified' }
  | { readonly kind: 'window_ended' }
  /** The caller has counted the issuer's holds. */
  | { readonly kind: 'last_call_due'; readonly closesByMs: number }
  | { readonly kind: 'last_call_answered' }
  | { readonly kind: 'delivered'; readonly tries: number; readonly state?: 'sent' }
  /** `problem`: of the last try, as in the timeline, which the call itself writes. */
  | { readonly kind: 'undeliverable'; readonly tries: number; readonly problem?: string };

/** What comes to an open order from outside its workflow, each as an Update of its own. */
export const askedKinds = [
  ...(['verify', 'codes', 'refuse', 'cancel', 'renotify', 'redeliver', 'extend', 'complete', 'void'] as const),
  ...(['validity', 'settle', 'requestVoid', 'decideVoid', 'voidUnknown', 'voidTimeOver', 'advance'] as const),
] as const satisfies readonly OrderMessage['kind'][];
export type AskedKind = (typeof askedKinds)[number];
export type AskedMessage = Extract<OrderMessage, { readonly kind: AskedKind }>;

/** The answer that the asker gets; `refused` carries a code of the closed list. */
export type Answer =
  | { readonly kind: 'verified'; readonly verifiedAtMs: number; readonly issueByMs: number }
  | { readonly kind: 'codes'; readonly accepted: number; readonly outstanding: number; readonly isNew: boolean }
  | { readonly kind: 'done' }
  | {
      readonly kind: 'redeemed';
      readonly itemId: string;
      readonly uses: number;
      readonly usesLeft: number;
      readonly isNew: boolean;
    }
  | { readonly kind: 'reversed'; readonly itemId: string; readonly usesLeft: number; readonly isNew: boolean }
  | { readonly kind: 'replaced'; readonly count: number; readonly isNew: boolean }
  | { readonly kind: 'settled'; readonly isNew: boolean }
  /** `itemIds`: those that the refusal is about. `path`: of the field in the asker's body. */
  | {
      readonly kind: 'refused';
      readonly code: FailureCode;
      readonly late?: boolean;
      readonly itemIds?: readonly string[];
      readonly path?: string;
    };

export const eventTypes = [
  'order.delivered',
  'order.undeliverable',
  'order.refused',
  'order.expired',
  'order.cancelled',
  'order.refund_due',
  'order.codes_void',
  'order.item_replaced',
  'order.redeemed',
  'order.reversed',
  'order.opened',
  'order.terminal_changed',
  'order.void_decided',
] as const;
export type EventType = (typeof eventTypes)[number];

/** A call of the issuer's own, by the name of its Update, and when the order judged it. */
export interface AskedCall {
  readonly call: string;
  readonly atMs: number;
}

/** Told to the issuer; nobody waits on it. `sequence` counts the order's events from 1 without gaps. */
export interface OrderEvent {
  readonly sequence: number;
  readonly type: EventType;
  readonly atMs: number;
  readonly state: OrderState;
  readonly closedReason?: CloseReason;
  readonly refundDueValue?: number;
  readonly itemIds?: readonly string[];
  readonly replaces?: readonly { readonly itemId: string; readonly by: string }[];
  readonly redemptionId?: string;
  /** Not told before the answer to this call has left. */
  readonly after?: AskedCall;
  readonly by?: VoidDecider;
  readonly requestId?: string;
  readonly decision?: VoidDecision;
  readonly reason?: VoidRefusal;
  /** Masked. */
  readonly terminal?: { readonly channel: string; readonly hint: string };
  /** Of it, by name. */
  readonly secretsSet?: readonly string[];
  readonly secretsDropped?: readonly string[];
}

export const timelineEvents = [
  'accepted',
  'notice_sent',
  'notice_answered',
  'verification_judged',
  'code_requested',
  'code_request_answered',
  'codes_judged',
  'delivery_tried',
  'delivered',
  'closed',
  'event_sent',
  'opened',
  'receipt',
  'completed',
  'item_void',
  'item_replaced',
  'item_redeemed',
  'item_reversed',
  'validity_changed',
  'refund_settled',
  'payment_repeated',
  'terminal_changed',
  'void_requested',
  'void_decided',
  'note',
  'resumed',
  'attempt_lost',
  'code_reported',
] as const;
export type TimelineEvent = (typeof timelineEvents)[number];

/** A line with another verdict is a refusal. */
export const goodVerdicts: ReadonlySet<unknown> = new Set(['verified', 'accepted']);

/** Where an answer could not be read, and why: names of fields and of a closed list, nothing of what stands there. */
export interface UnreadField {
  readonly path: string;
  readonly code: string;
}

/** One line of an order's timeline; `key` makes writing it twice harmless. Never holds a code, a token or an address. */
export interface TimelineEntry {
  readonly key: string;
  readonly atMs: number;
  readonly event: TimelineEvent;
  readonly detail: Readonly<Record<string, string | number | boolean | readonly UnreadField[]>>;
}

/** One change of an item or of what is owed, for ever: the newest are in the order's row until they are in the ledger. */
export interface LedgerEntry {
  /** Counts the order's changes from 1 without gaps. */
  readonly seq: number;
  readonly kind: 'void' | 'replaced' | 'redeemed' | 'reversed' | 'validity' | 'settled' | 'void_decided';
  readonly atMs: number;
  readonly by: VoidDecider;
  /** The issuer's own name of it: a redemption's or a settlement's. */
  readonly operationId?: string;
  readonly itemId?: string;
  readonly uses?: number;
  /** After it. */
  readonly usesLeft?: number;
  readonly state?: ItemState;
  readonly value?: number;
  readonly decision?: VoidDecision;
  readonly place?: string;
  readonly redeemedAtMs?: number;
  readonly settledAtMs?: number;
}
