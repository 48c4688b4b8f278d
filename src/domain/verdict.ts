import type { FailureCode } from './failures';
import type {
  Answer,
  CodeReference,
  EventType,
  OrderEvent,
  OrderMessage,
  TimelineEntry,
  TimelineEvent,
} from './messages';
import {
  type CloseReason,
  type DeliveryState,
  type HeldCode,
  isAwaitingCodes,
  isBeforeVerification,
  isClosed,
  issueByMs,
  moves,
  type OrderFacts,
  type OrderState,
  outstanding,
  refundDue,
} from './order';
import { verificationFailureLimit } from './timings';

/**
 * What an order says to a message: pure, so the same question gets the same answer in the workflow, in its validator, in
 * a replay, and from the row of an order whose workflow has closed. Source: rules 2, 3 and 6 of the protocol.
 */
export interface Decision {
  readonly facts: OrderFacts;
  readonly held: readonly HeldCode[];
  readonly answer: Answer;
  readonly events: readonly OrderEvent[];
  readonly entries: readonly TimelineEntry[];
}

type Change = Partial<Omit<OrderFacts, 'version' | 'updatedAtMs'>>;
type Detail = TimelineEntry['detail'];

/** Refusals that time can undo: thrown by the Update's validator, never recorded, judged anew. */
const undoneByTime: ReadonlySet<FailureCode> = new Set(['not_verified', 'verification_locked']);
export const isUndoneByTime = (answer: Answer): boolean => answer.kind === 'refused' && undoneByTime.has(answer.code);

export const decide = (
  facts: OrderFacts,
  held: readonly HeldCode[],
  message: OrderMessage,
  nowMs: number,
): Decision => {
  const ruling = new Ruling(facts, held, nowMs);
  switch (message.kind) {
    case 'verify':
      return judgeVerification(ruling, message);
    case 'codes':
      return judgeCodes(ruling, message);
    case 'refuse':
      return judgeRefusal(ruling, message);
    case 'cancel':
      return judgeCancellation(ruling, message);
    case 'renotify':
      return judgeRenotify(ruling);
    case 'redeliver':
      return judgeRedeliver(ruling, message);
    case 'extend':
      return judgeExtend(ruling, message);
    case 'notified':
      return facts.state === 'accepted' ? ruling.move('notified').done() : ruling.nothing();
    case 'window_ended':
      return endWindow(ruling);
    case 'delivered':
      return recordDelivered(ruling, message.tries, message.state);
    case 'undeliverable':
      return recordUndeliverable(ruling, message.tries);
    default:
      return message satisfies never;
  }
};

const judgeVerification = (ruling: Ruling, message: OrderMessage & { kind: 'verify' }): Decision => {
  const { facts } = ruling;
  const note = (verdict: string, given: Detail = {}): Ruling =>
    ruling.note('verification_judged', { verdict, ...given });
  if (isClosed(facts.state)) return note('order_closed').refuse('order_closed');
  const difference = verificationDifference(facts, message);
  if (facts.verification && !difference) return note('verified').answer({ kind: 'verified', ...facts.verification });
  if (!facts.verification && facts.failures >= verificationFailureLimit) return ruling.refuse('verification_locked');
  if (difference) return note(difference, givenInstead(difference, message)).countFailure().refuse(difference);
  const verifiedAtMs = ruling.nowMs;
  const verification = { verifiedAtMs, issueByMs: verifiedAtMs + facts.issueWindowMs };
  return note('verified')
    .move('verified', { verification })
    .answer({ kind: 'verified', ...verification });
};

const verificationDifference = (
  facts: OrderFacts,
  message: OrderMessage & { kind: 'verify' },
): FailureCode | undefined => {
  if (message.tokenHash !== facts.tokenHash) return 'token_mismatch';
  if (message.quantity !== facts.quantity) return 'quantity_mismatch';
  const same = message.amount.value === facts.amount.value && message.amount.currency === facts.amount.currency;
  return same ? undefined : 'amount_mismatch';
};

