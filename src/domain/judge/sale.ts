import type { OrderMessage } from '../messages';
import { isAwaitingCodes, isBeforeVerification, isClosed, type OrderFacts, outstanding, runningWindow } from '../order';
import { type Decision, type Judges, type Ruling, textOf } from './ruling';

const judgeRefusal = (ruling: Ruling, message: OrderMessage & { kind: 'refuse' }): Decision => {
  const { facts } = ruling;
  if (facts.state === 'expired' || facts.state === 'cancelled') return ruling.refuse('order_closed');
  if (!message.isRightToken) return ruling.countFailure().refuse('token_mismatch');
  if (facts.state === 'refused') return ruling.done();
  if (facts.state === 'issued' || facts.state === 'delivered' || facts.state === 'undeliverable') {
    return ruling.refuse('already_delivered');
  }
  return ruling.close('refused', 'issuer_refused', { reason: message.reason, ...textOf(message) }).done();
};

const judgeCancellation = (ruling: Ruling, message: OrderMessage & { kind: 'cancel' }): Decision => {
  const { facts } = ruling;
  if (message.isRightToken === false) return ruling.countFailure().refuse('token_mismatch');
  if (facts.state === 'cancelled') return ruling.done();
  if (facts.state === 'issued' || facts.state === 'delivered') return ruling.refuse('already_delivered');
  if (isClosed(facts.state)) return ruling.refuse('order_closed');
  const reason = message.by === 'issuer' ? 'issuer_cancelled' : 'operator_cancelled';
  return ruling.close('cancelled', reason, { by: message.by, ...textOf(message) }).done();
};

/** What the order still waits for an answer to, and so may say again. */
export const waitingMessage = ({
  state,
  short,
  codeMode,
}: Pick<OrderFacts, 'state' | 'short' | 'codeMode'>): WaitingMessage | undefined => {
  if (isBeforeVerification(state)) return 'order.paid';
  return isAwaitingCodes(state) && !short && codeMode === 'request' ? 'order.code_requested' : undefined;
};
export type WaitingMessage = 'order.paid' | 'order.code_requested';

const judgeRenotify = (ruling: Ruling): Decision => {
  const { facts } = ruling;
  const waiting = waitingMessage(facts);
  const renotifications = facts.renotifications + 1;
  if (waiting === 'order.paid') return ruling.change({ renotifications, failures: 0 }).done();
  if (waiting) return ruling.change({ renotifications }).done();
  if (isAwaitingCodes(facts.state) && !facts.short) return ruling.refuse('already_verified');
  return ruling.refuse(isClosed(facts.state) ? 'order_closed' : 'already_delivered');
};

const judgeExtend = (ruling: Ruling, message: OrderMessage & { kind: 'extend' }): Decision => {
  const { facts } = ruling;
  const running = runningWindow(facts.state);
  if (running === 'verify') {
    return ruling.change({ verifyExtensionMs: facts.verifyExtensionMs + message.extensionMs }).done();
  }
  if (running) return ruling.change({ issueExtensionMs: facts.issueExtensionMs + message.extensionMs }).done();
  return ruling.refuse(isClosed(facts.state) ? 'order_closed' : 'already_delivered');
};

const recordNotified = (ruling: Ruling): Decision =>
  ruling.facts.state === 'accepted' ? ruling.move('notified').done() : ruling.nothing();

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

/** Before the issue window ends the issuer is asked once more, whatever it said before; once an order. */
const callLast = (ruling: Ruling, { closesByMs }: OrderMessage & { kind: 'last_call_due' }): Decision => {
  const { facts, nowMs } = ruling;
  if (!isAwaitingCodes(facts.state) || facts.lastCall) return ruling.nothing();
  return ruling.change({ lastCall: { atMs: nowMs, outstanding: outstanding(facts), closesByMs } }).done();
};

const endLastCall = (ruling: Ruling): Decision => {
  const { state, lastCall } = ruling.facts;
  if (!isAwaitingCodes(state) || !lastCall) return ruling.nothing();
  return ruling.change({ lastCall: { ...lastCall, isAnswered: true } }).done();
};

/** The issue window ends now: what came is delivered, and the rest is owed. */
const judgeCompletion = (ruling: Ruling, message: OrderMessage & { kind: 'complete' }): Decision => {
  const { facts } = ruling;
  if (!message.isRightToken) return ruling.countFailure().refuse('token_mismatch');
  if (facts.completed && !isClosed(facts.state)) return ruling.done();
  if (isClosed(facts.state)) return ruling.refuse('order_closed');
  if (isBeforeVerification(facts.state)) return ruling.refuse('not_verified');
  if (facts.state === 'verified') return ruling.refuse('nothing_issued');
  if (facts.state !== 'partially_issued') return ruling.refuse(facts.short ? 'order_closed' : 'already_delivered');
  return ruling
    .change({ short: true, completed: true })
    .note('completed', { by: message.by, codes: facts.issued, ...textOf(message) })
    .beginDelivery()
    .done();
};

export const saleJudges = {
  refuse: judgeRefusal,
  cancel: judgeCancellation,
  renotify: judgeRenotify,
  extend: judgeExtend,
  complete: judgeCompletion,
  notified: recordNotified,
  window_ended: endWindow,
  last_call_due: callLast,
  last_call_answered: endLastCall,
} satisfies Partial<Judges>;
