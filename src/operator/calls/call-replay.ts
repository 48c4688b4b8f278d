import type { Replay } from '../../contract/operator/calls';
import { Failure, type FailureCode } from '../../domain/failures';
import type { TimelineEntry } from '../../domain/messages';
import { isAwaitingCodes, isBeforeVerification, isClosed } from '../../domain/order';
import { deliveryMessageId } from '../../first-interface/message-id';
import { engineUnavailable, type OrderDeps } from '../../second-interface/ask-order';
import type { IssuerRow } from '../../store/issuers';
import type { OrderRow } from '../../store/orders';
import type { OrderActions } from '../order-actions';
import type { KnownCall } from './issuer-calls';

const refused = (code: FailureCode, why: string): Replay => ({ refused: code, why });

/** Shown with the call, and asked once more when it is sent again. */
export const replayOf = ({ call, entry }: KnownCall, row: OrderRow, issuer: IssuerRow): Replay => {
  const { state, short } = row.facts;
  if (call.direction === 'from_issuer') return refused('not_replayable', 'It is a call of the issuer');
  if (call.direction === 'to_terminal') return deliveryReplay(entry, row);
  if (issuer.state === 'paused' && !issuer.deletedAt) {
    return refused('issuer_paused', 'Nothing is sent to a paused issuer');
  }
  if (call.kind === 'order.paid') {
    if (isBeforeVerification(state)) return { as: 'new_message' };
    return isClosed(state)
      ? refused('order_closed', 'The order is closed and waits for no verification')
      : refused('already_verified', 'The order is verified and waits for no verification');
  }
  if (call.kind === 'order.code_requested') {
    if (isAwaitingCodes(state) && !short) return { as: 'new_message' };
    return isClosed(state)
      ? refused('order_closed', 'The order is closed and waits for no codes')
      : refused('already_delivered', 'The order waits for no codes');
  }
  const event = row.events.find(({ sequence }) => sequence === entry.detail.sequence);
  if (!event) return refused('call_unknown', 'The order has no such event');
  return event.status === 'pending'
    ? refused('call_pending', 'The event is still being told by its own schedule')
    : { as: 'same_message' };
};

const deliveryReplay = ({ detail }: TimelineEntry, row: OrderRow): Replay => {
  const { state, deliveryMessage } = row.facts;
  if (isClosed(state)) return refused('order_closed', 'The order is closed and its codes are void');
  if (state !== 'undeliverable' && state !== 'delivered') {
    return refused('call_pending', 'The delivery goes on by its own schedule');
  }
  const part = typeof detail.part === 'number' ? detail.part : 1;
  const today = deliveryMessageId(row, deliveryMessage?.n ?? 1, part);
  return { as: detail.message === today ? 'same_message' : 'new_message' };
};

export interface Replaying {
  readonly orderDeps: OrderDeps;
  readonly actions: Pick<OrderActions, 'renotify' | 'redeliver'>;
}

/**
 * Sends it again: an event by an activity of its own, a message that its order waits for by the order itself.
 *
 * @throws Failure with the code that `replayOf` tells, `in_progress` while the same event is being sent again, `unavailable`.
 */
export const replayCall = async (
  { orderDeps, actions }: Replaying,
  known: KnownCall,
  row: OrderRow,
  issuer: IssuerRow,
): Promise<'same_message' | 'new_message'> => {
  const replay = replayOf(known, row, issuer);
  if ('refused' in replay) throw new Failure(replay.refused, { detail: replay.why });
  const { kind } = known.call;
  if (kind === 'code.delivered') await actions.redeliver(row);
  else if (kind === 'order.paid' || kind === 'order.code_requested') await actions.renotify(row);
  else await replayEvent(orderDeps, row, Number(known.entry.detail.sequence));
  return replay.as;
};

const replayEvent = async ({ gateway }: OrderDeps, row: OrderRow, sequence: number): Promise<void> => {
  const started = await gateway.startReplay(row, sequence);
  if (started === 'unavailable') throw engineUnavailable();
  if (started === 'exists') throw new Failure('in_progress', { detail: 'It is being sent again already' });
};
