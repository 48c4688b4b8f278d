import { spanText } from './time.js';

/** One plain word and one tone for every state; the tone is never the only sign. */
export const states = {
  accepted: { word: 'Accepted', tone: 'wait' },
  notified: { word: 'Notified', tone: 'wait' },
  verified: { word: 'Verified', tone: 'go' },
  partially_issued: { word: 'Partly issued', tone: 'go' },
  issued: { word: 'Issued', tone: 'go' },
  delivered: { word: 'Delivered', tone: 'good' },
  undeliverable: { word: 'Undeliverable', tone: 'bad' },
  refused: { word: 'Refused', tone: 'bad' },
  expired: { word: 'Expired', tone: 'bad' },
  cancelled: { word: 'Cancelled', tone: 'off' },
};

export const openStates = ['accepted', 'notified', 'verified', 'partially_issued', 'issued', 'undeliverable'];
export const isOpen = (state) => openStates.includes(state);

export const closedReasons = {
  verify_window: 'the issuer did not verify it in time',
  issue_window: 'the issuer gave no code in time',
  issuer_refused: 'the issuer refused it',
  issuer_cancelled: 'the issuer cancelled it',
  operator_cancelled: 'an operator cancelled it',
  partially_issued: 'only a part of the codes came',
};

const problems = {
  timeout: 'gave no answer in time',
  connection_refused: 'refused the connection',
  unreachable: 'could not be reached',
  name_unresolved: 'has a host name that leads nowhere',
  address_forbidden: 'has an address that may not be called',
  url_invalid: 'has an address that is none',
  tls: 'has no valid certificate',
  reset: 'broke the connection off',
  network: 'could not be reached',
  answer_malformed: 'sent an answer that is not HTTP',
  answer_too_large: 'sent an answer that is too large',
  answer_unreadable: 'sent an answer that is none of the three shapes',
  function_threw: 'failed inside its function',
  function_unknown: 'is a function that is not loaded here',
  token_mismatch: 'sent a wrong token',
  amount_mismatch: 'asked with another amount than was paid',
  quantity_mismatch: 'asked with another quantity than was paid',
  code_conflict: 'sent codes that contradict those the order holds',
  code_reused: 'sent a code that another order holds',
  not_verified: 'sent codes before verifying',
  verification_locked: 'is locked out after too many wrong verifications',
  order_closed: 'came after the order was closed',
  out_of_stock: 'is out of stock',
};

export const problemText = (problem) => {
  const smtp = /^smtp_(\d+)$/.exec(problem)?.[1];
  if (smtp) return `was refused by the mail server: SMTP ${smtp}`;
  const status = /^status_(\d+)$/.exec(problem)?.[1];
  if (status)
    return Number(status) >= 300 && Number(status) < 400
      ? `answered HTTP ${status}, a redirect, which is not followed`
      : `answered HTTP ${status}`;
  return problems[problem] ?? `failed: ${String(problem).replaceAll('_', ' ')}`;
};

export const moneyText = ({ value, currency }) => {
  try {
    const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
    return format.format(value / 10 ** format.resolvedOptions().maximumFractionDigits);
  } catch {
    return `${value} ${currency} (minor units)`;
  }
};

const nth = (detail) =>
  `${detail.of > 1 ? `, part ${detail.part} of ${detail.of}` : ''}${detail.try > 1 ? `, try ${detail.try}` : ''}`;
const took = (detail) => (typeof detail.tookMs === 'number' ? ` (${spanText(detail.tookMs)})` : '');
const tookIn = (detail) => (typeof detail.tookMs === 'number' ? `, ${spanText(detail.tookMs)}` : '');
const answered = (detail) => (detail.status ? `HTTP ${detail.status}` : 'answered');

/** What the issuer asked with instead. */
const given = ({ givenValue, givenCurrency, givenQuantity }) => {
  if (givenValue !== undefined) return `: ${moneyText({ value: givenValue, currency: givenCurrency })}`;
  return givenQuantity === undefined ? '' : `: ${givenQuantity}`;
};

