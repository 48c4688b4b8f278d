import type { z } from 'zod';
import type { CodeDeliveredMessage, CodeVoidMessage } from '../../contract/callbacks/deliveries';
import { versions } from '../../contract/versions';
import { askedDelayMs } from '../../outbound/schedule';
import { signedHeaders } from '../../outbound/signed-headers';
import type { Deliver, DeliveryDeps } from '../channel';
import type { webhookTerminal } from './terminal';

const gone = 410;

type WebhookTerminal = z.output<typeof webhookTerminal.schema>;

/** A terminal that is a URL: signed with the platform's own keys, and by a secret where it has one, or its issuer lends its own. */
export const createWebhookDelivery =
  ({ outbound, signingKeys, nowMs }: DeliveryDeps): Deliver<WebhookTerminal> =>
  async ({ order, terminal: { url, secret }, messageId, atMs, codes, part, replaces, voidItemIds, ...delivery }) => {
    const { issuerId, orderNo, product } = order;
    const timestamp = new Date(atMs).toISOString();
    const message: CodeDeliveredMessage | CodeVoidMessage = voidItemIds
      ? { type: 'code.void', timestamp, data: { issuerId, orderNo, itemIds: voidItemIds } }
      : {
          type: 'code.delivered',
          timestamp,
          data: { issuerId, orderNo, product, ...(part ? { part } : {}), ...(replaces ? { replaces } : {}), codes },
        };
    const body = Buffer.from(JSON.stringify(message));
    const privateKeys = await signingKeys();
    const secrets = [...(secret === undefined ? [] : [secret]), ...delivery.issuerSecrets];
    const result = await outbound.postSigned({
      issuerId,
      url,
      body,
      headers: {
        'codeferry-version': versions.newest,
        ...signedHeaders({ id: messageId, nowMs: nowMs(), body, privateKeys, secrets }),
      },
      signal: delivery.signal,
      ...(delivery.circuit !== undefined ? { breakerKey: delivery.circuit } : {}),
      isPastCircuit: delivery.isPastCircuit,
      // Counted apart: an issuer that can take few calls at once is not the terminals of its orders.
      slotKey: `terminals:${issuerId}`,
    });
    if (result.kind === 'failed') {
      const { reason } = result;
      if (reason === 'over_limit' || reason === 'breaker_open') {
        const isTls = reason === 'over_limit' && result.because === 'tls';
        return {
          kind: 'not_tried',
          reason: isTls ? 'tls_failing' : reason,
          delayMs: Math.max(1_000, result.retryAfterMs ?? 0),
        };
      }
      return { kind: 'failed', status: 0, problem: result.reason, isFinal: false, tookMs: result.tookMs };
    }
    const { status, tookMs } = result;
    if (status >= 200 && status < 300) return { kind: 'delivered', state: 'delivered', status, tookMs };
    const asked = askedDelayMs(result.status, result.headers['retry-after'], nowMs());
    return {
      kind: 'failed',
      status,
      problem: `status_${status}`,
      isFinal: status === gone,
      ...(asked !== undefined ? { retryAfterMs: asked } : {}),
      tookMs,
    };
  };
