import { z } from 'zod';
import { failureKinds } from '../../domain/failing';
import { instant, orderNo } from '../fields';
import { pageOf, pageQuery } from '../query';
import { declareRoute } from '../route';

const failure = z
  .strictObject({
    orderNo,
    since: instant,
    kind: z.enum(failureKinds),
    lastStatus: z.int().optional().meta({ description: 'Of the last answer' }),
    errors: z
      .array(z.strictObject({ path: z.string(), code: z.string() }))
      .optional()
      .meta({ description: 'Of `answer_unreadable`: where, and why' }),
  })
  .meta({
    id: 'Failure',
    examples: [{ orderNo: 'A-1', since: '2026-01-01T00:00:10.000Z', kind: 'not_notified', lastStatus: 503 }],
  });

export const listOwnFailures = declareRoute({
  method: 'get',
  path: '/v1/issuers/{issuerId}/failures',
  name: 'listOwnFailures',
  costs: 500,
  who: 'issuer',
  inPortal: true,
  summary: 'What keeps orders from going on now, newest first',
  query: pageQuery,
  answers: { 200: { says: 'A page of failures', body: pageOf(failure).meta({ id: 'FailurePage' }) } },
  problems: [],
});
