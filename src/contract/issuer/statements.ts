import { z } from 'zod';
import { orderStates } from '../../domain/order';
import { amount, count, instant, orderNo, product, quantity } from '../fields';
import { payment } from '../order';
import { declareRoute, type Wire } from '../route';

/** What a statement says of an order, in the order of its columns; money in minor units, and never a code. */
export const statementLine = z.strictObject({
  orderNo,
  paymentId: payment.shape.id.optional(),
  state: z.enum(orderStates),
  product: product.shape.id,
  quantity,
  amount: amount.shape.value,
  currency: amount.shape.currency,
  issued: count,
  delivered: count,
  void: count,
  redeemed: count,
  refundDue: count.optional(),
  refundSettled: count.optional(),
  createdAt: instant,
  closedAt: instant.optional(),
});
export type StatementLine = Wire<typeof statementLine>;

export const statementColumns = Object.keys(statementLine.shape) as (keyof StatementLine)[];

export const statementHeaders = {
  'statement-final': 'Whether the day has ended, and the file stays as it is',
  'statement-as-of': 'From when its facts are',
};

export const readStatement = declareRoute({
  method: 'get',
  path: '/v1/issuers/{issuerId}/statements/{day}',
  name: 'readStatement',
  who: 'issuer',
  inPortal: true,
  summary: 'Orders that changed on a UTC day (yyyy-mm-dd), by number: from 00:10 of the next one the same for 400 days',
  answers: {
    200: {
      says: 'A line an order: NDJSON, or CSV for who accepts `text/csv`',
      mediaType: 'application/x-ndjson',
      alsoAs: 'text/csv',
      headers: statementHeaders,
    },
  },
  problems: ['statement_not_ready'],
});
