import type { KeyRing } from './key-ring';
import { places } from './places';

/** Called with an issuer's live secrets, to check what it sent and to sign what it is sent. @throws SealBroken */
export const openSecrets = (
  ring: KeyRing,
  issuerId: string,
  secrets: readonly { readonly sealed: Uint8Array }[],
): string[] => secrets.map(({ sealed }) => ring.open(sealed, places.issuerSecret(issuerId)).toString());
