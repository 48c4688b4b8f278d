import { problemWords } from '../domain/words/problem-words';
import { spanText } from '../domain/words/span-text';
import { sideCard } from '../pages-kit/call-sides';
import { type Child, h, replace } from '../pages-kit/dom';
import { heading, line } from '../pages-kit/parts';
import { agoText, timeTag } from '../pages-kit/time';
import type { View } from '../pages-kit/view';
import type { IssuerCallAnswer } from './answers';
import { api, may } from './api';
import { directions, sendAgain } from './issuer-calls';
import { issuerLink, orderLink } from './parts';

/** One call: what was asked, what was answered, without anything secret, and whether it can be sent again. */
export const callView = async ({ root, params: [issuerId = '', callId = ''], signal }: View): Promise<void> => {
  const look = async (): Promise<void> => {
    const call = await api.issuerCall(issuerId, callId, signal);
    document.title = `${call.kind} of ${call.orderNo} · Codeferry`;
    replace(
      root,
      heading(
        call.kind,
        h('a', { class: 'button', href: `#/issuers/${encodeURIComponent(issuerId)}` }, 'Calls of ', issuerId),
      ),
      factsCard(call, look),
      h('div', { class: 'halves' }, sideCard('Request', call.request), sideCard('Answer', call.answer)),
      h('p', { class: 'soft' }, 'Made again from the order. Codes, tokens, addresses and free text are shown as •••.'),
    );
  };
  await look();
};

const factsCard = (call: IssuerCallAnswer, look: () => Promise<void>) => {
  return h(
    'section',
    { class: 'card' },
    h(
      'dl',
      { class: 'facts' },
      line('Order', orderLink(call)),
      line('Issuer', issuerLink(call.issuerId)),
      line('Went', directions[call.direction]),
      line('When', timeTag(call.at), ` (${agoText(call.at)})`),
      line('Outcome', outcomeText(call)),
      call.tookMs !== undefined && line('Took', spanText(call.tookMs)),
      call.message && line('webhook-id', h('code', {}, call.message)),
      call.partOf && line('Came', 'in the answer to ', h('code', {}, call.partOf)),
    ),
    again(call, look),
  );
};

const outcomeText = ({ ok, problem = '', try: n = 1, replay }: IssuerCallAnswer): string =>
  [ok ? 'good' : problemWords(problem), n > 1 && `try ${n}`, replay && 'sent again by an operator']
    .filter(Boolean)
    .join(', ');

const again = (call: IssuerCallAnswer, look: () => Promise<void>): Child => {
  const { resend, direction } = call;
  if (direction === 'from_issuer') return undefined;
  if ('refused' in resend) return h('p', { class: 'soft' }, `It cannot be sent again. ${resend.why}.`);
  return (
    may('operator') &&
    h(
      'div',
      { class: 'action-row' },
      h('button', { type: 'button', onclick: () => sendAgain(call, call.issuerId, look) }, 'Send again'),
    )
  );
};
