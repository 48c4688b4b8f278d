import type { FailureCode } from '../failures';
import { endedCount, goodCount, hasEntry, isGood, itemsOfCodes, pendingRequest, withItems } from '../items';
import type {
  Answer,
  EventType,
  LedgerEntry,
  OrderEvent,
  OrderMessage,
  TimelineEntry,
  TimelineEvent,
  VoidDecider,
  VoidDecision,
  VoidRefusal,
} from '../messages';
import {
  type CloseReason,
  type HeldCode,
  type ItemFacts,
  isClosed,
  isFinal,
  moves,
  type OrderFacts,
  type OrderState,
} from '../order';

/**
 * What an order says to a message: pure, so the same question gets the same answer in the workflow, in its validator, in
 * a replay, and from the row of an order whose workflow has closed.
 */
export interface Decision {
  readonly facts: OrderFacts;
  readonly held: readonly HeldCode[];
  readonly answer: Answer;
  readonly events: readonly OrderEvent[];
  readonly entries: readonly TimelineEntry[];
  readonly ledger: readonly LedgerEntry[];
}

/** Each file of this folder has a table of those that it judges; decide.ts puts them together. */
export type Judges = {
  readonly [Kind in OrderMessage['kind']]: (
    ruling: Ruling,
    message: OrderMessage & { readonly kind: Kind },
  ) => Decision;
};

type Change = Partial<Omit<OrderFacts, 'version' | 'updatedAtMs'>>;
export type Detail = TimelineEntry['detail'];

/** The line of what was done names the words that were said with it. */
export const textOf = ({ textRef }: { readonly textRef?: string }): Detail =>
  textRef === undefined ? {} : { textRef };

/** What is owed for pieces without a good code. Source: rule 16 of the protocol. */
export const refundDue = (facts: OrderFacts): number =>
  facts.amount.value - Number((BigInt(facts.amount.value) * BigInt(goodCount(facts))) / BigInt(facts.quantity));

/** Of calls about items that a delivery may still be under way with. Source: rule 14 of the protocol. */
export const notWithItems = ({ state }: OrderFacts): FailureCode | undefined => {
  if (isClosed(state)) return 'order_closed';
  return state === 'issued' || state === 'undeliverable' || state === 'delivered' ? undefined : 'not_issued';
};

/** Gathers one decision; every step that changes something raises the version once. */
export class Ruling {
  private readonly changes: Change = {};
  private readonly events: OrderEvent[] = [];
  private readonly notes: { event: TimelineEvent; detail: Detail }[] = [];
  private readonly added: HeldCode[] = [];
  private readonly ledger: LedgerEntry[] = [];
  private heldIds: ReadonlySet<string> | undefined;

  constructor(
    private readonly before: OrderFacts,
    private readonly heldBefore: readonly HeldCode[],
    readonly nowMs: number,
  ) {}

  get facts(): OrderFacts {
    return { ...this.before, ...this.changes };
  }

  get held(): readonly HeldCode[] {
    return this.added.length === 0 ? this.heldBefore : [...this.heldBefore, ...this.added];
  }

  /** Whether the order has, or had, that item. */
  has(itemId: string): boolean {
    this.heldIds ??= new Set(this.held.map((code) => code.itemId));
    return this.heldIds.has(itemId) || hasEntry(this.facts, itemId);
  }

  change(change: Change): this {
    Object.assign(this.changes, change);
    return this;
  }

  move(state: OrderState, change: Change = {}): this {
    const allowed: readonly OrderState[] = moves[this.facts.state];
    if (!allowed.includes(state)) throw new RangeError(`no move from ${this.facts.state} to ${state}`);
    return this.change({ ...change, state });
  }

  hold(codes: readonly HeldCode[]): this {
    this.added.push(...codes);
    this.heldIds = undefined;
    this.change({ issued: this.facts.issued + codes.length });
    const said = itemsOfCodes(codes);
    return said.length > 0 ? this.setItems(said) : this;
  }

  setItems(items: readonly ItemFacts[]): this {
    return this.change({ items: withItems(this.facts, items) });
  }

  /** A change of an item or of what is owed, with its line of the ledger. */
  enter(entry: Omit<LedgerEntry, 'seq' | 'atMs' | 'by'>, by: VoidDecider): this {
    const seq = (this.facts.ledger ?? 0) + 1;
    this.ledger.push({ seq, atMs: this.nowMs, by, ...entry });
    return this.change({ ledger: seq });
  }

  beginDelivery(): this {
    const { delivery, deliveryMessage } = this.facts;
    return this.move('issued', {
      delivery: { ...delivery, state: 'pending' },
      deliveryMessage: deliveryMessage ?? { n: 1, atMs: this.nowMs },
    });
  }

