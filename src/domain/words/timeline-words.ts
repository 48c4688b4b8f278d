import { reportWords } from '../code-reports';
import type { TimelineEntry } from '../messages';
import type { CloseReason } from '../order';
import { count } from './count';
import { moneyText } from './money';
import { problemWords } from './problem-words';
import { spanText } from './span-text';
import { closeReasonWords } from './state-words';

type Side = 'issuer' | 'platform' | 'terminal' | 'buyer' | 'operator';

export interface TimelineLine {
  /** The side that acted. */
  readonly who: Side;
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'plain';
}

type Detail = TimelineEntry['detail'];

const sides: ReadonlySet<unknown> = new Set<Side>(['issuer', 'buyer', 'operator']);
/** `usual`: of lines that nobody is named in; for what nobody decided, as at the end of its time, the platform acts. */
const sideOf = ({ by }: Detail, usual: Side = 'issuer'): Side =>
  by === undefined ? usual : sides.has(by) ? (by as Side) : 'platform';

/** One line of an order's timeline as a sentence, for operators. */
export const timelineWords = ({ event, detail }: Pick<TimelineEntry, 'event' | 'detail'>): TimelineLine => {
  const failed = detail.ok === false;
  switch (event) {
    case 'accepted':
      return { who: 'issuer', text: 'Payment request accepted', tone: 'good' };
    case 'notice_sent':
      return { who: 'platform', text: `Payment notice sent${nth(detail)}`, tone: 'plain' };
    case 'notice_answered':
      return failed
        ? issuerFailed(`Payment notice${nth(detail)} failed`, detail)
        : { who: 'issuer', text: `Issuer took the payment notice${nth(detail)}${answered(detail)}`, tone: 'good' };
    case 'verification_judged':
      return detail.verdict === 'verified'
        ? { who: 'issuer', text: 'Verified: token, quantity and amount are right', tone: 'good' }
        : {
            who: 'issuer',
            text: `Verification refused: the issuer ${problemWords(String(detail.verdict))}${given(detail)}`,
            tone: 'bad',
          };
    case 'code_requested':
      return {
        who: 'platform',
        text: `${detail.lastCall ? 'Last call for codes' : 'Code asked for'}${nth(detail)}`,
        tone: 'plain',
      };
    case 'code_request_answered':
      return failed || detail.problem !== undefined
        ? issuerFailed(`${detail.lastCall ? 'Last call' : 'Code request'}${nth(detail)} failed`, detail)
        : {
            who: 'issuer',
            text: `Issuer answered the ${detail.lastCall ? 'last call' : 'code request'}: ${codeAnswers[String(detail.answer)] ?? detail.answer}${took(detail)}`,
            tone: detail.answer === 'refused' ? 'bad' : 'good',
          };
    case 'codes_judged':
      return detail.verdict === 'accepted'
        ? {
            who: 'issuer',
            text: `${count(Number(detail.codes), 'code')} ${detail.fresh === 0 ? 'came again' : 'accepted'}${Number(detail.outstanding) > 0 ? `, ${detail.outstanding} still to come` : ''}`,
            tone: 'good',
          }
        : { who: 'issuer', text: `Codes refused: the issuer ${problemWords(String(detail.verdict))}`, tone: 'bad' };
    case 'delivery_tried':
      return failed
        ? {
            who: 'terminal',
            text: `Delivery${nth(detail)} failed: the terminal ${problemWords(String(detail.problem))}${took(detail)}`,
            tone: 'bad',
          }
        : { who: 'terminal', text: `Terminal took the delivery${nth(detail)}${answered(detail)}`, tone: 'good' };
    case 'payment_repeated':
      return {
        who: 'issuer',
        text: `A second payment came for this order${detail.payment ? `: ${detail.payment}` : ''}. It was refused`,
        tone: 'bad',
      };
    case 'receipt':
      return detail.event === 'delivered'
        ? { who: 'terminal', text: 'The message reached the buyer', tone: 'good' }
        : { who: 'terminal', text: 'The message came back', tone: 'bad' };
    case 'void_requested':
      return voidRequested(detail);
    case 'void_decided':
      return {
        who: sideOf(detail, 'platform'),
        text: `Refund ${detail.decision === 'destroyed' ? 'agreed: the codes are void' : 'refused'}${decidedBy[String(detail.by)] ?? ''}${detail.reason ? ` (${String(detail.reason).replaceAll('_', ' ')})` : ''}`,
        tone: detail.decision === 'destroyed' ? 'good' : 'bad',
      };
    case 'resumed':
      return {
        who: 'platform',
        text: 'Its workflow was gone, as after a termination or a restore: it was begun again where the order stood',
        tone: 'plain',
      };
    case 'attempt_lost':
      return {
        who: 'platform',
        text: `A worker stopped during ${underWay(detail)}: another one goes on`,
        tone: 'plain',
      };
    case 'note':
      return { who: 'operator', text: `Note: ${detail.text}`, tone: 'plain' };
    case 'terminal_changed':
      return {
        who: sideOf(detail, 'platform'),
        text: `The codes go to another terminal (${detail.channel}), as the ${detail.by} asked${detail.secretsSet ? `, with another ${detail.secretsSet}` : ''}${detail.secretsDropped ? `, without the ${detail.secretsDropped} that it had` : ''}`,
        tone: 'plain',
      };
    case 'delivered':
      return {
        who: 'terminal',
        text: `Delivered ${count(Number(detail.codes), 'code')}${Number(detail.outstanding) > 0 ? `; ${detail.outstanding} never came` : ''}`,
        tone: 'good',
      };
    case 'closed':
      return {
        who: 'platform',
        text: `Closed as ${detail.state}: ${closeReasonWords[detail.closedReason as CloseReason] ?? detail.closedReason}`,
        tone: 'bad',
      };
    case 'event_sent':
      return {
        who: 'platform',
        text: failed
          ? `Event ${detail.sequence ?? ''}${detail.type ? ` (${detail.type})` : ''} was not taken: the issuer ${problemWords(String(detail.problem))}`
          : `Issuer told: ${detail.type ?? 'event'}${detail.sequence ? `, event ${detail.sequence}` : ''}${detail.replay ? ', sent again by an operator' : ''}`,
        tone: failed ? 'bad' : 'plain',
      };
    case 'completed':
      return { who: sideOf(detail), text: `Ended short, with ${count(Number(detail.codes), 'code')}`, tone: 'plain' };
    case 'item_void':
      return {
        who: sideOf(detail),
        text: `${count(Number(detail.items), 'code')} declared void by the ${detail.by}`,
        tone: 'bad',
      };
    case 'item_replaced':
      return {
        who: 'issuer',
        text: `${count(Number(detail.items), 'code')} replaced${detail.mayBeLive === true ? '; old and new may both be live' : ''}`,
        tone: detail.mayBeLive === true ? 'bad' : 'plain',
      };
    case 'item_redeemed':
      return {
        who: sideOf(detail),
        text: `Item ${detail.itemId} redeemed, ${count(Number(detail.usesLeft), 'use')} left`,
        tone: 'good',
      };
    case 'item_reversed':
      return { who: sideOf(detail), text: `A redemption of item ${detail.itemId} taken back`, tone: 'plain' };
    case 'validity_changed':
      return {
        who: 'issuer',
        text: `${count(Number(detail.items), 'code')} valid until ${detail.expiresAt}`,
        tone: 'plain',
      };
    case 'refund_settled':
      return { who: 'issuer', text: `${paidBack(detail)} paid back`, tone: 'good' };
    case 'code_reported':
      return { who: 'buyer', text: `The buyer reported that ${reportWords(detail)}`, tone: 'bad' };
    case 'opened':
      return { who: 'buyer', text: 'The buyer opened the codes', tone: 'good' };
    default:
      return { who: 'platform', text: unknown(event), tone: 'plain' };
  }
};

