import type { Database } from './database';

/** Of one issuer or one terminal, as one worker process sees it. */
export interface ReportedCircuit {
  readonly key: string;
  readonly state: 'closed' | 'open' | 'half_open';
  readonly calls: number;
  readonly failures: number;
}

/** What a worker process says of itself every few seconds; forgotten when it says nothing more. */
export interface WorkerRow {
  readonly _id: string;
  readonly host: string;
  readonly startedAt: Date;
  readonly at: Date;
  readonly circuits: readonly ReportedCircuit[];
  /** Keys of circuits that opened within the last minutes, also those that a probe has closed since. */
  readonly openedLately: readonly string[];
}

export type Workers = ReturnType<typeof createWorkerReports>;

export const createWorkerReports = ({ workers }: Pick<Database, 'workers'>) => ({
  report: async ({ _id, ...row }: WorkerRow): Promise<void> => {
    await workers.replaceOne({ _id }, row, { upsert: true });
  },

  leave: async (id: string): Promise<void> => {
    await workers.deleteOne({ _id: id });
  },

  alive: (since: Date, limit: number): Promise<WorkerRow[]> =>
    workers
      .find({ at: { $gt: since } })
      .limit(limit)
      .toArray(),
});