/** What a person needs to see who is wrong; of a wrong token nothing is kept. */
const givenInstead = (
  difference: FailureCode,
  { amount, quantity }: OrderMessage & { kind: 'verify' },
): Record<string, string | number> => {
  if (difference === 'amount_mismatch') return { givenValue: amount.value, givenCurrency: amount.currency };
  return difference === 'quantity_mismatch' ? { givenQuantity: quantity } : {};
};

const judgeCodes = (ruling: Ruling, message: OrderMessage & { kind: 'codes' }): Decision => {
  const { facts, held } = ruling;
  const refuse = (code: FailureCode): Decision =>
    ruling.note('codes_judged', { verdict: code, codes: message.items.length }).refuse(code);
  const isRightToken = message.tokenHash === undefined || message.tokenHash === facts.tokenHash;
  if (isClosed(facts.state) || facts.short) {
    return ruling
      .note('codes_judged', { verdict: 'order_closed', codes: message.items.length, late: isRightToken })
      .answer({ kind: 'refused', code: 'order_closed', late: isRightToken });
  }
  if (!isRightToken) {
    ruling.countFailure();
    return refuse('token_mismatch');
  }
  if (!facts.verification) return ruling.refuse('not_verified');
  const sorted = sortCodes(held, message.items);
  if (sorted === 'conflict' || sorted.fresh.length > outstanding(facts)) return refuse('code_conflict');
  if (message.reused) return refuse('code_reused');

  const added = sorted.fresh.map((item) => ({ ...item, submissionId: message.submissionId }));
  const left = outstanding(facts) - added.length;
  ruling.note('codes_judged', {
    verdict: 'accepted',
    codes: message.items.length,
    fresh: added.length,
    outstanding: left,
  });
  if (added.length > 0) {
    ruling.hold(added);
    if (left === 0) ruling.beginDelivery();
    else if (facts.state === 'verified') ruling.move('partially_issued');
  }
  return ruling.answer({ kind: 'codes', accepted: message.items.length, outstanding: left, isNew: added.length > 0 });
};

/** Called before a claim as well, so that a repeat of held codes is known without one. */
const sortCodes = (
  held: readonly HeldCode[],
  items: readonly CodeReference[],
): { fresh: CodeReference[] } | 'conflict' => {
  const byItem = new Map(held.map((code) => [code.itemId, code]));
  const byValue = new Map(held.map((code) => [code.valueFingerprint, code]));
  const fresh: CodeReference[] = [];
  for (const item of items) {
    const same = byItem.get(item.itemId);
    if (same && same.fingerprint !== item.fingerprint) return 'conflict';
    if (same) continue;
    if (byValue.has(item.valueFingerprint)) return 'conflict';
    fresh.push(item);
  }
  return { fresh };
};

/** Whether codes of this very call are among those that the order holds: a repeat under another name holds nothing new. */
export const holdsSubmission = (held: readonly HeldCode[], message: OrderMessage): boolean =>
  message.kind === 'codes' && held.some(({ submissionId }) => submissionId === message.submissionId);

const judgeRefusal = (ruling: Ruling, message: OrderMessage & { kind: 'refuse' }): Decision => {
  const { facts } = ruling;
  if (facts.state === 'expired' || facts.state === 'cancelled') return ruling.refuse('order_closed');
  if (message.tokenHash !== undefined && message.tokenHash !== facts.tokenHash) {
    return ruling.countFailure().refuse('token_mismatch');
  }
  if (facts.state === 'refused') return ruling.done();
  if (facts.state === 'issued' || facts.state === 'delivered' || facts.state === 'undeliverable') {
    return ruling.refuse('already_delivered');
  }
  return ruling.close('refused', 'issuer_refused', { reason: message.reason }).done();
};

const judgeCancellation = (ruling: Ruling, message: OrderMessage & { kind: 'cancel' }): Decision => {
  const { facts } = ruling;
  if (facts.state === 'cancelled') return ruling.done();
  if (facts.state === 'issued' || facts.state === 'delivered') return ruling.refuse('already_delivered');
  if (isClosed(facts.state)) return ruling.refuse('order_closed');
  const reason = message.by === 'issuer' ? 'issuer_cancelled' : 'operator_cancelled';
  return ruling.close('cancelled', reason, { by: message.by }).done();
};

