import type { Audit } from '../store/audit';

export interface AuditChecked {
  readonly checked: number;
  /** The newest one that is as it was written, to be compared with an export or the log. */
  readonly last?: { readonly seq: number; readonly hash: string };
  readonly broken?: { readonly seq: number; readonly why: 'missing' | 'changed' | 'unlinked' };
  /** Where a further call goes on. */
  readonly next?: number;
}

/** One part of the chain from after an entry on: whether each is as it was written and names the hash of the one before. */
export const checkAudit = async (audit: Audit, after: number, limit: number): Promise<AuditChecked> => {
  const [first] = after === 0 ? [] : await audit.after(after - 1, 1);
  if (after > 0 && first?.seq !== after) return { checked: 0, broken: { seq: after, why: 'missing' } };
  let last = first ?? { seq: 0, hash: '' };
  const rows = await audit.after(after, limit);
  let checked = 0;
  const soFar = () => ({ checked, ...(last.seq > 0 ? { last: { seq: last.seq, hash: last.hash } } : {}) });
  for (const row of rows) {
    const expected = last.seq + 1;
    if (row.seq !== expected) return { ...soFar(), broken: { seq: expected, why: 'missing' } };
    if (!audit.isUnchanged(row)) return { ...soFar(), broken: { seq: row.seq, why: 'changed' } };
    if (row.prev !== last.hash) return { ...soFar(), broken: { seq: row.seq, why: 'unlinked' } };
    last = row;
    checked += 1;
  }
  return { ...soFar(), ...(rows.length === limit ? { next: last.seq } : {}) };
};
