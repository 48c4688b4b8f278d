import type { Trouble, TroubleKind } from '../domain/trouble';
import { type Database, isDuplicate } from './database';

/** One trouble of one subject: raised, told, cleared, told, gone. Kept, so that a restart tells nothing twice. */
export interface AlertRow {
  readonly _id: string;
  readonly kind: TroubleKind;
  readonly subject: string;
  readonly summary: string;
  readonly state: 'raised' | 'cleared';
  readonly raisedAt: Date;
  readonly clearedAt?: Date;
  /** The change that is not told yet; undefined when there is nothing to tell. */
  readonly untold?: { readonly tries: number; readonly nextAt: Date };
}

export type Alerts = ReturnType<typeof createAlerts>;

const alertId = ({ kind, subject }: Pick<Trouble, 'kind' | 'subject'>): string => `${kind}/${subject}`;

export const createAlerts = ({ alerts }: Pick<Database, 'alerts'>) => ({
  raised: (kind: TroubleKind, limit: number): Promise<AlertRow[]> =>
    alerts.find({ kind, state: 'raised' }).limit(limit).toArray(),

  /** One of two passes that see the same trouble raises it. */
  raise: async ({ kind, subject, summary }: Trouble, at: Date, isTold: boolean): Promise<boolean> => {
    const _id = alertId({ kind, subject });
    const row = { kind, subject, summary, state: 'raised' as const, raisedAt: at };
    const untold = isTold ? { untold: { tries: 0, nextAt: at } } : {};
    const again = await alerts.replaceOne({ _id, state: 'cleared' }, { ...row, ...untold });
    if (again.matchedCount > 0) return true;
    try {
      await alerts.insertOne({ _id, ...row, ...untold });
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  },

  /** What nobody was told of needs no end either. */
  clear: async (row: AlertRow, at: Date, isTold: boolean): Promise<void> => {
    const same = { _id: row._id, state: 'raised' as const, raisedAt: row.raisedAt };
    if (!isTold || row.untold) await alerts.deleteOne(same);
    else await alerts.updateOne(same, { $set: { state: 'cleared', clearedAt: at, untold: { tries: 0, nextAt: at } } });
  },

  untold: (before: Date, limit: number): Promise<AlertRow[]> =>
    alerts
      .find({ 'untold.nextAt': { $lte: before } })
      .sort({ 'untold.nextAt': 1 })
      .limit(limit)
      .toArray(),

  /** Told, or given up: a raised one stays to be cleared, a cleared one goes. */
  settle: async ({ _id, state, raisedAt }: AlertRow): Promise<void> => {
    const same = { _id, state, raisedAt };
    if (state === 'cleared') await alerts.deleteOne(same);
    else await alerts.updateOne(same, { $unset: { untold: 1 } });
  },

  defer: async ({ _id, state, raisedAt }: AlertRow, tries: number, nextAt: Date): Promise<void> => {
    await alerts.updateOne({ _id, state, raisedAt }, { $set: { untold: { tries, nextAt } } });
  },
});
