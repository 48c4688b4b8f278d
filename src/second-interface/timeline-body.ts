import type { Timeline } from '../contract/order';
import type { Asker, TimelineEntry, TimelineEvent } from '../domain/messages';
import type { OrderRow } from '../store/orders';

/** For operators alone. */
const ofOperators: readonly TimelineEvent[] = ['note', 'resumed'];

export const timelineBody = (row: OrderRow, who: Asker = 'issuer'): Timeline => {
  const shown = row.timeline.filter(({ event }) => who === 'operator' || !ofOperators.includes(event));
  const byKey = new Map<string, TimelineEntry>(shown.map((entry) => [entry.key, entry]));
  return {
    data: [...byKey.values()]
      .sort((a, b) => a.atMs - b.atMs)
      .map(({ atMs, event, detail }) => ({ at: new Date(atMs).toISOString(), event, detail: withText(row, detail) })),
  };
};

/** A line names the words that were said with it; whoever reads it gets the words. */
const withText = ({ texts }: OrderRow, { textRef, ...detail }: TimelineEntry['detail']): TimelineEntry['detail'] => {
  const said = texts?.find(({ ref }) => ref === textRef);
  return said ? { ...detail, text: said.text } : detail;
};
