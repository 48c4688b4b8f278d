import { ApplicationFailure } from '@temporalio/common';
import type { OrderName } from '../src/domain/ids';
import type { TimelineEntry } from '../src/domain/messages';
import { ownMessageId } from '../src/first-interface/message-id';
import { eventMessage } from '../src/first-interface/messages';
import { eventDelayMs, lengthenedDelayMs } from '../src/outbound/schedule';
import { heldBackForMs } from '../src/sandbox/forced-calls';
import type { IssuerRow } from '../src/store/issuers';
import type { OrderRow, PendingEvent } from '../src/store/orders';
import {
  afterAnswer,
  type CallsOut,
  callIssuer,
  type IssuerAnswer,
  issuerOf,
  notTried,
  rowOf,
  triesOf,
  tryEntries,
} from './call-issuer';

export interface EventName extends OrderName {
  readonly sequence: number;
}

interface ToldOnce {
  readonly tryNumber: number;
  readonly answer: IssuerAnswer;
  readonly lines: readonly TimelineEntry[];
}

/** Tells the issuer one event out of the order's outbox. Standalone activities: no order waits for its nine delays. */
export const createSendEvent = (deps: CallsOut) => ({
  sendEvent: async (name: EventName): Promise<'sent' | 'given_up' | 'already_sent' | 'offered'> => {
    const row = await rowOf(deps, name);
    const event = eventOf(row, name);
    if (event.status !== 'pending') return 'already_sent';
    await afterAnswer(deps, name, event.after);
    const waitMs = row.facts.forced === 'reordered' ? heldBackForMs(row.events, event, deps.nowMs()) : 0;
    if (waitMs > 0) throw notTried('reordered', 'the events of this order come in reverse', waitMs);
    const issuer = await issuerOf(deps, name);
    if (issuer.callback.kind === 'pull') {
      await deps.orderDeps.pulls.offerEvent(row, event.sequence, deps.nowMs());
      return 'offered';
    }
    const { tryNumber, answer, lines } = await tellOnce(deps, issuer, row, event);
    const settings = answer.ok ? undefined : await deps.orderDeps.settings.effectiveFor(issuer, row.product.id);
    const delayMs = settings && eventDelayMs(tryNumber, Math.random, settings.eventDelaysSeconds);
    if (answer.ok || delayMs === undefined) {
      const status = answer.ok ? 'sent' : 'given_up';
      await deps.orderDeps.orders.markEvent(name, name.sequence, status, lines);
      return status;
    }
    if (lines.length > 0) await deps.orderDeps.orders.recordTry(name, lines);
    throw ApplicationFailure.create({
      type: 'issuer_failed',
      message: `try ${tryNumber} of event ${event.sequence}: ${answer.problem}`,
      nextRetryDelay: lengthenedDelayMs(delayMs, answer.retryAfterMs),
    });
  },

  /** An operator sends it again: one try with the same bytes and id. A failed one is told in the timeline, and not repeated. */
  replayEvent: async (name: EventName): Promise<'sent' | 'failed'> => {
    const row = await rowOf(deps, name);
    const event = eventOf(row, name);
    const issuer = await issuerOf(deps, name);
    const { answer, lines } = await tellOnce(deps, issuer, row, event, { replay: true });
    if (answer.ok) await deps.orderDeps.orders.markReplayed(name, name.sequence, lines);
    else await deps.orderDeps.orders.recordTry(name, lines);
    return answer.ok ? 'sent' : 'failed';
  },
});

const eventOf = (row: OrderRow, { sequence }: EventName): PendingEvent => {
  const event = row.events.find((one) => one.sequence === sequence);
  if (!event) throw ApplicationFailure.nonRetryable('the order has no such event', 'event_unknown');
  return event;
};

const tellOnce = async (
  deps: CallsOut,
  issuer: IssuerRow,
  row: OrderRow,
  event: PendingEvent,
  outcome: TimelineEntry['detail'] = {},
): Promise<ToldOnce> => {
  const messageId = ownMessageId(row, 'event', event.sequence);
  const tryNumber = triesOf(row, 'event_sent', messageId) + 1;
  const answer = await callIssuer(deps, issuer, messageId, eventMessage(row, event), {
    forced: row.facts.forced,
  });
  const [, told] = tryEntries(deps, { sent: 'event_sent', answered: 'event_sent' }, messageId, tryNumber, answer, {
    type: event.type,
    sequence: event.sequence,
    ...outcome,
  });
  return { tryNumber, answer, lines: told ? [told] : [] };
};
