import * as routes from '../../contract/operator/health';
import type { HealthReader } from '../../operator/platform-health';
import type { Mount } from '../edge/mount';

/** Whether workers, queues and circuits do well. */
export const mountOperatorHealth = (mount: Mount, readHealth: HealthReader): void => {
  mount.operator(routes.readHealth)(async () => ({ status: 200, body: await readHealth() }));
};
