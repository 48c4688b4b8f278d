import { deriveKey, fingerprint } from './key-ring';

/** What an issuer puts at a host to show that it is its own: no secret, but nobody else's, and not that of another host. */
export const hostToken = (fingerprintKey: Uint8Array, issuerId: string, hostname: string): string =>
  fingerprint(deriveKey(fingerprintKey, 'callback ownership'), `${issuerId} ${hostname}`);
