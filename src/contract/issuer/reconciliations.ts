import { z } from 'zod';
import { orderStates } from '../../domain/order';
import { differenceKinds } from '../../domain/reconciliation';
import { amount, count, moment, orderNo } from '../fields';
import { cursor } from '../query';
import { declareRoute, type Wire } from '../route';

const base = '/v1/issuers/{issuerId}/reconciliations';

const compared = {
  state: z.enum(orderStates).optional(),
  amount: amount.shape.value.optional(),
  currency: amount.shape.currency.optional(),
  issued: count.optional(),
  refundSettled: count.optional(),
};

/** One line of a body, of which only `orderNo` is needed. */
export const listedOrder = z.strictObject({ orderNo, ...compared });

export type ListedOrder = Wire<typeof listedOrder>;

export const listedOrdersMax = 50_000;

const side = z.strictObject(compared).meta({ id: 'ComparedFacts' });

const reconciliation = z
  .strictObject({
    reconciliationId: z.string(),
    compared: count.meta({ description: 'Lines' }),
    equal: count.meta({ description: 'Lines without a difference' }),
    differences: z.array(
      z.strictObject({
        orderNo,
        kind: z.enum(differenceKinds),
        ours: side.nullable().meta({ description: 'What differs here; `null`: no such order' }),
        theirs: side.nullable(),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({
    id: 'Reconciliation',
    examples: [
      {
        reconciliationId: 'rec_5f2b91aa',
        compared: 2,
        equal: 1,
        differences: [{ orderNo: 'A-1', kind: 'state', ours: { state: 'delivered' }, theirs: { state: 'cancelled' } }],
        nextCursor: null,
      },
    ],
  });

export const reconcileOrders = declareRoute({
  method: 'post',
  path: base,
  name: 'reconcileOrders',
  who: 'issuer',
  inPortal: true,
  summary: 'Compares a list of orders (at most 50,000) with those that the platform has; changes nothing',
  lines: { mediaTypes: ['application/x-ndjson', 'text/csv'], example: '{"orderNo":"A-1","state":"delivered"}\n' },
  limitBytes: 8 * 1024 * 1024,
  query: z.strictObject({
    from: moment
      .optional()
      .meta({ description: 'With `to`: orders created from then on that the list lacks are told' }),
    to: moment.optional().meta({ description: 'Before this' }),
  }),
  answers: { 201: { says: 'Compared; the first 1,000 differences, by number', body: reconciliation } },
  problems: [],
});

export const readReconciliation = declareRoute({
  method: 'get',
  path: `${base}/{reconciliationId}`,
  name: 'readReconciliation',
  who: 'issuer',
  inPortal: true,
  summary: 'A page of its differences, for 30 days',
  query: z.strictObject({ cursor: cursor.optional() }),
  answers: { 200: { says: 'A page', body: reconciliation } },
  problems: ['reconciliation_unknown'],
});
