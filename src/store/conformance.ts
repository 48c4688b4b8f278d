import type { Collection } from 'mongodb';
import { createReadTogether } from './read-together';
import type { SealOfRow } from './sealed-rows';
import { isDuplicate } from './store-errors';

/** What came of one scenario. */
export interface KeptResult {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly required: boolean;
  /** What went out, and what came: lines without a code, a token or a signature. */
  readonly sent: readonly string[];
  readonly came: readonly string[];
  readonly expected: string;
  /** Of one that failed: where it did. */
  readonly problem?: string;
  readonly fix?: string;
  /** Of one that was skipped. */
  readonly why?: string;
  readonly tookMs: number;
}

/** What the platform signed, and all that is needed to check it. */
export interface KeptReport {
  readonly statement: string;
  readonly keyId: string;
  readonly id: string;
  readonly timestamp: number;
  readonly signature: string;
}

/** One conformance run of an issuer. */
export interface ConformanceRunRow {
  /** `{issuerId}/{runId}` */
  readonly _id: string;
  readonly issuerId: string;
  readonly runId: string;
  readonly at: Date;
  /** Who began it: an operator, or the issuer. */
  readonly by: string;
  readonly only?: readonly string[];
  /** What it was played against; left out: its issuer fetches. */
  readonly url?: string;
  readonly codeMode: 'request' | 'push';
  /** While it runs: of an issuer one at a time. */
  readonly running?: string;
  /** Begins the numbers of its orders; another one with each attempt. */
  readonly prefix?: string;
  readonly state: 'running' | 'passed' | 'failed' | 'stopped';
  readonly endedAt?: Date;
  readonly results: readonly KeptResult[];
  readonly report?: KeptReport;
  /** Over how it was begun and what came of it, by the master key: nobody else passes a run. Of its report its own signature tells. */
  readonly seal?: Buffer;
}

/** What its seal is over: results count from its end on. */
export const sealedOfRun = ({
  running: _running,
  prefix: _prefix,
  report: _report,
  results,
  ...said
}: Omit<ConformanceRunRow, 'seal'>) => (said.state === 'running' ? said : { ...said, results });

type RunEnd = Pick<ConformanceRunRow, 'state' | 'endedAt' | 'report' | 'results'>;

export type ListedRun = Omit<ConformanceRunRow, 'report'>;

/** An order that is sold to nobody. It has messages for its issuer in it: whoever writes to the database makes none. */
export interface ConformanceOrderRow {
  /** `{issuerId}/{orderNo}` */
  readonly _id: string;
  readonly prefix: string;
  readonly changes: number;
  readonly sealed: Buffer;
  /** Fingerprints of the codes that it holds. */
  readonly values: readonly string[];
  /** By their webhook-ids, those that its issuer fetches. */
  readonly messages: readonly string[];
  /** When the first of them may be given; null: none waits. */
  readonly dueAt: Date | null;
  readonly at: Date;
}

/** Enough to open it. */
export type SealedOrder = Pick<ConformanceOrderRow, '_id' | 'sealed'>;

export type ConformanceRuns = ReturnType<typeof createConformanceRuns>;
export type ConformanceOrders = ReturnType<typeof createConformanceOrders>;

const withoutReport = { projection: { report: 0, results: 0 } } as const;
/** Far more than may run. */
const runningReadMax = 1_000;