  /** What goes to the terminal is not what went before. */
  newDeliveryMessage(): this {
    const n = (this.facts.deliveryMessage?.n ?? 1) + 1;
    const ended = endedCount(this.facts);
    return this.change({ deliveryMessage: { n, atMs: this.nowMs, ...(ended > 0 ? { ended } : {}) } });
  }

  countFailure(): this {
    return this.facts.verification ? this : this.change({ failures: this.facts.failures + 1 });
  }

  note(event: TimelineEvent, detail: Detail): this {
    this.notes.push({ event, detail });
    return this;
  }

  tell(
    type: EventType,
    extras: Partial<Omit<OrderEvent, 'sequence' | 'type' | 'atMs' | 'state' | 'closedReason' | 'after'>> = {},
  ): this {
    const { state, closedReason, sequence } = this.facts;
    this.events.push({
      sequence: sequence + 1,
      type,
      atMs: this.nowMs,
      state,
      ...(closedReason ? { closedReason } : {}),
      ...extras,
    });
    return this.change({ sequence: sequence + 1 });
  }

  /** Source: rule 6. Codes of an order that ends without delivery are void, so the whole amount is due. */
  close(
    state: 'refused' | 'expired' | 'cancelled',
    closedReason: CloseReason,
    detail: Detail & { readonly by?: VoidDecider } = {},
  ): this {
    const itemIds = this.goodItemIds();
    this.change({ issued: 0, ...(itemIds.length > 0 ? { voidAtClose: itemIds.length } : {}) });
    this.move(state, { closedReason });
    const refundDueValue = Math.max(this.facts.refundDueValue ?? 0, refundDue(this.facts));
    const hadDue = this.before.refundDueValue ?? 0;
    this.change({ refundDueValue });
    this.note('closed', { state, closedReason, refundDue: refundDueValue, ...detail });
    this.tell(`order.${state}`, refundDueValue > 0 ? { refundDueValue } : {});
    if (refundDueValue > hadDue) this.tell('order.refund_due', { refundDueValue });
    if (itemIds.length > 0) this.tell('order.codes_void', { itemIds });
    return this.endVoidRequest('destroyed', detail.by ?? 'issuer');
  }

  /** The first of a decision, a redemption, a void and a close ends it. */
  endVoidRequest(decision: VoidDecision, by: VoidDecider, reason?: VoidRefusal, said: Detail = {}): this {
    const request = pendingRequest(this.facts);
    if (!request) return this;
    const { requestId } = request;
    return this.change({ voidRequest: { ...request, state: decision, endedAtMs: this.nowMs } })
      .enter({ kind: 'void_decided', operationId: requestId, decision }, by)
      .note('void_decided', { decision, by, ...(reason ? { reason } : {}), ...said })
      .tell('order.void_decided', { requestId, decision, by, ...(reason ? { reason } : {}) });
  }

  /** What is owed grows with each code that is no good any more, and never falls. Each growth is told with the new total. */
  oweForWhatIsVoid(): this {
    const before = this.facts.refundDueValue ?? 0;
    const refundDueValue = Math.max(before, refundDue(this.facts));
    if (refundDueValue === before) return this;
    return this.change({ refundDueValue }).tell('order.refund_due', { refundDueValue });
  }

  /** Of the codes that the order holds. */
  goodItemIds(): string[] {
    const ended = new Set((this.facts.items ?? []).filter((item) => !isGood(item)).map(({ itemId }) => itemId));
    return this.held.map(({ itemId }) => itemId).filter((itemId) => !ended.has(itemId));
  }

  refuse(code: FailureCode, about: { readonly itemIds?: readonly string[]; readonly path?: string } = {}): Decision {
    return this.answer({ kind: 'refused', code, ...about });
  }

  done(): Decision {
    return this.answer({ kind: 'done' });
  }

  /** A message that came too late to matter: nothing is written down. */
  nothing(): Decision {
    return { facts: this.before, held: this.heldBefore, answer: { kind: 'done' }, events: [], entries: [], ledger: [] };
  }

  answer(answer: Answer): Decision {
    const isQuiet = this.notes.length === 0 && Object.keys(this.changes).length === 0;
    if (isQuiet) return { ...this.nothing(), answer };
    const version = this.before.version + 1;
    const { state = this.before.state } = this.changes;
    const isEnd = isFinal(state) && !isFinal(this.before.state);
    return {
      facts: {
        ...this.before,
        ...this.changes,
        version,
        updatedAtMs: this.nowMs,
        ...(isEnd ? { closedAtMs: this.nowMs } : {}),
      },
      held: this.held,
      answer,
      events: this.events,
      ledger: this.ledger,
      entries: this.notes.map(({ event, detail }, n) => ({ key: `v${version}.${n}`, atMs: this.nowMs, event, detail })),
    };
  }
}
