import { createSlots } from '../../bounded/slots';
import { Failure } from '../../domain/failures';
import { isTestIssuer, modeOf } from '../../domain/ids';
import type { AuditTrail, AuditTrails } from '../../operator/audit-trail';
import type { DayCounts } from '../../store/day-counts';
import type { IssuerRow } from '../../store/issuers';
import { type PortalSession, shareOf } from '../auth/portal-sessions';

/** The audit log is one chain, in which operators wait for their turn as well. */
const auditedMax = 16;
const auditedPerIssuerMax = 2;
/** Its entries are kept for ever. Of a test issuer, which is anybody's, none are written: it is what such calls cost. */
const auditedPerDayMax = { live: 10_000, test: 200 } as const;

interface Actor {
  readonly issuer: Pick<IssuerRow, '_id'>;
  /** Of a person at the issuer's own page. */
  readonly session?: Pick<PortalSession, 'name' | 'role'> | undefined;
}

export type AuditedByIssuer = ReturnType<typeof createAuditedByIssuer>;

/** What an issuer does of itself, in its name. @throws Failure `rate_limited` */
export const createAuditedByIssuer = ({
  audit,
  dayCounts,
  nowMs,
}: {
  readonly audit: AuditTrails;
  readonly dayCounts: Pick<DayCounts, 'require'>;
  readonly nowMs: () => number;
}) => {
  const slots = createSlots(auditedMax, isTestIssuer);
  /** `apart`: who makes many other changes keeps nobody from it, such as from ending a secret that leaked. */
  return async <T>(
    { issuer: { _id }, session }: Actor,
    work: (trail: AuditTrail) => Promise<T>,
    apart?: 'secret' | 'sessions',
  ): Promise<T> => {
    const share = shareOf(_id, session);
    if (slots.take(share, auditedPerIssuerMax) !== 'taken') throw new Failure('rate_limited', { retryAfterSeconds: 1 });
    try {
      const limit = auditedPerDayMax[modeOf(_id)];
      const one = { name: `audited/${share}${apart ? `/${apart}` : ''}`, n: 1, at: new Date(nowMs()), limit };
      await dayCounts.require({ ...one, detail: `An issuer makes ${limit} changes a day` });
      return await work(audit.ofIssuer(_id, session?.name));
    } finally {
      slots.giveBack(share);
    }
  };
};
