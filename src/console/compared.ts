import { count } from '../domain/words/count';
import { askDialog } from '../pages-kit/dialog';
import { h, note } from '../pages-kit/dom';
import { type Column, empty, pagedTable } from '../pages-kit/parts';
import { agoText, timeTag } from '../pages-kit/time';
import type { ComparisonAnswer, OrderName } from './answers';
import { api, may } from './api';
import { orderActions } from './order-actions';
import { issuerLink, orderLink } from './parts';

type Newest = NonNullable<ComparisonAnswer['newest']>;
type Finding = Newest['findings'][number];

export const comparedTitles: Readonly<Record<Finding['kind'], string>> = {
  workflow_missing: 'No workflow runs',
  workflow_left: 'Its workflow is left over',
  issuer_differs: 'Issuer’s list differs',
  undeliverable: 'Not taken by its terminal',
  bounced: 'Its message came back',
  delivery_failed: 'A later delivery failed',
};

/** Of those that an action of the order's own page mends. */
const mendedBy: Readonly<Partial<Record<Finding['kind'], string>>> = {
  undeliverable: 'redeliver',
  bounced: 'redeliver',
  delivery_failed: 'redeliver',
};

/** In what the sides that know of an order differed at the newest daily look, and what mends it. */
export const comparedList = async (signal: AbortSignal): Promise<HTMLElement> => {
  const { newest } = await api.comparison(signal);
  if (!newest) return empty('Nothing was compared yet', 'The first look is at 01:00 UTC.');
  const looked = h(
    'p',
    { class: 'soft' },
    'Looked ',
    timeTag(newest.at, agoText(newest.at)),
    ` at ${count(newest.orders, 'open order')}${newest.isWhole ? '' : ' and more'}, their workflows, terminals and issuers’ lists.`,
  );
  if (newest.counts.length === 0) return h('div', {}, looked, empty('Nothing differs'));
  const sums = h(
    'ul',
    {},
    newest.counts.map((one) => h('li', {}, issuerLink(one.issuerId), `: ${comparedTitles[one.kind]}, ${one.count}`)),
  );
  const found = await pagedTable(
    'What differs',
    columns,
    async () => ({ data: newest.findings }),
    empty('Nothing differs'),
    signal,
  );
  return h('div', {}, looked, sums, found);
};

const columns: readonly Column<Finding>[] = [
  { name: 'Order', lead: true, cell: orderLink },
  { name: 'Issuer', cell: ({ issuerId }) => issuerLink(issuerId) },
  { name: 'What', cell: ({ kind }) => comparedTitles[kind] },
  { name: 'Why', wide: true, cell: ({ why, next }) => [why, h('span', { class: 'under soft' }, next)] },
  { name: 'Action', end: true, cell: (finding) => buttonFor(finding) },
];

const buttonFor = ({ kind, ...order }: Finding): HTMLElement | false => {
  const action = orderActions.find(({ name }) => name === mendedBy[kind]);
  return (
    may('operator') &&
    action !== undefined &&
    h('button', { type: 'button', onclick: () => act(order, action) }, action.label)
  );
};

const act = async (name: OrderName, action: (typeof orderActions)[number]): Promise<void> => {
  const order = await api.order(name);
  if (!order.actions.includes(action.action)) {
    note('The order takes that no more.');
    return;
  }
  const question = await action.dialog(order);
  if (question && (await askDialog(question))) note(action.done);
};
