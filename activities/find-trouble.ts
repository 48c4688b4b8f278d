import type { RowReader } from '../src/bounded/row-reader';
import { issuerOfCircuit } from '../src/domain/circuit-key';
import { isSidesKind } from '../src/domain/comparison';
import { issuerIdPattern, isTestIssuer, isText, type OrderName, orderNoPattern } from '../src/domain/ids';
import { minuteMs } from '../src/domain/timings';
import {
  alertsCircuit,
  isOverdue,
  paidTwiceShownMs,
  refundOverdueMs,
  type Trouble,
  type TroubleKind,
  untakenShownMs,
} from '../src/domain/trouble';
import type { Comparisons } from '../src/store/comparisons';
import type { Guesses } from '../src/store/guesses';
import { heldMs, type Issuers } from '../src/store/issuers';
import type { OrderSettingsStore } from '../src/store/order-settings';
import type { Stats, WaitingOrder } from '../src/store/stats';
import type { Workers } from '../src/store/workers';
import type { Troubles } from '../src/temporal/troubles';

export interface TroubleSources {
  readonly stats: Stats;
  readonly issuers: Issuers;
  readonly workers: Pick<Workers, 'alive'>;
  readonly guesses: Pick<Guesses, 'lastAt'>;
  readonly troubles: Pick<Troubles, 'stuckOrders'>;
  readonly comparisons: Pick<Comparisons, 'newest'>;
  readonly orderDeps: {
    readonly settings: Pick<OrderSettingsStore, 'isUntouched'>;
    readonly rowReader: RowReader;
  };
  readonly nowMs: () => number;
  /** Its last pass failed, and so does this one; left out by whoever is no pass. */
  readonly isReconcilerFailing?: boolean;
}

/** How many rows of one kind a pass looks at: a larger trouble is told all the same, with a smaller number. */
const rowsLimit = 200;
const missedSpanMs = 15 * minuteMs;
const missedMin = 3;
const guessedSpanMs = 15 * minuteMs;
/** Workers report every five seconds. */
const reportFreshMs = minuteMs;
const movingStates = ['accepted', 'notified', 'verified', 'partially_issued', 'issued'] as const;

type Finder = (sources: TroubleSources) => Promise<readonly Trouble[]>;

const isNamed = ({ issuerId, orderNo }: OrderName): boolean =>
  isText(issuerId, issuerIdPattern) && isText(orderNo, orderNoPattern);

/** Those of which it is so. What is no order says nothing of the others, and no text of it is told. */
const those = <Row extends OrderName & { readonly _id?: string }>(
  { orderDeps: { rowReader } }: TroubleSources,
  rows: readonly Row[],
  isSo: (row: Row) => boolean = () => true,
): Row[] => {
  const judged = rowReader.of('orders', (row: Row) => {
    if (!isNamed(row)) throw new Error('it has no name of an order');
    return isSo(row);
  });
  return rows.filter((row) => judged(row) === true);
};

const hostOfCircuit = (key: string): string => key.slice('host:'.length).split('#')[0] ?? '';

const isOfIssuer = ({ _id }: { readonly _id: string }): boolean => isText(_id, issuerIdPattern);

