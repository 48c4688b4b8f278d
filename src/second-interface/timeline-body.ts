import type { Timeline } from '../contract/order';
import type { Asker, TimelineEntry, TimelineEvent } from '../domain/messages';
import { toldProblem } from '../domain/told-problem';
import type { OrderRow } from '../store/orders';

type TimelineRow = Pick<OrderRow, 'timeline' | 'texts'>;

/** For operators alone. */
const ofOperators: readonly TimelineEvent[] = ['note', 'resumed'];

export const timelineBody = (row: TimelineRow, who: Asker = 'issuer'): Timeline => {
  const told = row.timeline.filter(({ event }) => who === 'operator' || !ofOperators.includes(event));
  const byKey = new Map<string, TimelineEntry>(told.map((entry) => [entry.key, entry]));
  return {
    data: [...byKey.values()]
      .sort((a, b) => a.atMs - b.atMs)
      .map(({ atMs, event, detail }) => ({
        at: new Date(atMs).toISOString(),
        event,
        detail: shown(withText(row, detail), who),
      })),
  };
};

/** A line names the words that were said with it; whoever reads it gets the words. */
const withText = ({ texts }: TimelineRow, { textRef, ...detail }: TimelineEntry['detail']): TimelineEntry['detail'] => {
  const said = texts?.find(({ ref }) => ref === textRef);
  return said ? { ...detail, text: said.text } : detail;
};

const shown = (detail: TimelineEntry['detail'], who: Asker): TimelineEntry['detail'] =>
  who === 'issuer' && detail.problem !== undefined ? { ...detail, problem: toldProblem(detail.problem) } : detail;
