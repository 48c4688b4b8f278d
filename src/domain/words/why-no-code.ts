import { reportWords } from '../code-reports';
import { goodCount } from '../items';
import type { TimelineEntry } from '../messages';
import { isAwaitingCodes, isBeforeVerification, isFinal, issueByMs, type OrderFacts, verifyByMs } from '../order';
import { type LastTrouble, lastTroubles } from './last-trouble';
import { moneyText } from './money';
import { type StuckTask, type WaitingCall, whyHeld, whyStuck } from './why-held';
import { whyRefund } from './why-refund';
import { whyWaiting } from './why-waiting';

/** What is known of an open order beside its own facts: by the engine, and by what the workers report. */
export interface Surroundings {
  readonly isEngineUnavailable?: boolean;
  readonly noWorker?: { readonly lastSeenAtMs?: number };
  readonly stuck?: StuckTask;
  readonly call?: WaitingCall;
  readonly circuit?: {
    readonly state: 'closed' | 'open' | 'half_open';
    readonly calls: number;
    readonly failures: number;
  };
}

/** The console makes a button or a link of each. */
export const nextActions = [
  'renotify',
  'redeliver',
  'correct_terminal',
  'resume_issuer',
  'see_workers',
  'see_workflow',
] as const;

/** What an operator does next. */
export interface NextStep {
  readonly text: string;
  readonly action?: (typeof nextActions)[number];
}

export interface Explanation {
  readonly why: string;
  readonly next?: NextStep;
}

/**
 * Why an order has no code, whose doing it is, and what to do: one function for the operator API, the console and the
 * workflow's details in the Temporal UI, which knows no surroundings. Never a code, a token or an address.
 */
export const whyNoCode = (
  facts: OrderFacts,
  timeline: readonly TimelineEntry[],
  around: Surroundings = {},
): Explanation => {
  const troubles = lastTroubles(facts, timeline);
  const sentences = [
    whyWaiting(facts),
    ...lastCallWords(facts),
    ...[whyRefund(facts)].filter((text) => text !== undefined),
    ...troubles.map(({ text }) => text),
    ...(isFinal(facts.state) ? ending(facts, timeline) : keptFromMoving(facts, around)),
  ];
  const next = isFinal(facts.state)
    ? nextAfterEnd(facts, timeline)
    : (nextOfSurroundings(facts, around) ?? nextOf(facts, troubles[0]));
  return { why: sentences.join(' '), ...(next ? { next } : {}) };
};

/** While it still counts: an order that has its codes, or is over, says nothing of it. */
const lastCallWords = ({ state, lastCall }: OrderFacts): string[] =>
  isAwaitingCodes(state) && lastCall
    ? [
        `The last call for ${lastCall.outstanding} code(s) went out at ${new Date(lastCall.atMs).toISOString()}${lastCall.isAnswered ? ', and the issuer answered it' : ''}.`,
      ]
    : [];

/** Beside the sentence the Temporal UI shows the tries of calls out itself. */
export const detailsOf = (facts: OrderFacts, timeline: readonly TimelineEntry[]): string => {
  const { why, next } = whyNoCode(facts, timeline);
  const calls = isFinal(facts.state) || facts.state === 'undeliverable' ? undefined : callsShown;
  return [why, next?.text, calls].filter((part) => part !== undefined).join('\n\n');
};

const callsShown =
  'A call that fails stands under "Pending Activities" with its last failure and the time of its next try.';

const keptFromMoving = (
  facts: OrderFacts,
  { isEngineUnavailable, noWorker, stuck, call, circuit }: Surroundings,
): string[] => {
  if (isEngineUnavailable)
    return ['The workflow engine does not answer: nothing moves until it does, and nothing is lost.'];
  if (noWorker) return [whyNoWorker(noWorker)];
  if (stuck) return [whyStuck(false, stuck)];
  return [...callWords(facts, call), ...circuitWords(circuit)];
};

const whyNoWorker = ({ lastSeenAtMs }: { readonly lastSeenAtMs?: number }): string =>
  `No worker runs: none has reported ${lastSeenAtMs === undefined ? 'for more than ten minutes' : `since ${new Date(lastSeenAtMs).toISOString()}`}, so that no order moves; nothing is lost.`;

const callWords = (facts: OrderFacts, call: WaitingCall | undefined): string[] => {
  if (call?.held) return [whyHeld(call.held, call)];
  if (call?.nextTryAtMs === undefined) return [];
  const at = `at ${new Date(call.nextTryAtMs).toISOString()}`;
  return [
    isAfterWindow(facts, call)
      ? `It is not called again before the window ends: the next try to call the issuer would be ${at}.`
      : `The next try to call the ${call.to} is ${at}.`,
  ];
};

/** Its window ends before that call would be made. */
const isAfterWindow = (facts: OrderFacts, { to, nextTryAtMs }: WaitingCall): boolean => {
  const endsAtMs = to === 'issuer' ? windowEndsAtMs(facts) : undefined;
  return endsAtMs !== undefined && nextTryAtMs !== undefined && nextTryAtMs >= endsAtMs;
};

const windowEndsAtMs = (facts: OrderFacts): number | undefined =>
  isBeforeVerification(facts.state) ? verifyByMs(facts) : isAwaitingCodes(facts.state) ? issueByMs(facts) : undefined;

const circuitWords = (circuit: Surroundings['circuit']): string[] => {
  if (!circuit || circuit.failures === 0) return [];
  const failed = `${circuit.failures} of ${circuit.calls} calls to it failed in the last five minutes`;
  return circuit.state === 'closed'
    ? [`${failed}.`]
    : [`It is not called for now, as ${failed}; one call in 30 s tries whether it is back.`];
};

