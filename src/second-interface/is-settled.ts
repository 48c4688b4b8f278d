import { isFinal } from '../domain/order';
import type { OrderRow } from '../store/orders';

/**
 * The workflow writes the last view and its outbox a moment after it answered: nothing may come before that. A repeat that
 * it answered between its last projection and its end has raised the version alone, and nothing more is written.
 */
export const isSettled = ({
  facts,
  projected,
  version,
  deliveredAt,
  events,
}: Pick<OrderRow, 'facts' | 'projected' | 'version' | 'deliveredAt' | 'events'>): boolean => {
  if (!isFinal(facts.state) || projected >= version) return isFinal(facts.state);
  const isToldWhole = events.some(({ sequence }) => sequence === facts.sequence);
  return facts.state === 'delivered' && deliveredAt !== undefined && isToldWhole;
};
