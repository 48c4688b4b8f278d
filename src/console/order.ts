import { isFinal, type OrderState } from '../domain/order';
import { count } from '../domain/words/count';
import { moneyText } from '../domain/words/money';
import { spanText } from '../domain/words/span-text';
import { closeReasonWords, deliveryWords } from '../domain/words/state-words';
import type { NextStep } from '../domain/words/why-no-code';
import { type Child, everyWhileSeen, h, replace } from '../pages-kit/dom';
import { stepsOf } from '../pages-kit/order-steps';
import { heading, line, stateChip } from '../pages-kit/parts';
import { agoText, timeTag, withTimes } from '../pages-kit/time';
import { timelineCard } from '../pages-kit/timeline';
import type { View } from '../pages-kit/view';
import type { OrderAnswer, OrderName, OrderSettingsAnswer, TimelineAnswer, WhyAnswer } from './answers';
import { api, may, session } from './api';
import { isOffered, type OrderAction, orderActions, runAction } from './order-actions';
import { orderSettingsList } from './order-settings';
import { issuerLink, tookMs } from './parts';

const lookAgainMs = 2_000;

/** All that is known of one order, why it waits, and what can be done. */
export const orderView = async ({ root, params: [issuerId = '', orderNo = ''], signal }: View): Promise<void> => {
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
  let state: OrderState | undefined;
  let settings: OrderSettingsAnswer | undefined;
  let settingsOf = '';
  const look = async (): Promise<void> => {
    const [facts, { data: timeline }, reason] = await Promise.all([
      api.order(order, signal),
      api.timeline(order, signal),
      api.why(order, signal),
    ]);
    state = facts.state;
    // They change with the order's windows, not with every look.
    const windows = `${facts.state} ${facts.verifyBy} ${facts.issueBy}`;
    if (windows !== settingsOf) settings = await api.orderSettings(order, signal).catch(() => undefined);
    settingsOf = windows;
    const all = JSON.stringify([facts, timeline, reason, settings]);
    // A view that did not change is left alone: someone may be reading it with a finger on the line.
    if (all === shown) return;
    shown = all;
    const focused = body.contains(document.activeElement) ? (document.activeElement?.id ?? '') : '';
    replace(
      body,
      whyCard(facts, timeline, reason, look),
      h(
        'div',
        { class: 'order-columns' },
        h('div', {}, timelineCard(facts, timeline)),
        h(
          'div',
          {},
          actionsCard(facts, timeline, reason.next, look),
          factsCard(facts),
          settings && settingsOfOrder(settings),
        ),
      ),
    );
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };
  await look();
  // Events still come in after the end, more slowly.
  everyWhileSeen(lookAgainMs, signal, async () =>
    (state && isOpen(state)) || Math.random() < 0.2 ? look() : undefined,
  );
};

type Lines = TimelineAnswer['data'];
type Refresh = () => Promise<void>;

const isOpen = (state: OrderState): boolean => !isFinal(state);

const whyCard = (facts: OrderAnswer, timeline: Lines, { why, next: step }: WhyAnswer, refresh: Refresh) => {
  const { state } = facts;
  const paidAt = facts.payment?.paidAt ?? facts.createdAt;
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
        timeTag(paidAt, agoText(paidAt)),
        facts.deliveredAt !== undefined && hasArrived(facts) ? `, with its user after ${spanText(tookMs(facts))}` : '',
      ),
    ),
    reasonOf(why),
    facts.codesVoid && voidNote(facts.codesVoid, facts.delivery),
    nextStep(facts, timeline, step, refresh),
    stepsOf(facts, timeline),
  );
};

/** Of the newest message: one that came back is with nobody. */
const hasArrived = ({ delivery }: OrderAnswer): boolean => delivery.state !== 'bounced' && delivery.state !== 'failed';

/** The state it is in stands out; what keeps it there follows. */
const reasonOf = (why: string) => {
  const [first = '', ...others] = why.split(/(?<=\.) (?!It waits)/);
  return h(
    'div',
    { class: 'reason' },
    h('p', { class: 'why-text' }, withTimes(first)),
    others.length > 0 && h('p', { class: 'why-more' }, withTimes(others.join(' '))),
  );
};

/** An order that closed counts none of its codes as issued: here is that it had some, and what became of them. */
const voidNote = ({ codes, at, because }: NonNullable<OrderAnswer['codesVoid']>, delivery: OrderAnswer['delivery']) => {
  const isOne = codes === 1;
  const them = isOne ? 'it' : 'them';
  const had =
    because === 'operator_voided' || because === 'issuer_voided' || because === 'refund_undecided'
      ? `${voidedWords(them)[because]} after the delivery. The buyer has had ${them}${because === 'issuer_voided' ? '' : `, and the issuer is told that ${isOne ? 'it' : 'they'} may no longer be used`}.`
      : `the order ended before ${isOne ? 'it was' : 'they were'} delivered, as ${closeReasonWords[because]}. ${delivery.tries > 0 ? 'No terminal took' : 'Nobody was given'} ${isOne ? 'it, and it counts' : 'them, and they count'} as never sold; the issuer is told which, and no other order of it can take the same ${isOne ? 'value' : 'values'}.`;
  return h(
    'p',
    { class: 'codes-void' },
    h('strong', {}, `${count(codes, 'code')} void`),
    ' since ',
    timeTag(at),
    ` (${agoText(at)}): ${had}`,
  );
};

