import { goodCount, type ListedFacts } from './items';
import type { OrderState } from './order';

/** What two sides may compare of an order; money in minor units. */
export interface ComparedFacts {
  readonly state?: OrderState;
  readonly amount?: number;
  readonly currency?: string;
  readonly issued?: number;
  readonly refundSettled?: number;
}

export interface ListedOrder extends ComparedFacts {
  readonly orderNo: string;
}

/** In the order in which those of one order are told. */
export const differenceKinds = ['missing_here', 'missing_there', 'amount', 'state', 'issued', 'refund'] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

/** Each side as far as it differs; `null` where it has no such order. */
export interface Difference {
  readonly orderNo: string;
  readonly kind: DifferenceKind;
  readonly ours: ComparedFacts | null;
  readonly theirs: ComparedFacts | null;
}

export const comparedFacts = (facts: ListedFacts): Required<ComparedFacts> => ({
  state: facts.state,
  amount: facts.amount.value,
  currency: facts.amount.currency,
  issued: goodCount(facts),
  refundSettled: facts.refundSettledValue ?? 0,
});

const comparedTogether = {
  amount: ['amount', 'currency'],
  state: ['state'],
  issued: ['issued'],
  refund: ['refundSettled'],
} as const satisfies Record<
  Exclude<DifferenceKind, 'missing_here' | 'missing_there'>,
  readonly (keyof ComparedFacts)[]
>;

/** Only what the line gives is compared. Source: rule 22. */
export const differencesOf = (
  { orderNo, ...theirs }: ListedOrder,
  ours: Required<ComparedFacts> | undefined,
): Difference[] => {
  if (!ours) return [{ orderNo, kind: 'missing_here', ours: null, theirs }];
  return differenceKinds.flatMap((kind) => {
    if (kind === 'missing_here' || kind === 'missing_there') return [];
    const given = comparedTogether[kind].filter((field) => theirs[field] !== undefined);
    if (given.every((field) => theirs[field] === ours[field])) return [];
    return [{ orderNo, kind, ours: only(ours, comparedTogether[kind]), theirs: only(theirs, given) }];
  });
};

export const missingThere = (orderNo: string, ours: ComparedFacts): Difference => ({
  orderNo,
  kind: 'missing_there',
  ours,
  theirs: null,
});

const only = (facts: ComparedFacts, fields: readonly (keyof ComparedFacts)[]): ComparedFacts =>
  Object.fromEntries(fields.map((field) => [field, facts[field]]));
