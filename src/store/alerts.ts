import type { Collection } from 'mongodb';
import type { Trouble, TroubleKind } from '../domain/trouble';
import { type SealOfRow, sealUnsealed } from './sealed-rows';
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
  /** Over all of it, by the master key: whoever writes to the database has nothing told, and nothing kept from being told. */
  readonly seal?: Buffer;
}

export type Alerts = ReturnType<typeof createAlerts>;

const alertId = ({ kind, subject }: Pick<Trouble, 'kind' | 'subject'>): string => `${kind}/${subject}`;

/** Others may write the same row: each round one of them gets through. */
const raiseTries = 5;

const pendingFor = (those: readonly AlertReceiver[], at: Date): Pick<AlertRow, 'untold'> =>
  those.length === 0
    ? {}
    : { untold: Object.fromEntries(those.map((receiver) => [receiver, { tries: 0, nextAt: at }])) };

/** Nobody has written to it since it was read. */
const same = ({ _id, seal }: AlertRow) => ({ _id, seal: seal === undefined ? { $exists: false } : { $eq: seal } });

export const createAlerts = (
  { alerts }: { readonly alerts: Collection<AlertRow> },
  seal: Pick<SealOfRow<AlertRow>, 'of' | 'isUntouched'>,
) => {
  const sealed = (row: AlertRow): AlertRow => ({ ...row, seal: seal.of(row) });

  const replace = async (row: AlertRow, next: AlertRow): Promise<boolean> => {
    const { _id, ...content } = sealed(next);
    return (await alerts.replaceOne(same(row), content)).matchedCount > 0;
  };

  /** Of those it is told to; without any it is not there. */
  const withUntold = ({ untold: _before, ...row }: AlertRow, untold: AlertRow['untold'] = {}): AlertRow =>
    Object.keys(untold).length === 0 ? row : { ...row, untold };

  return {
    isUntouched: seal.isUntouched,

    /** Those of before there were seals: what was told goes on, and its end is told. */
    sealAll: (): Promise<void> => sealUnsealed(alerts, seal),

    raised: (kind: TroubleKind, limit: number): Promise<AlertRow[]> =>
      alerts.find({ kind, state: 'raised' }).limit(limit).toArray(),

    /** One of two passes that see the same trouble raises it. What somebody else wrote in its place is none. */
    raise: async (
      { kind, subject, summary }: Trouble,
      at: Date,
      tellTo: readonly AlertReceiver[],
    ): Promise<boolean> => {
      const _id = alertId({ kind, subject });
      const row: AlertRow = { _id, kind, subject, summary, state: 'raised', raisedAt: at, ...pendingFor(tellTo, at) };
      for (let n = 0; n < raiseTries; n += 1) {
        const there = await alerts.findOne({ _id });
        if (there && seal.isUntouched(there) && there.state === 'raised') return false;
        if (there) {
          if (await replace(there, row)) return true;
          continue;
        }
        try {
          await alerts.insertOne(sealed(row));
          return true;
        } catch (error) {
          if (!isDuplicate(error)) throw error;
        }
      }
      return false;
    },

    /** Who was not told of the beginning needs no end either. */
    clear: async (row: AlertRow, at: Date, tellTo: readonly AlertReceiver[]): Promise<void> => {
      const knowing = tellTo.filter((receiver) => !row.untold?.[receiver]);
      if (knowing.length === 0) await alerts.deleteOne(same(row));
      else await replace(row, { ...row, state: 'cleared', clearedAt: at, ...pendingFor(knowing, at) });
    },

    /** What somebody else wrote: a trouble that there is, is raised anew. */
    drop: async (row: AlertRow): Promise<void> => {
      await alerts.deleteOne(same(row));
    },

    untold: (receiver: AlertReceiver, before: Date, limit: number): Promise<AlertRow[]> =>
      alerts
        .find({ [`untold.${receiver}.nextAt`]: { $lte: before } })
        .sort({ [`untold.${receiver}.nextAt`]: 1 })
        .limit(limit)
        .toArray(),

    /** Told, or given up: a raised one stays to be cleared, a cleared one goes once nobody else has to be told. */
    settle: async (row: AlertRow, receiver: AlertReceiver): Promise<void> => {
      const { [receiver]: _told, ...others } = row.untold ?? {};
      if (row.state === 'cleared' && Object.keys(others).length === 0) await alerts.deleteOne(same(row));
      else await replace(row, withUntold(row, others));
    },

    defer: async (row: AlertRow, receiver: AlertReceiver, tries: number, nextAt: Date): Promise<void> => {
      await replace(row, withUntold(row, { ...row.untold, [receiver]: { tries, nextAt } }));
    },
  };
};