const voidedWords = (them: string) => ({
  operator_voided: `an operator declared ${them} void`,
  issuer_voided: `the issuer destroyed ${them}`,
  refund_undecided: `nobody decided in time whether ${them === 'it' ? 'it goes' : 'they go'} back, and that voids ${them}`,
});

/** What the platform says to do, with the action or the place that it means; a viewer gets the words alone. */
const nextStep = (facts: OrderAnswer, timeline: Lines, next: NextStep | undefined, refresh: Refresh): Child => {
  const action = suggested(facts, timeline, next);
  const place = next?.action && places[next.action];
  return (
    next &&
    h(
      'div',
      { class: 'to-do' },
      h('p', {}, h('strong', {}, 'What to do: '), withTimes(next.text)),
      action &&
        h(
          'button',
          { type: 'button', id: 'next-action', class: 'primary', onclick: () => runAction(action, facts, refresh) },
          action.label,
        ),
      place?.(facts),
    )
  );
};

const suggested = (facts: OrderAnswer, timeline: Lines, next: NextStep | undefined): OrderAction | undefined =>
  may('operator')
    ? orderActions.find((action) => action.name === next?.action && isOffered(action, facts, timeline))
    : undefined;

const workersLink = () => h('a', { class: 'button', id: 'next-place', href: '#/machinery' }, 'Workers and queues');
const workflowLink = (facts: OrderName): Child => {
  const { temporalUi } = session.current ?? {};
  return (
    temporalUi &&
    h(
      'a',
      { class: 'button', href: workflowUrl(temporalUi, facts), target: '_blank', rel: 'noopener noreferrer' },
      'Its workflow in Temporal',
    )
  );
};
const places: { readonly [action in NonNullable<NextStep['action']>]?: (order: OrderName) => Child } = {
  see_workers: workersLink,
  see_workflow: (facts) => [workersLink(), workflowLink(facts)],
  resume_issuer: ({ issuerId }) =>
    h(
      'a',
      { class: 'button', id: 'next-place', href: `#/issuers/${encodeURIComponent(issuerId)}` },
      'The issuer ',
      issuerId,
    ),
};

/** All but the one that stands beside the reason already. */
const actionsCard = (facts: OrderAnswer, timeline: Lines, next: NextStep | undefined, refresh: Refresh) => {
  const beside = suggested(facts, timeline, next);
  const fitting = may('operator')
    ? orderActions.filter((action) => action !== beside && isOffered(action, facts, timeline))
    : [];
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
                  class: action.danger
                    ? 'danger-quiet'
                    : !next && action.isFirst?.(facts.state)
                      ? 'primary'
                      : undefined,
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

const factsCard = (facts: OrderAnswer) => {
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
        facts.codes.outstanding > 0 && isOpen(facts.state) ? `, ${facts.codes.outstanding} outstanding` : '',
        facts.codesVoid ? `, ${facts.codesVoid.codes} void` : '',
      ),
      line(
        'Terminal',
        facts.terminal.channel === 'page' ? 'Pick-up page' : `${facts.terminal.channel}: ${facts.terminal.hint}`,
      ),
      line('Delivery', `${deliveryWords[facts.delivery.state]}, ${count(facts.delivery.tries, 'try', 'tries')}`),
      facts.payment?.paidAt !== undefined && line('Paid', timeTag(facts.payment.paidAt)),
      line('Placed', timeTag(facts.createdAt)),
      facts.issueBy
        ? line('Code due', timeTag(facts.issueBy))
        : facts.verifyBy && line('Verify by', timeTag(facts.verifyBy)),
      facts.closedReason && line('Closed because', closeReasonWords[facts.closedReason]),
      facts.refundDue && line('Refund due', moneyText(facts.refundDue)),
      facts.refundSettled && line('Refund settled', moneyText(facts.refundSettled)),
      facts.payment && line('Payment', searchLink(facts.payment.id)),
      facts.payment?.payer !== undefined && line('Payer', searchLink(facts.payment.payer)),
      Object.entries(facts.metadata ?? {}).map(([name, value]) => line(name, h('span', { class: 'address' }, value))),
      line('Events told', String(facts.sequence)),
    ),
    session.current?.temporalUi && h('p', {}, workflowLink(facts)),
  );
};

/** All orders of the same payment or payer. */
const searchLink = (q: string) => h('a', { href: `#/orders?q=${encodeURIComponent(q)}` }, q);

const settingsOfOrder = (settings: OrderSettingsAnswer) =>
  h('section', { class: 'card' }, h('h2', {}, 'Settings'), orderSettingsList(settings));

const workflowUrl = (
  { url, namespace }: { readonly url: string; readonly namespace: string },
  { issuerId, orderNo }: OrderName,
): string =>
  `${url}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(`order/${issuerId}/${orderNo}`)}`;
