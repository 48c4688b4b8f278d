import type { FailureKind } from '../domain/failing';
import { count } from '../domain/words/count';
import { askDialog } from '../pages-kit/dialog';
import { h, note, replace } from '../pages-kit/dom';
import { empty, heading, pagedTable } from '../pages-kit/parts';
import { agoText, fieldInstant, fieldText, timeTag } from '../pages-kit/time';
import type { View } from '../pages-kit/view';
import { api, type FailureAnswer, isAdmin } from './api';
import { orderLink } from './orders';

const kinds: Readonly<Record<FailureKind, string>> = {
  not_notified: 'You do not take its first message',
  not_answered: 'You do not answer for its codes',
  answer_unreadable: 'Your answer cannot be read',
  undeliverable: 'Its codes cannot be delivered',
  event_given_up: 'You were not told of what became of it',
  void_undecided: 'A refund is not decided',
};

const more = ({ lastStatus, errors = [] }: FailureAnswer): string =>
  [lastStatus && `HTTP ${lastStatus}`, ...errors.map(({ path, code }) => `${path || 'the body'} ${code}`)]
    .filter(Boolean)
    .join(', ');

/** What keeps orders from going on now, and messages sent once more. */
export const failuresView = async ({ root, signal }: View): Promise<void> => {
  const list = await pagedTable<FailureAnswer>(
    'What waits, newest first',
    [
      { name: 'Order', lead: true, cell: ({ orderNo }) => orderLink(orderNo) },
      { name: 'What', cell: ({ kind }) => kinds[kind] },
      { name: 'Last', wide: true, cell: more },
      { name: 'Since', end: true, named: true, cell: ({ since }) => timeTag(since, agoText(since)) },
    ],
    (cursor) => api.failures(signal, cursor),
    empty('Nothing waits', 'All orders go on by themselves.'),
    signal,
  );
  if (signal.aborted) return;
  replace(root, heading('Failures'), list, isAdmin() && replayCard(signal));
};

const dayMs = 86_400_000;
const lookAgainMs = 1_000;
const looksMax = 120;

/** Counted first, then sent with that count. */
const replayCard = (signal: AbortSignal) => {
  const since = h('input', {
    id: 'replay-since',
    type: 'datetime-local',
    required: true,
    value: fieldText(new Date(Date.now() - dayMs).toISOString()),
  });
  const told = h('p', { class: 'soft', role: 'status' });

  const follow = async (replayId: string): Promise<void> => {
    for (let n = 0; n < looksMax && !signal.aborted; n += 1) {
      const { state, matched, sent, taken } = await api.replayState(replayId, signal);
      replace(told, `${sent} of ${matched} sent, ${taken} taken${state === 'done' ? '. Done.' : '…'}`);
      if (state === 'done') return;
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    }
  };
  const start = async (event: Event): Promise<void> => {
    event.preventDefault();
    replace(told, 'Counting…');
    try {
      const from = fieldInstant(since.value);
      const { matched } = await api.countReplay(from);
      replace(told, `${count(matched, 'event')} not taken since then.`);
      if (matched === 0) return;
      const begun = await askDialog({
        title: `Send ${count(matched, 'event')} again?`,
        text: 'You get the same bytes under the same numbers.',
        confirm: `Send ${matched}`,
        run: () => api.replay(from),
      });
      if (!begun || begun === true) return;
      note('They are being sent.');
      await follow(begun.replayId);
    } catch (error) {
      if (!signal.aborted) replace(told, (error as Error).message);
    }
  };
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Send what you did not take once more'),
    h(
      'form',
      { class: 'batch-row', onsubmit: start },
      h('div', { class: 'field' }, h('label', { for: 'replay-since' }, 'Events since'), since),
      h('button', { type: 'submit' }, 'Count first'),
    ),
    told,
  );
};
