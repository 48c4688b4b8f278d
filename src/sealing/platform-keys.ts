import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { deriveKey, type KeyRing, newKey, sha256 } from './key-ring';

/** The platform's own keys: made once, sealed by the master key, the same in every process. */
export interface PlatformKeys {
  /** Keys the fingerprints by which codes are compared. */
  readonly fingerprintKey: Buffer;
  /** Signs deliveries to webhook terminals (`v1a`). */
  readonly deliveryKey: KeyObject;
  readonly deliveryPublicKey: KeyObject;
  readonly deliveryKeyId: string;
}

type ReadOrMake = (name: string, make: () => Buffer) => Promise<Buffer>;

/** Called at the start of api and worker, with the store's `readOrMake`. */
export const loadPlatformKeys = async (ring: KeyRing, readOrMake: ReadOrMake): Promise<PlatformKeys> => {
  const key = async (name: string, make: () => Buffer): Promise<Buffer> =>
    ring.open(await readOrMake(name, () => ring.seal(make(), `platform-key:${name}`)), `platform-key:${name}`);

  const fingerprintKey = deriveKey(await key('fingerprint', newKey), 'fingerprint');
  const pkcs8 = await key('delivery', () =>
    generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }),
  );
  const deliveryKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const deliveryPublicKey = createPublicKey(deliveryKey);
  const deliveryKeyId = `delivery-${sha256(deliveryPublicKey.export({ format: 'der', type: 'spki' })).slice(0, 12)}`;
  return { fingerprintKey, deliveryKey, deliveryPublicKey, deliveryKeyId };
};
