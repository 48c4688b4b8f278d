import { z } from 'zod';
import { instant, jsonObject } from '../fields';
import { pageOf, pageQuery } from '../query';
import { declareRoute } from '../route';

const auditEntry = z
  .strictObject({
    at: instant,
    actor: z.string(),
    action: z.string(),
    target: z.string(),
    before: jsonObject.optional().meta({ description: 'The settings or the state that were changed' }),
    after: jsonObject.optional(),
  })
  .meta({
    id: 'AuditEntry',
    examples: [
      {
        at: '2026-01-01T00:00:00.000Z',
        actor: 'ann',
        action: 'order.extended',
        target: 'acme/A-1',
        after: { seconds: 600 },
      },
    ],
  });

export const listAudit = declareRoute({
  method: 'get',
  path: '/v1/operator/audit',
  name: 'listAudit',
  who: 'admin',
  summary: 'Who did what, newest first',
  query: pageQuery,
  answers: { 200: { says: 'A page of the audit log', body: pageOf(auditEntry).meta({ id: 'AuditPage' }) } },
  problems: [],
});
