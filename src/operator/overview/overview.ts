import type { Overview, Percentiles } from '../../contract/operator/overview';
import { type OrderState, orderStates } from '../../domain/order';
import { minuteMs } from '../../domain/timings';
import { whyStuck } from '../../domain/words/why-held';
import { whyWaiting } from '../../domain/words/why-waiting';
import type { SampledOrder, WaitingOrder } from '../../store/stats';
import type { TroubleLook } from '../troubles';

export const overviewMinutes = 60;
export const waitingStates = [
  'accepted',
  'notified',
  'verified',
  'partially_issued',
  'issued',
  'undeliverable',
] as const satisfies readonly OrderState[];

const issuersShown = 20;
const oldestShown = 8;
const failuresShown = 8;

type Outcome = 'delivered' | 'under_way' | 'failed';

export const outcomes = {
  accepted: 'under_way',
  notified: 'under_way',
  verified: 'under_way',
  partially_issued: 'under_way',
  issued: 'under_way',
  delivered: 'delivered',
  undeliverable: 'failed',
  refused: 'failed',
  expired: 'failed',
  cancelled: 'failed',
} as const satisfies Record<OrderState, Outcome>;

export interface OverviewSources {
  readonly atMs: number;
  /** Newest first. */
  readonly newest: readonly SampledOrder[];
  /** There are more orders in the hour than were read: the numbers are of the newest ones. */
  readonly isCapped: boolean;
  readonly oldest: readonly WaitingOrder[];
  readonly waiting: readonly { readonly state: OrderState; readonly count: number; readonly isCapped: boolean }[];
  readonly trouble: TroubleLook;
}

/** The console's first view, as pure numbers; `null` where a minute has none. */
export const overviewOf = ({ atMs, newest, isCapped, oldest, waiting, trouble }: OverviewSources): Overview => {
  const firstMinuteMs = Math.floor(atMs / minuteMs) * minuteMs - (overviewMinutes - 1) * minuteMs;
  const byMinute = Array.from({ length: overviewMinutes }, (): SampledOrder[] => []);
  for (const order of newest) byMinute[Math.floor((order.createdAt.getTime() - firstMinuteMs) / minuteMs)]?.push(order);
  const byIssuer = new Map<string, SampledOrder[]>();
  for (const order of newest) {
    const own = byIssuer.get(order.issuerId);
    if (own) own.push(order);
    else byIssuer.set(order.issuerId, [order]);
  }

  return {
    at: new Date(atMs).toISOString(),
    sample: {
      orders: newest.length,
      isCapped,
      since: (isCapped ? newest.at(-1)?.createdAt : undefined)?.toISOString() ?? new Date(firstMinuteMs).toISOString(),
    },
    totals: { ...countOutcomes(newest), ...countTroubles(newest) },
    toCode: percentiles(newest.flatMap(msToCode)),
    toVerification: percentiles(newest.flatMap(msToVerification)),
    minutes: byMinute.map((orders, n) => ({
      at: new Date(firstMinuteMs + n * minuteMs).toISOString(),
      ...countOutcomes(orders),
      toCode: percentiles(orders.flatMap(msToCode)),
    })),
    states: orderStates.map((state) => {
      const now = waiting.find((counted) => counted.state === state);
      return {
        state,
        lastHour: newest.filter((order) => order.state === state).length,
        ...(now ? { now: now.count, isNowCapped: now.isCapped } : {}),
      };
    }),
    issuers: [...byIssuer]
      .sort(([, a], [, b]) => b.length - a.length)
      .slice(0, issuersShown)
      .map(([issuerId, orders]) => ({
        issuerId,
        orders: orders.length,
        ...countOutcomes(orders),
        ...countTroubles(orders),
        toCode: percentiles(orders.flatMap(msToCode)),
      })),
    oldest: oldest
      .map(shownOldest)
      .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
      .slice(0, oldestShown),
    trouble: {
      // null: the engine did not say.
      stuck: trouble.stuck?.length ?? null,
      stuckOrders: (trouble.stuck ?? []).slice(0, failuresShown).map(({ issuerId, orderNo, isAfterSale }) => ({
        issuerId,
        orderNo,
        why: whyStuck(isAfterSale),
      })),
      undeliverable: trouble.undeliverable,
      eventsGivenUp: trouble.givenUp.length,
      paidTwice: trouble.paidTwice.length,
      bounced: trouble.bounced,
      codesReported: trouble.reported.length,
      voidUndecided: trouble.voidUndecided,
      sidesDiffer: trouble.differingCount,
      tampered: trouble.tampered.length + trouble.issuersTampered + Number(trouble.settingsTampered),
      issuersPaused: trouble.issuersPaused,
    },
    failures: newest
      .filter(({ state }) => outcomes[state] === 'failed')
      .sort((a, b) => b.facts.updatedAtMs - a.facts.updatedAtMs)
      .slice(0, failuresShown)
      .map(({ issuerId, orderNo, state, facts }) => ({
        issuerId,
        orderNo,
        state,
        at: new Date(facts.updatedAtMs).toISOString(),
        ...(facts.closedReason ? { closedReason: facts.closedReason } : {}),
      })),
  };
};

const shownOldest = ({ issuerId, orderNo, createdAt, facts }: WaitingOrder): Overview['oldest'][number] => ({
  ...{ issuerId, orderNo, state: facts.state, createdAt: createdAt.toISOString(), why: whyWaiting(facts) },
});

const countOutcomes = (orders: readonly SampledOrder[]): Record<Outcome, number> => {
  const counts = { delivered: 0, under_way: 0, failed: 0 };
  for (const { state } of orders) counts[outcomes[state]] += 1;
  return counts;
};

/** Errors and retries, also of orders that went well in the end. */
const countTroubles = (orders: readonly SampledOrder[]) => ({
  failedVerifications: sum(orders.map(({ facts }) => facts.failures)),
  callsTriedAgain: sum(orders.map(({ callsTriedAgain }) => callsTriedAgain)),
  deliveriesTriedAgain: sum(orders.map(({ facts }) => Math.max(0, facts.delivery.tries - 1))),
});

/** From the payment request to the codes at the terminal. */
const msToCode = ({ createdAt, deliveredAt }: SampledOrder): number[] =>
  deliveredAt ? [Math.max(0, deliveredAt.getTime() - createdAt.getTime())] : [];

const msToVerification = ({ createdAt, facts }: SampledOrder): number[] =>
  facts.verification ? [Math.max(0, facts.verification.verifiedAtMs - createdAt.getTime())] : [];

/** Nearest rank: always a time that was really measured. */
export const percentiles = (timesMs: readonly number[]): Percentiles => {
  const sorted = [...timesMs].sort((a, b) => a - b);
  const rank = (share: number): number | null => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
  return { count: sorted.length, p50Ms: rank(0.5), p95Ms: rank(0.95), p99Ms: rank(0.99) };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
