import type { Collection } from 'mongodb';
import type { Finding, FindingCount } from '../domain/comparison';
import { isDay } from '../domain/days';

/** What one daily look at all sides found. */
export interface ComparisonRow {
  /** Its UTC day. */
  readonly _id: string;
  readonly at: Date;
  readonly orders: number;
  readonly workflows: number;
  /** False: there were more than one look takes. */
  readonly isWhole: boolean;
  readonly counts: readonly FindingCount[];
  /** The first of them. */
  readonly findings: readonly Finding[];
}

export type Comparisons = ReturnType<typeof createComparisons>;

const isNamed = (one: Partial<Finding & FindingCount> | null): boolean =>
  typeof one?.kind === 'string' &&
  typeof one.issuerId === 'string' &&
  (Number.isInteger(one.count) || typeof one.orderNo === 'string');

const isComparison = ({ _id, at, orders, workflows, counts, findings }: ComparisonRow): boolean =>
  isDay(_id) &&
  at instanceof Date &&
  [orders, workflows].every(Number.isInteger) &&
  [counts, findings].every((list) => Array.isArray(list) && list.every(isNamed));

/** There is one a day, for 90 days. */
const readMax = 100;

/** `leaveOut`: what is not the row of a day. */
export const createComparisons = (
  { comparisons }: { readonly comparisons: Collection<ComparisonRow> },
  leaveOut: (row: ComparisonRow) => void = () => undefined,
) => ({
  keep: async ({ _id, ...row }: ComparisonRow): Promise<void> => {
    await comparisons.replaceOne({ _id }, row, { upsert: true });
  },

  newest: async (): Promise<ComparisonRow | null> => {
    for await (const row of comparisons.find({}).sort({ _id: -1 }).limit(readMax).batchSize(2)) {
      if (isComparison(row)) return row;
      leaveOut(row);
    }
    return null;
  },
});
