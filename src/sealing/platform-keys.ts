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

/** Called at the start of api and worker: what is missing is made, and what the master key does not open stops the start. */
export const loadPlatformKeys = async (ring: KeyRing, store: KeyStore, nowMs: () => number): Promise<PlatformKeys> => {
  const { sealed } = await store.readOrMake('fingerprint', () => ring.seal(newKey(), fingerprintContext));
  const fingerprintKey = deriveKey(ring.open(sealed, fingerprintContext), 'fingerprint');
  const delivery = createDeliveryKeys(ring, store, nowMs);
  await delivery.live();
  return { fingerprintKey, delivery };
};