/** What is wrong now, by kind; it throws where nobody could tell, so that nothing is raised or cleared by it. */
export const finders: Record<TroubleKind, Finder> = {
  issuer_paused: async ({ issuers }) =>
    (await issuers.paused(rowsLimit)).filter(isOfIssuer).map(({ _id }) => ({
      kind: 'issuer_paused',
      subject: _id,
      summary: `Issuer ${_id} is paused: its new orders are refused and its open ones are held.`,
    })),

  circuit_open: async ({ workers, nowMs }) =>
    [...new Set((await workers.alive(new Date(nowMs()), reportFreshMs, rowsLimit)).flatMap((row) => row.openedLately))]
      .filter((key) => key !== alertsCircuit && !isTestIssuer(issuerOfCircuit(key)))
      .map((key) => ({
        kind: 'circuit_open',
        subject: key,
        summary: issuerIdPattern.test(key)
          ? `Callbacks to issuer ${key} fail so often that it is called only now and then.`
          : key.startsWith('host:')
            ? `No connection can be made to ${hostOfCircuit(key)}, so that it is called only now and then.`
            : `Deliveries to ${key.replace(/^terminal:/, '')} fail so often that it is called only now and then.`,
      })),

  orders_overdue: async (sources) => {
    const { stats, issuers, nowMs } = sources;
    const rows = (await Promise.all(movingStates.map((state) => stats.oldest(state, rowsLimit)))).flat();
    const suspects = those(sources, rows, ({ facts }) => isOverdue(facts, 0, nowMs()));
    const overdue: WaitingOrder[] = [];
    for (const [issuerId, orders] of byIssuer(suspects)) {
      const holds = (await issuers.findEver(issuerId))?.holds ?? [];
      overdue.push(
        ...those(sources, orders, ({ facts }) => {
          const sinceMs = facts.verification?.verifiedAtMs ?? facts.createdAtMs;
          return isOverdue(facts, heldMs(holds, sinceMs, nowMs()), nowMs());
        }),
      );
    }
    return perIssuer('orders_overdue', overdue, (count, issuerId, orderNo) => {
      const more = andMore(count);
      return `Order ${orderNo}${more} of issuer ${issuerId} should have moved on by itself and did not.`;
    });
  },

  orders_wait_for_person: async (sources) => {
    const { stats, nowMs } = sources;
    const waiting = those(sources, await stats.oldest('undeliverable', rowsLimit));
    const untaken = those(sources, await stats.deliveryFailedSince(new Date(nowMs() - untakenShownMs), rowsLimit));
    const told = new Set(waiting.map(({ issuerId }) => issuerId));
    return [
      ...perIssuer('orders_wait_for_person', waiting, (count, issuerId, orderNo) => {
        const more = andMore(count);
        return `Order ${orderNo}${more} of issuer ${issuerId} could not be delivered: redeliver or cancel.`;
      }),
      ...perIssuer(
        'orders_wait_for_person',
        untaken.filter(({ issuerId }) => !told.has(issuerId)),
        (count, issuerId, orderNo) =>
          `The terminal of order ${orderNo}${andMore(count)} of issuer ${issuerId} did not take newer codes, or which are void: redeliver.`,
      ),
    ];
  },

  windows_missed: async (sources) => {
    const sinceMs = sources.nowMs() - missedSpanMs;
    const expired = await sources.stats.newestExpired(rowsLimit);
    const missed = those(sources, expired, ({ facts }) => facts.updatedAtMs >= sinceMs);
    const many = [...byIssuer(missed)]
      .filter(([, orders]) => orders.length >= missedMin)
      .flatMap(([, orders]) => orders);
    return perIssuer(
      'windows_missed',
      many,
      (count, issuerId) =>
        `${count} orders of issuer ${issuerId} expired in 15 minutes without a verification or a code.`,
    );
  },

  paid_twice: async (sources) =>
    perIssuer(
      'paid_twice',
      those(sources, await sources.stats.paidTwiceSince(new Date(sources.nowMs() - paidTwiceShownMs), rowsLimit)),
      (count, issuerId, orderNo) => {
        const more = andMore(count);
        return `A second payment came for order ${orderNo}${more} of issuer ${issuerId}: the buyer may have paid twice.`;
      },
    ),

  sides_differ: async ({ comparisons, nowMs }) => {
    const counts = (await comparisons.newest(new Date(nowMs())))?.counts ?? [];
    const issuerIds = [...new Set(counts.filter(({ kind }) => isSidesKind(kind)).map(({ issuerId }) => issuerId))];
    return issuerIds
      .filter((id) => issuerIdPattern.test(id))
      .slice(0, rowsLimit)
      .map((subject) => ({
        kind: 'sides_differ',
        subject,
        summary: `Issuer, database and engine say different things of orders of issuer ${subject}.`,
      }));
  },

  refunds_overdue: async (sources) => {
    const due = await sources.stats.refundsLongestOpen(rowsLimit);
    const overdue = those(sources, due, ({ facts }) => facts.updatedAtMs < sources.nowMs() - refundOverdueMs);
    return perIssuer(
      'refunds_overdue',
      overdue,
      (count, issuerId, orderNo) =>
        `The refund of order ${orderNo}${andMore(count)} of issuer ${issuerId} is due for more than 7 days.`,
    );
  },

  tokens_guessed: async ({ guesses, nowMs }) => {
    const lastAt = await guesses.lastAt();
    if (!lastAt || lastAt.getTime() < nowMs() - guessedSpanMs) return [];
    const summary = 'Wrong operator tokens come without end: somebody guesses, or a program has an old one.';
    return [{ kind: 'tokens_guessed', subject: 'operators', summary }];
  },

  /** What somebody else wrote to: an issuer is named before orders of it. */
  tampered: async ({ stats, orderDeps }) => {
    const summary =
      'What is set for the platform is not in the database as the platform wrote it: the strictest counts. Set it anew.';
    const platform = (await orderDeps.settings.isUntouched())
      ? []
      : [{ kind: 'tampered' as const, subject: 'platform', summary }];
    const found = await stats.tampered(rowsLimit);
    const foundIssuers = await stats.tamperedIssuers(rowsLimit);
    const ids = foundIssuers.filter((id) => issuerIdPattern.test(id));
    const named = found.filter(isNamed);
    // No text of such a row is told.
    const nameless = found.length - named.length + foundIssuers.length - ids.length;
    const rows = {
      kind: 'tampered' as const,
      subject: 'database',
      summary: `Rows without a name that the platform gives are in the database: ${nameless}.`,
    };
    const issuers = ids.map((issuerId) => ({
      kind: 'tampered' as const,
      subject: issuerId,
      summary: `Issuer ${issuerId} is not in the database as the platform wrote it: it is neither called nor believed.`,
    }));
    const told = new Set(ids);
    const orders = perIssuer('tampered', named, (count, issuerId, orderNo) => {
      const verb = count > 1 ? 'are' : 'is';
      return `Order ${orderNo}${andMore(count)} of issuer ${issuerId} ${verb} not in the database as the platform wrote it: no code is given.`;
    });
    return [
      ...platform,
      ...(nameless > 0 ? [rows] : []),
      ...issuers,
      ...orders.filter(({ subject }) => !told.has(subject)),
    ];
  },

  /** One trouble, whoever's orders they are: it is the workers that are unfit. */
  orders_stuck: async ({ troubles, isReconcilerFailing = false }) => {
    const stuck = await troubles.stuckOrders(rowsLimit);
    const [first] = stuck;
    if (!first && !isReconcilerFailing) return [];
    const verb = stuck.length > 1 ? 'are' : 'is';
    const summary = first
      ? `Order ${first.orderNo} of issuer ${first.issuerId}${andMore(stuck.length)} ${verb} stuck, as workflow code fails: deploy the former or a mended worker.`
      : 'Passes of the reconciler fail: what waits for it is not mended. The Temporal UI shows why: look for reconcile.';
    return [{ kind: 'orders_stuck', subject: 'workers', summary }];
  },
};

const byIssuer = <T extends { readonly issuerId: string }>(orders: readonly T[]): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const order of orders) {
    const group = groups.get(order.issuerId);
    if (group) group.push(order);
    else groups.set(order.issuerId, [order]);
  }
  return groups;
};

const andMore = (count: number): string => (count > 1 ? ` and ${count - 1} more` : '');

const perIssuer = <T extends { readonly issuerId: string; readonly orderNo: string }>(
  kind: TroubleKind,
  orders: readonly T[],
  say: (count: number, issuerId: string, orderNo: string) => string,
): Trouble[] =>
  [...byIssuer(orders)].map(([issuerId, own]) => ({
    kind,
    subject: issuerId,
    summary: say(own.length, issuerId, own[0]?.orderNo ?? ''),
  }));
