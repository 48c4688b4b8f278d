import { createReadOnce } from '../../bounded/read-once';
import * as routes from '../../contract/operator/keys';
import { listKeys } from '../../contract/platform/keys';
import { Failure } from '../../domain/failures';
import type { DeliveryKey } from '../../sealing/delivery-keys';
import type { PlatformKeys } from '../../sealing/platform-keys';
import { publicKeyToWhpk } from '../../signing/keys';
import type { Mount } from '../edge/mount';

/** The public keys by which a webhook terminal checks a delivery, and their rotation by an operator. */
export const mountKeys = (mount: Mount, { delivery }: PlatformKeys): void => {
  const readLive = createReadOnce(() => delivery.live());
  mount.open(listKeys)(async ({ response }) => {
    // A key that was ended must not be believed out of a cache.
    response.setHeader('cache-control', 'no-cache');
    return { status: 200, body: { keys: (await readLive('live')).map(publicHalf) } };
  });

  mount.operator(routes.listDeliveryKeys)(async () => ({
    status: 200,
    body: {
      keys: (await delivery.live()).map((key) => ({
        ...publicHalf(key),
        createdAt: key.createdAt.toISOString(),
        ...(key.endsAt ? { endsAt: key.endsAt.toISOString() } : {}),
      })),
    },
  }));

  mount.operator(routes.rotateDeliveryKey)(async ({ body: { endOldNow }, audit }) => {
    const rotate = async () => {
      const rotated = await delivery.rotate(endOldNow);
      if (rotated) return rotated;
      throw new Failure('in_progress', { detail: 'Another rotation came in between', retryAfterSeconds: 1 });
    };
    const deed = { action: 'delivery_key.rotated', target: 'platform', after: { endOldNow } } as const;
    const { key, oldEndsAt } = await audit(deed, rotate, (done) => ({
      before: { id: done.oldId },
      after: { id: done.key.id, endOldNow },
    }));
    return { status: 201, body: { ...publicHalf(key), oldKeyEndsAt: oldEndsAt.toISOString() } };
  });
};

const publicHalf = ({ id, publicKey }: DeliveryKey) => ({
  id,
  algorithm: 'ed25519' as const,
  publicKey: publicKeyToWhpk(publicKey),
});
