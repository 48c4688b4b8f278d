import { timingSafeEqual } from 'node:crypto';
import { createPerMinute, networkOf } from '../../bounded/per-minute';
import { takeReceipts } from '../../contract/platform/receipts';
import { Failure } from '../../domain/failures';
import { sha256 } from '../../sealing/key-ring';
import type { OrderDeps } from '../../second-interface/ask-order';
import { settlesWithinMs, takeReceipt } from '../../second-interface/take-receipt';
import { jsonBody, type Mount } from '../edge/mount';

/** A minute, of one network: people choose the secret. */
const wrongMax = 20;

export interface Receipts {
  readonly orderDeps: OrderDeps;
  /** Channels whose messages have receipts, of those that are configured. */
  readonly channels: readonly string[];
  /** Undefined: nobody can tell anything. */
  readonly secret: string | undefined;
}

/** Where mail and SMS providers tell what became of a message; the secret in the address is the credential. */
export const mountReceipts = (mount: Mount, { orderDeps, channels, secret }: Receipts): void => {
  if (secret === undefined) return;
  const right = Buffer.from(sha256(secret));
  const wrong = createPerMinute(wrongMax, orderDeps.nowMs);
  mount.open(takeReceipts)(async ({ params, request, response, todays }) => {
    response.setHeader('cache-control', 'no-store');
    const network = networkOf(request.ip ?? '');
    const retryAfterSeconds = wrong.secondsLeft(network);
    if (retryAfterSeconds !== undefined) throw new Failure('rate_limited', { retryAfterSeconds });
    const isRight = timingSafeEqual(Buffer.from(sha256(params.receiptSecret)), right);
    if (!isRight) wrong.note(network);
    if (!isRight || !channels.includes(params.channel)) throw new Failure('path_unknown');
    const given = jsonBody(request, takeReceipts.body, takeReceipts, todays);
    const endMs = orderDeps.nowMs() + settlesWithinMs;
    for (const receipt of Array.isArray(given) ? given : [given]) {
      await takeReceipt(orderDeps, params.channel, receipt, endMs);
    }
    return { status: 204 };
  });
};
