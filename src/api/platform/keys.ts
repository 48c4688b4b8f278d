import { rotateSecretRequest } from '../../contract/operator';
import { Failure } from '../../domain/failures';
import type { DeliveryKey } from '../../sealing/delivery-keys';
import type { PlatformKeys } from '../../sealing/platform-keys';
import { publicKeyToWhpk } from '../../signing/keys';
import type { Mount } from '../edge/mount';

const operatorPath = '/v1/operator/keys/delivery';

/** The public keys by which a webhook terminal checks a delivery, and their rotation by an operator. */
export const mountKeys = (mount: Mount, { delivery }: PlatformKeys): void => {
  mount.plain('get', '/v1/keys', async (_request, response) => {
    const keys = (await delivery.live()).map(publicHalf);
    // A key that was ended must not be believed out of a cache.
    response.setHeader('cache-control', 'no-cache');
    response.json({ keys });
  });

  mount.operator({
    method: 'get',
    path: operatorPath,
    handle: async () => ({
      status: 200,
      body: {
        keys: (await delivery.live()).map((key) => ({
          ...publicHalf(key),
          createdAt: key.createdAt.toISOString(),
          ...(key.endsAt ? { endsAt: key.endsAt.toISOString() } : {}),
        })),
      },
    }),
  });

  mount.operator({
    method: 'post',
    path: operatorPath,
    body: rotateSecretRequest,
    needs: 'admin',
    handle: async ({ body: { endOldNow }, audit }) => {
      const rotated = await delivery.rotate(endOldNow);
      if (!rotated) {
        throw new Failure('in_progress', { detail: 'Another rotation came in between', retryAfterSeconds: 1 });
      }
      const { key, oldId, oldEndsAt } = rotated;
      await audit('delivery_key.rotated', 'platform', { id: oldId }, { id: key.id, endOldNow });
      return { status: 201, body: { ...publicHalf(key), oldKeyEndsAt: oldEndsAt.toISOString() } };
    },
  });
};

const publicHalf = ({ id, publicKey }: DeliveryKey): Record<string, unknown> => ({
  id,
  algorithm: 'ed25519',
  publicKey: publicKeyToWhpk(publicKey),
});
