import type { ListedFacts } from './items';
import { isAwaitingCodes, isBeforeVerification, issueByMs, verifyByMs } from './order';
import { dayMs, hourMs, minuteMs } from './timings';

/** What an operator is told of when it begins and when it ends. */
export const troubleKinds = [
  'issuer_paused',
  'circuit_open',
  'orders_overdue',
  'orders_wait_for_person',
  'windows_missed',
  'orders_stuck',
  'paid_twice',
  'tokens_guessed',
  'tampered',
  'sides_differ',
  'refunds_overdue',
] as const;
export type TroubleKind = (typeof troubleKinds)[number];

export interface Trouble {
  readonly kind: TroubleKind;
  /** Whom it is about: an issuer, a circuit, or the platform. */
  readonly subject: string;
  /** One sentence; never a code, a token or a person's address. */
  readonly summary: string;
}

/** For a mail; what else there is to know stands in docs/operations.md. */
export const whatToDo: Record<TroubleKind, string> = {
  issuer_paused: 'Resume it when it is back. Its windows stand still meanwhile.',
  circuit_open: 'It mends itself once the other side answers: one call in 30 seconds tries. Tell who runs it.',
  orders_overdue: 'Ask its /why and the Temporal UI: is a worker there, was its workflow terminated, is it stuck?',
  orders_stuck: 'Deploy the former or a mended worker: they go on where they stood. Never terminate them.',
  orders_wait_for_person: 'Redeliver, with a corrected terminal if need be, or cancel.',
  paid_twice: 'See in the order which payments came, and that the buyer gets one of them back.',
  tokens_guessed:
    'See by the api’s log from where they come. Shut that address out at the proxy, or give its program the token of today.',
  tampered:
    'Somebody else can write to the database: shut them out first. Then put the row back from a backup, or cancel the order.',
  sides_differ: 'See GET /v1/operator/comparison, or Failures in the console: each says what mends it.',
  refunds_overdue: 'Ask the issuer to pay them back, and to say so: POST …/refund-settlement.',
  windows_missed: 'Ask the issuer. Extend what is open, or pause the issuer if it is down.',
};

/** Nobody tells the platform that a second payment was paid back. */
export const paidTwiceShownMs = 7 * dayMs;

/** Nor that whoever runs a terminal was told elsewhere. */
export const untakenShownMs = 7 * dayMs;

/** An issuer settles a refund, and says so, within this time. */
export const refundOverdueMs = 7 * dayMs;

/** The receiver's own circuit: it cannot be told that it does not answer. No issuer's: their ids have no slash. */
export const alertsCircuit = 'alerts/';

/** Well past the moment at which the order should have moved by itself. */
const windowGraceMs = 2 * minuteMs;
/** All tries at a terminal together take 37 minutes, and a terminal may ask for more time. */
const deliveryLimitMs = 2 * hourMs;

/** No healthy workflow stays open past its window: what does is stuck, or has lost its workflow or all workers. */
export const isOverdue = (facts: ListedFacts, heldMs: number, nowMs: number): boolean => {
  if (isBeforeVerification(facts.state)) return verifyByMs(facts) + heldMs + windowGraceMs < nowMs;
  if (isAwaitingCodes(facts.state)) return (issueByMs(facts) ?? nowMs) + heldMs + windowGraceMs < nowMs;
  return facts.state === 'issued' && facts.updatedAtMs + deliveryLimitMs < nowMs;
};
