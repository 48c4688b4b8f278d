import { type Mode, type OrderName, orderNameOf } from '../domain/ids';
import type { ListedFacts } from '../domain/items';
import type { OrderFacts, OrderState } from '../domain/order';
import type { TroubleKind } from '../domain/trouble';
import { arrayOf } from './adding-events';
import type { Database } from './database';
import { firstOf } from './first-of';
import type { IssuerRow } from './issuers';
import { inLists, listed } from './listed-orders';
import { issuersOfMode } from './of-mode';
import { isOwed, isSampled, isSold } from './order-shape';
import { positionsOf } from './orders';

/** What the console's overview needs of one order. */
export interface SampledOrder {
  readonly _id?: string;
  readonly issuerId: string;
  readonly orderNo: string;
  readonly position: string;
  readonly state: OrderState;
  readonly createdAt: Date;
  readonly deliveredAt?: Date;
  /** Notices and code requests that were sent once more after a failed try. */
  readonly callsTriedAgain: number;
  readonly facts: Pick<OrderFacts, 'verification' | 'failures' | 'closedReason' | 'updatedAtMs' | 'delivery'>;
}

export interface WaitingOrder {
  readonly _id?: string;
  readonly issuerId: string;
  readonly orderNo: string;
  readonly createdAt: Date;
  readonly facts: ListedFacts;
}

export interface OwedRefund {
  readonly _id: string;
  readonly amount: { readonly currency: string };
  readonly facts: Pick<OrderFacts, 'refundDueValue' | 'refundSettledValue'>;
}

/** What the sums over days need of one order. */
export interface SoldOrder {
  readonly _id?: string;
  readonly issuerId: string;
  readonly position: string;
  readonly state: OrderState;
  readonly createdAt: Date;
  readonly product: { readonly id: string; readonly name: string };
  readonly amount: { readonly value: number; readonly currency: string };
  readonly facts: Pick<OrderFacts, 'refundDueValue'>;
}

/** Test orders are in no number. */
const live = positionsOf('live');

/** Counted where the rows are, so that no timeline comes over; a line is written once. */
const callsTriedAgain = {
  $size: {
    $filter: {
      input: arrayOf('timeline'),
      as: 'line',
      cond: { $and: [{ $in: ['$$line.event', ['notice_sent', 'code_requested']] }, { $gt: ['$$line.detail.try', 1] }] },
    },
  },
};

const sampled = {
  issuerId: 1,
  orderNo: 1,
  position: 1,
  state: 1,
  createdAt: 1,
  deliveredAt: 1,
  callsTriedAgain,
  'facts.verification': 1,
  'facts.failures': 1,
  'facts.closedReason': 1,
  'facts.updatedAtMs': 1,
  'facts.delivery': 1,
} as const;

/** `isOurs`: left out, an order as lists have it. */
type IsOne = <Row extends object>(isOurs?: (row: Row) => boolean) => (row: Row) => boolean;

/** No id of another type is anybody's. */
const nameIn = (id: unknown): string => (typeof id === 'string' ? id : '');

export type Stats = ReturnType<typeof createStats>;

/** The newest first. */
const newestSince =
  (
    orders: Database['orders'],
    mark: 'eventsGivenUpAt' | 'paidTwiceAt' | 'codeReportedAt' | 'deliveryFailedAt',
    isOrder: (row: object) => boolean,
  ) =>
  (since: Date, limit: number): Promise<(OrderName & { readonly _id?: string })[]> =>
    firstOf(
      orders
        .find({ [mark]: { $gte: since }, position: live })
        .project<OrderName & { readonly _id: string }>({ issuerId: 1, orderNo: 1 })
        .sort({ [mark]: -1 }),
      limit,
      isOrder,
    );

