import { createSlots } from '../../bounded/slots';
import { Failure } from '../../domain/failures';
import type { AuditTrail, AuditTrails } from '../../operator/audit-trail';
import type { IssuerRow } from '../../store/issuers';

/** The audit log is one chain, in which operators wait for their turn as well. */
const auditedMax = 16;
const auditedPerIssuerMax = 2;

export type AuditedByIssuer = ReturnType<typeof createAuditedByIssuer>;

/** What an issuer does of itself, in its name. @throws Failure `rate_limited` */
export const createAuditedByIssuer = (audit: AuditTrails) => {
  const slots = createSlots(auditedMax);
  return async <T>({ _id }: Pick<IssuerRow, '_id'>, work: (trail: AuditTrail) => Promise<T>): Promise<T> => {
    if (slots.take(_id, auditedPerIssuerMax) !== 'taken') throw new Failure('rate_limited', { retryAfterSeconds: 1 });
    try {
      return await work(audit.ofIssuer(_id));
    } finally {
      slots.giveBack(_id);
    }
  };
};
