import type { FailureCode } from '../failures';
import { isClosed, type OrderFacts } from '../order';
import { decide } from './decide';
import { type WaitingMessage, waitingMessage } from './sale';

/** Of a message that an operator wants to send once more: undefined where the order's actions allow it now. */
export const whyNotAgain = (
  facts: OrderFacts,
  message: WaitingMessage | 'code.delivered',
  nowMs: number,
): FailureCode | undefined => {
  if (message !== 'code.delivered') {
    if (waitingMessage(facts) === message) return undefined;
    if (isClosed(facts.state)) return 'order_closed';
    return message === 'order.paid' ? 'already_verified' : 'already_delivered';
  }
  if (facts.state === 'issued') return 'call_pending';
  const { answer } = decide(facts, [], { kind: 'redeliver', by: 'operator' }, nowMs);
  return answer.kind === 'refused' ? answer.code : undefined;
};
