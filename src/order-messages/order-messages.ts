import type { UpdateDefinition } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { OrderName } from '../domain/ids';
import {
  type Answer,
  type AskedKind,
  type AskedMessage,
  askedKinds,
  type OrderMessage,
  type TimelineEntry,
} from '../domain/messages';
import type { AfterSale, HeldCode, ItemFacts, OrderFacts, OrderOpening } from '../domain/order';

/** What the gateway and the workflow say to each other; the gateway loads nothing else of this folder. */
export interface OrderInput extends OrderName, OrderOpening {
  readonly callsOutQueue: string;
  /** The order ran before, and the engine lost its workflow: it goes on from what its row says. */
  readonly resumed?: ResumedOrder;
}

export interface ResumedOrder {
  readonly facts: OrderFacts;
  /** What an order holds that waits for codes no more. */
  readonly held: readonly HeldCode[];
  /** What one that still waits was given: it hears of it anew. */
  readonly codes: readonly (OrderMessage & { readonly kind: 'codes' })[];
  /** It was not lost: its run was full. It reads what it holds from the store, and goes on where it was. */
  readonly renewed?: { readonly codeRequests: number };
}

/** What one decision changed of many items. */
export interface ChangedItems {
  /** The facts that all others stand in. */
  readonly since: Pick<OrderFacts, 'version' | 'updatedAtMs'>;
  readonly items: readonly ItemFacts[];
}

/** The verdict together with the view that it leaves: the HTTP side writes the view before it answers. */
export interface Reply {
  readonly answer: Answer;
  /** Without items where `changed` is there: the engine keeps each reply, and 10,000 codes may come one a call. */
  readonly facts: OrderFacts;
  readonly changed?: ChangedItems;
  readonly entries: readonly TimelineEntry[];
  /** The order holds codes of this very submission. */
  readonly isHeld: boolean;
  /** How long the workflow waited for its first task, by the engine's clock: says whether the platform is behind. */
  readonly waitedMs: number;
}

/** How the workflow ended, readable in the Temporal UI. */
export interface OrderOutcome {
  readonly state: OrderFacts['state'];
  readonly issued: number;
}

/** What calls somebody after the close; what calls nobody is one write of the row. */
export interface AfterSaleInput extends OrderName, AfterSale {
  readonly callsOutQueue: string;
  readonly delivery: { readonly n: number; readonly atMs: number };
}

/** Of a workflow that asks an issuer whether codes can be destroyed. */
export interface VoidRequestInput extends OrderName {
  readonly requestId: string;
  readonly decideByMs: number;
  readonly callsOutQueue: string;
}

/** Of a workflow that sends events once more. */
export interface ReplayInput {
  readonly issuerId: string;
  readonly replayId: string;
  readonly callsOutQueue: string;
}

/** A decision is in the row: there is nothing to wait for. */
export const voidDecided = defineSignal('voidDecided');
/** Its time ends earlier than it was told. */
export const voidTimeMoved = defineSignal('voidTimeMoved');

/** As histories have them; the others are named as what they bring. */
const olderNames: Readonly<Partial<Record<AskedKind, string>>> = {
  verify: 'verifyOrder',
  codes: 'submitCodes',
  refuse: 'refuseOrder',
  cancel: 'cancelOrder',
};

export const updates = Object.fromEntries(
  askedKinds.map((kind) => [kind, defineUpdate<Reply, [AskedMessage]>(olderNames[kind] ?? kind)]),
) as Readonly<Record<AskedKind, UpdateDefinition<Reply, [AskedMessage]>>>;

export const orderFacts = defineQuery<OrderFacts>('orderFacts');
/** The row shows a verdict that the order never took: its task was lost once it had written it. */
export const rowFollowed = defineUpdate('rowFollowed');

export const workflowNames = {
  order: 'order',
  afterSale: 'afterSaleWorkflow',
  voidRequest: 'voidRequestWorkflow',
  replay: 'replayWorkflow',
  reconcile: 'reconcileWorkflow',
  statements: 'statementsWorkflow',
  comparison: 'comparisonWorkflow',
} as const;
