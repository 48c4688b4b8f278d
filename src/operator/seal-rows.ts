import { randomUUID } from 'node:crypto';
import type { Audit } from '../store/audit';
import { checkAudit } from './audit-check';

interface Sealable {
  readonly sealAll: () => Promise<void>;
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
 * chain nobody else can write: a row that loses its seal later is not believed any more.
 */
export const sealRowsOnce = async (audit: Audit, stores: readonly Sealable[], nowMs: () => number): Promise<void> => {
  const [entry] = await audit.list({ action, phase: 'done' }, undefined, 1);
  if (entry || !(await isWhole(audit))) return;
  for (const { sealAll } of stores) await sealAll();
  const said = { at: new Date(nowMs()), actor: '(platform)', action, target: 'platform', phase: 'done' } as const;
  await audit.append(said, randomUUID());
};
