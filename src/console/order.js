import { api, may, session } from './api.js';
import { everyWhileSeen, h, replace } from './dom.js';
import { orderActions, runAction } from './order-actions.js';
import { orderSettingsList } from './order-settings.js';
import { heading, issuerLink, stateChip } from './parts.js';
import { agoText, clockText, spanText, timeTag, withTimes } from './time.js';
import { closedReasons, count, isOpen, moneyText, problemText, timelineWords } from './words.js';

const lookAgainMs = 2_000;
const linesShown = 200;

/** All that is known of one order, why it waits, and what can be done. */
export const orderView = async ({ root, params: [issuerId, orderNo], signal }) => {
  const order = { issuerId, orderNo };
  const body = h('div', { class: 'order-page' });
  document.title = `${orderNo} · Codeferry`;
  replace(
    root,
    heading(
      orderNo,
      h('a', { class: 'button', href: `#/orders?issuerId=${encodeURIComponent(issuerId)}` }, 'Orders of ', issuerId),
    ),
    body,
  );

  let shown = '';
  let state;
  let settings;
  let settingsOf = '';
  const look = async () => {
    const [facts, { data: timeline }, { why }] = await Promise.all([
      api.order(order, signal),
      api.timeline(order, signal),
      api.why(order, signal),
    ]);
    state = facts.state;
    // They change with the order's windows, not with every look.
    const windows = `${facts.state} ${facts.verifyBy} ${facts.issueBy}`;
    if (windows !== settingsOf) settings = await api.orderSettings(order, signal).catch(() => undefined);
    settingsOf = windows;
    const all = JSON.stringify([facts, timeline, why, settings]);
    // A view that did not change is left alone: someone may be reading it with a finger on the line.
    if (all === shown) return;
    shown = all;
    const focused = body.contains(document.activeElement) ? document.activeElement.id : '';
    replace(
      body,
      whyCard(facts, timeline, why),
      h(
        'div',
        { class: 'order-columns' },
        h('div', {}, timelineCard(facts, timeline)),
        h('div', {}, actionsCard(facts, look), factsCard(facts), settings && settingsOfOrder(settings)),
      ),
    );
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };
  await look();
  // Events still come in after the end, more slowly.
  everyWhileSeen(lookAgainMs, signal, async () => (isOpen(state) || Math.random() < 0.2 ? look() : undefined));
};

const steps = [
  { name: 'Paid', past: () => true },
  { name: 'Issuer told', past: ({ seen }) => seen.told },
  { name: 'Verified', past: ({ seen }) => seen.verified },
  { name: 'Issued', past: ({ seen }) => seen.issued },
  { name: 'Delivered', past: ({ state }) => state === 'delivered' },
];

const seenIn = (facts, timeline) => ({
  told:
    timeline.some(({ event, detail }) => event === 'notice_answered' && detail.ok) ||
    (facts.state !== 'accepted' && timeline.some(({ event }) => event === 'verification_judged')),
  verified: facts.issueBy !== undefined,
  issued:
    facts.codes.outstanding === 0 ||
    facts.state === 'issued' ||
    facts.state === 'undeliverable' ||
    facts.state === 'delivered',
});

const whyCard = (facts, timeline, why) => {
  const { state } = facts;
  const seen = seenIn(facts, timeline);
  const past = steps.map((step) => step.past({ state, seen }));
  const next = isOpen(state) ? past.indexOf(false) : -1;
  const hasTrouble = isOpen(state) || state === 'expired';
  const trouble = hasTrouble ? lastTrouble(timeline) : refusalReason(timeline);
  return h(
    'section',
    { class: `card why ${state}` },
    h(
      'div',
      { class: 'why-head' },
      stateChip(state),
      h(
        'span',
        { class: 'soft' },
        'paid ',
        timeTag(facts.createdAt, agoText(facts.createdAt)),
        state === 'delivered'
          ? `, with its user after ${spanText(Date.parse(facts.updatedAt) - Date.parse(facts.createdAt))}`
          : '',
      ),
    ),
    h('p', { class: 'why-text' }, withTimes(why)),
    trouble && h('p', { class: 'why-trouble' }, trouble),
    h(
      'ol',
      { class: 'steps', 'aria-label': 'How far it got' },
      steps.map(({ name }, n) =>
        h(
          'li',
          {
            class: `step ${past[n] ? 'past' : n === next ? 'next' : ''}`,
            'aria-current': n === next ? 'step' : undefined,
          },
          name,
        ),
      ),
    ),
  );
};

const quiet = ['event_sent', 'closed', 'delivered', 'accepted', 'notice_sent', 'code_requested'];

/** The newest thing that went wrong, unless something went right after it. */
const lastTrouble = (timeline) => {
  const told = timeline.filter(({ event }) => !quiet.includes(event));
  const last = told.at(-1);
  if (!last) return undefined;
  const { detail, event, at } = last;
  const problem = problemOf(last);
  if (problem === undefined) return undefined;
  const who = event === 'delivery_tried' ? 'terminal' : 'issuer';
  const alike = told.filter((entry) => entry.event === event && problemOf(entry) === problem).length;
  const often = alike > 1 ? `, ${count(alike, 'time')} so far, last ` : ', ';
  return [
    `The ${who} ${problemText(problem)}${detail.try > alike ? ` (try ${detail.try})` : ''}${often}`,
    timeTag(at, agoText(at)),
    '.',
  ];
};

const goodVerdicts = ['verified', 'accepted'];

const problemOf = ({ detail }) => {
  if (detail.ok === false) return detail.problem;
  return detail.verdict === undefined || goodVerdicts.includes(detail.verdict) ? undefined : detail.verdict;
};

