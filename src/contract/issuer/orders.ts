import { z } from 'zod';
import { terminal } from '../../channels/terminals';
import { orderStates } from '../../domain/order';
import { amount, metadata, moment, orderNo, product, quantity } from '../fields';
import { order, orderPage, payment, timeline } from '../order';
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
  problems: ['order_conflict', 'issuer_paused', 'rate_limited', 'unavailable'],
});
export type PlacedAnswer = AnswerOf<typeof placeOrder>;

export const listOrders = declareRoute({
  method: 'get',
  path: base,
  name: 'listOrders',
  who: 'issuer',
  summary: 'Orders, newest first',
  query: z.strictObject({
    state: z.enum(orderStates).optional(),
    createdAfter: moment.optional(),
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
  summary: 'One order',
  answers: { 200: { says: 'The order', body: order } },
  problems: ['order_unknown'],
});

export const readTimeline = declareRoute({
  method: 'get',
  path: `${base}/{orderNo}/timeline`,
  name: 'readTimeline',
  who: 'issuer',
  summary: 'Every attempt and answer of an order',
  answers: { 200: { says: 'The timeline, oldest first', body: timeline } },
  problems: ['order_unknown'],
});
