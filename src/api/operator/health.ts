import * as routes from '../../contract/operator/health';
import { issuerOfCircuit } from '../../domain/circuit-key';
import { isTestIssuer } from '../../domain/ids';
import type { HealthReader } from '../../operator/platform-health';
import type { Mount } from '../edge/mount';

/** Whether workers, queues and circuits do well; how a test issuer's calls fare is seen at its own calls. */
export const mountOperatorHealth = (mount: Mount, readHealth: HealthReader): void => {
  mount.operator(routes.readHealth)(async () => {
    const { circuits, throttled, ...health } = await readHealth();
    const isLive = ({ key }: { readonly key: string }): boolean => !isTestIssuer(issuerOfCircuit(key));
    return { status: 200, body: { ...health, circuits: circuits.filter(isLive), throttled: throttled.filter(isLive) } };
  });
};
