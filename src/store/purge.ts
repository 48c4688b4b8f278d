import type { AnyBulkWriteOperation } from 'mongodb';
import type { Mode } from '../domain/ids';
import { finalStates, type OrderFacts } from '../domain/order';
import { dayMs } from '../domain/timings';
import { type ClaimSeal, ownClaims, type SubmissionRow, withoutSealed } from './codes';
import type { Database } from './database';
import { type OrderRow, type PendingEvent, positionAt, positionsOf } from './orders';

export type Purge = ReturnType<typeof createPurge>;

/** A final order whose time is over: enough to purge it. */
export type PurgeableOrder = Pick<OrderRow, '_id' | 'issuerId' | 'orderNo' | 'pickupHash' | 'wrappedKey'>;

/** With the marks that keep it, and what they are of. */
export interface KeptOrder extends Pick<OrderRow, '_id' | 'position' | 'eventsPendingSince' | 'refundOpen'> {
  readonly facts: Pick<OrderFacts, 'refundDueValue' | 'refundSettledValue'>;
  readonly events?: readonly (Pick<PendingEvent, 'status'> | null)[];
}

const claimsAtOnce = 500;
/** No pass puts its next look at events off for longer. */
const eventsDeferredMaxMs = 2 * dayMs;

/** `told`: all its events are, and a process died before it said so. `wrong`: the platform never writes such a mark. */
export const whyKept = (order: KeptOrder, nowMs: number): 'kept' | 'told' | 'wrong' => {
  const { eventsPendingSince, refundOpen, facts, events } = order;
  const { refundDueValue = 0, refundSettledValue = 0 } = facts;
  if (refundOpen !== undefined && !(refundDueValue > refundSettledValue)) return 'wrong';
  if (eventsPendingSince === undefined) return 'kept';
  const isTime = eventsPendingSince instanceof Date && eventsPendingSince.getTime() < nowMs + eventsDeferredMaxMs;
  if (!isTime || !Array.isArray(events)) return 'wrong';
  return events.some((event) => event?.status === 'pending') ? 'kept' : 'told';
};

/**
 * Forgets old orders for good. What stays is what uniqueness needs: the row's `_id`, so that no order takes its number,
 * and the claims of its codes, so that none is sold twice.
 */
export const createPurge = (
  {
    orders,
    submissions,
    inbox,
    ledger,
    approvals,
  }: Pick<Database, 'orders' | 'submissions' | 'inbox' | 'ledger' | 'approvals'>,
  seal: ClaimSeal,
) => {
  /** What somebody else wrote does not become the platform's by it; what holds no value is not kept. */
  const leaveClaims = async (order: PurgeableOrder): Promise<void> => {
    const fits = seal.fits(order);
    let writes: AnyBulkWriteOperation<SubmissionRow>[] = [];
    const write = async (): Promise<void> => {
      if (writes.length > 0) await submissions.bulkWrite(writes, { ordered: false });
      writes = [];
    };
    for await (const row of submissions.find({ orderId: order._id }, withoutSealed)) {
      const { _id } = row;
      const claims = seal.isOfPurged(row) ? row.claims : fits(row) ? ownClaims(row) : undefined;
      const $set = { codes: [], status: 'accepted', claims, mac: seal.ofPurged({ _id, claims }) } as const;
      const $unset = { unjudgedSince: 1, digest: 1 } as const;
      writes.push(
        claims?.length
          ? { updateOne: { filter: { _id }, update: { $set, $unset } } }
          : { deleteOne: { filter: { _id } } },
      );
      if (writes.length >= claimsAtOnce) await write();
    }
    await write();
  };

  return {
    /**
     * Read by the reconciler: orders that ended at that moment or before, have told all their events, owe nobody money, and are
     * as the platform wrote them as far as is known. They were created
     * before they ended, so each query is a range of `by_state`; what is purged has no state and is in none.
     */
    due: async (endedBy: Date, limit: number, mode: Mode): Promise<PurgeableOrder[]> => {
      const due: PurgeableOrder[] = [];
      for (const state of finalStates) {
        if (due.length >= limit) break;
        const rows = await orders
          .find({
            state,
            position: { ...positionsOf(mode), $lt: `${positionAt(mode, endedBy)}/\uffff` },
            'facts.updatedAtMs': { $lte: endedBy.getTime() },
            eventsPendingSince: { $exists: false },
            // Nobody is owed anything by a test order.
            ...(mode === 'live' ? { refundOpen: { $exists: false } } : {}),
            tamperedAt: { $exists: false },
          })
          .project<PurgeableOrder>({ issuerId: 1, orderNo: 1, pickupHash: 1, wrappedKey: 1 })
          .sort({ position: 1 })
          .limit(limit - due.length)
          .toArray();
        due.push(...rows);
      }
      return due;
    },

    /**
     * Of the same age, those that a mark keeps, which nothing binds to its order; after a position, as most of them may be
     * kept. They were not purged, and so are few.
     */
    kept: (endedBy: Date, after: string | undefined, limit: number, mode: Mode): Promise<KeptOrder[]> =>
      orders
        .find({
          position: {
            ...positionsOf(mode),
            ...(after ? { $gt: after } : {}),
            $lt: `${positionAt(mode, endedBy)}/\uffff`,
          },
          state: { $in: [...finalStates] },
          'facts.updatedAtMs': { $lte: endedBy.getTime() },
          $or: [{ eventsPendingSince: { $exists: true } }, { refundOpen: { $exists: true } }],
          tamperedAt: { $exists: false },
        })
        .project<KeptOrder>({
          ...{ position: 1, eventsPendingSince: 1, refundOpen: 1, 'events.status': 1 },
          ...{ 'facts.refundDueValue': 1, 'facts.refundSettledValue': 1 },
        })
        .sort({ position: 1 })
        .limit(limit)
        .toArray(),

    /**
     * The codes go first, then the row with its data key: after a death in between the order is still due. Doing it twice
     * changes nothing. Resolves to whether this call ended it.
     */
    forget: async (order: PurgeableOrder, at: Date): Promise<boolean> => {
      const { _id, pickupHash } = order;
      await submissions.deleteMany({ orderId: _id, claims: { $exists: false } });
      await leaveClaims(order);
      await inbox.deleteMany({ _id: { $gt: `${_id}/`, $lt: `${_id}0` } });
      await ledger.deleteMany({ _id: { $gt: `${_id}/`, $lt: `${_id}0` } });
      // They hold addresses, by a key that stays.
      await approvals.deleteMany({ orderId: _id });
      const left = { pickupHash, purgedAt: at } as OrderRow;
      const replaced = await orders.replaceOne({ _id, state: { $in: [...finalStates] } }, left);
      return replaced.modifiedCount > 0;
    },
  };
};
