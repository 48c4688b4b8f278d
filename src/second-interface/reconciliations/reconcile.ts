import type { RowReader } from '../../bounded/row-reader';
import type { readReconciliation } from '../../contract/issuer/reconciliations';
import { bodyInvalid } from '../../contract/problem';
import type { GivenBody } from '../../contract/route';
import { type Mode, modeOf, orderNameOf } from '../../domain/ids';
import {
  comparedFacts,
  type Difference,
  type DifferenceKind,
  differencesOf,
  type ListedOrder,
  missingThere,
} from '../../domain/reconciliation';
import type { DayCounts } from '../../store/day-counts';
import type { Orders } from '../../store/orders';
import type { ReconciliationName, Reconciliations } from '../../store/reconciliations';

export interface Reconciling {
  readonly orders: Pick<Orders, 'named' | 'numbersWithin'>;
  readonly rowReader: RowReader;
  readonly reconciliations: Reconciliations;
  readonly dayCounts: Pick<DayCounts, 'require'>;
  readonly nowMs: () => number;
}

export interface Span {
  readonly from: Date;
  readonly to: Date;
}

type Body = GivenBody<typeof readReconciliation>;

/** Each is kept for 30 days, and may be of 50,000 orders. */
const perDayMax = { live: 500, test: 20 } as const satisfies Record<Mode, number>;
const differencesPerPage = 1_000;
const comparedAtOnce = 200;
const numbersAtOnce = 5_000;
/** As many as a list may have: whoever has more compares a shorter time. */
const withinMax = 50_000;

/** Each order that either side has is looked at once, by number; differences are kept page by page, and never all in memory. */
export const reconcile = async (
  deps: Omit<Reconciling, 'dayCounts'>,
  name: ReconciliationName,
  listed: ReadonlyMap<string, ListedOrder>,
  span: Span | undefined,
): Promise<void> => {
  const { orders, rowReader, reconciliations, nowMs } = deps;
  const at = new Date(nowMs());
  const numbers = new Set(listed.keys());
  if (span) for (const orderNo of await numbersWithin(deps, name.issuerId, span)) numbers.add(orderNo);
  const sorted = [...numbers].sort();
  const kinds: Partial<Record<DifferenceKind, number>> = {};
  let equal = 0;
  let pages = 0;
  let page: Difference[] = [];
  const keepPage = async (): Promise<void> => {
    await reconciliations.keepPage(name, pages, page, at);
    pages += 1;
    page = [];
  };
  for (let from = 0; from < sorted.length; from += comparedAtOnce) {
    const some = sorted.slice(from, from + comparedAtOnce);
    const { issuerId } = name;
    const rows = await orders.named(some.map((orderNo) => ({ issuerId, orderNo })));
    const known = rowReader.those('orders', rows);
    const ours = new Map(known.map((row) => [row.orderNo, comparedFacts(row.facts)]));
    // Of what somebody else wrote nothing is said.
    const unsure = new Set(rows.map(({ _id }) => orderNameOf(_id).orderNo).filter((orderNo) => !ours.has(orderNo)));
    for (const orderNo of some.filter((one) => !unsure.has(one))) {
      const line = listed.get(orderNo);
      const own = ours.get(orderNo);
      const found = line ? differencesOf(line, own) : own ? [missingThere(orderNo, own)] : [];
      if (line && found.length === 0) equal += 1;
      for (const difference of found) {
        kinds[difference.kind] = (kinds[difference.kind] ?? 0) + 1;
        page.push(difference);
        if (page.length === differencesPerPage) await keepPage();
      }
    }
  }
  if (page.length > 0) await keepPage();
  await reconciliations.finish(name, { at, compared: listed.size, equal, pages, kinds });
};

/** @throws Failure `rate_limited` */
export const requireRoom = ({ dayCounts, nowMs }: Pick<Reconciling, 'dayCounts' | 'nowMs'>, issuerId: string) => {
  const limit = perDayMax[modeOf(issuerId)];
  const share = { name: `reconciliations/${issuerId}`, n: 1, at: new Date(nowMs()), limit };
  return dayCounts.require({ ...share, detail: `${limit} reconciliations a day are kept` });
};

export const pageOfReconciliation = async (
  { reconciliations }: Pick<Reconciling, 'reconciliations'>,
  name: ReconciliationName,
  page: number,
): Promise<(Omit<Body, 'nextCursor'> & { readonly next: number | undefined }) | undefined> => {
  const row = await reconciliations.find(name);
  if (!row || (page > 0 && page >= row.pages)) return undefined;
  return {
    reconciliationId: name.reconciliationId,
    compared: row.compared,
    equal: row.equal,
    differences: row.pages > 0 ? await reconciliations.readPage(name, page) : [],
    next: page + 1 < row.pages ? page + 1 : undefined,
  };
};

/** @throws Failure `body_invalid` at `/to` */
const numbersWithin = async (
  { orders }: Pick<Reconciling, 'orders'>,
  issuerId: string,
  { from, to }: Span,
): Promise<string[]> => {
  const found: string[] = [];
  let after: string | undefined;
  for (;;) {
    const rows = await orders.numbersWithin(issuerId, { from, to, after }, numbersAtOnce);
    found.push(...rows.map(({ orderNo }) => orderNo));
    if (found.length > withinMax) {
      const message = `comes after more than ${withinMax} orders: compare a shorter time`;
      throw bodyInvalid([{ path: '/to', code: 'too_many_orders', message }]);
    }
    if (rows.length < numbersAtOnce) return found;
    after = rows.at(-1)?.position;
  }
};
