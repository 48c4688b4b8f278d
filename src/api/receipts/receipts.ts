import { timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { receiptsRequest } from '../../contract/receipts';
import { Failure } from '../../domain/failures';
import { sha256 } from '../../sealing/key-ring';
import type { OrderDeps } from '../../second-interface/ask-order';
import { deliveredWithinMs, takeReceipt } from '../../second-interface/take-receipt';
import { jsonBody, type Mount } from '../edge/mount';
import { bodyLimitBytes, rawBody } from '../edge/raw-body';

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
  for (const channel of channels) {
    const take: RequestHandler<{ secret: string }> = async (request, response) => {
      response.setHeader('cache-control', 'no-store');
      if (!timingSafeEqual(Buffer.from(sha256(request.params.secret)), right)) throw new Failure('path_unknown');
      const given = jsonBody(request, receiptsRequest);
      const endMs = orderDeps.nowMs() + deliveredWithinMs;
      for (const receipt of Array.isArray(given) ? given : [given]) {
        await takeReceipt(orderDeps, channel, receipt, endMs);
      }
      response.status(204).end();
    };
    mount.plain('post', `/v1/terminals/${channel}/:secret`, rawBody(bodyLimitBytes), take as unknown as RequestHandler);
  }
};
