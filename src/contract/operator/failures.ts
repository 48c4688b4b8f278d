import { z } from 'zod';
import { sidesDiffer } from '../../domain/comparison';
import { orderStates } from '../../domain/order';
import { instant, issuerId, orderNo } from '../fields';
import { mode, pageOf, pageQuery } from '../query';
import { declareRoute, type Wire } from '../route';

const failingOrder = z
  .strictObject({
    issuerId,
    orderNo,
    state: z.enum(orderStates),
    kind: z.enum([
      'stuck',
      'undeliverable',
      'bounced',
      'event_given_up',
      'paid_twice',
      'code_reported',
      'tampered',
      'void_undecided',
      'not_notified',
      'not_answered',
      'answer_unreadable',
      ...sidesDiffer,
    ]),
    why: z.string(),
    at: instant,
    lastStatus: z.int().optional().meta({ description: 'Of the last answer of its issuer' }),
    errors: z.array(z.strictObject({ path: z.string(), code: z.string() })).optional(),
  })
  .meta({
    id: 'FailingOrder',
    examples: [
      {
        issuerId: 'acme',
        orderNo: 'A-1',
        state: 'undeliverable',
        kind: 'undeliverable',
        why: 'The terminal did not take the codes: an operator must act.',
        at: '2026-01-01T00:40:00.000Z',
      },
    ],
  });
export type FailingOrder = Wire<typeof failingOrder>;

export const listFailures = declareRoute({
  method: 'get',
  path: '/v1/operator/failures',
  name: 'listFailures',
  who: 'viewer',
  summary:
    'Orders that a person should look at: undeliverable, bounced, stuck, reported by their buyer, or with an event given up',
  query: pageQuery.extend({ mode }),
  answers: {
    200: { says: 'A page of orders, newest first', body: pageOf(failingOrder).meta({ id: 'FailingOrderPage' }) },
  },
  problems: [],
});

export const exportFailures = declareRoute({
  method: 'get',
  path: '/v1/operator/failures.csv',
  name: 'exportFailures',
  who: 'viewer',
  summary: 'The same as a file, up to 100,000 lines',
  query: z.strictObject({ mode }),
  answers: { 200: { says: 'CSV by RFC 4180, newest first', mediaType: 'text/csv' } },
  problems: [],
});
