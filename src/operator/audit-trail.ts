import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../domain/json';
import type { Operator } from '../domain/operator';
import type { AuditAction } from '../domain/words/audit-words';
import type { Audit } from '../store/audit';

/** Given to every operator call, in the name of who calls; written after the change. */
export type AuditTrail = (
  action: AuditAction,
  target: string,
  before?: JsonObject,
  after?: JsonObject,
) => Promise<void>;

export type AuditTrails = ReturnType<typeof createAuditTrails>;

export const createAuditTrails =
  (audit: Audit, nowMs: () => number) =>
  ({ name }: Operator): AuditTrail =>
  (action, target, before, after) =>
    audit.record(
      {
        at: new Date(nowMs()),
        actor: name,
        action,
        target,
        ...(before ? { before } : {}),
        ...(after ? { after } : {}),
      },
      randomUUID(),
    );