const judgeRenotify = (ruling: Ruling): Decision => {
  const { facts } = ruling;
  const renotifications = facts.renotifications + 1;
  if (isBeforeVerification(facts.state)) return ruling.change({ renotifications, failures: 0 }).done();
  if (isAwaitingCodes(facts.state) && !facts.short) {
    return facts.codeMode === 'request' ? ruling.change({ renotifications }).done() : ruling.refuse('already_verified');
  }
  return ruling.refuse(isClosed(facts.state) ? 'order_closed' : 'already_delivered');
};

const judgeRedeliver = (ruling: Ruling, message: OrderMessage & { kind: 'redeliver' }): Decision => {
  const { facts } = ruling;
  if (facts.state === 'undeliverable') {
    if (!message.terminal || message.isSame) return ruling.beginDelivery().done();
    const n = (facts.deliveryMessage?.n ?? 0) + 1;
    return ruling
      .change({ channel: message.terminal.channel, deliveryMessage: { n, atMs: ruling.nowMs } })
      .beginDelivery()
      .done();
  }
  if (isClosed(facts.state)) return ruling.refuse('order_closed');
  if (facts.state !== 'issued' && facts.state !== 'delivered') return ruling.refuse('not_issued');
  return message.terminal ? ruling.refuse('terminal_fixed') : ruling.done();
};

const judgeExtend = (ruling: Ruling, message: OrderMessage & { kind: 'extend' }): Decision => {
  const { facts } = ruling;
  if (isBeforeVerification(facts.state)) {
    return ruling.change({ verifyExtensionMs: facts.verifyExtensionMs + message.extensionMs }).done();
  }
  if (isAwaitingCodes(facts.state)) {
    return ruling.change({ issueExtensionMs: facts.issueExtensionMs + message.extensionMs }).done();
  }
  return ruling.refuse(isClosed(facts.state) ? 'order_closed' : 'already_delivered');
};

/** The workflow asks only after the issuer's holds and the extensions are used up. */
const endWindow = (ruling: Ruling): Decision => {
  const { facts } = ruling;
  if (isBeforeVerification(facts.state)) return ruling.close('expired', 'verify_window').done();
  if (facts.state === 'verified') return ruling.close('expired', 'issue_window').done();
  if (facts.state === 'partially_issued') {
    return ruling.change({ short: true }).beginDelivery().done();
  }
  return ruling.nothing();
};

const recordDelivered = (ruling: Ruling, tries: number, state: DeliveryState = 'delivered'): Decision => {
  const { facts } = ruling;
  if (facts.state !== 'issued') return ruling.nothing();
  const refundDueValue = refundDue(facts);
  ruling
    .move('delivered', {
      delivery: { state, tries },
      ...(facts.short ? { closedReason: 'partially_issued' as const, refundDueValue } : {}),
    })
    .note('delivered', { codes: facts.issued, outstanding: outstanding(facts) })
    .tell('order.delivered', { itemIds: ruling.held.map((code) => code.itemId) });
  if (refundDueValue > 0) ruling.tell('order.refund_due', { refundDueValue });
  return ruling.done();
};

const recordUndeliverable = (ruling: Ruling, tries: number): Decision => {
  if (ruling.facts.state !== 'issued') return ruling.nothing();
  return ruling
    .move('undeliverable', { delivery: { state: 'failed', tries } })
    .tell('order.undeliverable')
    .done();
};

