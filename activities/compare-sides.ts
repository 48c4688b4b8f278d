import type { RowReader } from '../src/bounded/row-reader';
import type { ComparedKind, Finding, FindingCount } from '../src/domain/comparison';
import { dayOf } from '../src/domain/days';
import { modeOf, type OrderName, orderId } from '../src/domain/ids';
import { isFinal } from '../src/domain/order';
import { minuteMs } from '../src/domain/timings';
import type { Comparisons } from '../src/store/comparisons';
import type { Issuers } from '../src/store/issuers';
import type { ListedOrder, Orders } from '../src/store/orders';
import { type Reconciliations, reconciliationKeptMs } from '../src/store/reconciliations';
import type { Troubles } from '../src/temporal/troubles';

export interface Comparing {
  readonly rowReader: RowReader;
  readonly orders: Pick<Orders, 'named' | 'openAfter' | 'list' | 'bounced' | 'deliveryFailed'>;
  readonly troubles: Pick<Troubles, 'of' | 'runningOrders'>;
  readonly issuers: Pick<Issuers, 'list'>;
  readonly reconciliations: Pick<Reconciliations, 'newestOf' | 'readPage'>;
  readonly comparisons: Pick<Comparisons, 'keep'>;
  readonly nowMs: () => number;
  readonly sayAlive: () => void;
}

/** What one look takes: an order of which the two differ is asked for once more, alone. */
const ordersMax = 200_000;
const askedAloneMax = 5_000;
const atOnce = 500;
const findingsMax = 500;
const ofIssuerMax = 100;
const ofTerminalsMax = 1_000;
/** The engine's index is late by seconds, and what changed just now is still on its way. */
const settleMs = 10 * minuteMs;

/** Once a day: what our rows, the engine, the terminals and the issuers' own lists say of the same orders. It mends nothing. */
export const createCompareSides = (deps: Comparing) => ({
  compareSides: async (): Promise<number> => {
    const { orders, comparisons, nowMs, sayAlive } = deps;
    const startedMs = nowMs();
    const found = createFound();
    const engine = await compareWithEngine(deps, startedMs, found.add);
    const addAll = (rows: readonly ListedOrder[], kind: ComparedKind): void => {
      for (const row of rows) found.add(row, kind);
    };
    addAll(await orders.list({ state: 'undeliverable', mode: 'live', limit: ofTerminalsMax }), 'undeliverable');
    addAll(await orders.bounced(ofTerminalsMax, 'live'), 'bounced');
    addAll(await orders.deliveryFailed(ofTerminalsMax), 'delivery_failed');
    sayAlive();
    await addIssuersLists(deps, startedMs, found);
    await comparisons.keep({ _id: dayOf(startedMs), at: new Date(startedMs), ...engine, ...found.all() });
    return found.all().findings.length;
  },
});

const createFound = () => {
  const findings: Finding[] = [];
  const counts = new Map<string, FindingCount>();
  const count = (issuerId: string, kind: ComparedKind, n: number): void => {
    const key = `${issuerId}/${kind}`;
    counts.set(key, { issuerId, kind, count: (counts.get(key)?.count ?? 0) + n });
  };
  const name = ({ issuerId, orderNo }: OrderName, kind: ComparedKind): void => {
    if (findings.length < findingsMax) findings.push({ issuerId, orderNo, kind });
  };
  return {
    count,
    name,
    add: (order: OrderName, kind: ComparedKind): void => {
      count(order.issuerId, kind, 1);
      name(order, kind);
    },
    all: () => ({ findings, counts: [...counts.values()] }),
  };
};

const isLive = ({ issuerId }: OrderName): boolean => modeOf(issuerId) === 'live';

const compareWithEngine = async (
  { orders, rowReader, troubles, sayAlive }: Comparing,
  startedMs: number,
  add: (order: OrderName, kind: ComparedKind) => void,
) => {
  const running = new Set<string>();
  let askedAlone = 0;
  let isWhole = true;
  /** Both sides move: only what the engine says of this one order counts. */
  const isRunning = async (order: OrderName): Promise<boolean | undefined> => {
    askedAlone += 1;
    if (askedAlone > askedAloneMax) {
      isWhole = false;
      return undefined;
    }
    return (await troubles.of(order))?.isRunning ?? false;
  };
  const isSettled = ({ facts }: ListedOrder): boolean => facts.updatedAtMs < startedMs - settleMs;

  for await (const page of troubles.runningOrders(atOnce)) {
    sayAlive();
    if (running.size >= ordersMax) {
      isWhole = false;
      break;
    }
    for (const order of page) running.add(orderId(order));
    const live = page.filter(isLive);
    const rows = new Map((await orders.named(live)).map((row) => [row._id, row]));
    const known = new Set(rowReader.those('orders', [...rows.values()]));
    for (const order of live) {
      const row = rows.get(orderId(order));
      const isLeft = !row || (known.has(row) && isFinal(row.facts.state) && isSettled(row));
      if (isLeft && (await isRunning(order))) add(order, 'workflow_left');
    }
  }

  let looked = 0;
  let position = '0';
  while (looked < ordersMax) {
    sayAlive();
    const page = await orders.openAfter(position, new Date(startedMs - settleMs), atOnce);
    for (const row of page.filter(isLive)) {
      if (running.has(row._id) || !isSettled(row) || (await isRunning(row)) !== false) continue;
      // Its end may be in the row by now.
      const [newest] = rowReader.those('orders', await orders.named([row]));
      if (newest && !isFinal(newest.facts.state)) add(row, 'workflow_missing');
    }
    looked += page.length;
    position = page.at(-1)?.position ?? position;
    if (page.length < atOnce) return { orders: looked, workflows: running.size, isWhole };
  }
  return { orders: looked, workflows: running.size, isWhole: false };
};

const addIssuersLists = async (
  { issuers, reconciliations, sayAlive }: Comparing,
  startedMs: number,
  { count, name }: ReturnType<typeof createFound>,
): Promise<void> => {
  let after: string | undefined;
  for (;;) {
    const page = await issuers.list(after, atOnce);
    for (const { _id: issuerId } of page) {
      sayAlive();
      const newest = await reconciliations.newestOf(issuerId);
      if (!newest || newest.at.getTime() < startedMs - reconciliationKeptMs || newest.pages === 0) continue;
      const reconciliationId = newest._id.slice(issuerId.length + 1);
      const differences = await reconciliations.readPage({ issuerId, reconciliationId }, 0);
      const orderNos = [...new Set(differences.map(({ orderNo }) => orderNo))];
      const all = Object.values(newest.kinds).reduce((sum, n) => sum + n, 0);
      count(issuerId, 'issuer_differs', all);
      for (const orderNo of orderNos.slice(0, ofIssuerMax)) name({ issuerId, orderNo }, 'issuer_differs');
    }
    after = page.at(-1)?._id;
    if (page.length < atOnce) return;
  }
};
