import { z } from 'zod';
import { terminal } from '../../channels/terminals';
import { orderNoPattern } from '../../domain/ids';
import { orderStates } from '../../domain/order';
import { amount, anyObject, metadata, moment, orderNo, product, quantity, text } from '../fields';
import { order, orderPage, payment, timeline } from '../order';
import { problem } from '../problem';
import { cursor, limit } from '../query';
import { type AnswerOf, declareRoute } from '../route';

/** The order API: what an issuer's server sends to place an order and to read it. */
const base = '/v1/issuers/{issuerId}/orders';

export const placeOrderRequest = z
  .strictObject({
    type: z.literal('order.payment'),
    orderNo,
    product,
    quantity: quantity.default(1),
    amount,
    terminal: terminal.optional(),
    metadata: metadata.optional(),
    payment: payment.optional(),
  })
  .meta({
    examples: [
      {
        type: 'order.payment',
        orderNo: 'A-1',
        product: { id: 'card', name: 'Gift card' },
        quantity: 3,
        amount: { value: 1000, currency: 'EUR' },
        terminal: { channel: 'page' },
        metadata: { shop: '12' },
        payment: { id: 'pay-7', paidAt: '2026-01-01T00:00:00Z', payer: 'Ann' },
      },
    ],
  });
export type PlaceOrder = z.infer<typeof placeOrderRequest>;

export const placeOrder = declareRoute({
  method: 'post',
  path: base,
  name: 'placeOrder',
  who: 'issuer',
  summary: 'Payment request: places an order',
  body: placeOrderRequest,
  answers: {
    201: { says: 'New, and durable', body: order },
    200: { says: 'The same content again', body: order },
  },
  problems: ['order_conflict', 'issuer_paused', 'callback_not_proved', 'not_live', 'rate_limited', 'unavailable'],
});
export type PlacedAnswer = AnswerOf<typeof placeOrder>;

/** An entry is read whole when its turn comes: it may be refused alone. */
const bulkEntry = anyObject
  .superRefine((entry, context) => {
    if (orderNo.safeParse(entry.orderNo).success) return;
    context.addIssue({ code: 'custom', path: ['orderNo'], message: 'must be the number of an order' });
  })
  .transform((entry) => entry as typeof entry & { readonly orderNo: string })
  .meta({
    type: 'object',
    required: ['orderNo'],
    properties: { orderNo: { type: 'string', pattern: orderNoPattern.source } },
    additionalProperties: true,
    description: 'A payment request, as it is sent alone',
  });

const bulkEntries = z
  .array(bulkEntry)
  .min(1)
  .max(200, { abort: true })
  .superRefine((entries, context) => {
    const seen = new Set<string>();
    entries.forEach(({ orderNo: given }, at) => {
      if (seen.has(given)) {
        context.addIssue({ code: 'custom', path: [at, 'orderNo'], message: 'is repeated in this call' });
      }
      seen.add(given);
    });
  });

const bulkResult = z
  .strictObject({ orderNo, status: z.int(), order: order.optional(), problem: problem.optional() })
  .meta({ id: 'BulkResult' });

export const placeOrders = declareRoute({
  method: 'post',
  path: `${base}/bulk`,
  name: 'placeOrders',
  who: 'issuer',
  summary: 'Payment requests: up to 200, each judged as if it were sent alone',
  limitBytes: 1024 * 1024,
  inParts: true,
  body: z.strictObject({ type: z.literal('orders.bulk'), orders: bulkEntries }).meta({
    examples: [
      {
        type: 'orders.bulk',
        orders: [
          {
            type: 'order.payment',
            orderNo: 'A-1',
            product: { id: 'card', name: 'Gift card' },
            amount: { value: 1000, currency: 'EUR' },
          },
        ],
      },
    ],
  }),
  answers: {
    200: { says: 'What became of each, in their order', body: z.strictObject({ results: z.array(bulkResult) }) },
  },
  problems: ['rate_limited', 'unavailable'],
});

export const listOrders = declareRoute({
  method: 'get',
  path: base,
  name: 'listOrders',
  who: 'issuer',
  inPortal: true,
  summary: 'Orders, newest first; by change or payment, newest change first',
  query: z.strictObject({
    state: z.enum(orderStates).optional(),
    q: text(1, 64).optional().meta({
      description: 'The beginning of its number in any case, or its payment, payer or product by the whole id',
    }),
    createdAfter: moment.optional(),
    updatedAfter: moment.optional().meta({ description: 'Ask with ten seconds of overlap' }),
    paymentId: text(1, 64).optional(),
    limit,
    cursor: cursor.optional(),
  }),
  answers: { 200: { says: 'A page of orders', body: orderPage } },
  problems: [],
});

export const readOrder = declareRoute({
  method: 'get',
  path: `${base}/{orderNo}`,
  name: 'readOrder',
  who: 'issuer',
  inPortal: true,
  summary: 'One order',
  answers: { 200: { says: 'The order', body: order } },
  problems: ['order_unknown'],
});

export const readTimeline = declareRoute({
  method: 'get',
  path: `${base}/{orderNo}/timeline`,
  name: 'readTimeline',
  who: 'issuer',
  inPortal: true,
  summary: 'Every attempt and answer of an order',
  answers: { 200: { says: 'The timeline, oldest first', body: timeline } },
  problems: ['order_unknown'],
});
