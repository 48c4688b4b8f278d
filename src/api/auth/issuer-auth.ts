import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Request } from 'express';
import { Failure } from '../../domain/failures';
import { ownMessagePrefix } from '../../domain/ids';
import { openSecrets } from '../../sealing/issuer-secrets';
import type { KeyRing } from '../../sealing/key-ring';
import { places } from '../../sealing/places';
import { newSecret, publicKeyToWhpk } from '../../signing/keys';
import { bodylessText, signsTarget } from '../../signing/sign';
import { type SignatureRefusal, type SignatureVerdict, verifySignature } from '../../signing/verify';
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

/** For who is told what it did wrong, by a conformance run of its own. */
export type SignatureFlaw = SignatureRefusal | 'id_own';

const refusedBy = (verdict: SignatureVerdict, issuer: IssuerRow | null): RefusedBy => {
  if (!issuer) return 'id';
  if (verdict.ok || verdict.reason === 'signature_mismatch') return 'key';
  return verdict.reason === 'timestamp_out_of_range' ? 'clock' : 'headers';
};

/** From a request's arrival, several times what it takes to look: how soon the answer comes tells of no issuer. */
const refusedAfterMs = 20;

/** Nobody has its private half: tried where an issuer is unknown or has none, so that each refusal does the same work. */
const nobodysKey = publicKeyToWhpk(generateKeyPairSync('ed25519').publicKey);
const nobodysSecrets = new WeakMap<KeyRing, readonly { readonly sealed: Buffer }[]>();

const nobodysSecretsOf = (ring: KeyRing): readonly { readonly sealed: Buffer }[] => {
  const kept = nobodysSecrets.get(ring) ?? [{ sealed: ring.seal(Buffer.from(newSecret()), places.issuerSecret('')) }];
  nobodysSecrets.set(ring, kept);
  return kept;
};

/**
 * Who sent this, by its signature over the raw bytes. An unknown issuer and a wrong signature get the same answer.
 *
 * @throws Failure `signature_invalid`; `unavailable` for an issuer whose row somebody else wrote to.
 */
export const authenticateIssuer = async (
  { issuers, ring, basePath, nowMs }: IssuerAuth,
  request: Request<{ issuerId: string }>,
  onRefusal: (reason: RefusedBy, issuerId: string | undefined, flaw: SignatureFlaw) => void,
): Promise<{ issuer: IssuerRow; webhookId: string }> => {
  const isTimeToRefuse = pause(refusedAfterMs);
  const issuer = await issuers.findTogether(request.params.issuerId);
  const sealed = issuer ? liveSecrets(issuer.secrets, nowMs()) : nobodysSecretsOf(ring);
  const secrets = openSecrets(ring, issuer?._id ?? '', sealed);
  const raw = bytesOf(request.body);
  const headers = {
    id: request.get('webhook-id'),
    timestamp: request.get('webhook-timestamp'),
    signature: request.get('webhook-signature'),
  };
  const verdictOf = (body: Buffer) =>
    verifySignature({ headers, body, keys: { secrets, publicKey: issuer?.publicKey ?? nobodysKey }, nowMs: nowMs() });
  const calledWith = (base: string) => Buffer.from(bodylessText(request.method, base + request.originalUrl));
  const isOverTarget = signsTarget(request.method, raw);
  let verdict = verdictOf(isOverTarget ? calledWith(basePath) : raw);
  // Called behind the proxy, by whoever does not know its path.
  if (!verdict.ok && isOverTarget && basePath !== '') verdict = verdictOf(calledWith(''));
  if (!verdict.ok || !issuer) {
    onRefusal(refusedBy(verdict, issuer), issuer?._id, verdict.ok ? 'signature_mismatch' : verdict.reason);
    await isTimeToRefuse;
    throw new Failure('signature_invalid');
  }
  // Whoever can write the database could have put a key of its own there.
  if (!(await issuers.isUntouched(issuer, new Date(nowMs())))) {
    throw new Failure('unavailable', { detail: heldForPerson, retryAfterSeconds: 60 });
  }
  if (verdict.id.startsWith(ownMessagePrefix)) {
    onRefusal('headers', issuer._id, 'id_own');
    // Whoever signed it hears why: one of 262,144 random names begins so.
    throw new Failure('signature_invalid', {
      detail: `A webhook-id that begins with ${ownMessagePrefix} is the platform's own`,
    });
  }
  return { issuer, webhookId: verdict.id };
};