/** Gathers one decision; every step that changes something raises the version once. */
class Ruling {
  private readonly changes: Change = {};
  private readonly events: OrderEvent[] = [];
  private readonly notes: { event: TimelineEvent; detail: Detail }[] = [];
  private readonly added: HeldCode[] = [];

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
    return this.change({ issued: this.facts.issued + codes.length });
  }

  beginDelivery(): this {
    const { delivery, deliveryMessage } = this.facts;
    return this.move('issued', {
      delivery: { ...delivery, state: 'pending' },
      deliveryMessage: deliveryMessage ?? { n: 1, atMs: this.nowMs },
    });
  }

  countFailure(): this {
    return this.facts.verification ? this : this.change({ failures: this.facts.failures + 1 });
  }

  note(event: TimelineEvent, detail: Detail): this {
    this.notes.push({ event, detail });
    return this;
  }

  tell(type: EventType, extras: Pick<OrderEvent, 'refundDueValue' | 'itemIds'> = {}): this {
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
  close(state: 'refused' | 'expired' | 'cancelled', closedReason: CloseReason, detail: Detail = {}): this {
    const itemIds = this.held.map((code) => code.itemId);
    this.change({ issued: 0 });
    const refundDueValue = refundDue(this.facts);
    this.move(state, { closedReason, refundDueValue });
    this.note('closed', { state, closedReason, refundDue: refundDueValue, ...detail });
    this.tell(`order.${state}`, refundDueValue > 0 ? { refundDueValue } : {});
    if (refundDueValue > 0) this.tell('order.refund_due', { refundDueValue });
    if (itemIds.length > 0) this.tell('order.codes_void', { itemIds });
    return this;
  }

  refuse(code: FailureCode): Decision {
    return this.answer({ kind: 'refused', code });
  }

  done(): Decision {
    return this.answer({ kind: 'done' });
  }

  /** A message that came too late to matter: nothing is written down. */
  nothing(): Decision {
    return { facts: this.before, held: this.heldBefore, answer: { kind: 'done' }, events: [], entries: [] };
  }

  answer(answer: Answer): Decision {
    const isQuiet = this.notes.length === 0 && Object.keys(this.changes).length === 0;
    if (isQuiet) return { ...this.nothing(), answer };
    const version = this.before.version + 1;
    return {
      facts: { ...this.before, ...this.changes, version, updatedAtMs: this.nowMs },
      held: this.held,
      answer,
      events: this.events,
      entries: this.notes.map(({ event, detail }, n) => ({ key: `v${version}.${n}`, atMs: this.nowMs, event, detail })),
    };
  }
}

/** In plain words, for the operator's `/why`, the Temporal UI's details and the console. */
export const whyWaiting = (facts: OrderFacts): string => {
  const until = (ms: number | undefined): string => (ms === undefined ? '' : ` until ${new Date(ms).toISOString()}`);
  const windowEnd = facts.createdAtMs + facts.verifyWindowMs + facts.verifyExtensionMs;
  switch (facts.state) {
    case 'accepted':
      return `Waits for the issuer to take the payment notice and verify the order${until(windowEnd)}.`;
    case 'notified':
      return facts.failures > 0
        ? `Waits for a right verification${until(windowEnd)}; ${facts.failures} failed so far.`
        : `The issuer took the payment notice; waits for its verification${until(windowEnd)}.`;
    case 'verified':
      return facts.codeMode === 'request'
        ? `Verified; waits for the issuer's answer with ${facts.quantity} code(s)${until(issueByMs(facts))}.`
        : `Verified; waits for the issuer to submit ${facts.quantity} code(s)${until(issueByMs(facts))}.`;
    case 'partially_issued':
      return `Has ${facts.issued} of ${facts.quantity} codes; waits for the rest${until(issueByMs(facts))}.`;
    case 'issued':
      return `Has its codes; delivery to the ${facts.channel} terminal is under way.`;
    case 'undeliverable':
      return `The ${facts.channel} terminal did not take the codes after ${facts.delivery.tries === 1 ? '1 try' : `${facts.delivery.tries} tries`}; waits for an operator to redeliver or cancel.`;
    case 'delivered':
      return facts.short
        ? `Delivered ${facts.issued} of ${facts.quantity} codes; the rest is to be refunded. It waits for nothing.`
        : 'Delivered. It waits for nothing.';
    case 'refused':
      return 'The issuer refused it. It waits for nothing.';
    case 'expired':
      return facts.closedReason === 'verify_window'
        ? 'The issuer did not verify it in time. It waits for nothing.'
        : 'The issuer gave no code in time. It waits for nothing.';
    case 'cancelled':
      return `Cancelled by the ${facts.closedReason === 'operator_cancelled' ? 'operator' : 'issuer'}. It waits for nothing.`;
    default:
      return facts.state satisfies never;
  }
};
