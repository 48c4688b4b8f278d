import { ApplicationFailure } from '@temporalio/common';
import type { OrderName } from '../src/domain/ids';
import { eventDelayMs, lengthenedDelayMs } from '../src/outbound/schedule';
import type { OrderRow, PendingEvent } from '../src/store/orders';
import { type CallsOut, callIssuer, issuerOf, rowOf, triesOf, tryEntries } from './call-issuer';
import { ownMessageId } from './message-id';

export interface EventName extends OrderName {
  readonly sequence: number;
}

const answerLimitBytes = 64 * 1024;

/** Tells the issuer one event out of the order's outbox. A standalone activity: no order waits for its nine delays. */
export const createSendEvent = (parts: CallsOut) => ({
  sendEvent: async (name: EventName): Promise<'sent' | 'given_up' | 'already_sent'> => {
    const row = await rowOf(parts, name);
    const event = row.events.find(({ sequence }) => sequence === name.sequence);
    if (!event) throw ApplicationFailure.nonRetryable('the order has no such event', 'event_unknown');
    if (event.status !== 'pending') return 'already_sent';
    const issuer = await issuerOf(parts, name);
    const messageId = ownMessageId(name, 'event', name.sequence);
    const tryNumber = triesOf(row, 'event_sent', messageId) + 1;
    const answer = await callIssuer(parts, issuer, messageId, eventMessage(row, event), answerLimitBytes);
    const [, told] = tryEntries(parts, { sent: 'event_sent', answered: 'event_sent' }, messageId, tryNumber, answer, {
      type: event.type,
      sequence: event.sequence,
    });
    const lines = told ? [told] : [];
    const settings = answer.ok ? undefined : await parts.room.settings.effectiveFor(issuer, row.product.id);
    const delayMs = settings && eventDelayMs(tryNumber, Math.random, settings.eventDelaysSeconds);
    if (answer.ok || delayMs === undefined) {
      const status = answer.ok ? 'sent' : 'given_up';
      await parts.room.orders.markEvent(name, name.sequence, status, lines);
      return status;
    }
    if (lines.length > 0) await parts.room.orders.recordTry(name, lines);
    throw ApplicationFailure.create({
      type: 'issuer_failed',
      message: `try ${tryNumber} of event ${event.sequence}: ${answer.problem}`,
      nextRetryDelay: lengthenedDelayMs(delayMs, answer.retryAfterMs),
    });
  },
});

/** Source: rule 7. Never a code in it. */
const eventMessage = (row: OrderRow, event: PendingEvent) => ({
  type: event.type,
  timestamp: new Date(event.atMs).toISOString(),
  data: {
    issuerId: row.issuerId,
    orderNo: row.orderNo,
    sequence: event.sequence,
    at: new Date(event.atMs).toISOString(),
    state: event.state,
    ...(event.closedReason ? { closedReason: event.closedReason } : {}),
    ...(event.refundDueValue !== undefined
      ? { refundDue: { value: event.refundDueValue, currency: row.amount.currency } }
      : {}),
    ...(event.itemIds ? { itemIds: event.itemIds } : {}),
    ...(event.type === 'order.refund_due' && row.payment ? { payment: row.payment } : {}),
  },
});
