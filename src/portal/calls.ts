import { count } from '../domain/words/count';
import { problemWords } from '../domain/words/problem-words';
import { spanText } from '../domain/words/span-text';
import { sideCard } from '../pages-kit/call-sides';
import { askDialog } from '../pages-kit/dialog';
import { type Child, h, note, replace } from '../pages-kit/dom';
import { circuitChip, empty, heading, line, table } from '../pages-kit/parts';
import { agoText, timeTag } from '../pages-kit/time';
import type { View } from '../pages-kit/view';
import { api, type CallAnswer, type CallsAnswer, isAdmin } from './api';
import { orderLink } from './orders';

type Call = CallsAnswer['data'][number];

const directions = { to_issuer: 'to you', from_issuer: 'from you', to_terminal: 'to the terminal' };

const outcome = ({ ok, status, problem = '', try: n = 1 }: Call): Child => {
  const tries = n > 1 ? `, try ${n}` : '';
  if (ok) return `${status ? `HTTP ${status}` : 'good'}${tries}`;
  return h('span', { class: 'bad-text' }, `${problemWords(problem)}${tries}`);
};

/** Messages to the issuer have a number, by which they go out once more. */
const canGoAgain = ({ direction, message }: Call): boolean =>
  isAdmin() && direction === 'to_issuer' && message !== undefined;

const sendAgain = async ({ kind, orderNo, message = '' }: Call, refresh: () => Promise<void>): Promise<void> => {
  const sent = await askDialog({
    title: `Send ${kind} of ${orderNo} again?`,
    text: 'You get the same bytes under the same number.',
    confirm: 'Send again',
    run: () => api.replayMessage(message),
  });
  if (!sent) return;
  note('It is being sent.');
  await refresh();
};

const againButton = (call: Call, refresh: () => Promise<void>) =>
  canGoAgain(call) && h('button', { type: 'button', onclick: () => sendAgain(call, refresh) }, 'Send again');

/** How the platform reaches the issuer: its circuit, and how the newest calls went. */
const healthCard = ({ orders, summary, circuits, throttled }: CallsAnswer) => {
  const { calls, failed, took, lastOk, lastFailed } = summary;
  const own = circuits.find(({ key }) => !key.startsWith('terminal:'));
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'How we reach you'),
    h(
      'dl',
      { class: 'facts' },
      line('Circuit', circuitChip(own?.state ?? 'closed')),
      own && line('Last five minutes', `${own.failures} of ${own.calls} calls failed`),
      line('Newest calls', calls === 0 ? 'none' : `${calls - failed} of ${calls} good`),
      calls > 0 && line('Took', `p50 ${spanText(took.p50Ms)}, p95 ${spanText(took.p95Ms)}`),
      lastOk !== undefined && line('Last good', timeTag(lastOk, agoText(lastOk))),
      lastFailed !== undefined && line('Last failed', timeTag(lastFailed, agoText(lastFailed))),
      throttled > 0 && line('Held back', `${count(throttled, 'try', 'tries')}: enough calls ran at once`),
    ),
    h('p', { class: 'soft' }, `Out of your newest ${orders} orders.`),
  );
};

export const callsView = async ({ root, query, signal }: View): Promise<void> => {
  const failedOnly = h('input', {
    type: 'checkbox',
    id: 'failed-only',
    checked: query.get('failed') === 'true',
    onchange: () => look(),
  });
  const body = h('div', { 'aria-live': 'polite' });
  const look = async (): Promise<void> => {
    const found = await api.calls(failedOnly.checked, signal);
    if (signal.aborted) return;
    replace(
      body,
      healthCard(found),
      found.data.length === 0
        ? empty(failedOnly.checked ? 'No failed calls' : 'No calls yet')
        : h(
            'div',
            { class: 'paged' },
            table<Call>(
              'Newest calls',
              [
                { name: 'Order', lead: true, cell: ({ orderNo }) => orderLink(orderNo) },
                {
                  name: 'Message',
                  cell: ({ callId, kind, direction }) => [
                    h('a', { href: `#/calls/${encodeURIComponent(callId)}` }, h('code', {}, kind)),
                    ` ${directions[direction]}`,
                  ],
                },
                { name: 'Answer', wide: true, cell: outcome },
                { name: 'Took', end: true, named: true, cell: ({ tookMs }) => spanText(tookMs) },
                { name: 'When', end: true, cell: ({ at }) => timeTag(at, agoText(at)) },
                { name: 'Again', end: true, cell: (call) => !call.ok && againButton(call, look) },
              ],
              found.data,
            ),
          ),
    );
  };
  replace(
    root,
    heading('Calls'),
    h('div', { class: 'field check' }, failedOnly, h('label', { for: 'failed-only' }, 'Only failed ones')),
    body,
  );
  await look();
};

/** One call: what was asked, what was answered, without anything secret. */
export const callView = async ({ root, params: [callId = ''], signal }: View): Promise<void> => {
  const call: CallAnswer = await api.call(callId, signal);
  document.title = `${call.kind} of ${call.orderNo} · Codeferry`;
  replace(
    root,
    heading(call.kind, h('a', { class: 'button', href: '#/calls' }, 'All calls')),
    h(
      'section',
      { class: 'card' },
      h(
        'dl',
        { class: 'facts' },
        line('Order', orderLink(call.orderNo)),
        line('Went', directions[call.direction]),
        line('When', timeTag(call.at), ` (${agoText(call.at)})`),
        line('Outcome', outcome(call)),
        call.tookMs !== undefined && line('Took', spanText(call.tookMs)),
        call.message && line('webhook-id', h('code', {}, call.message)),
        call.partOf && line('Came', 'in the answer to ', h('code', {}, call.partOf)),
      ),
      canGoAgain(call) &&
        h(
          'div',
          { class: 'action-row' },
          againButton(call, async () => undefined),
        ),
    ),
    h('div', { class: 'halves' }, sideCard('Request', call.request), sideCard('Answer', call.answer)),
    h('p', { class: 'soft' }, 'Made again from the order. Codes, tokens, addresses and free text are shown as •••.'),
  );
};
