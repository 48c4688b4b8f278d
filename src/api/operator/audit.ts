import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as routes from '../../contract/operator/audit';
import { parseWith } from '../../contract/problem';
import { checkAudit } from '../../operator/audit-check';
import type { AuditTrails } from '../../operator/audit-trail';
import type { Audit, AuditRow } from '../../store/audit';
import { authorizeOperator, type OperatorAuth, requireRole } from '../auth/operator-auth';
import type { Mount } from '../edge/mount';
import { pageOf, positionOf } from '../edge/paging';

export interface OperatorAudit {
  readonly auditLog: Audit;
  readonly audit: AuditTrails;
  readonly operator: OperatorAuth;
}

const checkedMax = 10_000;
const exportedMax = 100_000;
const readAtOnce = 500;

/** What operators did: searched, checked and taken out for another keeper. */
export const mountOperatorAudit = (mount: Mount, { auditLog, audit, operator: auth }: OperatorAudit): void => {
  mount.operator(routes.listAudit)(async ({ query: { limit, cursor, from, to, ...search } }) => {
    const filter = { ...search, ...(from ? { from: new Date(from) } : {}), ...(to ? { to: new Date(to) } : {}) };
    const before = cursor === undefined ? undefined : positionOf(cursor);
    const rows = await auditLog.list(filter, before, limit + 1);
    return { status: 200, body: pageOf(rows, limit, entryBody) };
  });

  mount.operator(routes.checkAudit)(async ({ query: { after } }) => ({
    status: 200,
    body: await checkAudit(auditLog, after, checkedMax),
  }));

  const linesAfter = async function* (after: number): AsyncGenerator<string> {
    let last = after;
    for (let left = exportedMax; left > 0; left -= readAtOnce) {
      const rows = await auditLog.after(last, Math.min(left, readAtOnce));
      for (const row of rows) yield `${JSON.stringify(entryBody(row))}\n`;
      if (rows.length < readAtOnce) return;
      last = rows.at(-1)?.seq ?? last;
    }
  };

  mount.bare(routes.exportAudit, async (request, response) => {
    const { operator } = await authorizeOperator(request, auth);
    requireRole(operator, routes.exportAudit.who);
    const { after } = parseWith(routes.exportAudit.query, request.query);
    response.setHeader('cache-control', 'no-store');
    await audit.of(operator)({ action: 'audit.exported', target: 'audit', after: { after } }, async () => {
      response.status(200).setHeader('content-type', 'application/x-ndjson');
      await pipeline(Readable.from(linesAfter(after)), response);
    });
  });
};

const entryBody = (row: Omit<AuditRow, '_id' | 'position'>): routes.AuditEntryBody => {
  const { at, actor, action, target, phase, seq, of, before, after, reason, code, prev, hash } = row;
  return {
    at: at.toISOString(),
    actor,
    action,
    target,
    ...(phase === undefined ? {} : { phase }),
    ...(seq === undefined ? {} : { seq }),
    ...(of === undefined ? {} : { of }),
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(code === undefined ? {} : { code }),
    ...(prev === undefined ? {} : { prev }),
    ...(hash === undefined ? {} : { hash }),
  };
};
