import type { Collection } from 'mongodb';
import type { Finding, FindingCount } from '../domain/comparison';

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

export const createComparisons = ({ comparisons }: { readonly comparisons: Collection<ComparisonRow> }) => ({
  keep: async ({ _id, ...row }: ComparisonRow): Promise<void> => {
    await comparisons.replaceOne({ _id }, row, { upsert: true });
  },

  newest: (): Promise<ComparisonRow | null> => comparisons.findOne({}, { sort: { _id: -1 } }),
});
