import type { HealthReader } from '../../operator/platform-health';
import type { Mount } from '../edge/mount';

/** Whether workers, queues and circuits do well. */
export const mountOperatorHealth = (mount: Mount, readHealth: HealthReader): void => {
  mount.operator({
    method: 'get',
    path: '/v1/operator/health',
    handle: async () => ({ status: 200, body: await readHealth() }),
  });
};
