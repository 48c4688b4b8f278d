import { moneyText } from '../domain/words/money';
import { spanText } from '../domain/words/span-text';
import { stateWords } from '../domain/words/state-words';
import { h } from '../pages-kit/dom';
import { type Column, stateChip } from '../pages-kit/parts';
import { agoText, timeTag } from '../pages-kit/time';
import type { OrderAnswer, OrderName } from './answers';
import { api } from './api';

export const orderHref = ({ issuerId, orderNo }: OrderName): string =>
  `#/orders/${encodeURIComponent(issuerId)}/${encodeURIComponent(orderNo)}`;
export const orderLink = (order: OrderName) => h('a', { class: 'order-link', href: orderHref(order) }, order.orderNo);
export const issuerLink = (issuerId: string) => h('a', { href: `#/issuers/${encodeURIComponent(issuerId)}` }, issuerId);

/** From the payment to the delivery, whatever came later. */
export const tookMs = ({
  createdAt,
  deliveredAt,
}: Pick<OrderAnswer, 'createdAt' | 'deliveredAt'>): number | undefined =>
  deliveredAt === undefined ? undefined : Date.parse(deliveredAt) - Date.parse(createdAt);

export const orderColumns: readonly Column<OrderAnswer>[] = [
  { name: 'Order', lead: true, cell: orderLink, sortsBy: ({ orderNo }) => orderNo },
  { name: 'Issuer', cell: ({ issuerId }) => issuerLink(issuerId), sortsBy: ({ issuerId }) => issuerId },
  {
    name: 'Product',
    cell: ({ product, quantity }) => (quantity > 1 ? `${quantity} × ${product.name}` : product.name),
    sortsBy: ({ product }) => product.name,
  },
  {
    name: 'Amount',
    end: true,
    cell: ({ amount }) => moneyText(amount),
    sortsBy: ({ amount }) => amount.value,
  },
  { name: 'State', state: true, cell: ({ state }) => stateChip(state), sortsBy: ({ state }) => stateWords[state] },
  {
    name: 'Paid',
    end: true,
    cell: ({ createdAt }) => timeTag(createdAt, agoText(createdAt)),
    sortsBy: ({ createdAt }) => createdAt,
  },
  {
    name: 'Took',
    end: true,
    named: true,
    cell: (order) => spanText(tookMs(order)),
    sortsBy: (order) => tookMs(order) ?? Number.POSITIVE_INFINITY,
  },
];

/** Whose a list is: test issuers and their orders stand apart, and nowhere else. */
export const modeChoice = (id: string, query: URLSearchParams) =>
  h(
    'select',
    { id },
    h('option', { value: '' }, 'Live'),
    h('option', { value: 'test', selected: query.get('mode') === 'test' }, 'Test'),
  );

/** Every issuer's id, for choices; a few hundred at most, or the field is typed into. */
export const issuerIds = async (signal: AbortSignal, mode: string): Promise<string[]> => {
  const { data } = await api.issuers(signal, undefined, mode);
  return data.map(({ issuerId }) => issuerId);
};
