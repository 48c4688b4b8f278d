import { createDeliveryKeys, type DeliveryKeys, type KeyStore } from './delivery-keys';
import { deriveKey, type KeyRing, newKey } from './key-ring';
import { places } from './places';

/** The platform's own keys, sealed by the master key, the same in every process. */
export interface PlatformKeys {
  /** Keys the fingerprints by which codes are compared: made once, as no code could be compared after a change. */
  readonly fingerprintKey: Buffer;
  readonly delivery: DeliveryKeys;
}

const fingerprintContext = places.platformKey('fingerprint');

/**
 * Called at the start of api and worker: what is missing is made, and what the master key does not open stops the start.
 * Whoever takes the first key away would have codes sold twice and the audit log not checked any more: a platform that has
 * issuers does not make it anew.
 */
export const loadPlatformKeys = async (
  ring: KeyRing,
  store: KeyStore,
  nowMs: () => number,
  isNew: () => Promise<boolean>,
): Promise<PlatformKeys> => {
  const { sealed } = await store.readOrMake('fingerprint', async () => {
    if (await isNew()) return ring.seal(newKey(), fingerprintContext);
    throw new Error('the key `fingerprint` is gone, though there are issuers: put it back from a backup');
  });
  const fingerprintKey = deriveKey(ring.open(sealed, fingerprintContext), 'fingerprint');
  const delivery = createDeliveryKeys(ring, store, nowMs);
  await delivery.live();
  return { fingerprintKey, delivery };
};
