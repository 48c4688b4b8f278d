import { ApplicationFailure } from '@temporalio/common';
import type { OrderName } from '../src/domain/ids';
import type { KeptMessage } from '../src/domain/kept-message';
import { ownMessageId } from '../src/first-interface/message-id';
import { paidMessage } from '../src/first-interface/messages';
import { lengthenedDelayMs, noticeDelayMs } from '../src/outbound/schedule';
import { openOrder } from '../src/sealing/order-row';
import {
  type CallsOut,
  callIssuer,
  isAcknowledged,
  issuerAndRow,
  triedMessage,
  triesOf,
  tryEntries,
} from './call-issuer';

export interface Notice extends OrderName {
  /** Rises with an operator's `renotify`: another number is another message. */
  readonly n: number;
  readonly atMs: number;
  readonly verifyByMs: number;
}

/** First interface: `order.paid`. Retried by its own schedule until the workflow cancels it; one run is one try. */
export const createNotify = (deps: CallsOut) => ({
  notifyIssuer: async (notice: Notice): Promise<void> => {
    const [issuer, row] = await issuerAndRow(deps, notice);
    const messageId = ownMessageId(notice, 'paid', notice.n);
    const { atMs, verifyByMs } = notice;
    const kept: KeptMessage = { id: messageId, kind: 'paid', atMs, verifyByMs };
    if (await isAcknowledged(deps, issuer, row, kept)) return;
    const tryNumber = triesOf(row, 'notice_sent', messageId) + 1;
    const { token } = openOrder(deps.ring, row);
    const message = paidMessage(row, { ...notice, token });
    const answer = await callIssuer(deps, issuer, messageId, message, { forced: row.facts.forced });
    const entries = tryEntries(
      deps,
      { sent: 'notice_sent', answered: 'notice_answered' },
      messageId,
      tryNumber,
      answer,
    );
    await deps.orderDeps.orders.recordTry(notice, entries, {
      notified: answer.ok,
      tried: triedMessage(row, kept, answer.ok),
    });
    if (answer.ok) return;
    const { noticeDelaysSeconds } = await deps.orderDeps.settings.effectiveFor(issuer, row.product.id);
    throw ApplicationFailure.create({
      type: 'issuer_failed',
      message: `try ${tryNumber} of the payment notice: ${answer.problem}`,
      nextRetryDelay: lengthenedDelayMs(noticeDelayMs(tryNumber, noticeDelaysSeconds), answer.retryAfterMs),
    });
  },
});
