import { setTimeout as pause } from 'node:timers/promises';
import type { ForcedOutcome } from '../domain/forced-outcomes';
import type { PendingEvent } from '../store/orders';

const slowMs = 3_000;
const heldBackMs = 5_000;
const lookAgainMs = 500;

/** Around each callback of an order: what is sent twice has one result, the first. */
export const calledAs = async <T>(forced: ForcedOutcome | undefined, call: () => Promise<T>): Promise<T> => {
  if (forced === 'slow') await pause(slowMs);
  const result = await call();
  if (forced === 'duplicate') await call().catch(() => undefined);
  return result;
};

/** How long this event of an order whose events come in reverse has still to wait; 0: it is its turn. */
export const heldBackForMs = (
  events: readonly PendingEvent[],
  { sequence, atMs }: Pick<PendingEvent, 'sequence' | 'atMs'>,
  nowMs: number,
): number => {
  if (nowMs < atMs + heldBackMs) return atMs + heldBackMs - nowMs;
  return events.some((later) => later.sequence > sequence && later.status === 'pending') ? lookAgainMs : 0;
};
