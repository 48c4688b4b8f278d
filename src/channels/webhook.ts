import type { KeyObject } from 'node:crypto';
import type { Code } from '../contract/issuer';
import type { Outbound } from '../outbound/client';
import { askedDelayMs } from '../outbound/schedule';
import { signedHeaders } from '../outbound/signed-headers';

export interface WebhookDelivery {
  readonly order: {
    readonly issuerId: string;
    readonly orderNo: string;
    readonly product: { readonly id: string; readonly name: string };
  };
  readonly url: string;
  readonly messageId: string;
  readonly atMs: number;
  readonly codes: readonly Code[];
  readonly signal: AbortSignal;
}

export type WebhookOutcome =
  | { readonly kind: 'delivered'; readonly status: number; readonly tookMs: number }
  | {
      readonly kind: 'failed';
      readonly status: number;
      readonly problem: string;
      readonly retryAfterMs?: number;
      readonly tookMs: number;
    }
  | { readonly kind: 'not_tried'; readonly reason: 'over_limit' | 'breaker_open'; readonly delayMs: number };

const answerLimitBytes = 64 * 1024;

/** A terminal that is a URL: signed with the platform's own keys, since it shares no secret with anyone. */
export const createWebhookChannel = ({
  outbound,
  signingKeys,
  nowMs,
}: {
  outbound: Outbound;
  signingKeys: () => Promise<readonly KeyObject[]>;
  nowMs: () => number;
}) => ({
  /** One try. All tries of one delivery send the same bytes under one webhook-id. */
  deliver: async ({ order, url, messageId, atMs, codes, signal }: WebhookDelivery): Promise<WebhookOutcome> => {
    const { issuerId, orderNo, product } = order;
    const body = Buffer.from(
      JSON.stringify({
        type: 'code.delivered',
        timestamp: new Date(atMs).toISOString(),
        data: { issuerId, orderNo, product, codes },
      }),
    );
    const privateKeys = await signingKeys();
    const result = await outbound.postSigned({
      issuerId,
      url,
      body,
      headers: signedHeaders({ id: messageId, nowMs: nowMs(), body, privateKeys }),
      answerLimitBytes,
      signal,
      breakerKey: `terminal:${issuerId}:${new URL(url).origin}`,
      // Counted apart: an issuer that can take few calls at once is not the terminals of its orders.
      slotKey: `terminals:${issuerId}`,
    });
    if (result.kind === 'failed') {
      if (result.reason === 'over_limit') return { kind: 'not_tried', reason: 'over_limit', delayMs: 1_000 };
      if (result.reason === 'breaker_open') {
        return { kind: 'not_tried', reason: 'breaker_open', delayMs: Math.max(1_000, result.retryAfterMs ?? 0) };
      }
      return { kind: 'failed', status: 0, problem: result.reason, tookMs: result.tookMs };
    }
    const { status, tookMs } = result;
    if (status >= 200 && status < 300) return { kind: 'delivered', status, tookMs };
    const asked = askedDelayMs(result.status, result.headers['retry-after'], nowMs());
    return {
      kind: 'failed',
      status,
      problem: `status_${status}`,
      ...(asked !== undefined ? { retryAfterMs: asked } : {}),
      tookMs,
    };
  },
});
