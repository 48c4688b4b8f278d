import { randomUUID } from 'node:crypto';
import type { Audit } from '../store/audit';

/** Called by every operator route that changes something, after the change. */
export type AuditTrail = (
  action: string,
  target: string,
  before?: Readonly<Record<string, unknown>>,
  after?: Readonly<Record<string, unknown>>,
) => Promise<void>;

export const createAuditTrail =
  (audit: Audit, nowMs: () => number): AuditTrail =>
  (action, target, before, after) =>
    audit.record(
      {
        at: new Date(nowMs()),
        actor: 'operator',
        action,
        target,
        ...(before ? { before } : {}),
        ...(after ? { after } : {}),
      },
      randomUUID(),
    );
