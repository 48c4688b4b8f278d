import { Counter, Histogram, type Registry } from 'prom-client';
import { isTestIssuer, type OrderName } from '../domain/ids';
import type { OrderEvent } from '../domain/messages';
import type { Channel, OrderFacts } from '../domain/order';

const nothing = (): void => undefined;
const silent = { callback: nothing, codeAnswer: nothing, delivery: nothing, projected: nothing };

/** What the activities tell of their work; one for each worker process. */
export type OrderMeter = ReturnType<typeof createOrderMeter>;

const callBucketsSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8];
const orderBucketsSeconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400];

export const createOrderMeter = (registry: Registry) => {
  const registers = [registry];
  const callbacks = new Histogram({
    name: 'codeferry_callback_seconds',
    help: 'Attempts of callbacks to issuers by message and result: ok, status_3xx to status_5xx, or the reason',
    labelNames: ['type', 'issuer_class', 'result'],
    buckets: callBucketsSeconds,
    registers,
  });
  const codeAnswers = new Counter({
    name: 'codeferry_code_answers_total',
    help: 'What answers to order.code_requested came to: issued, issuing, refused, failed (no 2xx), or what is wrong with the codes',
    labelNames: ['result'],
    registers,
  });
  const deliveries = new Histogram({
    name: 'codeferry_delivery_seconds',
    help: 'Attempts at terminals that are called, by channel and result: delivered, failed or not_tried',
    labelNames: ['channel', 'result'],
    buckets: callBucketsSeconds,
    registers,
  });
  const events = new Counter({
    name: 'codeferry_order_events_total',
    help: 'Events of orders as they were written, by type and closed reason',
    labelNames: ['type', 'reason'],
    registers,
  });
  const timeToCode = new Histogram({
    name: 'codeferry_time_to_code_seconds',
    help: 'From the payment request to the codes at the terminal',
    labelNames: ['channel'],
    buckets: orderBucketsSeconds,
    registers,
  });
  const mended = new Counter({
    name: 'codeferry_reconciler_mended_total',
    help: 'What passes of the reconciler mended, by kind',
    labelNames: ['what'],
    registers,
  });
  const live = {
    callback: (type: string, issuerClass: string, result: string, tookMs: number): void =>
      callbacks.observe({ type, issuer_class: issuerClass, result }, tookMs / 1_000),

    codeAnswer: (result: string): void => codeAnswers.inc({ result }),

    delivery: (channel: Channel, result: 'delivered' | 'failed' | 'not_tried', tookMs: number): void =>
      deliveries.observe({ channel, result }, tookMs / 1_000),

    projected: ({ channel, createdAtMs }: OrderFacts, written: readonly OrderEvent[]): void => {
      for (const { type, closedReason, atMs } of written) {
        events.inc({ type, reason: closedReason ?? 'none' });
        if (type === 'order.delivered') timeToCode.observe({ channel }, Math.max(0, atMs - createdAtMs) / 1_000);
      }
    },
  };
  return {
    /** Orders of test issuers are in no number. */
    of: ({ issuerId }: Pick<OrderName, 'issuerId'>): typeof live => (isTestIssuer(issuerId) ? silent : live),

    mended: (counts: Readonly<Record<string, number>>): void => {
      for (const [what, count] of Object.entries(counts)) mended.inc({ what }, count);
    },
  };
};
