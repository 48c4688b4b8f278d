import { ApplicationFailure } from '@temporalio/common';
import type { OrderName } from '../src/domain/ids';
import type { OrderEvent } from '../src/domain/messages';
import type { OrderFacts } from '../src/domain/order';
import type { SecondInterface } from '../src/second-interface/ask-order';
import { heldMs, type Issuers } from '../src/store/issuers';
import type { Projection } from '../src/store/orders';

export interface OrderProjection extends OrderName, Projection {
  /** Claims whose codes the order took; those that came too late. */
  readonly accepted: readonly string[];
  readonly late: readonly string[];
}

export interface HeldTime {
  readonly heldMs: number;
  readonly isHeld: boolean;
}

/** Local activities: our own database, never a call to anyone outside. */
export const createProject = ({
  room,
  issuers,
  nowMs,
}: {
  readonly room: SecondInterface;
  readonly issuers: Issuers;
  readonly nowMs: () => number;
}) => ({
  /**
   * Copies the workflow's facts to the row, with its outbox; doing it twice changes nothing. Resolves to the row's facts
   * where the row is ahead: closed by an Update that the engine lost.
   */
  project: async ({
    accepted,
    late,
    issuerId,
    orderNo,
    ...projection
  }: OrderProjection): Promise<OrderFacts | undefined> => {
    const order = { issuerId, orderNo };
    if (accepted.length > 0) await room.codes.markAccepted(accepted);
    for (const id of late) await room.codes.markLate(id);
    const ahead = await room.orders.project(order, projection);
    if (ahead) return ahead;
    // Not waited for: what does not start now, the reconciler starts from the outbox.
    for (const { sequence } of projection.events) {
      room.gateway.startEvent(order, sequence).catch(() => undefined);
    }
    return undefined;
  },

  /** Asked when a window's timer fires: an issuer's pause stops its windows. */
  heldTime: async ({ issuerId, sinceMs }: { issuerId: string; sinceMs: number }): Promise<HeldTime> => {
    const issuer = await issuers.findEver(issuerId);
    if (!issuer) throw ApplicationFailure.nonRetryable('the order has no issuer', 'issuer_unknown');
    return { heldMs: heldMs(issuer.holds, sinceMs, nowMs()), isHeld: issuer.state === 'paused' && !issuer.deletedAt };
  },

  /** After the close: an event of its own, with the sequence that the row gives. */
  addEvent: async ({ order, event }: { order: OrderName; event: OrderEvent }): Promise<void> => {
    await room.orders.addEvent(order, event);
    room.gateway.startEvent(order, event.sequence).catch(() => undefined);
  },
});
