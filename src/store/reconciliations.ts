import type { Collection } from 'mongodb';
import type { Difference, DifferenceKind } from '../domain/reconciliation';
import { dayMs } from '../domain/timings';
import { firstOf } from './first-of';

export const reconciliationKeptMs = 30 * dayMs;

/** An issuer's own list compared with the orders that we have. */
export interface ReconciliationRow {
  readonly _id: string;
  readonly issuerId: string;
  readonly at: Date;
  readonly compared: number;
  readonly equal: number;
  readonly pages: number;
  readonly kinds: Readonly<Partial<Record<DifferenceKind, number>>>;
}

export interface ReconciliationPageRow {
  readonly _id: string;
  readonly differences: readonly Difference[];
  readonly at: Date;
}

export interface ReconciliationName {
  readonly issuerId: string;
  readonly reconciliationId: string;
}

const isReconciliation = ({ at, pages, kinds }: ReconciliationRow): boolean =>
  at instanceof Date &&
  Number.isInteger(pages) &&
  typeof kinds === 'object' &&
  kinds !== null &&
  Object.values(kinds).every((n) => Number.isInteger(n));

export type Reconciliations = ReturnType<typeof createReconciliations>;

const idOf = ({ issuerId, reconciliationId }: ReconciliationName): string => `${issuerId}/${reconciliationId}`;
const pageId = (name: ReconciliationName, n: number): string => `${idOf(name)}/${n}`;

/** `leaveOut`: what is no reconciliation. */
export const createReconciliations = (
  {
    reconciliations,
    reconciliationPages,
  }: {
    readonly reconciliations: Collection<ReconciliationRow>;
    readonly reconciliationPages: Collection<ReconciliationPageRow>;
  },
  leaveOut: (row: ReconciliationRow) => void = () => undefined,
) => ({
  /** Before its head, under a name that its request gives: who begins it again writes over it. */
  keepPage: async (
    name: ReconciliationName,
    n: number,
    differences: readonly Difference[],
    at: Date,
  ): Promise<void> => {
    await reconciliationPages.replaceOne({ _id: pageId(name, n) }, { differences, at }, { upsert: true });
  },

  finish: async (name: ReconciliationName, row: Omit<ReconciliationRow, '_id' | 'issuerId'>): Promise<void> => {
    await reconciliations.replaceOne({ _id: idOf(name) }, { issuerId: name.issuerId, ...row }, { upsert: true });
  },

  find: (name: ReconciliationName): Promise<ReconciliationRow | null> => reconciliations.findOne({ _id: idOf(name) }),

  readPage: async (name: ReconciliationName, n: number): Promise<readonly Difference[]> =>
    differencesIn((await reconciliationPages.findOne({ _id: pageId(name, n) }))?.differences),

  newestOf: async (issuerId: string): Promise<ReconciliationRow | null> => {
    const [newest] = await firstOf(reconciliations.find({ issuerId }).sort({ at: -1 }), 1, (row) => {
      const isOne = isReconciliation(row);
      if (!isOne) leaveOut(row);
      return isOne;
    });
    return newest ?? null;
  },
});

const differencesIn = (kept: unknown): readonly Difference[] =>
  Array.isArray(kept) ? kept.filter((one) => typeof one?.orderNo === 'string') : [];
