import type { KeyRing } from './key-ring';
import { places } from './places';

/** Their names are no secret; what they say may be one. */
export interface SealedCallHeaders {
  readonly names: readonly string[];
  readonly sealed: Buffer;
}

export const sealCallHeaders = (
  ring: KeyRing,
  issuerId: string,
  headers: Readonly<Record<string, string>>,
): SealedCallHeaders => ({
  names: Object.keys(headers),
  sealed: ring.seal(Buffer.from(JSON.stringify(headers)), places.issuerCallHeaders(issuerId)),
});

/** For a callback. @throws SealBroken */
export const openCallHeaders = (
  ring: KeyRing,
  issuer: { readonly _id: string; readonly callHeaders?: SealedCallHeaders },
): Readonly<Record<string, string>> =>
  issuer.callHeaders
    ? JSON.parse(ring.open(issuer.callHeaders.sealed, places.issuerCallHeaders(issuer._id)).toString())
    : {};
