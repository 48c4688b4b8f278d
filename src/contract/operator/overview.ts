import { z } from 'zod';
import { closeReasons, orderStates } from '../../domain/order';
import { count, instant, issuerId, orderNo } from '../fields';
import { declareRoute, type Wire } from '../route';

const path = '/v1/operator/console/overview';
const ms = z.number().min(0).nullable();

export const percentiles = z
  .strictObject({ count, p50Ms: ms, p95Ms: ms, p99Ms: ms })
  .meta({ id: 'Percentiles', description: 'Times that were really measured; null where there was none' });
export type Percentiles = Wire<typeof percentiles>;

const outcomes = { delivered: count, under_way: count, failed: count };
const troubles = { failedVerifications: count, callsTriedAgain: count, deliveriesTriedAgain: count };
const state = z.enum(orderStates);

const overview = z
  .strictObject({
    at: instant,
    sample: z.strictObject({
      orders: count,
      isCapped: z.boolean().meta({ description: 'There were more: the numbers are of the newest ones' }),
      since: instant,
    }),
    totals: z.strictObject({ ...outcomes, ...troubles }),
    toCode: percentiles,
    toVerification: percentiles,
    minutes: z.array(z.strictObject({ at: instant, ...outcomes, toCode: percentiles })),
    states: z.array(
      z.strictObject({ state, lastHour: count, now: count.optional(), isNowCapped: z.boolean().optional() }),
    ),
    issuers: z.array(z.strictObject({ issuerId, orders: count, ...outcomes, ...troubles, toCode: percentiles })),
    oldest: z.array(z.strictObject({ issuerId, orderNo, state, createdAt: instant, why: z.string() })),
    trouble: z.strictObject({
      stuck: count.nullable().meta({ description: 'null: the engine did not say' }),
      stuckOrders: z.array(z.strictObject({ issuerId, orderNo, why: z.string() })),
      undeliverable: count,
      eventsGivenUp: count,
      paidTwice: count,
      bounced: count,
      codesReported: count,
      voidUndecided: count,
      sidesDiffer: count,
      tampered: count,
      issuersPaused: count,
    }),
    failures: z.array(
      z.strictObject({ issuerId, orderNo, state, at: instant, closedReason: z.enum(closeReasons).optional() }),
    ),
  })
  .meta({ id: 'Overview' });
export type Overview = Wire<typeof overview>;

export const readOverview = declareRoute({
  method: 'get',
  path,
  name: 'readOverview',
  who: 'viewer',
  summary: 'The last hour in numbers',
  answers: { 200: { says: 'The overview', body: overview } },
  problems: [],
});

const sales = z
  .strictObject({
    since: instant,
    orders: count,
    isCapped: z.boolean().meta({ description: 'There were more: the numbers are of the newest ones' }),
    buckets: z.array(z.strictObject({ at: instant, ...outcomes })),
    products: z.array(
      z.strictObject({ issuerId, productId: z.string(), name: z.string(), orders: count, ...outcomes }),
    ),
    money: z
      .array(z.strictObject({ currency: z.string(), orders: count, paid: count, refundDue: count }))
      .meta({ description: 'In minor units' }),
  })
  .meta({ id: 'Sales' });
export type Sales = Wire<typeof sales>;

export const readSales = declareRoute({
  method: 'get',
  path: '/v1/operator/console/sales',
  name: 'readSales',
  who: 'viewer',
  summary: 'What was sold over a day or a week, by time, product and money; a minute old at most',
  query: z.strictObject({ hours: z.enum(['24', '168']).default('24') }),
  answers: { 200: { says: 'The sums', body: sales } },
  problems: [],
});

export const watchOverview = declareRoute({
  method: 'get',
  path: `${path}/events`,
  name: 'watchOverview',
  who: 'viewer',
  summary: 'The same, live, as server-sent events',
  answers: { 200: { says: 'An event `overview` every two seconds', mediaType: 'text/event-stream' } },
  problems: ['rate_limited'],
});
