import type { DifferenceKind } from '../domain/reconciliation';
import { count } from '../domain/words/count';
import { h, note, replace } from '../pages-kit/dom';
import { empty, heading, pagedTable } from '../pages-kit/parts';
import { fieldInstant } from '../pages-kit/time';
import type { View } from '../pages-kit/view';
import { api, isAdmin, type ReconciliationAnswer } from './api';
import { orderLink } from './orders';

/** What a day brought, and whether both sides have the same orders. */
export const moneyView = async ({ root, signal }: View): Promise<void> => {
  replace(root, heading('Statements'), statementCard(), isAdmin() && reconciliationCard(signal));
};

const statementCard = () => {
  const today = new Date();
  const file = h('a', { class: 'button', download: '' }, 'Download');
  const day = h('input', { id: 'statement-day', type: 'date', max: today.toISOString().slice(0, 10) });
  const point = (): void => {
    if (day.value === '') file.removeAttribute('href');
    else file.setAttribute('href', api.statementFile(day.value));
  };
  day.value = new Date(today.getTime() - 86_400_000).toISOString().slice(0, 10);
  day.addEventListener('change', point);
  point();
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Statement of a day'),
    h('p', { class: 'soft' }, 'Each order that changed on it. A day is of UTC; a past one stays as it is.'),
    h(
      'div',
      { class: 'batch-row' },
      h('div', { class: 'field' }, h('label', { for: 'statement-day' }, 'Day'), day),
      file,
    ),
  );
};

type Difference = ReconciliationAnswer['differences'][number];

const kinds: Readonly<Record<DifferenceKind, string>> = {
  missing_here: 'Not known here',
  missing_there: 'Not in your list',
  amount: 'Another amount',
  state: 'Another state',
  issued: 'Another number of codes',
  refund: 'Another refund',
};

const side = (facts: Difference['ours']): string =>
  facts === null
    ? '–'
    : Object.entries(facts)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ');

/** A list of one's own against the platform's; changes nothing. */
const reconciliationCard = (signal: AbortSignal) => {
  const file = h('input', { id: 'list-file', type: 'file', accept: '.csv,.ndjson,.jsonl', required: true });
  const from = h('input', { id: 'list-from', type: 'datetime-local' });
  const to = h('input', { id: 'list-to', type: 'datetime-local' });
  const found = h('div', { 'aria-live': 'polite' });

  const compare = async (event: Event): Promise<void> => {
    event.preventDefault();
    const [list] = file.files ?? [];
    if (!list) return;
    replace(found, h('p', { class: 'soft' }, 'Comparing…'));
    try {
      const mediaType = list.name.endsWith('.csv') ? 'text/csv' : 'application/x-ndjson';
      const span = { from: fieldInstant(from.value), to: fieldInstant(to.value) };
      const first = await api.reconcile(list, mediaType, span);
      const pageOf = ({ differences, nextCursor }: ReconciliationAnswer) => ({ data: differences, nextCursor });
      const differences = await pagedTable<Difference>(
        'Differences, by order',
        [
          { name: 'Order', lead: true, cell: ({ orderNo }) => orderLink(orderNo) },
          { name: 'What', cell: ({ kind }) => kinds[kind] },
          { name: 'Here', wide: true, named: true, cell: ({ ours }) => side(ours) },
          { name: 'In your list', wide: true, named: true, cell: ({ theirs }) => side(theirs) },
        ],
        async (cursor) => pageOf(cursor ? await api.reconciliation(first.reconciliationId, cursor) : first),
        empty('No difference'),
      );
      if (signal.aborted) return;
      replace(found, h('p', {}, `${first.equal} of ${count(first.compared, 'line')} equal.`), differences);
    } catch (error) {
      if (signal.aborted) return;
      replace(found);
      note((error as Error).message, 'bad');
    }
  };
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Reconciliation'),
    h(
      'p',
      { class: 'soft' },
      'CSV with a column orderNo, or NDJSON; also state, amount, currency, issued, refundSettled. With both times, orders that the list lacks are told.',
    ),
    h(
      'form',
      { class: 'filters', onsubmit: compare },
      h('div', { class: 'field wide' }, h('label', { for: 'list-file' }, 'Your list'), file),
      h('div', { class: 'field time' }, h('label', { for: 'list-from' }, 'Paid from'), from),
      h('div', { class: 'field time' }, h('label', { for: 'list-to' }, 'Paid before'), to),
      h('button', { type: 'submit' }, 'Compare'),
    ),
    found,
  );
};
