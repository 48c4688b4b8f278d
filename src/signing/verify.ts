import { type KeyObject, verify } from 'node:crypto';
import { strictBase64, whpkToPublicKey } from './keys';
import { isSameText } from './same-text';
import { hmacOf, signedText } from './sign';

/** Bounds what an unsigned request makes be read and compared. */
const signatureHeaderMax = 1024;
const signaturesMax = 10;
const idPattern = /^[A-Za-z0-9_-]{1,64}$/;
const timestampPattern = /^[1-9][0-9]{0,11}$/;
const ed25519SignatureBytes = 64;
/** Ten hashes of it take half a millisecond. */
const smallTextBytes = 65_536;
/** A version, a comma and what it signs with. Proxies fold several headers into one, with commas and blanks of their own. */
const signatureEntry = /(?:^|[\s,])(v[0-9]+[a-z]*)\s*,\s*(?!v[0-9]+[a-z]*\s*,)([^\s,]+)/g;

/** Live keys of one sender: each secret is `whsec_...`, each public key `whpk_...`. */
export interface VerifyKeys {
  readonly secrets: readonly string[];
  readonly publicKey?: string | readonly string[] | undefined;
}

export interface SignatureHeaders {
  readonly id?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly signature?: string | undefined;
}

export interface VerifyInput {
  readonly headers: SignatureHeaders;
  readonly body: Buffer;
  readonly keys: VerifyKeys;
  readonly nowMs: number;
  readonly toleranceSeconds?: number;
}

export type SignatureRefusal =
  | 'header_missing'
  | 'id_malformed'
  | 'timestamp_malformed'
  | 'timestamp_out_of_range'
  | 'signature_malformed'
  | 'signature_mismatch';

export type SignatureVerdict =
  | { readonly ok: true; readonly id: string; readonly timestampSeconds: number }
  | { readonly ok: false; readonly reason: SignatureRefusal };

const refused = (reason: SignatureRefusal): SignatureVerdict => ({ ok: false, reason });

/** Every candidate meets every secret, so that time tells nothing about which one came near. */
const anyHmacFits = (candidates: readonly string[], secrets: readonly string[], text: Buffer): boolean => {
  let fits = false;
  for (const secret of secrets) {
    const expected = hmacOf(secret, text);
    for (const candidate of candidates) fits = isSameText(candidate, expected) || fits;
  }
  return fits;
};

/**
 * Each check hashes the whole text anew, behind what differs in each signature, and nothing tells before which one is right.
 * So of a large one no more are checked than a sender has that changes its key: one of each live key and of the next one.
 */
const anyEd25519Fits = (candidates: readonly string[], publicKeys: readonly KeyObject[], text: Buffer): boolean =>
  [...new Set(candidates)]
    .flatMap((candidate) => strictBase64(candidate.slice('v1a,'.length)) ?? [])
    .filter((signature) => signature.length === ed25519SignatureBytes)
    .slice(0, text.length <= smallTextBytes ? signaturesMax : publicKeys.length + 1)
    .some((signature) => publicKeys.some((key) => verify(null, text, key, signature)));

/**
 * Called on the raw bytes before anything of a request is believed. The reason is for the receiver's own log:
 * the sender gets the same answer for all of them. Throws only when the receiver's own keys are malformed.
 */
export const verifySignature = ({
  headers,
  body,
  keys,
  nowMs,
  toleranceSeconds = 300,
}: VerifyInput): SignatureVerdict => {
  const { id, timestamp, signature } = headers;
  if (!id || !timestamp || !signature) return refused('header_missing');
  if (!idPattern.test(id)) return refused('id_malformed');
  if (!timestampPattern.test(timestamp)) return refused('timestamp_malformed');
  const timestampSeconds = Number(timestamp);
  if (Math.abs(Math.floor(nowMs / 1000) - timestampSeconds) > toleranceSeconds)
    return refused('timestamp_out_of_range');
  if (signature.length > signatureHeaderMax) return refused('signature_malformed');
  const candidates = [...signature.matchAll(signatureEntry)].map(([, version, value]) => `${version},${value}`);
  if (candidates.length > signaturesMax) return refused('signature_malformed');

  const text = signedText({ id, timestampSeconds, body });
  const symmetric = candidates.filter((candidate) => candidate.startsWith('v1,'));
  const asymmetric = candidates.filter((candidate) => candidate.startsWith('v1a,'));
  const publicKeys = [keys.publicKey ?? []].flat().map(whpkToPublicKey);
  const fits = anyHmacFits(symmetric, keys.secrets, text) || anyEd25519Fits(asymmetric, publicKeys, text);
  return fits ? { ok: true, id, timestampSeconds } : refused('signature_mismatch');
};