/** What an issuer gave as its reason for a refusal. */
const refusalReason = (timeline) => {
  const reason = timeline.find(({ event, detail }) => event === 'closed' && detail.state === 'refused')?.detail.reason;
  return reason && `Its reason: ${String(reason).replaceAll('_', ' ')}.`;
};

const actionsCard = (facts, refresh) => {
  const fitting = may('operator') ? orderActions.filter(({ fits }) => fits(facts.state)) : [];
  return h(
    'section',
    { class: 'card act' },
    h('h2', {}, 'Actions'),
    fitting.length === 0
      ? h(
          'p',
          { class: 'soft' },
          may('operator') ? 'The order has ended; nothing can be done to it.' : 'Your role reads only.',
        )
      : h(
          'ul',
          { class: 'actions' },
          fitting.map((action, n) =>
            h(
              'li',
              {},
              h(
                'button',
                {
                  type: 'button',
                  id: `action-${n}`,
                  class: action.danger ? 'danger-quiet' : action.first?.(facts.state) ? 'primary' : undefined,
                  'aria-describedby': `action-help-${n}`,
                  onclick: () => runAction(action, facts, refresh),
                },
                action.label,
              ),
              h('p', { id: `action-help-${n}`, class: 'soft' }, action.help),
            ),
          ),
        ),
  );
};

const factsCard = (facts) => {
  const { temporalUi } = session.current ?? {};
  const line = (name, ...value) => [h('dt', {}, name), h('dd', {}, value)];
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Facts'),
    h(
      'dl',
      { class: 'facts' },
      line('Issuer', issuerLink(facts.issuerId)),
      line('Product', facts.product.name, h('span', { class: 'soft' }, ` (${facts.product.id})`)),
      line('Quantity', String(facts.quantity)),
      line('Amount', moneyText(facts.amount)),
      line(
        'Codes',
        `${facts.codes.issued} issued`,
        facts.codes.outstanding > 0 ? `, ${facts.codes.outstanding} outstanding` : '',
      ),
      line(
        'Terminal',
        facts.terminal.channel === 'page' ? 'Pick-up page' : `${facts.terminal.channel}: ${facts.terminal.hint}`,
      ),
      line(
        'Delivery',
        `${facts.delivery.state}, ${facts.delivery.tries === 1 ? '1 try' : `${facts.delivery.tries} tries`}`,
      ),
      line('Paid', timeTag(facts.createdAt)),
      facts.issueBy ? line('Code due', timeTag(facts.issueBy)) : line('Verify by', timeTag(facts.verifyBy)),
      facts.closedReason && line('Closed because', closedReasons[facts.closedReason] ?? facts.closedReason),
      facts.refundDue && line('Refund due', moneyText(facts.refundDue)),
      facts.payment && line('Payment', facts.payment.id),
      line('Events told', String(facts.sequence)),
    ),
    temporalUi &&
      h(
        'p',
        {},
        h(
          'a',
          { class: 'button', href: workflowUrl(temporalUi, facts), target: '_blank', rel: 'noopener noreferrer' },
          'Its workflow in Temporal',
        ),
      ),
  );
};

const settingsOfOrder = (settings) =>
  h('section', { class: 'card' }, h('h2', {}, 'Settings'), orderSettingsList(settings));

const workflowUrl = ({ url, namespace }, { issuerId, orderNo }) =>
  `${url}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(`order/${issuerId}/${orderNo}`)}`;

const askedBy = { notice_answered: 'notice_sent', code_request_answered: 'code_requested' };

/** A try and its answer are one line where nothing came between them. */
const joined = (timeline) => {
  const lines = [];
  for (const entry of timeline) {
    const before = lines.at(-1);
    const isAnswer =
      before &&
      before.event === askedBy[entry.event] &&
      before.detail.message === entry.detail.message &&
      before.detail.try === entry.detail.try;
    if (isAnswer) lines.pop();
    lines.push(entry);
  }
  return lines;
};

const timelineCard = (facts, timeline) => {
  const lines = joined(timeline);
  const shown = lines.slice(-linesShown);
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Timeline'),
    shown.length < lines.length && h('p', { class: 'soft' }, `The newest ${shown.length} of ${lines.length} lines.`),
    shown.length === 0 && h('p', { class: 'soft' }, 'Nothing has happened yet.'),
    h(
      'ol',
      { class: 'timeline' },
      shown.map((entry) => {
        const { who, text, tone } = timelineWords(entry);
        const afterMs = Date.parse(entry.at) - Date.parse(facts.createdAt);
        return h(
          'li',
          { class: `line ${tone}` },
          h(
            'div',
            { class: 'moment' },
            h('time', { datetime: entry.at }, clockText(entry.at)),
            h('span', {}, afterMs < 1 ? 'start' : `+ ${spanText(afterMs)}`),
          ),
          h('div', { class: 'happened' }, h('span', { class: 'who' }, who), h('p', {}, text), details(entry.detail)),
        );
      }),
    ),
  );
};

const told = [
  'try',
  'ok',
  'problem',
  'tookMs',
  'status',
  'verdict',
  'answer',
  'codes',
  'fresh',
  'outstanding',
  'state',
  'closedReason',
  'type',
  'sequence',
  'quantity',
  'refundDue',
  'reason',
  'by',
  'replay',
];

/** What the sentence did not say. */
const details = (detail) => {
  const rest = Object.entries(detail).filter(([name]) => !told.includes(name));
  return (
    rest.length > 0 &&
    h(
      'p',
      { class: 'details' },
      rest.map(([name, value]) => h('span', {}, `${name} `, h('code', {}, String(value)))),
    )
  );
};
