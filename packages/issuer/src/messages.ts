import type { CodeDeliveredMessage, CodeVoidMessage } from '../../../src/contract/callbacks/deliveries';
import type { OrderEventMessage } from '../../../src/contract/callbacks/events';
import type {
  ClosingMessage,
  CodeRequestMessage,
  PaidMessage,
  VoidRequestMessage,
} from '../../../src/contract/callbacks/first-interface';
import type { Code, CodeAnswer } from '../../../src/contract/code';
import type * as afterSale from '../../../src/contract/issuer/after-sale';
import type { readEvents } from '../../../src/contract/issuer/event-feed';
import type { listOwnFailures } from '../../../src/contract/issuer/failures';
import type { acknowledgeMessages, readMessages } from '../../../src/contract/issuer/messages';
import type {
  CancelOrder,
  RefuseOrder,
  SubmitCodes,
  submitCodes,
  VerifyOrder,
  verifyOrder,
} from '../../../src/contract/issuer/order-operations';
import type { listOrders, PlaceOrder, placeOrders } from '../../../src/contract/issuer/orders';
import type { reconcileOrders } from '../../../src/contract/issuer/reconciliations';
import type { readReplay, replayEvents } from '../../../src/contract/issuer/replays';
import type { changeSelf, readSelf, rotateOwnSecret } from '../../../src/contract/issuer/self';
import type { StatementLine } from '../../../src/contract/issuer/statements';
import type { Queued } from '../../../src/contract/order';
import type { GivenBody, Route, WrittenBody, WrittenQuery } from '../../../src/contract/route';

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
export type ReadEvents = WrittenQuery<typeof readEvents>;
export type ListFailures = WrittenQuery<typeof listOwnFailures>;
export type ListOrders = WrittenQuery<typeof listOrders>;

/** What a call of the client resolves to: a queued request is repeated until it is judged. */
export type Judged<R extends Route> = Exclude<GivenBody<R>, Queued>;
export type { Order as OrderAnswer, Timeline as OrderTimeline } from '../../../src/contract/order';
export type SelfAnswer = Judged<typeof readSelf>;
export type SelfChange = Omit<WrittenBody<typeof changeSelf>, 'type'>;
export type NewSecret = Judged<typeof rotateOwnSecret>;
export type { ListedOrder } from '../../../src/contract/issuer/reconciliations';
export type { StatementLine } from '../../../src/contract/issuer/statements';
export type Reconciliation = Judged<typeof reconcileOrders>;
export type ReconciledSpan = WrittenQuery<typeof reconcileOrders>;
export interface Statement {
  readonly isFinal: boolean;
  readonly asOf: string;
  readonly lines: readonly StatementLine[];
}
export type FailurePage = Judged<typeof listOwnFailures>;
export type EventPage = Judged<typeof readEvents>;
export type ReadMessages = WrittenQuery<typeof readMessages>;
export type MessagePage = Judged<typeof readMessages>;
export type FetchedMessage = MessagePage['data'][number];
export type AcknowledgedMessage = WrittenBody<typeof acknowledgeMessages>['results'][number];
export type Acknowledged = Judged<typeof acknowledgeMessages>;
export type EventsToReplay = Omit<WrittenBody<typeof replayEvents>, 'type' | 'dryRun'>;
export type ReplayBegun = Extract<Judged<typeof replayEvents>, { replayId: string }>;
export type ReplayMatch = Exclude<Judged<typeof replayEvents>, { replayId: string }>;
export type ReplayState = Judged<typeof readReplay>;
export type OrderPage = Judged<typeof listOrders>;
export type BulkAnswer = Judged<typeof placeOrders>;
export type VerifiedAnswer = Judged<typeof verifyOrder>;
export type CodesAnswer = Judged<typeof submitCodes>;

interface Call<R extends Route> {
  body: Omit<WrittenBody<R>, 'type'>;
  answer: Judged<R>;
}

/** What can be said of an order once it has codes, by the last part of the call's path, as `actions` names it. */
export interface AfterSaleCalls {
  readonly completion: Call<typeof afterSale.completeOrder>;
  readonly delivery: Call<typeof afterSale.deliverAgain>;
  readonly 'void-decision': Call<typeof afterSale.decideVoid>;
  readonly void: Call<typeof afterSale.voidItems>;
  readonly validity: Call<typeof afterSale.changeValidity>;
  readonly replacement: Call<typeof afterSale.replaceCodes>;
  readonly redemptions: Call<typeof afterSale.redeemItem>;
  readonly reversals: Call<typeof afterSale.reverseRedemption>;
  readonly 'refund-settlement': Call<typeof afterSale.settleRefund>;
}

/** `order.paid`: verify with exactly this token, quantity and amount. */
export type PaidNotice = PaidMessage['data'];
/** `order.code_requested`: repeated with the same content until answered; give the same codes each time. */
export type CodeRequest = CodeRequestMessage['data'];
/** `order.closing`: the last call before the issue window ends, to issuers that push as well; answered as a code request. */
export type LastCall = ClosingMessage['data'];
/** `order.void_requested`: somebody wants money back; can the codes be destroyed? Repeated until answered. */
export type VoidRequested = VoidRequestMessage['data'];
export type { VoidAnswer } from '../../../src/contract/void-answer';
/** `order.delivered` and its kind: may arrive out of order, `sequence` has no gaps. Types may be added at any time. */
export type { OrderEventMessage };
/** `code.delivered`, for whoever runs a webhook terminal: signed with the platform's key, and by the terminal's secret where it has one. */
export type CodeDelivery = CodeDeliveredMessage['data'];
/** `code.void`: codes that the terminal was sent can be used no more. */
export type CodesVoid = CodeVoidMessage['data'];
