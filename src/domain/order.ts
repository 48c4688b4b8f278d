import type { Advance } from './clock';
import type { ForcedOutcome } from './forced-outcomes';
import { verificationFailureLimit } from './timings';

/**
 * The states of an order, the moves between them, and what an order knows of itself. The workflow holds these facts as
 * the truth; the database keeps a copy (without `held`) for reads and for judging after the workflow has closed.
 */
export const orderStates = [
  'accepted',
  'notified',
  'verified',
  'partially_issued',
  'issued',
  'delivered',
  'undeliverable',
  'refused',
  'expired',
  'cancelled',
] as const;
export type OrderState = (typeof orderStates)[number];

/** `accepted -> verified` is legal: an issuer may verify before its answer to `order.paid` was read. */
export const moves = {
  accepted: ['notified', 'verified', 'refused', 'expired', 'cancelled'],
  notified: ['verified', 'refused', 'expired', 'cancelled'],
  verified: ['partially_issued', 'issued', 'refused', 'expired', 'cancelled'],
  partially_issued: ['issued', 'refused', 'cancelled'],
  issued: ['delivered', 'undeliverable', 'cancelled'],
  undeliverable: ['issued', 'cancelled'],
  delivered: [],
  refused: [],
  expired: [],
  cancelled: [],
} as const satisfies Record<OrderState, readonly OrderState[]>;

export const closeReasons = [
  'verify_window',
  'issue_window',
  'issuer_refused',
  'issuer_cancelled',
  'operator_cancelled',
  'partially_issued',
  'completed_short',
  'all_void',
] as const;
export type CloseReason = (typeof closeReasons)[number];

/** `sent`: a mail or SMS server took the message; its receipt makes that `delivered` or `bounced`. */
export const deliveryStates = ['none', 'pending', 'sent', 'delivered', 'opened', 'bounced', 'failed'] as const;
export type DeliveryState = (typeof deliveryStates)[number];
/** The name of a registered channel (src/channels). */
export type Channel = string;

/** An integer in minor units with its ISO 4217 currency. */
export interface Amount {
  readonly value: number;
  readonly currency: string;
}

/** Where the codes go: beside its channel it has the fields that the channel declares. */
export interface Terminal {
  readonly channel: Channel;
  readonly [field: string]: string | undefined;
}

/** Names of fields such as `pin`, never what stands in them. */
export interface ChangedSecrets {
  readonly secretsSet?: readonly string[];
  readonly secretsDropped?: readonly string[];
}

/** The page is served from our own database, and has the codes once the order has them; all other channels are called. */
export const isCalled = (channel: Channel): boolean => channel !== 'page';

/** Of a code, as far as judgements need it; left out where it is the default. */
export interface ItemAttributes {
  readonly itemId: string;
  readonly uses?: number;
  readonly startsAtMs?: number;
  readonly expiresAtMs?: number;
}

/**
 * What is to be said of an item beyond that the order has it: items without an entry have one use, no dates, and nothing
 * happened to them. Kept with the facts, so that every judgement sees it.
 */
export interface ItemFacts extends ItemAttributes {
  /** Uses spent and not reversed. */
  readonly used?: number;
  /** Final; without it the item is issued or delivered, as its order is. */
  readonly state?: 'void' | 'replaced';
  readonly replacedBy?: string;
  readonly replaces?: string;
  /** It was replaced while its code could not be destroyed: both may be live. */
  readonly maybeLive?: boolean;
}

export type ItemState = 'issued' | 'delivered' | 'void' | 'replaced';

/** A code by reference: fingerprints are keyed hashes, so neither history nor a row tells the code. */
export interface HeldCode extends ItemAttributes {
  /** Of the whole Code after defaults: equality. */
  readonly fingerprint: string;
  /** Of the value alone: the same value under another itemId. */
  readonly valueFingerprint: string;
  readonly submissionId: string;
}

export interface OrderFacts {
  readonly state: OrderState;
  /** Of a test order. */
  readonly forced?: ForcedOutcome;
  readonly advances?: readonly Advance[];
  /** Rises by one with every recorded decision; a copy is written only over an older one. */
  readonly version: number;
  readonly quantity: number;
  readonly amount: Amount;
  readonly codeMode: 'request' | 'push';
  readonly channel: Channel;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** When it got the state that it keeps; left out of orders of before. */
  readonly closedAtMs?: number;
  readonly verifyWindowMs: number;
  readonly issueWindowMs: number;
  /** How long before the issue window ends the issuer is asked once more; absent: never. */
  readonly lastCallMs?: number;
  /** What an operator's `extend` added to the window that was running. */
  readonly verifyExtensionMs: number;
  readonly issueExtensionMs: number;
  readonly failures: number;
  readonly verification?: { readonly verifiedAtMs: number; readonly issueByMs: number };
  /** What `order.closing` says, once it is due: the same over all its tries. */
  readonly lastCall?: LastCall;
  /** Pieces that got a code. */
  readonly issued: number;
  /** Items of which there is more to say than that the order has them. */
  readonly items?: readonly ItemFacts[];
  /** Codes that the order held when it was closed before its delivery: void with it. */
  readonly voidAtClose?: number;
  /** The issue window ended with some codes, or the issuer or an operator ended it: no more are taken. */
  readonly short: boolean;
  /** It was ended short by a completion. */
  readonly completed?: boolean;
  readonly closedReason?: CloseReason;
  readonly refundDueValue?: number;
  /** The sum of what was paid back, as the issuer told. */
  readonly refundSettledValue?: number;
  /** Told before the delivery was over: by then the ledger may not have them yet. */
  readonly earlySettlements?: readonly EarlySettlement[];
  readonly delivery: { readonly state: DeliveryState; readonly tries: number };
  readonly sequence: number;
  /** Entries of the ledger. */
  readonly ledger?: number;
  readonly renotifications: number;
  /** Names the message to the terminal: another terminal, link or set of codes is another one. */
  readonly deliveryMessage?: DeliveryMessage;
  /** The newest one: at most one is open. */
  readonly voidRequest?: VoidRequest;
  /** How often it was asked for again: a delivery that is under way is begun anew. */
  readonly redeliveries?: number;
  /** How often its issuer asked for that on one UTC day. */
  readonly redeliveredOn?: { readonly day: number; readonly count: number };
}

