import { isFinal } from '../domain/order';
import { minuteMs } from '../domain/timings';
import type { OrderRow } from '../store/orders';

/** Longer than any call that began before the order's end may still write what the order answered it. */
const stillMs = minuteMs;

/**
 * The workflow writes the last view and its outbox a moment after it answered: nothing may come before that. In rows of
 * before, a repeat that it answered after its last projection has raised the version alone: once such a row has stood
 * still, nothing more is written.
 */
export const isSettled = (
  {
    facts,
    projected,
    version,
    deliveredAt,
    events,
  }: Pick<OrderRow, 'facts' | 'projected' | 'version' | 'deliveredAt' | 'events'>,
  nowMs: number,
): boolean => {
  if (!isFinal(facts.state)) return false;
  if (projected >= version) return true;
  const isWritten = deliveredAt !== undefined && events.some(({ sequence }) => sequence === facts.sequence);
  return facts.state === 'delivered' && isWritten && facts.updatedAtMs < nowMs - stillMs;
};
