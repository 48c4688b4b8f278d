import { orderStates } from '../domain/order';
import { moneyText } from '../domain/words/money';
import { stateWords } from '../domain/words/state-words';
import { keepInAddress } from '../pages-kit/ask';
import { h, replace } from '../pages-kit/dom';
import { type Column, empty, heading, pagedTable, problemBox, stateChip } from '../pages-kit/parts';
import { agoText, timeTag } from '../pages-kit/time';
import type { View } from '../pages-kit/view';
import { api, type Order } from './api';

export const orderLink = (orderNo: string) =>
  h('a', { class: 'order-link', href: `#/orders/${encodeURIComponent(orderNo)}` }, orderNo);

const columns: readonly Column<Order>[] = [
  { name: 'Order', lead: true, cell: ({ orderNo }) => orderLink(orderNo) },
  {
    name: 'Product',
    cell: ({ product, quantity }) => (quantity > 1 ? `${quantity} × ${product.name}` : product.name),
  },
  { name: 'Amount', end: true, cell: ({ amount }) => moneyText(amount) },
  { name: 'State', state: true, cell: ({ state }) => stateChip(state) },
  { name: 'Paid', end: true, cell: ({ createdAt }) => timeTag(createdAt, agoText(createdAt)) },
];

const typingPauseMs = 250;

/** Search as one types; the filter stands in the address. */
export const ordersView = async ({ root, query, signal }: View): Promise<void> => {
  const search = h('input', {
    id: 'order-search',
    type: 'search',
    value: query.get('q') ?? '',
    placeholder: 'Number or its beginning, payment, payer or product',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    maxlength: 64,
  });
  const state = h(
    'select',
    { id: 'state-filter' },
    h('option', { value: '' }, 'Any'),
    orderStates.map((value) => h('option', { value, selected: query.get('state') === value }, stateWords[value])),
  );
  const found = h('div', { id: 'found', 'aria-live': 'polite' });

  let running = new AbortController();
  const find = async (): Promise<void> => {
    running.abort();
    running = new AbortController();
    const mine = AbortSignal.any([running.signal, signal]);
    const filter = { q: search.value.trim(), state: state.value };
    // What finds nothing stands in no address: it may be a code.
    keepInAddress('orders', { ...filter, q: filter.q === query.get('q') ? filter.q : '' });
    const nothing = empty(
      'No order fits',
      filter.q || filter.state
        ? 'A number is found by its beginning; the rest by the whole of it.'
        : 'Orders appear here once paid.',
    );
    try {
      const list = await pagedTable(
        'Orders, newest first',
        columns,
        (cursor) => api.orders({ ...filter, limit: 25, cursor }, mine),
        nothing,
        mine,
      );
      if (!mine.aborted) {
        replace(found, list);
        if (list.querySelector('a.order-link')) keepInAddress('orders', filter);
      }
    } catch (error) {
      if (!mine.aborted) replace(found, problemBox(error as Error));
    }
  };
  let pause: number;
  const soon = (): void => {
    clearTimeout(pause);
    pause = window.setTimeout(find, typingPauseMs);
  };
  signal.addEventListener('abort', () => clearTimeout(pause));

  replace(
    root,
    heading('Orders'),
    h(
      'form',
      { class: 'filters card', role: 'search', onsubmit: (event: Event) => event.preventDefault(), oninput: soon },
      h('div', { class: 'field wide' }, h('label', { for: 'order-search' }, 'Order'), search),
      h('div', { class: 'field' }, h('label', { for: 'state-filter' }, 'State'), state),
    ),
    found,
  );
  await find();
};
