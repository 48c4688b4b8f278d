import { idempotencyLifetimeMs } from '../domain/timings';
import type { Database } from './database';

/** Called by api and worker at each start; creating an index that is there changes nothing. */
export const ensureIndexes = async (database: Database): Promise<void> => {
  const { orders, submissions, requests, audit, alerts, orderSettings, workers } = database;
  await orders.createIndexes([
    { name: 'by_position', key: { position: -1 } },
    { name: 'by_issuer', key: { issuerId: 1, position: -1 } },
    { name: 'by_state', key: { state: 1, position: -1 } },
    { name: 'by_issuer_state', key: { issuerId: 1, state: 1, position: -1 } },
    { name: 'by_pickup', key: { pickupHash: 1 }, unique: true },
    { name: 'by_order_no', key: { orderNo: 1 } },
    {
      name: 'by_pending_event',
      key: { eventsPendingSince: 1 },
      partialFilterExpression: { eventsPendingSince: { $exists: true } },
    },
    {
      name: 'by_event_given_up',
      key: { eventsGivenUpAt: -1 },
      partialFilterExpression: { eventsGivenUpAt: { $exists: true } },
    },
    {
      name: 'by_missing_start',
      key: { unstartedSince: 1 },
      partialFilterExpression: { unstartedSince: { $exists: true } },
    },
  ]);
  await submissions.createIndexes([
    // One order per code value of an issuer: the guard behind `code_reused`.
    {
      name: 'one_order_per_code',
      key: { claims: 1 },
      unique: true,
      partialFilterExpression: { claims: { $exists: true } },
    },
    { name: 'by_order', key: { orderId: 1 } },
    { name: 'by_unjudged', key: { unjudgedSince: 1 }, partialFilterExpression: { unjudgedSince: { $exists: true } } },
  ]);
  await requests.createIndexes([
    { name: 'forget', key: { at: 1 }, expireAfterSeconds: idempotencyLifetimeMs / 1000 },
    { name: 'by_lease', key: { leaseUntil: 1 }, partialFilterExpression: { leaseUntil: { $exists: true } } },
  ]);
  await alerts.createIndexes([
    { name: 'by_kind', key: { kind: 1, state: 1 } },
    ...['webhook', 'email'].map((receiver) => ({
      name: `by_untold_${receiver}`,
      key: { [`untold.${receiver}.nextAt`]: 1 },
      partialFilterExpression: { [`untold.${receiver}.nextAt`]: { $exists: true } },
    })),
  ]);
  await orderSettings.createIndexes([
    {
      name: 'by_product',
      key: { issuerId: 1, productId: 1 },
      partialFilterExpression: { issuerId: { $exists: true } },
    },
  ]);
  await workers.createIndexes([{ name: 'forget', key: { at: 1 }, expireAfterSeconds: 600 }]);
  await audit.createIndexes([{ name: 'by_position', key: { position: -1 } }]);
};
