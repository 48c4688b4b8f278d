import type { Collection } from 'mongodb';

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
}

export type Workers = ReturnType<typeof createWorkerReports>;

const isReport = ({ host, startedAt, at, circuits, openedLately, throttled = [] }: WorkerRow): boolean =>
  typeof host === 'string' &&
  [startedAt, at].every((time) => time instanceof Date) &&
  [circuits, throttled].every((list) => Array.isArray(list) && list.every((one) => typeof one?.key === 'string')) &&
  Array.isArray(openedLately) &&
  openedLately.every((key) => typeof key === 'string');

/** `leaveOut`: what no worker reported. */
export const createWorkerReports = (
  { workers }: { readonly workers: Collection<WorkerRow> },
  leaveOut: (row: WorkerRow) => void = () => undefined,
) => ({
  report: async ({ _id, ...row }: WorkerRow): Promise<void> => {
    await workers.replaceOne({ _id }, row, { upsert: true });
  },

  /** The row stays for its ten minutes, so that it can be told since when no worker runs. */
  leave: async (id: string, leftAt: Date): Promise<void> => {
    await workers.updateOne({ _id: id }, { $set: { at: leftAt, leftAt } });
  },

  alive: async (since: Date, limit: number): Promise<WorkerRow[]> => {
    const rows = await workers
      .find({ at: { $gt: since }, leftAt: { $exists: false } })
      .limit(limit)
      .toArray();
    for (const row of rows) if (!isReport(row)) leaveOut(row);
    return rows.filter(isReport);
  },

  /** Of all that reported within the last ten minutes. */
  lastSeenAt: async (): Promise<Date | undefined> =>
    (
      await workers
        .find({}, { projection: { at: 1 } })
        .sort({ at: -1 })
        .limit(1)
        .toArray()
    )[0]?.at,
});
