import { count } from '../domain/words/count';
import { moneyText } from '../domain/words/money';
import { closeReasonWords } from '../domain/words/state-words';
import { h, replace } from '../pages-kit/dom';
import { type Column, empty, pagedTable, stateChip } from '../pages-kit/parts';
import { agoText, timeTag } from '../pages-kit/time';
import type { RefundsAnswer } from './answers';
import { api } from './api';
import { issuerLink, orderLink } from './parts';

type Refund = RefundsAnswer['data'][number];

const columns: readonly Column<Refund>[] = [
  { name: 'Order', lead: true, cell: orderLink, sortsBy: ({ orderNo }) => orderNo },
  { name: 'Issuer', cell: ({ issuerId }) => issuerLink(issuerId), sortsBy: ({ issuerId }) => issuerId },
  { name: 'State', state: true, cell: ({ state }) => stateChip(state), sortsBy: ({ state }) => state },
  {
    name: 'Why',
    wide: true,
    cell: ({ closedReason }) => (closedReason ? closeReasonWords[closedReason] : 'codes are void'),
  },
  { name: 'Payment', named: true, cell: ({ payment }) => payment?.id ?? '–' },
  { name: 'Due', end: true, named: true, cell: ({ due }) => moneyText(due), sortsBy: ({ due }) => due.value },
  {
    name: 'Settled',
    end: true,
    named: true,
    cell: ({ due, settled }) =>
      settled
        ? h('span', { class: `chip ${settled.value === due.value ? 'good' : 'wait'}` }, moneyText(settled))
        : 'not yet',
  },
  { name: 'Since', end: true, named: true, cell: ({ at }) => timeTag(at, agoText(at)), sortsBy: ({ at }) => at },
];

const owedText = ({ orders, isCapped, sums }: NonNullable<RefundsAnswer['owed']>): string =>
  orders === 0
    ? 'Nothing is owed.'
    : `${sums.map(moneyText).join(', ')} owed in all, for ${count(orders, 'order')}${isCapped ? ' and more' : ''}. Its issuer settles a refund, and says so.`;

/** What is to be paid back to buyers, whatever became of their orders; or what was. */
export const refundsList = async (isSettled: boolean, signal: AbortSignal): Promise<HTMLElement> => {
  const owed = h('p', { class: 'soft' });
  const list = await pagedTable(
    isSettled ? 'Settled refunds, newest orders first' : 'Refunds that are due, newest orders first',
    columns,
    async (cursor) => {
      const page = await api.refunds(isSettled, signal, cursor);
      if (page.owed) replace(owed, owedText(page.owed));
      return page;
    },
    empty(isSettled ? 'None is settled yet' : 'No refund is due'),
    signal,
  );
  return h('div', {}, owed, list);
};
