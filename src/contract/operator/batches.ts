import { z } from 'zod';
import { orderStates } from '../../domain/order';
import { integer, issuerId, moment, orderNo, text } from '../fields';
import { failureCode } from '../problem';
import { declareRoute } from '../route';

/**
 * One action on many orders; `dryRun` only counts. `apply_settings` lengthens running windows to what is set today. A call
 * takes up to `limit` orders and tells the cursor of the next one.
 */
export const batchRequest = z
  .strictObject({
    filter: z.strictObject({
      issuerId: issuerId.optional(),
      productId: text(1, 64).optional(),
      from: moment.optional(),
      to: moment.optional(),
      state: z.enum(orderStates).optional(),
    }),
    action: z.enum(['renotify', 'redeliver', 'cancel', 'void', 'refund', 'complete', 'apply_settings']),
    reason: text(1, 512).optional().meta({ description: 'Of cancel, void, complete and refund; refund needs one' }),
    dryRun: z.boolean().default(false),
    limit: integer(1, 500).default(500),
    cursor: z.string().min(1).max(512).optional(),
  })
  .refine(({ action, reason, dryRun }) => dryRun || action !== 'refund' || reason !== undefined, {
    path: ['reason'],
    error: 'is told to the issuer: a refund needs one',
  })
  .meta({ examples: [{ filter: { issuerId: 'acme', state: 'undeliverable' }, action: 'redeliver', dryRun: true }] });

export const runBatch = declareRoute({
  method: 'post',
  path: '/v1/operator/batches',
  name: 'runBatch',
  who: 'operator',
  summary: 'One action on many orders',
  body: batchRequest,
  answers: {
    200: {
      says: 'How many there were, how many were changed, and which were not',
      body: z
        .strictObject({
          matched: integer(0, 500),
          changed: integer(0, 500),
          failed: z.array(z.strictObject({ issuerId, orderNo, code: failureCode })),
          nextCursor: z.string().optional().meta({ description: 'Absent at the end' }),
        })
        .meta({
          id: 'BatchDone',
          examples: [{ matched: 2, changed: 1, failed: [{ issuerId: 'acme', orderNo: 'A-1', code: 'order_closed' }] }],
        }),
    },
  },
  problems: ['rate_limited'],
});
