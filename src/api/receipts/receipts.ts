import { timingSafeEqual } from 'node:crypto';
import { networkOf } from '../../bounded/per-minute';
import { createSecretDoor } from '../../bounded/secret-door';
import { takeReceipts } from '../../contract/platform/receipts';
import { Failure } from '../../domain/failures';
import { sha256 } from '../../sealing/key-ring';
import type { OrderDeps } from '../../second-interface/ask-order';
import { settlesWithinMs, takeReceipt } from '../../second-interface/take-receipt';
import type { Mount } from '../edge/mount';

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
  const door = createSecretDoor(orderDeps.nowMs);
  mount.open(takeReceipts)(async ({ params, request, response, readBody }) => {
    response.setHeader('cache-control', 'no-store');
    const isRight = timingSafeEqual(Buffer.from(sha256(params.receiptSecret)), right);
    const retryAfterSeconds = door.waitSeconds(networkOf(request.ip ?? ''), isRight);
    if (retryAfterSeconds) throw new Failure('rate_limited', { retryAfterSeconds });
    if (!isRight || !channels.includes(params.channel)) throw new Failure('path_unknown');
    const given = readBody('known');
    const endMs = orderDeps.nowMs() + settlesWithinMs;
    for (const receipt of Array.isArray(given) ? given : [given]) {
      await takeReceipt(orderDeps, params.channel, receipt, endMs);
    }
    return { status: 204 };
  });
};
