import type { ListedFacts } from '../items';
import { issueByMs } from '../order';

/** In plain words, for the operator's `/why`, the Temporal UI's details and the console. */
export const whyWaiting = (facts: ListedFacts): string => {
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
