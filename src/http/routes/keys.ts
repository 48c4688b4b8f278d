import type { PlatformKeys } from '../../sealing/platform-keys';
import { publicKeyToWhpk } from '../../signing/keys';
import type { Mount } from '../mount';

/** The public keys by which a webhook terminal checks a delivery. */
export const mountKeys = (mount: Mount, { deliveryKeyId, deliveryPublicKey }: PlatformKeys): void => {
  const keys = [{ id: deliveryKeyId, algorithm: 'ed25519', publicKey: publicKeyToWhpk(deliveryPublicKey) }];
  mount.plain('get', '/v1/keys', (_request, response) => {
    response.setHeader('cache-control', 'public, max-age=300');
    response.json({ keys });
  });
};
