import { isFinal } from '../domain/order';
import { count } from '../domain/words/count';
import { moneyText } from '../domain/words/money';
import { closeReasonWords, deliveryWords } from '../domain/words/state-words';
import { everyWhileSeen, h, replace } from '../pages-kit/dom';
import { stepsOf } from '../pages-kit/order-steps';
import { empty, heading, line, pagedTable, stateChip } from '../pages-kit/parts';
import { agoText, timeTag } from '../pages-kit/time';
import { timelineCard } from '../pages-kit/timeline';
import type { View } from '../pages-kit/view';
import { api, type ItemAnswer, isAdmin, type Order } from './api';
import { fittingActions, runAction } from './order-actions';

const lookAgainMs = 4_000;

/** One order: how far it is, what can be done, what happened. Its codes are not here. */
export const orderView = async ({ root, params: [orderNo = ''], signal }: View): Promise<void> => {
  const body = h('div', { class: 'order-page' });
  document.title = `${orderNo} · Codeferry`;
  replace(root, heading(orderNo, h('a', { class: 'button', href: '#/orders' }, 'All orders')), body);

  let shown = '';
  let isOver = false;
  const look = async (): Promise<void> => {
    const [order, { data: timeline }] = await Promise.all([api.order(orderNo, signal), api.timeline(orderNo, signal)]);
    isOver = isFinal(order.state);
    const paidAt = order.payment?.paidAt ?? order.createdAt;
    const all = JSON.stringify([order, timeline]);
    // A view that did not change is left alone: someone may be reading it with a finger on the line.
    if (all === shown || signal.aborted) return;
    shown = all;
    const focused = body.contains(document.activeElement) ? (document.activeElement?.id ?? '') : '';
    replace(
      body,
      h(
        'section',
        { class: `card why ${order.state}` },
        h(
          'div',
          { class: 'why-head' },
          stateChip(order.state),
          h('span', { class: 'soft' }, 'paid ', timeTag(paidAt, agoText(paidAt))),
        ),
        order.closedReason && h('p', { class: 'why-text' }, `It ended: ${closeReasonWords[order.closedReason]}.`),
        stepsOf(order, timeline),
      ),
      h(
        'div',
        { class: 'order-columns' },
        h('div', {}, timelineCard(order, timeline)),
        h('div', {}, actionsCard(order, look), factsCard(order), await itemsCard(orderNo, signal)),
      ),
    );
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };
  await look();
  everyWhileSeen(lookAgainMs, signal, async () => (isOver && Math.random() < 0.8 ? undefined : look()));
};

const actionsCard = (order: Order, refresh: () => Promise<void>) => {
  const fitting = isAdmin() ? fittingActions(order) : [];
  return h(
    'section',
    { class: 'card act' },
    h('h2', {}, 'Actions'),
    fitting.length === 0
      ? h('p', { class: 'soft' }, isAdmin() ? 'Nothing can be done to it now.' : 'Your link lets you read alone.')
      : h(
          'ul',
          { class: 'actions' },
          fitting.map((action) =>
            h(
              'li',
              {},
              h(
                'button',
                {
                  type: 'button',
                  id: `action-${action.call}`,
                  class: action.danger && 'danger-quiet',
                  'aria-describedby': `action-help-${action.call}`,
                  onclick: () => runAction(action, order, refresh),
                },
                action.label,
              ),
              h('p', { id: `action-help-${action.call}`, class: 'soft' }, action.help),
            ),
          ),
        ),
  );
};

const factsCard = (order: Order) =>
  h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Facts'),
    h(
      'dl',
      { class: 'facts' },
      line('Product', order.product.name, h('span', { class: 'soft' }, ` (${order.product.id})`)),
      line('Quantity', String(order.quantity)),
      line('Amount', moneyText(order.amount)),
      line('Codes', `${order.codes.issued} issued, ${order.codes.outstanding} outstanding`),
      line(
        'Terminal',
        order.terminal.channel === 'page' ? 'Pick-up page' : `${order.terminal.channel}: ${order.terminal.hint}`,
      ),
      line('Delivery', `${deliveryWords[order.delivery.state]}, ${count(order.delivery.tries, 'try', 'tries')}`),
      order.issueBy
        ? line('Code due', timeTag(order.issueBy))
        : order.verifyBy && line('Verify by', timeTag(order.verifyBy)),
      order.refundDue && line('Refund due', moneyText(order.refundDue)),
      order.refundSettled && line('Refund settled', moneyText(order.refundSettled)),
      order.voidRequest &&
        line('Refund asked for', `${order.voidRequest.state}, decide by `, timeTag(order.voidRequest.decideBy)),
      order.payment && line('Payment', order.payment.id),
      Object.entries(order.metadata ?? {}).map(([name, value]) => line(name, h('span', { class: 'address' }, value))),
    ),
  );

const itemsCard = async (orderNo: string, signal: AbortSignal) =>
  h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Items'),
    await pagedTable<ItemAnswer>(
      `Items of ${orderNo}`,
      [
        { name: 'Item', lead: true, cell: ({ itemId }) => h('code', {}, itemId) },
        { name: 'State', state: true, cell: ({ state, held }) => (held ? `${state}, held` : state) },
        { name: 'Uses left', end: true, named: true, cell: ({ uses, usesLeft }) => `${usesLeft} of ${uses}` },
        { name: 'Ends', end: true, named: true, cell: ({ expiresAt }) => (expiresAt ? timeTag(expiresAt) : '–') },
      ],
      (cursor) => api.items(orderNo, signal, cursor),
      empty('No codes yet'),
    ),
  );
