import type { TimelineEntry } from '../domain/messages';
import type { OrderFacts } from '../domain/order';

interface Seen {
  readonly facts: Pick<OrderFacts, 'delivery' | 'updatedAtMs'>;
  readonly timeline: readonly TimelineEntry[];
  readonly openedAt?: Date;
}

/** When its codes were first shown; a row of before has a line of it. */
export const openedAtOf = ({ openedAt, timeline }: Pick<Seen, 'openedAt' | 'timeline'>): Date | undefined => {
  if (openedAt) return openedAt;
  const line = timeline.find(({ event }) => event === 'opened');
  return line && new Date(line.atMs);
};

/** Somebody has seen the codes, by whichever link. */
export const wasOpened = (row: Seen): boolean => openedAtOf(row) !== undefined || row.facts.delivery.state === 'opened';

/** Written with each judgement, as one may begin the delivery anew. */
export const openedKept = (row: Seen, facts: Seen['facts']): Pick<Seen, 'openedAt'> => {
  const known = openedAtOf(row);
  if (known) return { openedAt: known };
  const opened = [row.facts, facts].find(({ delivery }) => delivery.state === 'opened');
  return opened ? { openedAt: new Date(opened.updatedAtMs) } : {};
};
