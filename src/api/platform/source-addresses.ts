import { listSourceAddresses } from '../../contract/platform/source-addresses';
import type { Mount } from '../edge/mount';

export const mountSourceAddresses = (mount: Mount, addresses: readonly string[]): void => {
  mount.open(listSourceAddresses)(async () => ({ status: 200, body: { data: [...addresses] } }));
};
