import type { Replay } from '../../contract/operator/calls';
import { Failure, type FailureCode } from '../../domain/failures';
import { whyNotAgain } from '../../domain/judge/replay';
import type { TimelineEntry } from '../../domain/messages';
import { deliveryMessageId } from '../../first-interface/message-id';
import type { OrderDeps } from '../../second-interface/ask-order';
import { replayEvent } from '../../second-interface/replay-message';
import type { IssuerRow } from '../../store/issuers';
import type { OrderRow } from '../../store/orders';
import type { OrderActions } from '../order-actions';
import type { KnownCall } from './issuer-calls';

const refused = (code: FailureCode, why: string): Replay => ({ refused: code, why });

const whyNot: Readonly<Partial<Record<FailureCode, string>>> = {
  order_closed: 'The order is closed',
  already_verified: 'The order is verified and waits for no verification',
  already_delivered: 'The order waits for no codes',
  call_pending: 'The delivery goes on by its own schedule',
  not_issued: 'The order has nothing to deliver yet',
  code_void: 'Its codes are void',
};

const judged = (code: FailureCode | undefined): Replay | undefined => code && refused(code, whyNot[code] ?? code);

/** Shown with the call, and asked once more when it is sent again. */
export const replayOf = ({ call, entry }: KnownCall, row: OrderRow, issuer: IssuerRow, nowMs: number): Replay => {
  if (call.direction === 'from_issuer') return refused('not_replayable', 'It is a call of the issuer');
  if (call.direction === 'to_terminal') return deliveryReplay(entry, row, nowMs);
  if (issuer.state === 'paused' && !issuer.deletedAt) {
    return refused('issuer_paused', 'Nothing is sent to a paused issuer');
  }
  if (call.kind === 'order.paid' || call.kind === 'order.code_requested') {
    return judged(whyNotAgain(row.facts, call.kind, nowMs)) ?? { as: 'new_message' };
  }
  if (call.kind === 'order.closing') return refused('not_replayable', 'It goes out once an order');
  const event = row.events.find(({ sequence }) => sequence === entry.detail.sequence);
  if (!event) return refused('call_unknown', 'The order has no such event');
  return event.status === 'pending'
    ? refused('call_pending', 'The event is still being told by its own schedule')
    : { as: 'same_message' };
};

const deliveryReplay = ({ detail }: TimelineEntry, row: OrderRow, nowMs: number): Replay => {
  const no = judged(whyNotAgain(row.facts, 'code.delivered', nowMs));
  if (no) return no;
  const part = typeof detail.part === 'number' ? detail.part : 1;
  const today = deliveryMessageId(row, row.facts.deliveryMessage?.n ?? 1, part);
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
  const replay = replayOf(known, row, issuer, orderDeps.nowMs());
  if ('refused' in replay) throw new Failure(replay.refused, { detail: replay.why });
  const { kind } = known.call;
  if (kind === 'code.delivered') await actions.redeliver(row);
  else if (kind === 'order.paid' || kind === 'order.code_requested') await actions.renotify(row);
  else await replayEvent(orderDeps, row, issuer, Number(known.entry.detail.sequence));
  return replay.as;
};
