import type { RowReader } from '../../bounded/row-reader';
import * as routes from '../../contract/operator/maintenance';
import { withoutLinks } from '../../domain/said-text';
import type { Maintenance, MaintenanceRow } from '../../store/maintenance';
import type { Mount } from '../edge/mount';

export interface OperatorMaintenance {
  readonly maintenance: Maintenance;
  readonly rowReader: RowReader;
  readonly nowMs: () => number;
}

/** The switch that stops new orders and lets running ones end. */
export const mountOperatorMaintenance = (
  mount: Mount,
  { maintenance, rowReader, nowMs }: OperatorMaintenance,
): void => {
  const shown = rowReader.of('settings', rowBody);
  /** What is no such row switches nothing. */
  const maintenanceBody = (row: MaintenanceRow | undefined): routes.MaintenanceBody =>
    (row && shown(row)) ?? { on: false };

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

const rowBody = (row: MaintenanceRow): routes.MaintenanceBody => ({
  on: row.on,
  ...(row.reason !== undefined ? { reason: row.reason } : {}),
  since: row.since.toISOString(),
  by: row.by,
});
