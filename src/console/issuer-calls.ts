import { count } from '../domain/words/count';
import { problemWords } from '../domain/words/problem-words';
import { spanText } from '../domain/words/span-text';
import { askDialog } from '../pages-kit/dialog';
import { type Child, h, note, replace } from '../pages-kit/dom';
import { circuitChip, empty, table } from '../pages-kit/parts';
import { agoText, timeTag } from '../pages-kit/time';
import type { IssuerCall, IssuerCallsAnswer } from './answers';
import { api, may } from './api';
import { circuitName } from './machinery';
import { orderLink } from './parts';

export const directions = {
  to_issuer: 'to the issuer',
  from_issuer: 'from the issuer',
  to_terminal: 'to the terminal',
};

const sentAgain: Readonly<Record<string, string>> = {
  'order.paid': 'The issuer gets a new message about this order at once.',
  'order.code_requested': 'The issuer is asked anew for the codes.',
  'code.delivered': 'The same codes go to the same terminal under the same number.',
};
const sameMessage = 'The issuer gets the same bytes under the same number, so that it can tell that it has them.';

const outcome = ({ ok, status, problem = '', try: n = 1 }: IssuerCall): Child => {
  const tries = n > 1 ? `, try ${n}` : '';
  if (ok) return `${status ? `HTTP ${status}` : 'good'}${tries}`;
  return h('span', { class: 'bad-text' }, `${problemWords(problem)}${tries}`);
};

export const sendAgain = async (call: IssuerCall, issuerId: string, refresh: () => Promise<void>): Promise<void> => {
  const sent = await askDialog({
    title: `Send ${call.kind} of ${call.orderNo} again?`,
    text: sentAgain[call.kind] ?? sameMessage,
    confirm: 'Send again',
    run: () => api.replayCall(issuerId, call.callId),
  });
  if (!sent) return;
  note('It is being sent.');
  await refresh();
};

const callLink = (issuerId: string, { callId, kind }: IssuerCall) =>
  h(
    'a',
    { href: `#/issuers/${encodeURIComponent(issuerId)}/calls/${encodeURIComponent(callId)}` },
    h('code', {}, kind),
  );

const summaryOf = ({ orders, summary: { calls, failed, took, lastOk, lastFailed } }: IssuerCallsAnswer): Child =>
  calls === 0
    ? `No calls to it in its newest ${orders} orders.`
    : [
        `${calls - failed} of ${calls} calls to it were good, p50 ${spanText(took.p50Ms)}, p95 ${spanText(took.p95Ms)}`,
        lastOk !== undefined && ['; last good ', timeTag(lastOk, agoText(lastOk))],
        lastFailed !== undefined && ['; last failed ', timeTag(lastFailed, agoText(lastFailed))],
        `. Out of its newest ${orders} orders.`,
      ];

/** How an issuer does: its circuits, its newest calls, and what can be sent again. */
export const issuerCallsCard = async (issuerId: string, signal: AbortSignal) => {
  const failedOnly = h('input', { type: 'checkbox', id: 'failed-only', onchange: () => look() });
  const body = h('div', { 'aria-live': 'polite' });
  const look = async (): Promise<void> => {
    const found = await api.issuerCalls(issuerId, failedOnly.checked, signal);
    replace(
      body,
      h('p', { class: 'soft' }, summaryOf(found)),
      found.throttled > 0 &&
        h(
          'p',
          {},
          `${count(found.throttled, 'try', 'tries')} of the last ten minutes had to wait a second, as its calls at once were taken.`,
        ),
      found.circuits.map(({ key, state, failures, calls }) =>
        h(
          'p',
          {},
          circuitChip(state),
          key === issuerId ? ' ' : [' ', circuitName(key), ': '],
          `${failures} of ${calls} calls failed in the last five minutes`,
        ),
      ),
      found.data.length === 0
        ? empty(failedOnly.checked ? 'No failed calls' : 'No calls yet')
        : h(
            'div',
            { class: 'paged' },
            table(
              'Newest calls',
              [
                { name: 'Order', lead: true, cell: ({ orderNo }) => orderLink({ issuerId, orderNo }) },
                { name: 'Message', cell: (call) => [callLink(issuerId, call), ' ', directions[call.direction]] },
                { name: 'Answer', wide: true, cell: outcome },
                { name: 'Took', end: true, named: true, cell: ({ tookMs }) => spanText(tookMs) },
                { name: 'When', end: true, cell: ({ at }) => timeTag(at, agoText(at)) },
                {
                  name: 'Again',
                  end: true,
                  cell: (call) =>
                    may('operator') &&
                    !call.ok &&
                    call.direction !== 'from_issuer' &&
                    h('button', { type: 'button', onclick: () => sendAgain(call, issuerId, look) }, 'Send again'),
                },
              ],
              found.data,
            ),
          ),
    );
  };
  await look();
  return h(
    'section',
    { class: 'calls' },
    h('h2', {}, 'Calls'),
    h('div', { class: 'field check' }, failedOnly, h('label', { for: 'failed-only' }, 'Only failed ones')),
    body,
  );
};
