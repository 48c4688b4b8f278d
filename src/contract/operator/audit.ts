import { z } from 'zod';
import { auditPhases } from '../../domain/words/audit-words';
import { count, instant, jsonObject, moment } from '../fields';
import { cursor, limit, pageOf } from '../query';
import { declareRoute, type Wire } from '../route';

const base = '/v1/operator/audit';

const auditEntry = z
  .strictObject({
    at: instant,
    actor: z.string(),
    action: z.string(),
    target: z.string(),
    phase: z
      .enum(auditPhases)
      .optional()
      .meta({ description: 'asked: written before the deed; the others: what came of it' }),
    seq: count.optional().meta({ description: 'Its place in the chain' }),
    of: count.optional().meta({ description: 'Of an outcome: the seq of what was asked' }),
    before: jsonObject.optional().meta({ description: 'The settings or the state that were changed' }),
    after: jsonObject.optional(),
    reason: z.string().optional(),
    code: z.string().optional().meta({ description: 'Why it was refused or failed' }),
    prev: z.string().optional().meta({ description: 'The hash of the entry before it' }),
    hash: z.string().optional(),
  })
  .meta({
    id: 'AuditEntry',
    examples: [
      {
        at: '2026-01-01T00:00:00.000Z',
        actor: 'ann',
        action: 'order.extended',
        target: 'acme/A-1',
        phase: 'done',
        seq: 2,
        of: 1,
        after: { seconds: 600 },
        prev: 'aGFzaC1vZi10aGUtb25lLWJlZm9yZQ',
        hash: 'aGFzaC1vZi10aGlzLW9uZQ',
      },
    ],
  });
export type AuditEntryBody = Wire<typeof auditEntry>;

const search = {
  actor: z.string().min(1).max(160).optional(),
  action: z.string().min(1).max(64).optional(),
  target: z.string().min(1).max(256).optional().meta({ description: 'Exactly: an order is `issuerId/orderNo`' }),
  phase: z
    .enum([...auditPhases, 'any'])
    .optional()
    .meta({ description: 'Left out: what was done' }),
  signIns: z.enum(['only', 'without']).optional().meta({ description: 'Of the console; only: refused ones too' }),
  from: moment.optional(),
  to: moment.optional(),
};

export const listAudit = declareRoute({
  method: 'get',
  path: base,
  name: 'listAudit',
  who: 'admin',
  summary: 'Who did what, newest first',
  query: z.strictObject({ ...search, limit, cursor: cursor.optional() }),
  answers: { 200: { says: 'A page of the audit log', body: pageOf(auditEntry).meta({ id: 'AuditPage' }) } },
  problems: [],
});

const seqQuery = z.coerce.number().int().min(0).max(999_999_999_999).default(0);

export const exportAudit = declareRoute({
  method: 'get',
  path: `${base}/export`,
  name: 'exportAudit',
  who: 'admin',
  summary: 'The chain, oldest first, an entry a line: up to 100,000 after `after`',
  query: z.strictObject({ after: seqQuery }),
  answers: { 200: { says: 'Lines of AuditEntry', mediaType: 'application/x-ndjson' } },
  problems: [],
});

export const checkAudit = declareRoute({
  method: 'get',
  path: `${base}/check`,
  name: 'checkAudit',
  who: 'admin',
  summary: 'Whether the chain is as it was written, up to 10,000 entries after `after`',
  query: z.strictObject({ after: seqQuery }),
  answers: {
    200: {
      says: 'What was found',
      body: z
        .strictObject({
          checked: count,
          last: z.strictObject({ seq: count, hash: z.string() }).optional(),
          broken: z
            .strictObject({ seq: count, why: z.enum(['missing', 'changed', 'unlinked', 'forged']) })
            .optional()
            .meta({ description: 'The first entry that is not as it was written; forged: never of the chain' }),
          next: count.optional().meta({ description: 'There are more: ask again after this one' }),
        })
        .meta({ id: 'AuditChecked', examples: [{ checked: 2, last: { seq: 2, hash: 'aGFzaC1vZi10aGlzLW9uZQ' } }] }),
    },
  },
  problems: [],
});
