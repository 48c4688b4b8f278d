import { count } from '../domain/words/count';
import { moneyText } from '../domain/words/money';
import { everyWhileSeen, h, replace } from '../pages-kit/dom';
import { empty, table } from '../pages-kit/parts';
import { dayText, minuteText } from '../pages-kit/time';
import type { Sales } from './answers';
import { api } from './api';
import { ordersChart, stacked } from './charts';
import { issuerLink } from './parts';

const lookAgainMs = 60_000;
const productsShown = 8;
const spans = [
  { hours: '24', title: 'Day', barSeconds: 3_600, text: minuteText },
  { hours: '168', title: 'Week', barSeconds: 6 * 3_600, text: dayText },
] as const;
type Span = (typeof spans)[number];

const sumsText = ({ orders, money, isCapped, since }: Sales): string =>
  [
    isCapped
      ? `Of the newest ${orders} orders, since ${dayText(since)}, ${minuteText(since)}:`
      : count(orders, 'order'),
    ...money.map(({ currency, paid, refundDue }) => {
      const due = refundDue > 0 ? `, of which ${moneyText({ value: refundDue, currency })} to be refunded` : '';
      return `${moneyText({ value: paid, currency })} paid${due}`;
    }),
  ].join('; ');

const productsOf = ({ products }: Sales) =>
  products.length === 0
    ? empty('Nothing was sold')
    : table(
        'Orders by product',
        [
          {
            name: 'Product',
            lead: true,
            cell: ({ productId, name }) =>
              h('a', { href: `#/orders?productId=${encodeURIComponent(productId)}` }, name),
          },
          { name: 'Issuer', cell: ({ issuerId }) => issuerLink(issuerId) },
          { name: 'Orders', end: true, named: true, cell: ({ orders }) => String(orders) },
          { name: 'Delivered', end: true, named: true, cell: ({ delivered }) => String(delivered) },
          { name: 'Not', end: true, named: true, cell: ({ failed }) => String(failed) },
        ],
        products.slice(0, productsShown),
      );

/** What was sold over a day or a week: by time and money, and by product. */
export const salesCards = (signal: AbortSignal): HTMLElement[] => {
  const choice = h('div', { class: 'span-choice' });
  const box = h('div', { class: 'chart', role: 'img', 'aria-label': 'Orders sold' });
  const sums = h('p', { class: 'chart-words' });
  const products = h('div', { class: 'sideways' });
  let open = new AbortController();

  const choose = (span: Span): void => {
    open.abort();
    open = new AbortController();
    const mine = AbortSignal.any([open.signal, signal]);
    replace(
      choice,
      spans.map((one) =>
        h(
          'button',
          {
            type: 'button',
            class: one === span ? undefined : 'quiet',
            'aria-pressed': String(one === span),
            onclick: () => choose(one),
          },
          one.title,
        ),
      ),
    );
    const draw = ordersChart(replace(box), mine, () => undefined, span.barSeconds, span.text);
    const look = async (): Promise<void> => {
      try {
        const sales = await api.sales(span.hours, mine);
        draw(stacked(sales.buckets));
        replace(sums, sumsText(sales));
        box.setAttribute('aria-label', `Orders of the last ${span.title.toLowerCase()}: ${sumsText(sales)}`);
        replace(products, productsOf(sales));
      } catch (error) {
        if (!mine.aborted) replace(sums, (error as Error).message);
      }
    };
    look();
    everyWhileSeen(lookAgainMs, mine, look);
  };
  // The chart takes its width from its place on the page.
  queueMicrotask(() => choose(spans[0]));
  return [
    h('section', { class: 'card' }, h('h2', {}, 'Sales'), choice, box, sums),
    h('section', { class: 'card' }, h('h2', {}, 'By product'), products),
  ];
};