const nextOfSurroundings = (
  facts: OrderFacts,
  { isEngineUnavailable, noWorker, stuck, call }: Surroundings,
): NextStep | undefined => {
  if (isEngineUnavailable) return { text: 'Bring the Temporal server back: the order goes on by itself.' };
  if (noWorker) return { text: 'Start a worker: the order goes on by itself.', action: 'see_workers' };
  if (stuck) {
    return {
      text: 'Deploy the former or a mended worker: the order goes on by itself, within seconds to ten minutes. Its workflow in Temporal shows the error. Never terminate it, and do not reset it.',
      action: 'see_workflow',
    };
  }
  if (call?.held === 'held') {
    return { text: 'Resume the issuer when it is ready: its windows stood still meanwhile.', action: 'resume_issuer' };
  }
  if (call && !call.held && isAfterWindow(facts, call)) {
    return {
      text: 'Once the issuer is back, tell it again to call it at once; extend the window.',
      action: 'renotify',
    };
  }
  return undefined;
};

const nextOf = (facts: OrderFacts, trouble: LastTrouble | undefined): NextStep | undefined => {
  if (!trouble) {
    return facts.state === 'notified'
      ? {
          text: 'Nothing yet: it is the issuer that asks. If it says that it did, its signature was wrong (401, which leaves no line here): give it the right secret, or a new one.',
        }
      : undefined;
  }
  switch (trouble.kind) {
    case 'token':
      return {
        text: 'Tell the people of the issuer which token it must use. Then tell the issuer again: its tries are forgotten, and the new notice has the right token.',
        action: 'renotify',
      };
    case 'facts':
      return {
        text: `Ask the people of the issuer which one is right. If it is what the order says (${facts.quantity} for ${moneyText(facts.amount)}), the issuer must ask with that: tell it again. Otherwise cancel the order; the amount is then to be refunded.`,
        action: 'renotify',
      };
    case 'notice':
      return {
        text: 'Nothing must be done: it is tried again by itself until the window ends. Once the issuer is back, tell it again to call it at once; extend the window if that may take longer.',
        action: 'renotify',
      };
    case 'codes':
      return facts.codeMode === 'request'
        ? {
            text: 'It is asked again by itself until the window ends. Once the issuer is mended, tell it again to ask at once; extend the window if that may take longer.',
            action: 'renotify',
          }
        : { text: 'The issuer submits codes by itself: tell its people. Extend the window if that may take longer.' };
    case 'delivery':
      return nextOfDelivery(facts, trouble.problem);
    default:
      return trouble.kind satisfies never;
  }
};

/** Nothing is mended at an address that is wrong or gone. */
const wrongAddress = ['status_404', 'status_410', 'name_unresolved', 'address_forbidden', 'url_invalid'];

const nextOfDelivery = ({ state }: OrderFacts, problem: string): NextStep => {
  if (state !== 'undeliverable')
    return {
      text: 'Nothing must be done: it is tried again by itself until its tries are used up. If the address is wrong, correct the terminal now; once it is mended, deliver again to try at once.',
      action: wrongAddress.includes(problem) ? 'correct_terminal' : 'redeliver',
    };
  return wrongAddress.includes(problem)
    ? {
        text: 'Correct the terminal: the codes then go there. If there is no other, cancel the order.',
        action: 'correct_terminal',
      }
    : {
        text: 'Redeliver once the terminal is mended, or correct the terminal. If neither can be, cancel the order.',
        action: 'redeliver',
      };
};

/** The reason that an issuer gave, and whether it was told that money is due. */
const ending = (facts: OrderFacts, timeline: readonly TimelineEntry[]): string[] => {
  const closed = timeline.findLast(({ event }) => event === 'closed');
  const reason = facts.state === 'refused' && closed?.detail.reason;
  return [
    ...(closed && typeof reason === 'string'
      ? [`Its reason: ${reason.replaceAll('_', ' ')}, at ${new Date(closed.atMs).toISOString()}.`]
      : []),
    ...refundTold(facts, timeline),
    ...reported(timeline),
  ];
};

const reported = (timeline: readonly TimelineEntry[]): string[] => {
  const last = timeline.findLast(({ event }) => event === 'code_reported');
  return last ? [`The buyer reported at ${new Date(last.atMs).toISOString()} that ${reportWords(last.detail)}.`] : [];
};

const refundTold = ({ refundDueValue = 0, amount }: OrderFacts, timeline: readonly TimelineEntry[]): string[] => {
  if (refundDueValue === 0) return [];
  const due = moneyText({ value: refundDueValue, currency: amount.currency });
  const told = timeline.findLast(({ event, detail }) => event === 'event_sent' && detail.type === 'order.refund_due');
  if (!told) return [`${due} are to be refunded: the event order.refund_due tells the issuer.`];
  const at = new Date(told.atMs).toISOString();
  return told.detail.ok === true
    ? [`${due} are to be refunded; the issuer was told at ${at}.`]
    : [`${due} are to be refunded; the issuer did not take that it is so, last at ${at}.`];
};

const nextAfterEnd = (facts: OrderFacts, timeline: readonly TimelineEntry[]): NextStep | undefined => {
  const { state, refundDueValue = 0, amount } = facts;
  if (state === 'delivered')
    return reported(timeline).length > 0 && goodCount(facts) > 0
      ? {
          text: 'Ask the issuer whether that code is good. If it is not, the issuer replaces it, or ask for a refund; deliver again if the buyer has the wrong one.',
        }
      : undefined;
  const refund =
    refundDueValue > 0
      ? `See that the buyer gets ${moneyText({ value: refundDueValue, currency: amount.currency })} back. `
      : '';
  return { text: `${refund}The order is closed for good: a code needs a new order.` };
};
