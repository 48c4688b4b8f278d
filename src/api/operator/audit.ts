import type { RowReader } from '../../bounded/row-reader';
import * as routes from '../../contract/operator/audit';
import { checkAudit } from '../../operator/audit-check';
import { chainedSince } from '../../operator/seal-rows';
import type { Audit, AuditRow, KeptAuditRow } from '../../store/audit';
import { ndjsonLines, pagesOf } from '../edge/file-answer';
import type { Mount } from '../edge/mount';
import { isPosition, pageOf, positionOf } from '../edge/paging';

export interface OperatorAudit {
  readonly auditLog: Audit;
  readonly rowReader: RowReader;
}

const checkedMax = 10_000;

/** What operators did: searched, checked and taken out for another keeper. */
export const mountOperatorAudit = (mount: Mount, { auditLog, rowReader }: OperatorAudit): void => {
  mount.operator(routes.listAudit)(async ({ query: { limit, cursor, from, to, ...search } }) => {
    const filter = { ...search, ...(from ? { from: new Date(from) } : {}), ...(to ? { to: new Date(to) } : {}) };
    const before = cursor === undefined ? undefined : positionOf(cursor);
    const since = await chainedSince(auditLog);
    // Beside the chain nothing is written any more, and on a new platform never was: it would be somebody else's.
    const isOurs = (row: AuditRow): boolean =>
      auditLog.isInChain(row)
        ? auditLog.isUnchanged(row)
        : since !== undefined && row.at < since && isPosition(row.position);
    const rows = await auditLog.list(filter, before, limit + 1, rowReader.isOne('audit', isOurs));
    return { status: 200, body: pageOf(rows, limit, rowReader.of('audit', entryBody, isOurs)) };
  });

  mount.operator(routes.checkAudit)(async ({ query: { after } }) => ({
    status: 200,
    body: await checkAudit(auditLog, after, checkedMax),
  }));

  mount.operatorFile(routes.exportAudit)(({ query: { after } }) => ({
    deed: { action: 'audit.exported', target: 'audit', after: { after } },
    lines: ndjsonLines(
      pagesOf<KeptAuditRow>((limit, last) => auditLog.after(last?.seq ?? after, limit)),
      (write) => rowReader.of('audit', write),
      entryBody,
    ),
  }));
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
