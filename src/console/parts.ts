import type { OrderState } from '../domain/order';
import { moneyText } from '../domain/words/money';
import { spanText } from '../domain/words/span-text';
import { stateWords } from '../domain/words/state-words';
import type { OrderAnswer, OrderName, Page } from './answers';
import { api, type Problem } from './api';
import { type Child, h, replace } from './dom';
import { agoText, timeTag } from './time';

/** The tone is never the only sign. */
export const stateTones: Readonly<Record<OrderState, 'wait' | 'go' | 'good' | 'bad' | 'off'>> = {
  accepted: 'wait',
  notified: 'wait',
  verified: 'go',
  partially_issued: 'go',
  issued: 'go',
  delivered: 'good',
  undeliverable: 'bad',
  refused: 'bad',
  expired: 'bad',
  cancelled: 'off',
};

/** Pieces that more than one view shows. */
export const stateChip = (state: OrderState) => h('span', { class: `chip ${stateTones[state]}` }, stateWords[state]);

export const orderHref = ({ issuerId, orderNo }: OrderName): string =>
  `#/orders/${encodeURIComponent(issuerId)}/${encodeURIComponent(orderNo)}`;
export const orderLink = (order: OrderName) => h('a', { class: 'order-link', href: orderHref(order) }, order.orderNo);
export const issuerLink = (issuerId: string) => h('a', { href: `#/issuers/${encodeURIComponent(issuerId)}` }, issuerId);

export const problemBox = (error: Error & Partial<Problem>) =>
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

export const empty = (title: string, text?: string) =>
  h('div', { class: 'empty' }, h('p', { class: 'empty-title' }, title), text && h('p', { class: 'soft' }, text));

/** The head of a view; focus goes here when one opens, so that a screen reader says where one is. */
export const heading = (title: string, ...beside: readonly Child[]) => {
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
export interface Column<Row> {
  readonly name: string;
  cell(row: Row): Child;
  readonly lead?: boolean;
  readonly end?: boolean;
  readonly state?: boolean;
  readonly wide?: boolean;
  readonly named?: boolean;
}

export const table = <Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]) =>
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

const cellKinds = ['lead', 'end', 'state', 'wide', 'named'] as const;

export const orderColumns: readonly Column<OrderAnswer>[] = [
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
export const pagedTable = async <Row>(
  caption: string,
  columns: readonly Column<Row>[],
  read: (cursor?: string) => Promise<Page<Row>>,
  nothing: Child,
): Promise<HTMLElement> => {
  const rows: Row[] = [];
  const box = h('div', { class: 'paged' });
  const more = async (cursor?: string): Promise<void> => {
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
            onclick: ({ currentTarget }: { currentTarget: HTMLButtonElement }) => {
              currentTarget.disabled = true;
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
export const issuerIds = async (signal: AbortSignal): Promise<string[]> => {
  const { data } = await api.issuers(signal);
  return data.map(({ issuerId }) => issuerId);
};

export const copyButton = (text: () => string, label: string) => {
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