/** Read by the console's sampler, the troubles and the metrics page, once for all who ask. Every query has a limit. */
export const createStats = (
  { orders, issuers, alerts }: Pick<Database, 'orders' | 'issuers' | 'alerts'>,
  isOne: IsOne = () => () => true,
  isOrder: (row: object) => boolean = isOne(),
) => ({
  /** The newest orders since then, newest first: a range of `by_position`. */
  newest: (since: Date, limit: number): Promise<SampledOrder[]> =>
    firstOf(
      orders
        .find({ position: { ...live, $gte: since.toISOString() } })
        .project<SampledOrder>(sampled)
        .sort({ position: -1 }),
      limit,
      isOne(isSampled),
    ),

  /** The same orders once more: by `_id`. */
  again: (ids: readonly string[]): Promise<SampledOrder[]> =>
    orders
      .find({ _id: { $in: [...ids] } })
      .project<SampledOrder>(sampled)
      .toArray(),

  /** Newest first, before a position where one is given: a range of `by_position`. */
  sold: (since: Date, before: string | undefined, limit: number): Promise<SoldOrder[]> =>
    firstOf(
      orders
        .find({ position: { ...live, $gte: since.toISOString(), ...(before === undefined ? {} : { $lt: before }) } })
        .project<SoldOrder>({
          ...{ issuerId: 1, position: 1, state: 1, createdAt: 1, product: 1, amount: 1 },
          'facts.refundDueValue': 1,
        })
        .sort({ position: -1 }),
      limit,
      isOne(isSold),
    ),

  /** How many orders are in a state, up to the limit: `by_state`. */
  count: (state: OrderState, limit: number): Promise<number> =>
    orders.countDocuments({ state, position: live }, { limit }),

  /** Orders whose issuer was not told an event: `by_events_given_up`. */
  givenUpSince: newestSince(orders, 'eventsGivenUpAt', isOrder),

  /** Orders for which a second payment came: `by_paid_twice`. */
  paidTwiceSince: newestSince(orders, 'paidTwiceAt', isOrder),

  /** Orders whose terminal did not take what came after the first delivery: `by_delivery_failed`. */
  deliveryFailedSince: newestSince(orders, 'deliveryFailedAt', isOrder),

  /** Orders whose buyer said that a code does not work: `by_code_reported`. */
  codeReportedSince: newestSince(orders, 'codeReportedAt', isOrder),

  /** Orders whose row somebody else wrote to, by what is sure of them: `by_tampered`. */
  tampered: (limit: number): Promise<OrderName[]> =>
    orders
      .find({ tamperedAt: { $exists: true } })
      .project<{ _id: unknown }>({ _id: 1 })
      .sort({ tamperedAt: -1 })
      .limit(limit)
      .map(({ _id }) => orderNameOf(nameIn(_id)))
      .toArray(),

  /** There are few issuers: no index. */
  tamperedIssuers: async (limit: number): Promise<string[]> =>
    (
      await issuers
        .find({ tamperedAt: { $exists: true } })
        .project<{ _id: string }>({ _id: 1 })
        .limit(limit)
        .toArray()
    ).map(({ _id }) => nameIn(_id)),

  /** What is owed to buyers: `by_refund_open`. */
  refundsOpen: (limit: number, mode: Mode): Promise<OwedRefund[]> =>
    firstOf(
      orders
        .find({ refundOpen: positionsOf(mode) })
        .project<OwedRefund>({ 'amount.currency': 1, 'facts.refundDueValue': 1, 'facts.refundSettledValue': 1 })
        .sort({ refundOpen: -1 }),
      limit,
      isOne(isOwed),
    ),

  /** Of the oldest orders, by `by_refund_open` from its end. */
  refundsLongestOpen: (limit: number): Promise<WaitingOrder[]> =>
    firstOf(
      orders.find({ refundOpen: live }).project<WaitingOrder>(inLists).sort({ refundOpen: 1 }).map(listed),
      limit,
      isOrder,
    ),

  /** There are few issuers: no index. */
  countIssuers: (state: IssuerRow['state'], limit: number): Promise<number> =>
    issuers.countDocuments({ state, deletedAt: { $exists: false }, ...issuersOfMode('live') }, { limit }),

  /** Whose message came back; whose request to destroy codes waits for a person. */
  countBounced: (limit: number): Promise<number> =>
    orders.countDocuments({ bouncedAt: { $exists: true }, position: live }, { limit }),
  countVoidUndecided: (limit: number): Promise<number> =>
    orders.countDocuments({ 'voidWaits.state': 'undecided', position: live }, { limit }),

  /** `by_events_pending` and `by_unstarted` hold nothing else. */
  countPendingEvents: (limit: number): Promise<number> =>
    orders.countDocuments({ eventsPendingSince: { $exists: true }, position: live }, { limit }),
  countUnstarted: (limit: number): Promise<number> =>
    orders.countDocuments({ unstartedSince: { $exists: true }, position: live }, { limit }),

  countRaised: (kind: TroubleKind, limit: number): Promise<number> =>
    alerts.countDocuments({ kind, state: 'raised' }, { limit }),

  /** By `by_state`: of what expired, the newest payments. */
  newestExpired: (limit: number): Promise<WaitingOrder[]> =>
    firstOf(
      orders
        .find({ state: 'expired', position: live })
        .project<WaitingOrder>(inLists)
        .sort({ position: -1 })
        .map(listed),
      limit,
      isOrder,
    ),

  /** The longest in a state: `by_state` from its end. */
  oldest: (state: OrderState, limit: number): Promise<WaitingOrder[]> =>
    firstOf(
      orders.find({ state, position: live }).project<WaitingOrder>(inLists).sort({ position: 1 }).map(listed),
      limit,
      isOrder,
    ),
});
