import type { Collection } from 'mongodb';
import { clockAheadMs } from '../domain/timings';
import { firstOf } from './first-of';
import type { SealOfRow } from './sealed-rows';

/** Of one issuer or one terminal, as one worker process sees it. */
export interface ReportedCircuit {
  readonly key: string;
  readonly state: 'closed' | 'open' | 'half_open';
  readonly calls: number;
  readonly failures: number;
}

/** One that has said nothing for so long does not run. */
export const workerAliveMs = 20_000;

/** What a worker process says of itself every few seconds; forgotten when it says nothing more. */
export interface WorkerRow {
  readonly _id: string;
  readonly host: string;
  readonly startedAt: Date;
  readonly at: Date;
  readonly circuits: readonly ReportedCircuit[];
  /** Keys of circuits that opened within the last minutes, also those that a probe has closed since. */
  readonly openedLately: readonly string[];
  /** Tries of the last ten minutes that were put off, as the issuer's limit of calls at once was reached; older workers do not say. */
  readonly throttled?: readonly { readonly key: string; readonly count: number }[];
  /** It stopped by itself, and is counted no more. */
  readonly leftAt?: Date;
  /** By the master key: what a report says is told to operators. */
  readonly seal?: Buffer;
}

export type Workers = ReturnType<typeof createWorkerReports>;

/** `leaveOut`: what no worker reported, or one of a former version. */
export const createWorkerReports = (
  { workers }: { readonly workers: Collection<WorkerRow> },
  seal: SealOfRow<WorkerRow>,
  leaveOut: (row: WorkerRow) => void = () => undefined,
) => {
  const report = async ({ seal: _seal, ...row }: WorkerRow): Promise<void> => {
    const { _id, ...content } = row;
    await workers.replaceOne({ _id }, { ...content, seal: seal.of(row) }, { upsert: true });
  };

  const isOurs = (row: WorkerRow): boolean => {
    const is = seal.isUntouched(row);
    if (!is) leaveOut(row);
    return is;
  };

  return {
    report,

    /** The row stays for its ten minutes, so that it can be told since when no worker runs. */
    leave: async (_id: string, leftAt: Date): Promise<void> => {
      const row = await workers.findOne({ _id });
      if (row && seal.isUntouched(row)) await report({ ...row, at: leftAt, leftAt });
    },

    /** Those that reported within this time. */
    alive: (now: Date, withinMs: number, limit: number): Promise<WorkerRow[]> => {
      const at = { $gt: new Date(now.getTime() - withinMs), $lte: new Date(now.getTime() + clockAheadMs) };
      return firstOf(workers.find({ at, leftAt: { $exists: false } }), limit, isOurs);
    },

    /** Of all that reported within the last ten minutes. */
    lastSeenAt: async (now: Date): Promise<Date | undefined> => {
      const found = workers.find({ at: { $lte: new Date(now.getTime() + clockAheadMs) } }).sort({ at: -1 });
      return (await firstOf(found, 1, isOurs))[0]?.at;
    },
  };
};
