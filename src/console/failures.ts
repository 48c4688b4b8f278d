import { moneyText } from '../domain/words/money';
import { closeReasonWords } from '../domain/words/state-words';
import { type Child, h, replace } from '../pages-kit/dom';
import { type Column, empty, heading, pagedTable } from '../pages-kit/parts';
import { agoText, timeTag, withTimes } from '../pages-kit/time';
import type { View } from '../pages-kit/view';
import type { FailureAnswer, OrderAnswer, OrderName } from './answers';
import { api } from './api';
import { approvalsList } from './approvals';
import { comparedList, comparedTitles } from './compared';
import { issuerLink, orderLink } from './parts';
import { refundsList } from './refunds';

const kinds = [
  { key: 'person', title: 'Need a person' },
  { key: 'approvals', title: 'Approvals' },
  { key: 'refunds', title: 'Refunds due' },
  { key: 'settled', title: 'Settled' },
  { key: 'compared', title: 'Compared' },
  { key: 'expired', title: 'Expired' },
  { key: 'refused', title: 'Refused' },
  { key: 'cancelled', title: 'Cancelled' },
] as const;

const when = (at: string) => timeTag(at, agoText(at));
const shared: readonly Column<OrderName>[] = [
  { name: 'Order', lead: true, cell: orderLink },
  { name: 'Issuer', cell: ({ issuerId }) => issuerLink(issuerId) },
];

const personKinds: Readonly<Record<FailureAnswer['kind'], string>> = {
  stuck: 'Stuck by unfit code',
  event_given_up: 'Issuer not told',
  paid_twice: 'Paid twice',
  code_reported: 'Reported by the buyer',
  tampered: 'Changed by somebody else',
  void_undecided: 'Refund not decided',
  not_notified: 'Issuer does not take it',
  not_answered: 'Issuer does not answer',
  answer_unreadable: 'Answer not readable',
  ...comparedTitles,
};

const personColumns: readonly Column<FailureAnswer>[] = [
  ...shared,
  { name: 'What', cell: ({ kind }) => personKinds[kind] },
  { name: 'Why', wide: true, cell: ({ why }) => withTimes(why) },
  { name: 'Since', end: true, named: true, cell: ({ at }) => when(at) },
];

const endedColumns: readonly Column<OrderAnswer>[] = [
  ...shared,
  { name: 'Why', wide: true, cell: ({ closedReason }) => (closedReason ? closeReasonWords[closedReason] : '–') },
  { name: 'Refund due', end: true, named: true, cell: ({ refundDue }) => (refundDue ? moneyText(refundDue) : '–') },
  { name: 'Ended', end: true, named: true, cell: ({ updatedAt }) => when(updatedAt) },
];

/** What someone has to look at: first what waits for a person, then what ended without a code. */
export const failuresView = async ({ root, query, signal }: View): Promise<void> => {
  const chosen = kinds.find(({ key }) => key === query.get('kind')) ?? kinds[0];
  const list = h('div', { id: 'failures-list', 'aria-live': 'polite' });
  replace(
    root,
    heading('Failures', fileOf(chosen.key)),
    h(
      'nav',
      { class: 'tabs', 'aria-label': 'Kinds of failure' },
      kinds.map(({ key, title }) =>
        h('a', { href: `#/failures?kind=${key}`, 'aria-current': key === chosen.key ? 'page' : undefined }, title),
      ),
    ),
    list,
  );
  const found = await listOf(chosen, signal, () => failuresView({ root, params: [], query, signal }));
  if (!signal.aborted) replace(list, found);
};

const fileOf = (key: (typeof kinds)[number]['key']): Child => {
  const href =
    key === 'person'
      ? api.failuresFile()
      : key === 'refunds' || key === 'settled'
        ? api.refundsFile(key === 'settled')
        : undefined;
  return href && h('a', { class: 'button', href, download: '' }, 'Export CSV');
};

const listOf = (
  { key, title }: (typeof kinds)[number],
  signal: AbortSignal,
  refresh: () => void,
): Promise<HTMLElement> => {
  switch (key) {
    case 'person':
      return pagedTable(
        'Orders that wait for a person',
        personColumns,
        (cursor) => api.failures(signal, cursor),
        empty(
          'Nothing waits for a person',
          'Orders whose terminal does not take the codes, whose issuer was not told, or that the code cannot run appear here.',
        ),
        signal,
      );
    case 'approvals':
      return approvalsList(signal, refresh);
    case 'compared':
      return comparedList(signal);
    case 'refunds':
    case 'settled':
      return refundsList(key === 'settled', signal);
    default:
      return pagedTable(
        `${title} orders, newest first`,
        endedColumns,
        (cursor) => api.orders({ state: key, limit: 50, cursor }, signal),
        empty(`No ${title.toLowerCase()} orders`),
        signal,
      );
  }
};
