import type { components, Messages, orderCalls } from './contract';

type Schemas = components['schemas'];
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** The client adds `type`. */
type Body<N extends string> = Without<Schemas[`${N}.body` & keyof Schemas], 'type'>;
type Query<N extends string> = Schemas[`${N}.query` & keyof Schemas];
type Answer<N extends string> = Schemas[`${N}.answer` & keyof Schemas];

/** Fields with a default may be left out. */
export type IssuedCode = Schemas['CodeInput'];
export type OrderToPlace = Body<'placeOrder'>;
export type OrderAnswer = Schemas['Order'];
export type OrderTimeline = Schemas['Timeline'];
export type ListOrders = Query<'listOrders'>;
export type OrderPage = Answer<'listOrders'>;
export type BulkAnswer = Answer<'placeOrders'>;
export type PageQuery = Query<'listItems'>;
export type ItemPage = Schemas['ItemPage'];
export type RedemptionPage = Schemas['RedemptionPage'];

export type ReadEvents = Query<'readEvents'>;
export type EventPage = Answer<'readEvents'>;
export type ReadMessages = Query<'readMessages'>;
export type MessagePage = Answer<'readMessages'>;
export type FetchedMessage = MessagePage['data'][number];
export type AcknowledgedMessage = Body<'acknowledgeMessages'>['results'][number];
export type Acknowledged = Answer<'acknowledgeMessages'>;
export type ListFailures = Query<'listOwnFailures'>;
export type FailurePage = Answer<'listOwnFailures'>;

export type EventsToReplay = Without<Body<'replayEvents'>, 'dryRun'>;
export type ReplayBegun = Schemas['ReplayBegun'];
export type ReplayMatch = Schemas['ReplayMatch'];
export type ReplayState = Answer<'readReplay'>;

export type StatementLine = Schemas['StatementLine'];
export interface Statement {
  readonly isFinal: boolean;
  readonly asOf: string;
  readonly lines: readonly StatementLine[];
}
export type ListedOrder = Schemas['ListedOrder'];
export type Reconciliation = Answer<'reconcileOrders'>;
export type ReconciledSpan = Query<'reconcileOrders'>;

export type SelfAnswer = Schemas['Issuer'];
export type SelfChange = Body<'changeSelf'>;
export type NewSecret = Schemas['NewSecret'];
export type Sent = Answer<'echo'>;
export type ClockAdvanced = Answer<'advanceSandboxClock'>;
export type SandboxInbox = Answer<'readSandboxInbox'>;

/** What an issuer says of one order, by the last part of the call's path, as `actions` names most of them. */
export type OrderCall = keyof typeof orderCalls;
type OperationOf<N extends OrderCall> = (typeof orderCalls)[N]['operation'];
export type OrderCallBody<N extends OrderCall> = Body<OperationOf<N>>;
export type OrderCallAnswer<N extends OrderCall> = Answer<OperationOf<N>>;
export type CodeSubmission = Without<OrderCallBody<'codes'>, 'codes'> & { readonly codes: readonly IssuedCode[] };

/** `order.paid`: verify with exactly this token, quantity and amount. */
export type PaidNotice = Messages['order.paid']['data'];
/** `order.code_requested`: repeated with the same content until answered; give the same codes each time. */
export type CodeRequest = Messages['order.code_requested']['data'];
/** `order.closing`: the last call before the issue window ends, to issuers that push as well; answered as a code request. */
export type LastCall = Messages['order.closing']['data'];
/** What a code request and a last call are answered with. */
export type CodeReply =
  | Exclude<Schemas['order.code_requested.reply'], { status: 'issued' }>
  | { readonly status: 'issued'; readonly codes: readonly IssuedCode[] };
/** Why an issuer cannot give a code. */
export type RefusalReason = OrderCallBody<'refusal'>['reason'];
/** `order.void_requested`: somebody wants money back; can the codes be destroyed? Repeated until answered. */
export type VoidRequested = Messages['order.void_requested']['data'];
export type VoidAnswer = Schemas['order.void_requested.reply'];
/** `order.delivered` and its kind: may arrive out of order, `sequence` has no gaps. Types may be added at any time. */
export type OrderEventMessage = Extract<Messages[keyof Messages], { data: { sequence: number } }>;
/** `code.delivered`, for whoever runs a webhook terminal: signed with the platform's key, and by the terminal's secret where it has one. */
export type CodeDelivery = Messages['code.delivered']['data'];
/** `code.void`: codes that the terminal was sent can be used no more. */
export type CodesVoid = Messages['code.void']['data'];
