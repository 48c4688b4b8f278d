import type { Request } from 'express';
import { Failure } from '../../domain/failures';
import { ownMessagePrefix } from '../../domain/ids';
import { openSecrets } from '../../sealing/issuer-secrets';
import type { KeyRing } from '../../sealing/key-ring';
import { newSecret } from '../../signing/keys';
import { bodylessText } from '../../signing/sign';
import { type SignatureVerdict, verifySignature } from '../../signing/verify';
import { type IssuerRow, type Issuers, liveSecrets } from '../../store/issuers';
import { heldForPerson } from '../edge/problems';
import { bytesOf } from '../edge/raw-body';

export interface IssuerAuth {
  readonly issuers: Issuers;
  readonly ring: KeyRing;
  /** Of PUBLIC_URL: a request without a body is signed with the path that its sender called. */
  readonly basePath: string;
  readonly nowMs: () => number;
}

/** For the operators' log, never for the sender: its clock, its key, no such issuer, or headers that are none. */
export const refusalReasons = ['clock', 'key', 'id', 'headers'] as const;
export type RefusedBy = (typeof refusalReasons)[number];

const refusedBy = (verdict: SignatureVerdict, issuer: IssuerRow | null): RefusedBy => {
  if (!issuer) return 'id';
  if (verdict.ok || verdict.reason === 'signature_mismatch') return 'key';
  return verdict.reason === 'timestamp_out_of_range' ? 'clock' : 'headers';
};

/** Checked against a request for an issuer that does not exist, so that its answer takes as long as any other. */
const nobodysSecret = newSecret();

/**
 * Who sent this, by its signature over the raw bytes. An unknown issuer and a wrong signature get the same answer.
 *
 * @throws Failure `signature_invalid`; `unavailable` for an issuer whose row somebody else wrote to.
 */
export const authenticateIssuer = async (
  { issuers, ring, basePath, nowMs }: IssuerAuth,
  request: Request<{ issuerId: string }>,
  onRefusal: (reason: RefusedBy, issuerId: string | undefined) => void,
): Promise<{ issuer: IssuerRow; webhookId: string }> => {
  const issuer = await issuers.findTogether(request.params.issuerId);
  const secrets = issuer ? openSecrets(ring, issuer._id, liveSecrets(issuer.secrets, nowMs())) : [nobodysSecret];
  const raw = bytesOf(request.body);
  const headers = {
    id: request.get('webhook-id'),
    timestamp: request.get('webhook-timestamp'),
    signature: request.get('webhook-signature'),
  };
  const verdictOf = (body: Buffer) =>
    verifySignature({ headers, body, keys: { secrets, publicKey: issuer?.publicKey }, nowMs: nowMs() });
  const calledWith = (base: string) => Buffer.from(bodylessText(request.method, base + request.originalUrl));
  let verdict = verdictOf(raw.length > 0 ? raw : calledWith(basePath));
  // Called behind the proxy, by whoever does not know its path.
  if (!verdict.ok && raw.length === 0 && basePath !== '') verdict = verdictOf(calledWith(''));
  if (!verdict.ok || !issuer) {
    onRefusal(refusedBy(verdict, issuer), issuer?._id);
    throw new Failure('signature_invalid');
  }
  // Whoever can write the database could have put a key of its own there.
  if (!(await issuers.isUntouched(issuer, new Date(nowMs())))) {
    throw new Failure('unavailable', { detail: heldForPerson, retryAfterSeconds: 60 });
  }
  if (verdict.id.startsWith(ownMessagePrefix)) {
    onRefusal('headers', issuer._id);
    // Whoever signed it hears why: one of 262,144 random names begins so.
    throw new Failure('signature_invalid', {
      detail: `A webhook-id that begins with ${ownMessagePrefix} is the platform's own`,
    });
  }
  return { issuer, webhookId: verdict.id };
};