/** Lines of before have no currency. */
const paidBack = ({ value, currency }: Detail): string =>
  currency === undefined ? 'A refund was' : moneyText({ value: Number(value), currency: String(currency) });

/** Its beginning, or one attempt to ask the issuer. */
const voidRequested = (detail: Detail): TimelineLine => {
  if (detail.items !== undefined) {
    return {
      who: sideOf(detail, 'platform'),
      text: `A refund of ${count(Number(detail.items), 'code')} was asked for by the ${detail.by}`,
      tone: 'plain',
    };
  }
  return detail.ok === false || detail.problem !== undefined
    ? issuerFailed(`Refund request${nth(detail)} failed`, detail)
    : { who: 'issuer', text: `Issuer answered the refund request: ${detail.answer}${took(detail)}`, tone: 'plain' };
};

const underWay = ({ type, sequence }: Detail): string =>
  sequence === undefined ? (messageWords[String(type)] ?? 'a step of this order') : `the telling of event ${sequence}`;

const messageWords: Readonly<Record<string, string>> = {
  'order.paid': 'the payment notice',
  'order.code_requested': 'the request for codes',
  'order.closing': 'the last call for codes',
  'order.void_requested': 'the refund request',
  'code.delivered': 'the delivery',
  'code.void': 'the word to the terminal that codes are void',
};

const decidedBy: Readonly<Record<string, string>> = {
  operator: ' by an operator',
  redemption: ', as a code was redeemed',
  timeout: ', as nobody decided in time',
};

const unknown = (event: never): string => String(event).replaceAll('_', ' ');

const issuerFailed = (what: string, detail: Detail): TimelineLine => ({
  who: 'issuer',
  text: `${what}: the issuer ${problemWords(String(detail.problem))}${took(detail)}`,
  tone: 'bad',
});

const nth = (detail: Detail): string =>
  `${Number(detail.of) > 1 ? `, part ${detail.part} of ${detail.of}` : ''}${Number(detail.try) > 1 ? `, try ${detail.try}` : ''}`;

const spanOf = ({ tookMs }: Detail): string | undefined => (typeof tookMs === 'number' ? spanText(tookMs) : undefined);
const took = (detail: Detail): string => (spanOf(detail) === undefined ? '' : ` (${spanOf(detail)})`);

const answered = (detail: Detail): string =>
  ` (${[detail.status ? `HTTP ${detail.status}` : 'answered', spanOf(detail)].filter(Boolean).join(', ')})`;

/** What the issuer asked with instead. */
const given = ({ givenValue, givenCurrency, givenQuantity }: Detail): string => {
  if (typeof givenValue === 'number' && typeof givenCurrency === 'string')
    return `: ${moneyText({ value: givenValue, currency: givenCurrency })}`;
  return givenQuantity === undefined ? '' : `: ${givenQuantity}`;
};

const codeAnswers: Readonly<Record<string, string>> = {
  issued: 'here are the codes',
  issuing: 'they will come',
  refused: 'refused',
};
