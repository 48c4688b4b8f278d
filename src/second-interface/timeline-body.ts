import type { Timeline } from '../contract/order';
import type { TimelineEntry } from '../domain/messages';
import type { OrderRow } from '../store/orders';

export const timelineBody = (row: OrderRow): Timeline => {
  const byKey = new Map<string, TimelineEntry>(row.timeline.map((entry) => [entry.key, entry]));
  return {
    data: [...byKey.values()]
      .sort((a, b) => a.atMs - b.atMs)
      .map(({ atMs, event, detail }) => ({ at: new Date(atMs).toISOString(), event, detail })),
  };
};
