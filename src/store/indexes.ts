import { isDeepStrictEqual } from 'node:util';
import type { Collection, Document, IndexDescription } from 'mongodb';
import { statementKeptMs } from '../domain/days';
import { idempotencyLifetimeMs, secondMs } from '../domain/timings';
import type { Collections, Database } from './database';
import { reconciliationKeptMs } from './reconciliations';

/** An upgrade that brings a new index builds it over all rows; every other call has seconds. */
const buildLimitMs = 10 * 60_000;

const receivers = ['webhook', 'email'] as const;
const statementSeconds = statementKeptMs / secondMs;

const claimGuard = { name: 'one_order_per_claim', key: { claims: 1 }, unique: true, sparse: true } as const;

/**
 * Which query uses which one stands in test/store/exact-queries.ts, held by the test beside it. A sparse index holds only the
 * rows that have its field: it costs nothing for all others, and serves no query for rows without it (see docs/decisions).
 * What an issuer asks of its own begins with its id, so that no other one's rows are read for it: such an index holds all.
 */
const indexes: { readonly [name in keyof Collections]?: readonly (IndexDescription & { readonly name: string })[] } = {
  orders: [
    { name: 'by_position', key: { position: -1 } },
    { name: 'by_issuer', key: { issuerId: 1, position: -1 } },
    { name: 'by_issuer_change', key: { issuerId: 1, 'facts.updatedAtMs': -1, _id: -1 } },
    { name: 'by_issuer_day', key: { issuerId: 1, days: 1, _id: 1 } },
    { name: 'by_state', key: { state: 1, position: -1 } },
    { name: 'by_issuer_state', key: { issuerId: 1, state: 1, position: -1 } },
    { name: 'by_product', key: { 'product.id': 1, position: -1 } },
    { name: 'by_pickup', key: { pickupHash: 1 }, unique: true },
    { name: 'by_gift', key: { 'gift.hash': 1 }, unique: true, sparse: true },
    { name: 'by_order_no', key: { orderNo: 1 } },
    { name: 'by_order_no_in_any_case', key: { orderNoLower: 1 }, sparse: true },
    { name: 'by_issuer_number', key: { issuerId: 1, orderNoLower: 1 } },
    { name: 'by_payment', key: { 'payment.id': 1 }, sparse: true },
    { name: 'by_payer', key: { 'payment.payer': 1 }, sparse: true },
    { name: 'by_events_pending', key: { eventsPendingSince: 1 }, sparse: true },
    { name: 'by_issuer_events_pending', key: { issuerId: 1, eventsPendingSince: 1 } },
    { name: 'by_events_given_up', key: { eventsGivenUpAt: -1 }, sparse: true },
    { name: 'by_issuer_given_up', key: { issuerId: 1, eventsGivenUpAt: -1 } },
    { name: 'by_event', key: { issuerId: 1, 'events.writtenAt': 1 } },
    { name: 'by_message_id', key: { 'messages.id': 1 }, sparse: true },
    { name: 'by_to_give', key: { toGive: 1 }, sparse: true },
    { name: 'by_event_id', key: { 'events.id': 1 }, sparse: true },
    { name: 'by_message', key: { sentMessages: 1 }, sparse: true },
    { name: 'by_bounced', key: { bouncedAt: -1 }, sparse: true },
    { name: 'by_issuer_bounced', key: { issuerId: 1, bouncedAt: -1 } },
    { name: 'by_delivery_failed', key: { deliveryFailedAt: -1 }, sparse: true },
    { name: 'by_issuer_delivery_failed', key: { issuerId: 1, deliveryFailedAt: -1 } },
    { name: 'by_tampered', key: { tamperedAt: -1 }, sparse: true },
    { name: 'by_paid_twice', key: { paidTwiceAt: -1 }, sparse: true },
    { name: 'by_code_reported', key: { codeReportedAt: -1 }, sparse: true },
    { name: 'by_refund_open', key: { refundOpen: -1 }, sparse: true },
    { name: 'by_refund_settled', key: { refundSettled: -1 }, sparse: true },
    { name: 'by_void_waits', key: { 'voidWaits.state': 1, 'voidWaits.at': 1 }, sparse: true },
    { name: 'by_after_sales_due', key: { afterSalesDueSince: 1 }, sparse: true },
    { name: 'by_issuer_void_waits', key: { issuerId: 1, 'voidWaits.state': 1, 'voidWaits.at': -1 } },
    { name: 'by_unstarted', key: { unstartedSince: 1 }, sparse: true },
  ],
  // The reconciler forgets tombstones: the database would also a live issuer to which somebody wrote an end.
  issuers: [],
  submissions: [
    // One order per code value of an issuer: the guard behind `code_reused`.
    claimGuard,
    { name: 'by_order', key: { orderId: 1 } },
    { name: 'by_verdict_missing', key: { unjudgedSince: 1 }, sparse: true },
  ],
  requests: [
    { name: 'forget', key: { at: 1 }, expireAfterSeconds: idempotencyLifetimeMs / 1000 },
    { name: 'by_lease_end', key: { leaseUntil: 1 }, sparse: true },
  ],
  inbox: [{ name: 'by_time', key: { at: 1 } }],
  alerts: [
    { name: 'by_kind', key: { kind: 1, state: 1 } },
    ...receivers.map((receiver) => ({
      name: `by_${receiver}_untold`,
      key: { [`untold.${receiver}.nextAt`]: 1 } as const,
      sparse: true,
    })),
  ],
  orderSettings: [{ name: 'by_issuer_product', key: { issuerId: 1, productId: 1 }, sparse: true }],
  workers: [{ name: 'forget', key: { at: 1 }, expireAfterSeconds: 600 }],
  knownNetworks: [{ name: 'forget', key: { takenAt: 1 }, expireAfterSeconds: 2 * 86_400 }],
  answers: [{ name: 'forget', key: { at: 1 }, expireAfterSeconds: 600 }],
  replays: [
    { name: 'one_running_per_issuer', key: { running: 1 }, unique: true, sparse: true },
    { name: 'forget', key: { at: 1 }, expireAfterSeconds: 30 * 86_400 },
  ],
  conformanceRuns: [
    { name: 'one_running_per_issuer', key: { running: 1 }, unique: true, sparse: true },
    { name: 'by_issuer', key: { issuerId: 1, at: -1 } },
    { name: 'forget', key: { at: 1 }, expireAfterSeconds: 90 * 86_400 },
  ],
  conformanceOrders: [
    { name: 'by_run', key: { prefix: 1 } },
    { name: 'forget', key: { at: 1 }, expireAfterSeconds: 86_400 },
  ],
  echoes: [{ name: 'forget', key: { at: 1 }, expireAfterSeconds: 86_400 }],
  sandboxInbox: [
    { name: 'by_issuer', key: { issuerId: 1, at: -1 } },
    { name: 'forget', key: { at: 1 }, expireAfterSeconds: 30 * 86_400 },
  ],
  comparisons: [{ name: 'forget', key: { at: 1 }, expireAfterSeconds: 90 * 86_400 }],
  reconciliations: [
    { name: 'by_issuer', key: { issuerId: 1, at: -1 } },
    { name: 'forget', key: { at: 1 }, expireAfterSeconds: reconciliationKeptMs / secondMs },
  ],
  reconciliationPages: [{ name: 'forget', key: { at: 1 }, expireAfterSeconds: reconciliationKeptMs / secondMs }],
  statements: [{ name: 'forget', key: { at: 1 }, expireAfterSeconds: statementSeconds }],
  statementParts: [{ name: 'forget', key: { at: 1 }, expireAfterSeconds: statementSeconds }],
  dayCounts: [{ name: 'forget', key: { at: 1 }, expireAfterSeconds: 3 * 86_400 }],
  ledger: [
    { name: 'by_kind', key: { orderId: 1, kind: 1, seq: 1 } },
    { name: 'by_operation', key: { orderId: 1, operationId: 1, seq: 1 } },
  ],
  approvals: [
    { name: 'by_asker', key: { askedBy: 1, state: 1, endsAt: 1 } },
    { name: 'by_order', key: { orderId: 1 } },
    { name: 'by_position', key: { position: -1 } },
    { name: 'forget', key: { endsAt: 1 }, expireAfterSeconds: 90 * 86_400 },
  ],
  consoleSessions: [
    { name: 'by_name', key: { name: 1, position: -1 } },
    { name: 'by_position', key: { position: -1 } },
    { name: 'forget', key: { liveUntil: 1 }, expireAfterSeconds: 0 },
  ],
  portalSessions: [
    { name: 'by_name', key: { name: 1, position: -1 } },
    { name: 'forget', key: { liveUntil: 1 }, expireAfterSeconds: 0 },
  ],
  portalLinks: [
    { name: 'by_issuer', key: { issuerId: 1 } },
    { name: 'forget', key: { endsAt: 1 }, expireAfterSeconds: 0 },
  ],
  audit: [
    { name: 'by_position', key: { position: -1 } },
    { name: 'by_actor', key: { actor: 1, position: -1 } },
    { name: 'by_action', key: { action: 1, position: -1 } },
    { name: 'by_target', key: { target: 1, position: -1 } },
  ],
};

