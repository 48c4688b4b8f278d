import { api } from './api.js';
import { h, replace } from './dom.js';
import { agoText, spanText, timeTag } from './time.js';
import { moneyText, states } from './words.js';

/** Pieces that more than one view shows. */
export const stateChip = (state) => {
  const { word, tone } = states[state] ?? { word: state, tone: 'off' };
  return h('span', { class: `chip ${tone}` }, word);
};

export const orderHref = ({ issuerId, orderNo }) =>
  `#/orders/${encodeURIComponent(issuerId)}/${encodeURIComponent(orderNo)}`;
export const orderLink = (order) => h('a', { class: 'order-link', href: orderHref(order) }, order.orderNo);
export const issuerLink = (issuerId) => h('a', { href: `#/issuers/${encodeURIComponent(issuerId)}` }, issuerId);

export const problemBox = (error) =>
  h(
    'div',
    { class: 'card problem', role: 'alert' },
    h('h2', {}, 'That did not work'),
    h('p', {}, error.message),
    error.code &&
      h('p', { class: 'soft' }, h('code', {}, error.code), error.requestId ? ` · request ${error.requestId}` : ''),
    h(
      'button',
      { type: 'button', onclick: () => window.dispatchEvent(new HashChangeEvent('hashchange')) },
      'Try again',
    ),
  );

export const empty = (title, text) =>
  h('div', { class: 'empty' }, h('p', { class: 'empty-title' }, title), text && h('p', { class: 'soft' }, text));

/** The head of a view; focus goes here when one opens, so that a screen reader says where one is. */
export const heading = (title, ...beside) => {
  const text = h('h1', { tabindex: '-1' }, title);
  queueMicrotask(
    () => text.isConnected && !document.activeElement?.matches('input, select') && text.focus({ preventScroll: true }),
  );
  return h('div', { class: 'heading' }, text, h('div', { class: 'heading-end' }, beside));
};

/**
 * A table that a phone stacks: `lead` names the row, `state` stands beside it, `named` cells need their column's name to
 * be understood, `wide` ones take a line.
 */
export const table = (caption, columns, rows) =>
  h(
    'table',
    { class: 'rows' },
    h('caption', { class: 'unseen' }, caption),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        columns.map(({ name, end }) => h('th', { scope: 'col', class: end && 'end' }, name)),
      ),
    ),
    h(
      'tbody',
      {},
      rows.map((row) =>
        h(
          'tr',
          {},
          columns.map(({ name, cell, ...kinds }) =>
            h(
              'td',
              { 'data-name': kinds.named && name, class: cellKinds.filter((kind) => kinds[kind]).join(' ') },
              cell(row),
            ),
          ),
        ),
      ),
    ),
  );

const cellKinds = ['lead', 'end', 'state', 'wide', 'named'];

export const orderColumns = [
  { name: 'Order', lead: true, cell: orderLink },
  { name: 'Issuer', cell: ({ issuerId }) => issuerLink(issuerId) },
  { name: 'Product', cell: ({ product, quantity }) => (quantity > 1 ? `${quantity} × ${product.name}` : product.name) },
  { name: 'Amount', end: true, cell: ({ amount }) => moneyText(amount) },
  { name: 'State', state: true, cell: ({ state }) => stateChip(state) },
  { name: 'Paid', end: true, cell: ({ createdAt }) => timeTag(createdAt, agoText(createdAt)) },
  {
    name: 'Took',
    end: true,
    named: true,
    cell: ({ state, createdAt, updatedAt }) =>
      state === 'delivered' ? spanText(Date.parse(updatedAt) - Date.parse(createdAt)) : '–',
  },
];

/** A list of the API page by page; `read(cursor)` gives `{data, nextCursor}`. */
export const pagedTable = async (caption, columns, read, nothing) => {
  const rows = [];
  const box = h('div', { class: 'paged' });
  const more = async (cursor) => {
    const { data, nextCursor } = await read(cursor);
    rows.push(...data);
    replace(
      box,
      rows.length === 0 ? nothing : table(caption, columns, rows),
      nextCursor &&
        h(
          'button',
          {
            type: 'button',
            class: 'more',
            onclick: (event) => {
              event.currentTarget.disabled = true;
              more(nextCursor).catch((error) => replace(box, problemBox(error)));
            },
          },
          'Show more',
        ),
    );
  };
  await more();
  return box;
};

/** Every issuer's id, for choices; a few hundred at most, or the field is typed into. */
export const issuerIds = async (signal) => {
  const { data } = await api.issuers(signal);
  return data.map(({ issuerId }) => issuerId);
};

export const copyButton = (text, label) => {
  const button = h('button', { type: 'button' }, label);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text());
      replace(button, 'Copied');
    } catch {
      replace(button, 'Select it and copy');
    }
    setTimeout(() => replace(button, label), 2_000);
  });
  return button;
};
