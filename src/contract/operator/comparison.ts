import { z } from 'zod';
import { comparedKinds } from '../../domain/comparison';
import { count, instant, issuerId, orderNo } from '../fields';
import { declareRoute, type Wire } from '../route';

const comparison = z
  .strictObject({
    at: instant,
    orders: count.meta({ description: 'Open orders that were looked at' }),
    workflows: count.meta({ description: 'Running workflows of orders' }),
    isWhole: z.boolean().meta({ description: 'False: there were more than one look takes' }),
    counts: z.array(z.strictObject({ issuerId, kind: z.enum(comparedKinds), count })),
    findings: z
      .array(z.strictObject({ issuerId, orderNo, kind: z.enum(comparedKinds), why: z.string(), next: z.string() }))
      .meta({ description: 'At most 500' }),
  })
  .meta({ id: 'Comparison' });
export type Comparison = Wire<typeof comparison>;

export const readComparison = declareRoute({
  method: 'get',
  path: '/v1/operator/comparison',
  name: 'readComparison',
  who: 'viewer',
  summary: 'In what issuers, rows, the engine and terminals differed at the newest daily look',
  answers: {
    200: { says: 'Without `newest` before the first look', body: z.strictObject({ newest: comparison.optional() }) },
  },
  problems: [],
});