export const createConformanceRuns = (
  { conformanceRuns }: { readonly conformanceRuns: Collection<ConformanceRunRow> },
  seal: Pick<SealOfRow<ConformanceRunRow>, 'of' | 'isUntouched'>,
) => {
  const idOf = (issuerId: string, runId: string): string => `${issuerId}/${runId}`;
  const ofAttempt = (issuerId: string, runId: string, prefix: string) => ({ _id: idOf(issuerId, runId), prefix });

  const ended = (row: ConformanceRunRow, end: RunEnd): Omit<ConformanceRunRow, '_id'> => {
    const { running: _running, prefix: _prefix, ...begun } = row;
    const whole = { ...begun, ...end };
    const { _id, ...content } = { ...whole, seal: seal.of(whole) };
    return content;
  };

  /** What somebody else wrote keeps no run from beginning, and what was lost is ended. */
  const makeRoom = async (issuerId: string, at: Date, staleBefore: Date): Promise<void> => {
    const there = await conformanceRuns.findOne({ running: issuerId });
    if (!there) return;
    const same = { _id: there._id, running: issuerId };
    if (!seal.isUntouched(there)) await conformanceRuns.deleteOne(same);
    else if (there.at < staleBefore)
      await conformanceRuns.replaceOne(same, ended(there, { state: 'stopped', endedAt: at, results: [] }));
  };

  return {
    isUntouched: seal.isUntouched,

    /** `running`: another one of this issuer runs. One that began before `staleBefore` was lost, and is ended. */
    begin: async (
      row: Omit<ConformanceRunRow, '_id' | 'running' | 'state' | 'results'>,
      staleBefore: Date,
    ): Promise<'begun' | 'exists' | 'running'> => {
      const { issuerId, runId, at } = row;
      await makeRoom(issuerId, at, staleBefore);
      const _id = idOf(issuerId, runId);
      const begun: ConformanceRunRow = { _id, ...row, running: issuerId, state: 'running', results: [] };
      try {
        await conformanceRuns.insertOne({ ...begun, seal: seal.of(begun) });
        return 'begun';
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        return (await conformanceRuns.findOne({ _id })) ? 'exists' : 'running';
      }
    },

    /** How many run, up to the limit; what was lost runs no more, and what somebody else wrote never did. */
    countRunning: async (limit: number, staleBefore: Date): Promise<number> => {
      const running = conformanceRuns.find({ running: { $exists: true }, at: { $gte: staleBefore } }, withoutReport);
      let count = 0;
      for await (const row of running.limit(runningReadMax)) {
        if (seal.isUntouched(row)) count += 1;
        if (count >= limit) break;
      }
      return count;
    },

    find: (issuerId: string, runId: string): Promise<ConformanceRunRow | null> =>
      conformanceRuns.findOne({ _id: idOf(issuerId, runId) }),

    /** Asked for each call about an order that is named as those of a run are. */
    runningOf: createReadTogether<Pick<ConformanceRunRow, 'prefix'>>(async (issuerIds) => {
      const rows = await conformanceRuns
        .find({ running: { $in: [...issuerIds] } })
        .project<Required<Pick<ConformanceRunRow, 'running'>> & Pick<ConformanceRunRow, 'prefix'>>({
          running: 1,
          prefix: 1,
        })
        .toArray();
      return new Map(rows.map((row) => [row.running, row]));
    }),

    /** Newest first. */
    newest: (issuerId: string, limit: number): Promise<ListedRun[]> =>
      conformanceRuns
        .find({ issuerId }, { projection: { report: 0 } })
        .sort({ at: -1 })
        .limit(limit)
        .toArray(),

    /** An attempt begins: whatever an earlier one found is found again. False where the run is over. */
    attempt: async (issuerId: string, runId: string, prefix: string): Promise<boolean> => {
      const _id = idOf(issuerId, runId);
      const written = await conformanceRuns.updateOne({ _id, running: issuerId }, { $set: { prefix, results: [] } });
      return written.matchedCount > 0;
    },

    note: async (issuerId: string, runId: string, prefix: string, result: KeptResult): Promise<void> => {
      await conformanceRuns.updateOne(ofAttempt(issuerId, runId, prefix), { $push: { results: result } });
    },

    /** False where another attempt has ended it. */
    end: async (row: ConformanceRunRow, prefix: string, end: RunEnd): Promise<boolean> => {
      const { issuerId, runId } = row;
      const written = await conformanceRuns.replaceOne(
        { ...ofAttempt(issuerId, runId, prefix), running: issuerId },
        ended(row, end),
      );
      return written.matchedCount > 0;
    },

    /** Nothing of it was begun: the engine was away, or there was no room. */
    forget: async (issuerId: string, runId: string): Promise<void> => {
      await conformanceRuns.deleteOne({ _id: idOf(issuerId, runId), prefix: { $exists: false } });
    },
  };
};

export const createConformanceOrders = ({
  conformanceOrders,
}: {
  readonly conformanceOrders: Collection<ConformanceOrderRow>;
}) => ({
  find: (id: string): Promise<SealedOrder | null> => conformanceOrders.findOne({ _id: id }),

  insert: async (row: ConformanceOrderRow): Promise<void> => {
    await conformanceOrders.insertOne(row);
  },

  /** False where it has changed since. */
  replace: async (row: Omit<ConformanceOrderRow, 'at' | 'prefix'>, changesBefore: number): Promise<boolean> => {
    const { _id, ...change } = row;
    const written = await conformanceOrders.updateOne({ _id, changes: changesBefore }, { $set: change });
    return written.matchedCount > 0;
  },

  /** Of a run, those with a message that may be given, longest first. */
  due: (prefix: string, at: Date, limit: number): Promise<SealedOrder[]> =>
    conformanceOrders
      .find({ prefix, dueAt: { $lte: at } })
      .sort({ dueAt: 1 })
      .limit(limit)
      .toArray(),

  findByMessage: (prefix: string, messageId: string): Promise<SealedOrder | null> =>
    conformanceOrders.findOne({ prefix, messages: messageId }),

  /** Whether another order of the run holds one of these values. */
  holdsElsewhere: async (prefix: string, id: string, values: readonly string[]): Promise<boolean> =>
    (await conformanceOrders.findOne({ prefix, _id: { $ne: id }, values: { $in: [...values] } })) !== null,
});
