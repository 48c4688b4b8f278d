import type { OrderRow } from '../store/orders';

/** Somebody has seen the codes, by whichever link. */
export const wasOpened = ({ facts, timeline }: Pick<OrderRow, 'facts' | 'timeline'>): boolean =>
  facts.delivery.state === 'opened' || timeline.some(({ event }) => event === 'opened');
