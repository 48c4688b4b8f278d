import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';

const rsaMaxBits = 8_192;
const exponentMaxBits = 64;
const quickKinds: ReadonlySet<unknown> = new Set(['ec', 'ed25519', 'ed448']);

/** What a check with this key costs is bounded: an RSA exponent may be as long as its modulus, which no authority makes. */
const isQuick = ({ publicKey }: X509Certificate): boolean => {
  const { asymmetricKeyType: kind, asymmetricKeyDetails: { modulusLength, publicExponent } = {} } = publicKey;
  if (kind !== 'rsa' && kind !== 'rsa-pss') return quickKinds.has(kind);
  return (
    modulusLength !== undefined &&
    modulusLength <= rsaMaxBits &&
    publicExponent !== undefined &&
    publicExponent < 1n << BigInt(exponentMaxBits)
  );
};

/**
 * Asked after a handshake with a trusted chain: whoever's authority is trusted may have signed anything. TLS looks for an
 * issuer among those that are valid now; one that is not may stand in the way of what was checked in its place.
 */
export const isChainQuick = (secured: TLSSocket): boolean => {
  const seen = new Set<DetailedPeerCertificate>();
  for (
    let shown: DetailedPeerCertificate | undefined = secured.getPeerCertificate(true);
    shown?.raw && !seen.has(shown);
    shown = shown.issuerCertificate
  ) {
    seen.add(shown);
    const certificate = new X509Certificate(shown.raw);
    const now = Date.now();
    const isValid = Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
    if (!isValid || !isQuick(certificate)) return false;
  }
  return true;
};
