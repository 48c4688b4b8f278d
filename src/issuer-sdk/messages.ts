import type { Code, CodeAnswer } from '../contract/code';
import type * as routes from '../contract/issuer/after-sale';
import type { CancelOrder, RefuseOrder, SubmitCodes, VerifyOrder } from '../contract/issuer/order-operations';
import type { PlaceOrder } from '../contract/issuer/orders';
import type { GivenBodyOf } from '../contract/route';

export type { VoidAnswer } from '../contract/void-answer';

/** Sent by the issuer; the client adds `type`. Fields with a default may be left out. */
export type OrderToPlace = Omit<PlaceOrder, 'type' | 'quantity'> & { quantity?: number };
export type Verification = Omit<VerifyOrder, 'type'>;
export type IssuedCode = Omit<Code, 'format'> & { format?: Code['format'] };
export type CodeSubmission = Omit<SubmitCodes, 'type' | 'codes'> & { codes: readonly IssuedCode[] };
export type Refusal = Omit<RefuseOrder, 'type'>;
export type Cancellation = Omit<CancelOrder, 'type'>;
export type CodeReply =
  | Exclude<CodeAnswer, { status: 'issued' }>
  | { readonly status: 'issued'; readonly codes: readonly IssuedCode[] };

type Product = PlaceOrder['product'];
type Amount = PlaceOrder['amount'];
type Payment = NonNullable<PlaceOrder['payment']>;

export interface OrderAnswer {
  readonly issuerId: string;
  readonly orderNo: string;
  readonly state: string;
  readonly product: Product;
  readonly quantity: number;
  readonly amount: Amount;
  readonly terminal: { readonly channel: string; readonly hint?: string };
  readonly codes: { readonly issued: number; readonly outstanding: number };
  readonly delivery: {
    readonly state: 'none' | 'pending' | 'sent' | 'delivered' | 'opened' | 'bounced' | 'failed';
    readonly tries: number;
  };
  readonly pickupUrl?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly verifyBy?: string;
  readonly issueBy?: string;
  readonly closedReason?: string;
  readonly refundDue?: Amount;
  readonly refundSettled?: Amount;
  readonly items: Readonly<Record<'issued' | 'delivered' | 'void' | 'replaced' | 'redeemed', number>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly payment?: Payment;
  readonly voidRequest?: {
    readonly requestId: string;
    readonly itemIds: readonly string[];
    readonly state: 'open' | 'undecided' | 'destroyed' | 'refused';
    readonly decideBy: string;
  };
  readonly sequence: number;
  /** Calls that would now change or send something. */
  readonly actions: readonly string[];
}

/** What can be said of an order once it has codes, by the last part of the call's path, as `actions` names it. */
export interface AfterSaleCalls {
  readonly completion: { body: Omit<GivenBodyOf<typeof routes.completeOrder>, 'type'>; answer: OrderAnswer };
  readonly delivery: { body: Omit<GivenBodyOf<typeof routes.deliverAgain>, 'type'>; answer: OrderAnswer };
  readonly 'void-decision': { body: Omit<GivenBodyOf<typeof routes.decideVoid>, 'type'>; answer: OrderAnswer };
  readonly void: { body: Omit<GivenBodyOf<typeof routes.voidItems>, 'type'>; answer: OrderAnswer };
  readonly validity: { body: Omit<GivenBodyOf<typeof routes.changeValidity>, 'type'>; answer: OrderAnswer };
  readonly replacement: {
    body: Omit<GivenBodyOf<typeof routes.replaceCodes>, 'type'>;
    answer: { readonly replaced: number };
  };
  readonly redemptions: {
    body: Omit<GivenBodyOf<typeof routes.redeemItem>, 'type'>;
    answer: Redeemed & { readonly uses: number };
  };
  readonly reversals: { body: Omit<GivenBodyOf<typeof routes.reverseRedemption>, 'type'>; answer: Redeemed };
  readonly 'refund-settlement': { body: Omit<GivenBodyOf<typeof routes.settleRefund>, 'type'>; answer: OrderAnswer };
}

interface Redeemed {
  readonly redemptionId: string;
  readonly itemId: string;
  readonly usesLeft: number;
}

export interface OrderPage {
  readonly data: readonly OrderAnswer[];
  readonly nextCursor: string | null;
}

export interface OrderTimeline {
  readonly data: readonly { readonly at: string; readonly event: string; readonly detail: Record<string, unknown> }[];
}

export interface VerifiedAnswer {
  readonly verdict: 'verified';
  readonly orderNo: string;
  readonly verifiedAt: string;
  readonly issueBy: string;
}

export interface CodesAnswer {
  readonly accepted: number;
  readonly outstanding: number;
}

/** `order.paid`: verify with exactly this token, quantity and amount. */
export interface PaidNotice {
  readonly issuerId: string;
  readonly orderNo: string;
  readonly token: string;
  readonly product: Product;
  readonly quantity: number;
  readonly amount: Amount;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly payment?: Payment;
  readonly verifyBy: string;
  readonly verificationUrl: string;
  readonly codesUrl: string;
  readonly refusalUrl: string;
}

/** `order.code_requested`: repeated with the same content until answered; give the same codes each time. */
export interface CodeRequest extends Omit<PaidNotice, 'amount' | 'payment'> {
  readonly outstanding: number;
  readonly issueBy: string;
}

/** `order.void_requested`: somebody wants money back; can the codes be destroyed? Repeated until answered. */
export interface VoidRequested {
  readonly issuerId: string;
  readonly orderNo: string;
  readonly token: string;
  readonly requestId: string;
  readonly itemIds: readonly string[];
  readonly reason: string;
  readonly decideBy: string;
  readonly decisionUrl: string;
}

/** `order.delivered` and its kind: may arrive out of order, `sequence` has no gaps. */
export interface OrderEventMessage {
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    readonly issuerId: string;
    readonly orderNo: string;
    readonly sequence: number;
    readonly at: string;
    readonly state: string;
    readonly closedReason?: string;
    readonly refundDue?: Amount;
    readonly payment?: Payment;
    readonly itemIds?: readonly string[];
  };
}

/** `code.delivered`, for whoever runs a webhook terminal: signed with the platform's key, and by the terminal's secret where it has one. */
export interface CodeDelivery {
  readonly issuerId: string;
  readonly orderNo: string;
  readonly product: Product;
  /** Of more than 200 codes: the order is complete when all parts came. */
  readonly part?: { readonly n: number; readonly of: number };
  readonly codes: readonly Code[];
}
