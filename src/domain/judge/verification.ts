import type { FailureCode } from '../failures';
import type { OrderMessage } from '../messages';
import { isClosed, type OrderFacts } from '../order';
import { verificationFailureLimit } from '../timings';
import type { Decision, Detail, Judges, Ruling } from './ruling';

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
  if (!message.isRightToken) return 'token_mismatch';
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

export const verificationJudges = {
  verify: judgeVerification,
} satisfies Partial<Judges>;
