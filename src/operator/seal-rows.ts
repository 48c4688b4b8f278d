import { randomUUID } from 'node:crypto';
import type { Audit, AuditEntry } from '../store/audit';
import { checkAudit } from './audit-check';

interface Sealable {
  readonly sealAll: () => Promise<void>;
}

interface Bindable {
  readonly areUnbound: () => Promise<boolean>;
  readonly bindAll: () => Promise<void>;
}

const action = 'rows.sealed';
const partRows = 1_000;

const appendTo = (audit: Audit, nowMs: () => number, phase: 'asked' | 'done', after?: AuditEntry['after']) => {
  const entry = { at: new Date(nowMs()), actor: '(platform)', action, target: 'platform', phase };
  return audit.append({ ...entry, ...(after ? { after } : {}) }, randomUUID());
};

const ofNew = { isNew: true } as const;

/** Of a new platform, whose rows are all written with their seals. */
export const noteSealed = (audit: Audit, nowMs: () => number) => appendTo(audit, nowMs, 'done', ofNew);

/** Until when entries were written without the chain, by its first one; undefined: none is known to be genuine. */
export const chainedSince = async (audit: Audit): Promise<Date | undefined> => {
  const [first] = await audit.after(0, 1);
  if (first?.seq !== 1 || !audit.isUnchanged(first)) return undefined;
  return first.action === action && first.after?.isNew === ofNew.isNew ? undefined : first.at;
};

/** A chain that somebody cut says nothing of what it said before. */
const isWhole = async (audit: Audit): Promise<boolean> => {
  let after: number | undefined = 0;
  while (after !== undefined) {
    const { broken, next }: Awaited<ReturnType<typeof checkAudit>> = await checkAudit(audit, after, partRows);
    if (broken) return false;
    after = next;
  }
  return true;
};

/**
 * Called at each start until one has sealed the rows, which it takes as they stand; the audit log says so. Orders are bound
 * where not one is, and after a start that was cut off while it bound them. Resolves to whether it is done for good: with a
 * cut audit log nothing is sealed.
 */
export const sealRowsOnce = async (
  audit: Audit,
  stores: readonly Sealable[],
  orders: Bindable,
  nowMs: () => number,
): Promise<boolean> => {
  const has = (phase: 'asked' | 'done') => audit.hasOwn(action, phase);
  const append = (phase: 'asked' | 'done') => appendTo(audit, nowMs, phase);
  if (await has('done')) return true;
  if (!(await isWhole(audit))) return false;
  const isBegun = await has('asked');
  const areUnbound = isBegun || (await orders.areUnbound());
  if (areUnbound && !isBegun) await append('asked');
  for (const { sealAll } of stores) await sealAll();
  if (areUnbound) await orders.bindAll();
  await append('done');
  return true;
};
