import { randomUUID } from 'node:crypto';
import type { Audit } from '../store/audit';
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
 * Called at each start. The first one that knows seals takes rows as they stand. That it did is in the audit log, whose
 * chain nobody else can write: a row that loses its seal later is not believed any more. Orders are bound where not one
 * is, and after a start that was cut off while it bound them.
 */
export const sealRowsOnce = async (
  audit: Audit,
  stores: readonly Sealable[],
  orders: Bindable,
  nowMs: () => number,
): Promise<void> => {
  const has = async (phase: 'asked' | 'done') => (await audit.list({ action, phase }, undefined, 1)).length > 0;
  const append = (phase: 'asked' | 'done') =>
    audit.append({ at: new Date(nowMs()), actor: '(platform)', action, target: 'platform', phase }, randomUUID());
  if ((await has('done')) || !(await isWhole(audit))) return;
  const isBegun = await has('asked');
  const areUnbound = isBegun || (await orders.areUnbound());
  if (areUnbound && !isBegun) await append('asked');
  for (const { sealAll } of stores) await sealAll();
  if (areUnbound) await orders.bindAll();
  await append('done');
};
