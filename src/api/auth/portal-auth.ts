import type { Request } from 'express';
import type { Route } from '../../contract/route';
import { Failure } from '../../domain/failures';
import { isSameText } from '../../signing/same-text';
import { type IssuerRow, type Issuers, isSameGeneration } from '../../store/issuers';
import { heldForPerson } from '../edge/problems';
import type { PortalSession, PortalSessions } from './portal-sessions';

const readOnly: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Who asks from the issuer's own page, in place of a signature. Undefined where the request brings no session of this very
 * issuer: a signature is asked for then, and its lack is answered as anybody's.
 *
 * @throws Failure `signature_invalid` for a POST without its header token, `operator_forbidden` for a change by a viewer,
 * `unavailable` for an issuer whose row somebody else wrote to.
 */
export const portalCaller = async (
  request: Request<{ issuerId: string }>,
  { inPortal, changesNothing }: Pick<Route, 'inPortal' | 'changesNothing'>,
  { sessions, issuers, nowMs }: { sessions: PortalSessions; issuers: Issuers; nowMs: () => number },
): Promise<{ issuer: IssuerRow; session: PortalSession } | undefined> => {
  if (!inPortal || request.get('webhook-signature') !== undefined) return undefined;
  const isChange = !readOnly.has(request.method);
  const session = await sessions.of(request.get('cookie'), isChange);
  if (!session || session.issuerId !== request.params.issuerId) return undefined;
  const issuer = await issuers.findTogether(session.issuerId);
  if (!isSameGeneration(session, issuer)) return undefined;
  if (isChange) {
    if (!isSameText(request.get('x-csrf-token') ?? '', session.csrf)) {
      throw new Failure('signature_invalid', { detail: 'A change by a session needs its x-csrf-token' });
    }
    if (session.role !== 'admin' && !changesNothing)
      throw new Failure('operator_forbidden', { detail: 'Your link lets you read alone' });
  }
  if (await issuers.isUntouched(issuer, new Date(nowMs()))) return { issuer, session };
  throw new Failure('unavailable', { detail: heldForPerson, retryAfterSeconds: 60 });
};
