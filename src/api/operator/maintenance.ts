import * as routes from '../../contract/operator/maintenance';
import { withoutLinks } from '../../domain/said-text';
import type { Maintenance, MaintenanceRow } from '../../store/maintenance';
import type { Mount } from '../edge/mount';

export interface OperatorMaintenance {
  readonly maintenance: Maintenance;
  readonly nowMs: () => number;
}

/** The switch that stops new orders and lets running ones end. */
export const mountOperatorMaintenance = (mount: Mount, { maintenance, nowMs }: OperatorMaintenance): void => {
  mount.operator(routes.readMaintenance)(async () => ({
    status: 200,
    body: maintenanceBody(await maintenance.read()),
  }));

  mount.operator(routes.changeMaintenance)(async ({ body: { on, reason }, operator, audit }) => {
    const row = {
      on,
      ...(reason !== undefined ? { reason: withoutLinks(reason) } : {}),
      since: new Date(nowMs()),
      by: operator.name,
    };
    const after = maintenanceBody({ _id: 'maintenance', ...row });
    await audit(
      { action: on ? 'maintenance.began' : 'maintenance.ended', target: 'platform', after },
      () => maintenance.change(row),
      (before) => ({ before: maintenanceBody(before) }),
    );
    return { status: 200, body: after };
  });
};

const maintenanceBody = (row: MaintenanceRow | undefined): routes.MaintenanceBody =>
  row
    ? {
        on: row.on,
        ...(row.reason !== undefined ? { reason: row.reason } : {}),
        since: row.since.toISOString(),
        by: row.by,
      }
    : { on: false };
