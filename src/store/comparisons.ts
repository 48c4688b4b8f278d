import type { Collection } from 'mongodb';
import { comparedKinds, type Finding, type FindingCount } from '../domain/comparison';
import { dayOf, isDay } from '../domain/days';
import { issuerIdPattern, isText, orderNoPattern } from '../domain/ids';
import { firstOf } from './first-of';

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

/** It is told to operators: no other words. */
const isNamed = (one: Partial<Finding> | null): boolean =>
  comparedKinds.some((kind) => kind === one?.kind) && isText(one?.issuerId, issuerIdPattern);

const isCount = (one: Partial<FindingCount> | null): boolean => isNamed(one) && Number.isSafeInteger(one?.count);
const isFinding = (one: Partial<Finding> | null): boolean => isNamed(one) && isText(one?.orderNo, orderNoPattern);

const isComparison = ({ _id, at, orders, workflows, counts, findings }: ComparisonRow): boolean =>
  isDay(_id) &&
  at instanceof Date &&
  [orders, workflows].every(Number.isInteger) &&
  Array.isArray(counts) &&
  counts.every(isCount) &&
  Array.isArray(findings) &&
  findings.every(isFinding);

/** `leaveOut`: what is not the row of a day. */
export const createComparisons = (
  { comparisons }: { readonly comparisons: Collection<ComparisonRow> },
  leaveOut: (row: ComparisonRow) => void = () => undefined,
) => ({
  keep: async ({ _id, ...row }: ComparisonRow): Promise<void> => {
    await comparisons.replaceOne({ _id }, row, { upsert: true });
  },

  /** What bears a day to come is not ours: it does not stand before those that are. */
  newest: async (now: Date): Promise<ComparisonRow | null> => {
    const today = dayOf(now.getTime());
    const [newest] = await firstOf(comparisons.find({}).sort({ _id: -1 }), 1, (row) => {
      const isOne = isComparison(row) && row._id <= today;
      if (!isOne) leaveOut(row);
      return isOne;
    });
    return newest ?? null;
  },
});
