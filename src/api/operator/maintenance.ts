import { maintenanceRequest } from '../../contract/operator';
import type { Maintenance, MaintenanceRow } from '../../store/maintenance';
import type { Mount } from '../edge/mount';

export interface OperatorMaintenance {
  readonly maintenance: Maintenance;
  readonly nowMs: () => number;
}

const path = '/v1/operator/maintenance';

/** The switch that stops new orders and lets running ones end. */
export const mountOperatorMaintenance = (mount: Mount, { maintenance, nowMs }: OperatorMaintenance): void => {
  mount.operator({
    method: 'get',
    path,
    handle: async () => ({ status: 200, body: maintenanceBody(await maintenance.read()) }),
  });

  mount.operator({
    method: 'put',
    path,
    body: maintenanceRequest,
    needs: 'admin',
    handle: async ({ body: { on, reason }, operator, audit }) => {
      const row = { on, ...(reason !== undefined ? { reason } : {}), since: new Date(nowMs()), by: operator.name };
      const before = maintenanceBody(await maintenance.change(row));
      const after = maintenanceBody({ _id: 'maintenance', ...row });
      await audit(on ? 'maintenance.began' : 'maintenance.ended', 'platform', before, after);
      return { status: 200, body: after };
    },
  });
};

const maintenanceBody = (row: MaintenanceRow | undefined): Record<string, unknown> =>
  row
    ? {
        on: row.on,
        ...(row.reason !== undefined ? { reason: row.reason } : {}),
        since: row.since.toISOString(),
        by: row.by,
      }
    : { on: false };
