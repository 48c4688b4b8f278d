import type { Audit } from '../store/audit';

export interface AuditChecked {
  readonly checked: number;
  /** The newest one that is as it was written, to be compared with an export or the log. */
  readonly last?: { readonly seq: number; readonly hash: string };
  readonly broken?: { readonly seq: number; readonly why: 'missing' | 'changed' | 'unlinked' | 'forged' };
  /** Where a further call goes on. */
  readonly next?: number;
}

/**
 * One part of the chain from after an entry on: whether each is as it was written and names the hash of the one before. What
 * somebody else put there is `forged`, and hides nothing: an entry that follows on the one before it says that it was none.
 */
export const checkAudit = async (audit: Audit, after: number, limit: number): Promise<AuditChecked> => {
  const [first] = after === 0 ? [] : await audit.after(after - 1, 1);
  if (after > 0 && first?.seq !== after) return { checked: 0, broken: { seq: after, why: 'missing' } };
  if (first && !audit.isUnchanged(first)) return { checked: 0, broken: { seq: after, why: 'changed' } };
  let last = first ?? { seq: 0, hash: '' };
  const rows = await audit.after(after, limit);
  let checked = 0;
  let broken: AuditChecked['broken'];
  let unfit: number | undefined;
  const soFar = () => ({ checked, ...(last.seq > 0 ? { last: { seq: last.seq, hash: last.hash } } : {}) });
  for (const row of rows) {
    const expected = last.seq + 1;
    if (!audit.isUnchanged(row)) {
      unfit ??= row.seq;
      continue;
    }
    if (row.prev !== last.hash) {
      if (unfit !== undefined) return { ...soFar(), broken: { seq: unfit, why: 'changed' } };
      if (row.seq !== expected) return { ...soFar(), broken: { seq: expected, why: 'missing' } };
      return { ...soFar(), broken: { seq: row.seq, why: 'unlinked' } };
    }
    if (row.seq !== expected) broken ??= { seq: expected, why: 'forged' };
    unfit = undefined;
    last = row;
    checked += 1;
  }
  const isMore = rows.length === limit && last.seq > after;
  // Nothing behind it says what it was: in the next place it may be an entry that was changed.
  if (unfit !== undefined) broken ??= { seq: unfit, why: unfit === last.seq + 1 ? 'changed' : 'forged' };
  return { ...soFar(), ...(broken ? { broken } : {}), ...(isMore ? { next: last.seq } : {}) };
};
