import { z } from 'zod';
import { closeReasons, orderStates } from '../../domain/order';
import { amount, count, instant, issuerId, orderNo } from '../fields';
import { payment } from '../order';
import { mode, pageOf, pageQuery } from '../query';
import { declareRoute } from '../route';

const refund = z
  .strictObject({
    issuerId,
    orderNo,
    state: z.enum(orderStates),
    closedReason: z.enum(closeReasons).optional(),
    payment: payment.optional(),
    due: amount,
    settled: amount.optional(),
    at: instant.meta({ description: 'When the order changed last' }),
  })
  .meta({
    id: 'Refund',
    examples: [
      {
        issuerId: 'acme',
        orderNo: 'A-1',
        state: 'expired',
        closedReason: 'issue_window',
        payment: { id: 'pay-7' },
        due: { value: 1000, currency: 'EUR' },
        at: '2026-01-01T00:10:00.000Z',
      },
    ],
  });

const which = { mode, settled: z.enum(['true', 'false']).default('false') };

export const listRefunds = declareRoute({
  method: 'get',
  path: '/v1/operator/refunds',
  name: 'listRefunds',
  who: 'viewer',
  summary: 'What is to be paid back to buyers, the newest orders first; or what was',
  query: pageQuery.extend(which),
  answers: {
    200: {
      says: 'A page of them, and what is owed in all',
      body: pageOf(refund)
        .extend({
          owed: z
            .strictObject({
              orders: count,
              isCapped: z.boolean().meta({ description: 'There are more: the sums are of the newest ones' }),
              sums: z.array(amount).meta({ description: 'By currency, less what is settled' }),
            })
            .optional()
            .meta({ description: 'With the first page' }),
        })
        .meta({ id: 'RefundPage' }),
    },
  },
  problems: [],
});

export const exportRefunds = declareRoute({
  method: 'get',
  path: '/v1/operator/refunds.csv',
  name: 'exportRefunds',
  who: 'viewer',
  summary: 'The same as a file, up to 100,000 lines',
  query: z.strictObject(which),
  answers: { 200: { says: 'CSV by RFC 4180, newest first', mediaType: 'text/csv' } },
  problems: [],
});
