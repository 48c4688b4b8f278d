import { ApplicationFailure } from '@temporalio/common';
import type { OrderName } from '../src/domain/ids';
import { lengthenedDelayMs, noticeDelayMs } from '../src/outbound/schedule';
import { unwrapOrderKey } from '../src/sealing/order-keys';
import type { OrderRow } from '../src/store/orders';
import { type CallsOut, callIssuer, issuerAndRow, triesOf, tryEntries } from './call-issuer';
import { ownMessageId } from './message-id';

export interface Notice extends OrderName {
  /** Rises with an operator's `renotify`: another number is another message. */
  readonly n: number;
  readonly atMs: number;
  readonly verifyByMs: number;
}

const answerLimitBytes = 64 * 1024;

/** First interface: `order.paid`. Retried by its own schedule until the workflow cancels it; one run is one try. */
export const createNotify = (parts: CallsOut) => ({
  notifyIssuer: async (notice: Notice): Promise<void> => {
    const [issuer, row] = await issuerAndRow(parts, notice);
    const messageId = ownMessageId(notice, 'paid', notice.n);
    const tryNumber = triesOf(row, 'notice_sent', messageId) + 1;
    const answer = await callIssuer(parts, issuer, messageId, paidMessage(parts, row, notice), answerLimitBytes);
    const entries = tryEntries(
      parts,
      { sent: 'notice_sent', answered: 'notice_answered' },
      messageId,
      tryNumber,
      answer,
    );
    await parts.room.orders.recordTry(notice, entries, { notified: answer.ok });
    if (answer.ok) return;
    const { noticeDelaysSeconds } = await parts.room.settings.effectiveFor(issuer, row.product.id);
    throw ApplicationFailure.create({
      type: 'issuer_failed',
      message: `try ${tryNumber} of the payment notice: ${answer.problem}`,
      nextRetryDelay: lengthenedDelayMs(noticeDelayMs(tryNumber, noticeDelaysSeconds), answer.retryAfterMs),
    });
  },
});

const paidMessage = ({ ring }: CallsOut, row: OrderRow, { atMs, verifyByMs }: Notice) => ({
  type: 'order.paid',
  timestamp: new Date(atMs).toISOString(),
  data: {
    issuerId: row.issuerId,
    orderNo: row.orderNo,
    token: unwrapOrderKey(ring, row._id, row.wrappedKey).token,
    product: row.product,
    quantity: row.quantity,
    amount: row.amount,
    metadata: Object.fromEntries(row.metadata),
    ...(row.payment ? { payment: row.payment } : {}),
    verifyBy: new Date(verifyByMs).toISOString(),
    ...orderUrls(row, ['verification', 'codes', 'refusal']),
  },
});

/** The order's own addresses of the second interface, so that an issuer needs no configuration but its keys. */
export const orderUrls = (
  { baseUrl, issuerId, orderNo }: OrderRow,
  names: readonly ('verification' | 'codes' | 'refusal')[],
): Record<string, string> =>
  Object.fromEntries(
    names.map((name) => [`${name}Url`, `${baseUrl}/v1/issuers/${issuerId}/orders/${orderNo}/${name}`]),
  );
