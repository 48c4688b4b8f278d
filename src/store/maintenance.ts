import type { Collection } from 'mongodb';

/** One row of `settings`: whether new orders are refused, since when, by whom and why. */
export interface MaintenanceRow {
  readonly _id: 'maintenance';
  readonly on: boolean;
  readonly reason?: string;
  readonly since: Date;
  readonly by: string;
}

/** Every api process learns of a change within this time; the one that made it knows at once. */
const ttlMs = 2_000;

export type Maintenance = ReturnType<typeof createMaintenance>;

/** The switch that stops new orders. Asked with every payment request, so its answer is kept for a moment. */
export const createMaintenance = (
  { settings }: { readonly settings: Collection<MaintenanceRow> },
  nowMs: () => number,
) => {
  let known: { readonly row: MaintenanceRow | undefined; readonly atMs: number } | undefined;

  const keep = (row: MaintenanceRow | undefined): MaintenanceRow | undefined => {
    known = { row, atMs: nowMs() };
    return row;
  };

  const read = async (): Promise<MaintenanceRow | undefined> =>
    keep(((await settings.findOne({ _id: 'maintenance' })) as MaintenanceRow | null) ?? undefined);

  return {
    read,

    isOn: async (): Promise<boolean> => {
      const row = known && nowMs() - known.atMs < ttlMs ? known.row : await read();
      return row?.on ?? false;
    },

    /** Resolves to the row that was there before. */
    change: async (change: Omit<MaintenanceRow, '_id'>): Promise<MaintenanceRow | undefined> => {
      const row: MaintenanceRow = { _id: 'maintenance', ...change };
      const before = await settings.findOneAndReplace({ _id: 'maintenance' }, row, { upsert: true });
      keep(row);
      return (before as MaintenanceRow | null) ?? undefined;
    },
  };
};
