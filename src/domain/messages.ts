import type { FailureCode } from './failures';
import type { CloseReason, OrderState, Terminal } from './order';

/** A code as it travels: by reference and keyed fingerprints, sealed elsewhere. */
export interface CodeReference {
  readonly itemId: string;
  readonly fingerprint: string;
  readonly valueFingerprint: string;
}

export const refusalReasons = ['out_of_stock', 'price_changed', 'product_unknown', 'account_invalid', 'other'] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** What may be said to an order. `tokenHash` is absent where the issuer answered our own signed call. */
export type OrderMessage =
  | {
      readonly kind: 'verify';
      readonly tokenHash: string;
      readonly quantity: number;
      readonly amount: { value: number; currency: string };
    }
  | {
      readonly kind: 'codes';
      readonly tokenHash?: string;
      readonly submissionId: string;
      readonly items: readonly CodeReference[];
      /** The store found another order of this issuer holding one of these values. */
      readonly reused: boolean;
    }
  | { readonly kind: 'refuse'; readonly tokenHash?: string; readonly reason: RefusalReason; readonly detail?: string }
  | { readonly kind: 'cancel'; readonly by: 'issuer' | 'operator'; readonly reason: string }
  | { readonly kind: 'renotify' }
  /** `isSame`: the terminal is named and is the one that the order has, so the message keeps its id. */
  | { readonly kind: 'redeliver'; readonly terminal?: Terminal; readonly isSame?: boolean }
  | { readonly kind: 'extend'; readonly extensionMs: number }
  | { readonly kind: 'notified' }
  | { readonly kind: 'window_ended' }
  | { readonly kind: 'delivered'; readonly tries: number; readonly state?: 'sent' }
  /** `problem`: of the last try, as in the timeline, which the call itself writes. */
  | { readonly kind: 'undeliverable'; readonly tries: number; readonly problem?: string };

/** The answer that the asker gets; `refused` carries a code of the closed list. */
export type Answer =
  | { readonly kind: 'verified'; readonly verifiedAtMs: number; readonly issueByMs: number }
  | { readonly kind: 'codes'; readonly accepted: number; readonly outstanding: number; readonly isNew: boolean }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly code: FailureCode; readonly late?: boolean };

export const eventTypes = [
  'order.delivered',
  'order.undeliverable',
  'order.refused',
  'order.expired',
  'order.cancelled',
  'order.refund_due',
  'order.codes_void',
] as const;
export type EventType = (typeof eventTypes)[number];

/** Told to the issuer; nobody waits on it. `sequence` counts the order's events from 1 without gaps. */
export interface OrderEvent {
  readonly sequence: number;
  readonly type: EventType;
  readonly atMs: number;
  readonly state: OrderState;
  readonly closedReason?: CloseReason;
  readonly refundDueValue?: number;
  readonly itemIds?: readonly string[];
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
] as const;
export type TimelineEvent = (typeof timelineEvents)[number];

/** One line of an order's timeline; `key` makes writing it twice harmless. Never holds a code, a token or an address. */
export interface TimelineEntry {
  readonly key: string;
  readonly atMs: number;
  readonly event: TimelineEvent;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}
