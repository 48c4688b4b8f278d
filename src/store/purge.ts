import type { Mode } from '../domain/ids';
import { finalStates } from '../domain/order';
import type { Database } from './database';
import { type OrderRow, positionAt, positionsOf } from './orders';

export type Purge = ReturnType<typeof createPurge>;

/** A final order whose time is over: enough to purge it. */
export type PurgeableOrder = Pick<OrderRow, '_id' | 'pickupHash'>;

/**
 * Forgets old orders for good. What stays is what uniqueness needs: the row's `_id`, so that no order takes its number,
 * and the claims of its codes, so that none is sold twice.
 */
export const createPurge = ({
  orders,
  submissions,
  inbox,
  ledger,
  approvals,
}: Pick<Database, 'orders' | 'submissions' | 'inbox' | 'ledger' | 'approvals'>) => ({
  /**
   * Read by the reconciler: orders that ended at that moment or before, have told all their events, and are not known as written by somebody else. They were created
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
          tamperedAt: { $exists: false },
        })
        .project<PurgeableOrder>({ _id: 1, pickupHash: 1 })
        .sort({ position: 1 })
        .limit(limit - due.length)
        .toArray();
      due.push(...rows);
    }
    return due;
  },

  /**
   * The codes go first, then the row with its data key: after a death in between the order is still due. Doing it twice
   * changes nothing. Resolves to whether this call ended it.
   */
  forget: async ({ _id, pickupHash }: PurgeableOrder, at: Date): Promise<boolean> => {
    await submissions.deleteMany({ orderId: _id, claims: { $exists: false } });
    await submissions.updateMany(
      { orderId: _id },
      { $set: { codes: [], status: 'accepted' }, $unset: { unjudgedSince: 1 } },
    );
    await inbox.deleteMany({ _id: { $gt: `${_id}/`, $lt: `${_id}0` } });
    await ledger.deleteMany({ _id: { $gt: `${_id}/`, $lt: `${_id}0` } });
    // They hold addresses, by a key that stays.
    await approvals.deleteMany({ orderId: _id });
    const left = { pickupHash, purgedAt: at } as OrderRow;
    const replaced = await orders.replaceOne({ _id, state: { $in: [...finalStates] } }, left);
    return replaced.modifiedCount > 0;
  },
});