/** One line of an order's timeline as a sentence; `who` is the side that acted. */
export const timelineWords = ({ event, detail }) => {
  const failed = detail.ok === false;
  switch (event) {
    case 'accepted':
      return { who: 'issuer', text: 'Payment request accepted', tone: 'good' };
    case 'notice_sent':
      return { who: 'platform', text: `Payment notice sent${nth(detail)}`, tone: 'plain' };
    case 'notice_answered':
      return failed
        ? {
            who: 'issuer',
            text: `Payment notice${nth(detail)} failed: the issuer ${problemText(detail.problem)}${took(detail)}`,
            tone: 'bad',
          }
        : {
            who: 'issuer',
            text: `Issuer took the payment notice${nth(detail)} (${answered(detail)}${tookIn(detail)})`,
            tone: 'good',
          };
    case 'verification_judged':
      return detail.verdict === 'verified'
        ? { who: 'issuer', text: 'Verified: token, quantity and amount are right', tone: 'good' }
        : {
            who: 'issuer',
            text: `Verification refused: the issuer ${problemText(detail.verdict)}${given(detail)}`,
            tone: 'bad',
          };
    case 'code_requested':
      return { who: 'platform', text: `Code asked for${nth(detail)}`, tone: 'plain' };
    case 'code_request_answered':
      return failed || detail.problem
        ? {
            who: 'issuer',
            text: `Code request${nth(detail)} failed: the issuer ${problemText(detail.problem)}${took(detail)}`,
            tone: 'bad',
          }
        : {
            who: 'issuer',
            text: `Issuer answered the code request: ${codeAnswers[detail.answer] ?? detail.answer}${took(detail)}`,
            tone: detail.answer === 'refused' ? 'bad' : 'good',
          };
    case 'codes_judged':
      return detail.verdict === 'accepted'
        ? {
            who: 'issuer',
            text: `${count(detail.codes, 'code')} accepted${detail.outstanding > 0 ? `, ${detail.outstanding} still to come` : ''}`,
            tone: 'good',
          }
        : { who: 'issuer', text: `Codes refused: the issuer ${problemText(detail.verdict)}`, tone: 'bad' };
    case 'delivery_tried':
      return failed
        ? {
            who: 'terminal',
            text: `Delivery${nth(detail)} failed: the terminal ${problemText(detail.problem)}${took(detail)}`,
            tone: 'bad',
          }
        : {
            who: 'terminal',
            text: `Terminal took the delivery${nth(detail)} (${answered(detail)}${tookIn(detail)})`,
            tone: 'good',
          };
    case 'receipt':
      return detail.event === 'delivered'
        ? { who: 'terminal', text: 'The message reached the buyer', tone: 'good' }
        : { who: 'terminal', text: 'The message came back', tone: 'bad' };
    case 'delivered':
      return {
        who: 'terminal',
        text: `Delivered ${count(detail.codes, 'code')}${detail.outstanding > 0 ? `; ${detail.outstanding} never came` : ''}`,
        tone: 'good',
      };
    case 'closed':
      return {
        who: 'platform',
        text: `Closed as ${String(detail.state)}: ${closedReasons[detail.closedReason] ?? detail.closedReason}`,
        tone: 'bad',
      };
    case 'event_sent':
      return {
        who: 'platform',
        text: failed
          ? `Event ${detail.sequence ?? ''}${detail.type ? ` (${detail.type})` : ''} was not taken: the issuer ${problemText(detail.problem)}`
          : `Issuer told: ${detail.type ?? 'event'}${detail.sequence ? `, event ${detail.sequence}` : ''}${detail.replay ? ', sent again by an operator' : ''}`,
        tone: failed ? 'bad' : 'plain',
      };
    default:
      return { who: 'platform', text: String(event).replaceAll('_', ' '), tone: 'plain' };
  }
};

const codeAnswers = { issued: 'here are the codes', issuing: 'they will come', refused: 'refused' };

export const count = (n, word, words = `${word}s`) => `${n} ${n === 1 ? word : words}`;

export const auditWords = {
  'console.signed_in': 'Signed in at the console',
  'console.signed_out': 'Signed out',
  'issuer.created': 'Created issuer',
  'issuer.changed': 'Changed issuer',
  'issuer.deleted': 'Deleted issuer',
  'issuer.secret_rotated': 'Rotated the secret of',
  'issuer.paused': 'Paused issuer',
  'issuer.resumed': 'Resumed issuer',
  'call.replayed': 'Sent again a call of',
  'order.renotified': 'Told the issuer again of',
  'order.redelivered': 'Redelivered',
  'order.cancelled': 'Cancelled',
  'order.extended': 'Extended the window of',
  'order.codes_voided': 'Declared void the codes of',
  'orders.batch': 'Batch:',
  'settings.changed': 'Changed the settings of',
  'delivery_key.rotated': 'Rotated the delivery key of the',
  'keys.resealed': 'Sealed anew under the first master key, for the',
  'maintenance.began': 'Stopped new orders of the',
  'maintenance.ended': 'Took new orders again on the',
};
