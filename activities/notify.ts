import { ApplicationFailure } from '@temporalio/common';
import type { OrderName } from '../src/domain/ids';
import type { KeptMessage } from '../src/domain/kept-message';
import { ownMessageId } from '../src/first-interface/message-id';
import { lengthenedDelayMs, noticeDelayMs } from '../src/outbound/schedule';
import { type CallsOut, issuerAndRow } from './call-issuer';
import { isAcknowledged, recordMessage, tryMessage } from './try-message';

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
    const { n, atMs, verifyByMs } = notice;
    const kept: KeptMessage = { id: ownMessageId(notice, 'paid', n), kind: 'paid', atMs, verifyByMs };
    if (await isAcknowledged(deps, issuer, row, kept)) return;
    const { tryNumber, answer, lines } = await tryMessage(deps, issuer, row, kept);
    await recordMessage(deps, row, kept, lines(), answer.ok);
    if (answer.ok) return;
    const { noticeDelaysSeconds } = await deps.orderDeps.settings.effectiveFor(issuer, row.product.id);
    throw ApplicationFailure.create({
      type: 'issuer_failed',
      message: `try ${tryNumber} of the payment notice: ${answer.problem}`,
      nextRetryDelay: lengthenedDelayMs(noticeDelayMs(tryNumber, noticeDelaysSeconds), answer.retryAfterMs),
    });
  },
});
