import { X509Certificate } from 'node:crypto';
import { type DetailedPeerCertificate, rootCertificates, type TLSSocket } from 'node:tls';

const rsaMaxBits = 8_192;
const exponentMaxBits = 64;
/** With the authority at its end; usual ones have three to five. */
const chainMax = 10;
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

/** By which the certificates of one key are told, of whatever name and time. */
const nameOfKey = ({ publicKey }: X509Certificate): string =>
  publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

export const keysOf = (certificates: readonly string[]): ReadonlySet<string> =>
  new Set(certificates.map((pem) => nameOfKey(new X509Certificate(pem))));

let publicKeys: ReadonlySet<string> | undefined;
/** They are many: read once, and only where an old certificate is shown. */
const isPublic = (key: string): boolean => {
  publicKeys ??= keysOf(rootCertificates);
  return publicKeys.has(key);
};

const isValidNow = ({ validFrom, validTo }: X509Certificate): boolean => {
  const now = Date.now();
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
};

/**
 * Asked after a handshake with a trusted chain: TLS 1.3 shows it no sooner, and Node hands TLS no limit of its length. One that
 * is not quick makes the handshake a failed one, of which there are few in a minute.
 *
 * Public authorities sign no slow key. Another one, `trustedKeys` says, may have signed anything: TLS looks for an issuer among
 * those that are valid now, and one that is not may stand in the way of what was checked in its place; but not where a trusted
 * key itself signed, whose old certificate servers go on to show.
 */
export const isChainQuick = (secured: TLSSocket, trustedKeys?: ReadonlySet<string>): boolean => {
  try {
    return isWalkQuick(secured, trustedKeys);
  } catch {
    // Of a kind of key that nobody here knows: no listener may throw.
    return false;
  }
};

const isWalkQuick = (secured: TLSSocket, trustedKeys?: ReadonlySet<string>): boolean => {
  const seen = new Set<DetailedPeerCertificate>();
  let signed: X509Certificate | undefined;
  for (
    let shown: DetailedPeerCertificate | undefined = secured.getPeerCertificate(true);
    shown?.raw && !seen.has(shown);
    shown = shown.issuerCertificate
  ) {
    seen.add(shown);
    if (seen.size > chainMax) return false;
    const certificate = new X509Certificate(shown.raw);
    if (!isQuick(certificate)) return false;
    if (trustedKeys) {
      const isValid = isValidNow(certificate);
      const key = nameOfKey(certificate);
      const isTrusted = trustedKeys.has(key) || (!isValid && isPublic(key));
      if (isTrusted && signed?.verify(certificate.publicKey) !== false) return true;
      if (!isValid) return false;
    }
    signed = certificate;
  }
  return true;
};
