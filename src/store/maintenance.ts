import type { Collection } from 'mongodb';
import { type SealOfRow, sealUnsealed } from './sealed-rows';

/** One row of `settings`: whether new orders are refused, since when, by whom and why. */
export interface MaintenanceRow {
  readonly _id: 'maintenance';
  readonly on: boolean;
  readonly reason?: string;
  readonly since: Date;
  readonly by: string;
  readonly seal?: Buffer;
}

/** Every api process learns of a change within this time; the one that made it knows at once. */
const ttlMs = 2_000;

export type Maintenance = ReturnType<typeof createMaintenance>;

/**
 * The switch that stops new orders. Asked with every payment request, so its answer is kept for a moment. A row that somebody
 * else wrote switches nothing, and is told by `leaveOut`.
 */
export const createMaintenance = (
  { settings }: { readonly settings: Collection<MaintenanceRow> },
  seal: SealOfRow<MaintenanceRow>,
  leaveOut: (row: MaintenanceRow) => void,
  nowMs: () => number,
) => {
  let known: { readonly row: MaintenanceRow | undefined; readonly atMs: number } | undefined;

  const keep = (row: MaintenanceRow | undefined): MaintenanceRow | undefined => {
    known = { row, atMs: nowMs() };
    return row;
  };

  const believed = (row: MaintenanceRow | null): MaintenanceRow | undefined => {
    if (!row) return undefined;
    if (seal.isUntouched(row)) return row;
    leaveOut(row);
    return undefined;
  };

  const read = async (): Promise<MaintenanceRow | undefined> =>
    keep(believed(await settings.findOne({ _id: 'maintenance' })));

  return {
    read,

    sealAll: () => sealUnsealed(settings, seal),

    isOn: async (): Promise<boolean> => {
      const row = known && nowMs() - known.atMs < ttlMs ? known.row : await read();
      return row?.on ?? false;
    },

    /** Resolves to the row that was there before. */
    change: async (change: Omit<MaintenanceRow, '_id'>): Promise<MaintenanceRow | undefined> => {
      const row: MaintenanceRow = { _id: 'maintenance', ...change };
      const sealed = { ...row, seal: seal.of(row) };
      const before = await settings.findOneAndReplace({ _id: 'maintenance' }, sealed, { upsert: true });
      keep(sealed);
      return believed(before);
    },
  };
};