/** What an order knows of money that was paid back. */
export interface Settled {
  readonly value: number;
  readonly settledAtMs?: number;
}

interface EarlySettlement extends Settled {
  readonly id: string;
}

/** Somebody wants money back, and the issuer is asked whether the codes can be destroyed. Why is in the row alone. */
export interface VoidRequest {
  readonly requestId: string;
  readonly itemIds: readonly string[];
  readonly state: 'open' | 'undecided' | 'destroyed' | 'refused';
  readonly startedAtMs: number;
  /** Without the issuer's holds since the start; the caller adds them. */
  readonly decideByMs: number;
  /** What becomes of it when nobody has decided by then. */
  readonly undecided: 'approve' | 'person';
  /** Its items are not redeemed while it waits. */
  readonly holdsItems?: boolean;
  readonly endedAtMs?: number;
}

export interface LastCall {
  readonly atMs: number;
  readonly outstanding: number;
  /** The end of the issue window as it was then, the issuer's holds counted. */
  readonly closesByMs: number;
  readonly isAnswered?: boolean;
}

export interface DeliveryMessage {
  readonly n: number;
  /** Stays over its tries. */
  readonly atMs: number;
  /** Items that were void or replaced when it was made, and so are not in it. */
  readonly ended?: number;
}

/** A call to the terminal of an order that is closed or has been delivered, beside its own workflow's. */
export interface AfterSale {
  readonly kind: 'redeliver' | 'void' | 'replacement';
  /** Of a void: those that are void; of a replacement: the new ones. */
  readonly itemIds?: readonly string[];
}

/** What the workflow starts from. */
export interface OrderOpening {
  readonly quantity: number;
  readonly amount: Amount;
  readonly codeMode: 'request' | 'push';
  readonly channel: Channel;
  readonly createdAtMs: number;
  readonly verifyWindowMs: number;
  readonly issueWindowMs: number;
  readonly lastCallMs?: number;
  readonly forced?: ForcedOutcome;
}

export const openFacts = (opening: OrderOpening): OrderFacts => ({
  ...opening,
  state: 'accepted',
  version: 1,
  updatedAtMs: opening.createdAtMs,
  verifyExtensionMs: 0,
  issueExtensionMs: 0,
  failures: opening.forced === 'locked' ? verificationFailureLimit : 0,
  issued: 0,
  short: false,
  delivery: { state: 'none', tries: 0 },
  sequence: 0,
  renotifications: 0,
});

/** Closed to codes, verification and refusal alike; `delivered` still answers repeats. */
export const isClosed = (state: OrderState): boolean =>
  state === 'refused' || state === 'expired' || state === 'cancelled';

export const finalStates = ['delivered', 'refused', 'expired', 'cancelled'] as const satisfies readonly OrderState[];

/** What the deletion of an issuer cancels; `issued` is on its way out, and is looked at again. */
export const cancellableStates = ['accepted', 'notified', 'verified', 'partially_issued', 'undeliverable'] as const;

/** A workflow runs for them, or should. */
export const openStates = [...cancellableStates, 'issued'] as const satisfies readonly OrderState[];

/** The workflow has ended or is about to. */
export const isFinal = (state: OrderState): boolean => (finalStates as readonly OrderState[]).includes(state);

/** Whom an open order waits for, in one word, as it is looked up in the Temporal UI. */
export const waitsFor = {
  accepted: 'verification',
  notified: 'verification',
  verified: 'codes',
  partially_issued: 'codes',
  issued: 'delivery',
  undeliverable: 'person',
  delivered: 'nothing',
  refused: 'nothing',
  expired: 'nothing',
  cancelled: 'nothing',
} as const satisfies Record<OrderState, string>;

export const isBeforeVerification = (state: OrderState): boolean => state === 'accepted' || state === 'notified';

export const isAwaitingCodes = (state: OrderState): boolean => state === 'verified' || state === 'partially_issued';

/** The window that runs out unless somebody moves the order, if one does. */
export const runningWindow = (state: OrderState): 'verify' | 'issue' | undefined => {
  if (isBeforeVerification(state)) return 'verify';
  return isAwaitingCodes(state) ? 'issue' : undefined;
};

export const statesInWindow = orderStates.filter((state) => runningWindow(state) !== undefined);

/** Its workflow has the codes on their way: what is asked about them is asked of it, not of the row. */
export const isInDelivery = (state: OrderState): boolean => state === 'issued' || state === 'undeliverable';

export const outstanding = (facts: Pick<OrderFacts, 'quantity' | 'issued'>): number => facts.quantity - facts.issued;

/** Ends of the windows without the issuer's holds; the caller adds the held time. */
export const verifyByMs = (facts: Pick<OrderFacts, 'createdAtMs' | 'verifyWindowMs' | 'verifyExtensionMs'>): number =>
  facts.createdAtMs + facts.verifyWindowMs + facts.verifyExtensionMs;
export const issueByMs = (
  facts: Pick<OrderFacts, 'verification' | 'issueWindowMs' | 'issueExtensionMs'>,
): number | undefined =>
  facts.verification && facts.verification.verifiedAtMs + facts.issueWindowMs + facts.issueExtensionMs;
