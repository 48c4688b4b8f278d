import { X509Certificate } from 'node:crypto';
import type { KeyRing } from './key-ring';
import { places } from './places';

export interface CallCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Who it names and when it ends is no secret; its key is one. */
export interface SealedCallCertificate {
  readonly subject: string;
  readonly fingerprint: string;
  readonly endsAt: Date;
  readonly sealed: Buffer;
}

export const sealCallCertificate = (ring: KeyRing, issuerId: string, given: CallCertificate): SealedCallCertificate => {
  const { subject, fingerprint256, validTo } = new X509Certificate(given.certificate);
  return {
    subject,
    fingerprint: fingerprint256,
    endsAt: new Date(validTo),
    sealed: ring.seal(Buffer.from(JSON.stringify(given)), places.issuerCallCertificate(issuerId)),
  };
};

/** For a callback. @throws SealBroken */
export const openCallCertificate = (
  ring: KeyRing,
  issuer: { readonly _id: string; readonly callCertificate?: { readonly sealed: Buffer } | null },
): CallCertificate | undefined =>
  issuer.callCertificate
    ? JSON.parse(ring.open(issuer.callCertificate.sealed, places.issuerCallCertificate(issuer._id)).toString())
    : undefined;