/** Of before: the partial ones, under whose names no sparse ones can be made, and one that forgot live rows. */
const formerNames: { readonly [name in keyof Collections]?: readonly string[] } = {
  issuers: ['forget'],
  orders: ['by_pending_event', 'by_event_given_up', 'by_missing_start'],
  submissions: ['one_order_per_code', 'by_unjudged'],
  requests: ['by_lease'],
  alerts: ['by_untold_webhook', 'by_untold_email'],
  orderSettings: ['by_product'],
};

/** Called by api and worker at each start; creating an index that is there changes nothing. */
export const ensureIndexes = async (database: Database): Promise<void> => {
  // Fails within its short limit where the database hangs.
  await database.ping();
  for (const name of Object.keys(indexes) as (keyof typeof indexes)[]) {
    const collection = database[name] as unknown as Collection<Document>;
    const own = indexes[name] ?? [];
    if (own.length > 0) await collection.createIndexes([...own], { timeoutMS: buildLimitMs });
    // After the new ones are there: the guard of codes is never missing.
    await dropFormer(collection, formerNames[name] ?? []);
  }
};

/** Asked by `/readyz`: without it one code is sold twice, and the next start alone makes it again. */
export const hasClaimGuard = async ({ submissions }: Pick<Database, 'submissions'>): Promise<boolean> =>
  (await submissions.indexes()).some(
    ({ key, unique, sparse, partialFilterExpression }) =>
      isDeepStrictEqual({ ...key }, claimGuard.key) && unique && sparse && partialFilterExpression === undefined,
  );

const dropFormer = async (collection: Collection<Document>, names: readonly string[]): Promise<void> => {
  if (names.length === 0) return;
  const kept = await collection.indexes().catch(noneUnlessThere);
  for (const { name } of kept) {
    if (name !== undefined && names.includes(name)) await collection.dropIndex(name).catch(unlessGone);
  }
};

const collectionNotFound = 26;
const indexNotFound = 27;

const noneUnlessThere = (error: unknown): IndexDescription[] => {
  if ((error as { code?: unknown }).code !== collectionNotFound) throw error;
  return [];
};

/** Another process that starts at the same moment may be the faster one. */
const unlessGone = (error: unknown): void => {
  if ((error as { code?: unknown }).code !== indexNotFound) throw error;
};
