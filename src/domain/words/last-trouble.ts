import type { TimelineEntry, TimelineEvent } from '../messages';
import { type Amount, isAwaitingCodes, isBeforeVerification, type OrderFacts } from '../order';
import { verificationFailureLimit } from '../timings';
import { moneyText } from './money';
import { problemWords } from './problem-words';

/** What went wrong last in the step that an order is in, out of its timeline. */
export interface LastTrouble {
  readonly kind: 'token' | 'facts' | 'notice' | 'codes' | 'delivery';
  readonly text: string;
  /** As in the timeline: a status, or a reason of a closed list. */
  readonly problem: string;
}

type Entries = readonly TimelineEntry[];

/** The verdict first: an issuer that asks wrongly inside its callback may have answered the notice well, or not at all. */
export const lastTroubles = (facts: OrderFacts, timeline: Entries): LastTrouble[] => {
  const { state, closedReason } = facts;
  if (isBeforeVerification(state) || closedReason === 'verify_window') {
    return [wrongVerification(facts, timeline), failedNotice(timeline)].filter((one) => one !== undefined);
  }
  if (isAwaitingCodes(state) || closedReason === 'issue_window') {
    return [wrongCodes(timeline)].filter((one) => one !== undefined);
  }
  if (state === 'issued' || state === 'undeliverable') {
    return [failedDelivery(facts, timeline)].filter((one) => one !== undefined);
  }
  return [];
};

const at = ({ atMs }: TimelineEntry): string => new Date(atMs).toISOString();
const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
const lastOf = (timeline: Entries, ...events: readonly TimelineEvent[]): TimelineEntry | undefined =>
  timeline.findLast(({ event }) => events.includes(event));
/** `at …, try 2`; the workflow knows no number. */
const when = (entry: TimelineEntry): string =>
  `at ${at(entry)}${entry.detail.try === undefined ? '' : `, try ${entry.detail.try}`}`;

/** The first of the places where an answer could not be read. */
const where = ({ detail: { errors } }: TimelineEntry): string => {
  const [first] = Array.isArray(errors) ? errors : [];
  return first ? ` (${first.path === '' ? 'the whole body' : first.path}: ${first.code})` : '';
};

/** Counted as the order counts: a `renotify` forgets what was wrong before it. */
const wrongVerification = (facts: OrderFacts, timeline: Entries): LastTrouble | undefined => {
  const last = lastOf(timeline, 'verification_judged', 'codes_judged');
  const verdict = last?.detail.verdict;
  if (!last || facts.failures === 0 || typeof verdict !== 'string') return undefined;
  const alike = timeline.filter(({ event, detail }) => event === last.event && detail.verdict === verdict).length;
  const often = `${count(Math.max(1, Math.min(alike, facts.failures)), 'time')}, last at ${at(last)}`;
  const what = wrongWords(facts, last, verdict, often);
  if (what === undefined) return undefined;
  const lock =
    facts.failures >= verificationFailureLimit
      ? `It is locked out after ${verificationFailureLimit} wrong tries, until it is told again.`
      : `It may be wrong ${verificationFailureLimit} times; that was ${facts.failures}.`;
  return { kind: verdict === 'token_mismatch' ? 'token' : 'facts', text: `${what} ${lock}`, problem: verdict };
};

const wrongWords = (facts: OrderFacts, last: TimelineEntry, verdict: string, often: string): string | undefined => {
  switch (verdict) {
    case 'token_mismatch': {
      const asked = last.event === 'codes_judged' ? 'gave codes' : 'asked to verify';
      return `The issuer ${asked} with a token that is not this order's: ${often}; it must use the token of the order.paid that it got for this order.`;
    }
    case 'amount_mismatch': {
      const given = givenAmount(last);
      const paid = moneyText(facts.amount);
      return given
        ? `The issuer asked to verify ${moneyText(given)}, but ${paid} were paid: ${often}.`
        : `The issuer asked to verify another amount than the ${paid} that were paid: ${often}.`;
    }
    case 'quantity_mismatch': {
      const { givenQuantity } = last.detail;
      const given = givenQuantity === undefined ? 'another quantity' : `a quantity of ${givenQuantity}`;
      return `The issuer asked to verify ${given}, but ${facts.quantity} was paid for: ${often}.`;
    }
    default:
      return undefined;
  }
};

/** Absent in lines of a version that did not keep it. */
const givenAmount = ({ detail: { givenValue, givenCurrency } }: TimelineEntry): Amount | undefined =>
  typeof givenValue === 'number' && typeof givenCurrency === 'string'
    ? { value: givenValue, currency: givenCurrency }
    : undefined;

const failedNotice = (timeline: Entries): LastTrouble | undefined => {
  const last = lastOf(timeline, 'notice_answered');
  if (last?.detail.ok !== false) return undefined;
  const problem = String(last.detail.problem);
  return {
    kind: 'notice',
    text: `The issuer did not take the payment notice: it ${problemWords(problem)} ${when(last)}.`,
    problem,
  };
};

const wrongCodes = (timeline: Entries): LastTrouble | undefined => {
  const last = lastOf(timeline, 'code_request_answered', 'codes_judged');
  if (!last) return undefined;
  if (last.event === 'code_request_answered' && last.detail.ok === false) {
    const problem = String(last.detail.problem);
    return {
      kind: 'codes',
      text: `The issuer gave no code when it was asked: it ${problemWords(problem)}${where(last)} ${when(last)}.`,
      problem,
    };
  }
  const { verdict } = last.detail;
  if (typeof verdict !== 'string' || verdict === 'accepted') return undefined;
  const what =
    verdict === 'token_mismatch'
      ? "with a token that is not this order's; it must use the token of the order.paid that it got for this order"
      : `that could not be taken: it ${problemWords(verdict)}`;
  return { kind: 'codes', text: `The issuer gave codes ${what}, at ${at(last)}.`, problem: verdict };
};

const failedDelivery = (facts: OrderFacts, timeline: Entries): LastTrouble | undefined => {
  const last = lastOf(timeline, 'delivery_tried');
  if (last?.detail.ok !== false) return undefined;
  const problem = String(last.detail.problem);
  return {
    kind: 'delivery',
    text: `The ${facts.channel} terminal ${problemWords(problem)} ${when(last)}.`,
    problem,
  };
};
