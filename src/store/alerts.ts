import type { Collection } from 'mongodb';
import type { Trouble, TroubleKind } from '../domain/trouble';
import { isDuplicate } from './store-errors';

/** Who is told of changes. Each has its own count of tries, so that one that fails makes no other be told again. */
export type AlertReceiver = 'webhook' | 'email';

interface Untold {
  readonly tries: number;
  readonly nextAt: Date;
}

/** One trouble of one subject: raised, told, cleared, told, gone. Kept, so that a restart tells nothing twice. */
export interface AlertRow {
  readonly _id: string;
  readonly kind: TroubleKind;
  readonly subject: string;
  readonly summary: string;
  readonly state: 'raised' | 'cleared';
  readonly raisedAt: Date;
  readonly clearedAt?: Date;
  /** Who is not told of the change yet; a receiver that is missing was told, or gave up. */
  readonly untold?: { readonly [receiver in AlertReceiver]?: Untold };
}

export type Alerts = ReturnType<typeof createAlerts>;

const receivers: readonly AlertReceiver[] = ['webhook', 'email'];

const alertId = ({ kind, subject }: Pick<Trouble, 'kind' | 'subject'>): string => `${kind}/${subject}`;

const pendingFor = (those: readonly AlertReceiver[], at: Date): Pick<AlertRow, 'untold'> =>
  those.length === 0
    ? {}
    : { untold: Object.fromEntries(those.map((receiver) => [receiver, { tries: 0, nextAt: at }])) };

export const createAlerts = ({ alerts }: { readonly alerts: Collection<AlertRow> }) => ({
  raised: (kind: TroubleKind, limit: number): Promise<AlertRow[]> =>
    alerts.find({ kind, state: 'raised' }).limit(limit).toArray(),

  /** One of two passes that see the same trouble raises it. */
  raise: async ({ kind, subject, summary }: Trouble, at: Date, tellTo: readonly AlertReceiver[]): Promise<boolean> => {
    const _id = alertId({ kind, subject });
    const row = { kind, subject, summary, state: 'raised' as const, raisedAt: at, ...pendingFor(tellTo, at) };
    const again = await alerts.replaceOne({ _id, state: 'cleared' }, row);
    if (again.matchedCount > 0) return true;
    try {
      await alerts.insertOne({ _id, ...row });
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  },

  /** Who was not told of the beginning needs no end either. */
  clear: async (row: AlertRow, at: Date, tellTo: readonly AlertReceiver[]): Promise<void> => {
    const same = { _id: row._id, state: 'raised' as const, raisedAt: row.raisedAt };
    const knowing = tellTo.filter((receiver) => !row.untold?.[receiver]);
    if (knowing.length === 0) await alerts.deleteOne(same);
    else await alerts.updateOne(same, { $set: { state: 'cleared', clearedAt: at, ...pendingFor(knowing, at) } });
  },

  untold: (receiver: AlertReceiver, before: Date, limit: number): Promise<AlertRow[]> =>
    alerts
      .find({ [`untold.${receiver}.nextAt`]: { $lte: before } })
      .sort({ [`untold.${receiver}.nextAt`]: 1 })
      .limit(limit)
      .toArray(),

  /** Told, or given up: a raised one stays to be cleared, a cleared one goes once nobody else has to be told. */
  settle: async ({ _id, state, raisedAt }: AlertRow, receiver: AlertReceiver): Promise<void> => {
    const same = { _id, state, raisedAt };
    await alerts.updateOne(same, { $unset: { [`untold.${receiver}`]: 1 } });
    if (state !== 'cleared') return;
    const nobodyElse = receivers.map((one) => [`untold.${one}`, { $exists: false }]);
    await alerts.deleteOne({ ...same, ...Object.fromEntries(nobodyElse) });
  },

  defer: async (
    { _id, state, raisedAt }: AlertRow,
    receiver: AlertReceiver,
    tries: number,
    nextAt: Date,
  ): Promise<void> => {
    await alerts.updateOne({ _id, state, raisedAt }, { $set: { [`untold.${receiver}`]: { tries, nextAt } } });
  },
});
