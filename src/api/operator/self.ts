import { readOperatorSelf } from '../../contract/operator/self';
import type { Mount } from '../edge/mount';

export const mountOperatorSelf = (mount: Mount): void => {
  mount.operator(readOperatorSelf)(async ({ operator: { name, role } }) => ({ status: 200, body: { name, role } }));
};
