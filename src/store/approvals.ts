import type { Collection } from 'mongodb';
import { type OwnOf, ownRows } from './own-rows';
import { isDuplicate } from './store-errors';

/** A change of an order's terminal that one operator asked for and another one decides. */
export interface ApprovalRow {
  readonly _id: string;
  readonly position: string;
  readonly orderId: string;
  readonly issuerId: string;
  readonly orderNo: string;
  /** The terminal, sealed to this row's place: whoever writes to the database sends codes nowhere else. */
  readonly sealed: Buffer;
  /** The pick-up link that the order has is to end as well. */
  readonly newLink?: true;
  /** Of the terminal, by name, for whoever decides. */
  readonly secretsSet?: readonly string[];
  readonly secretsDropped?: readonly string[];
  readonly askedBy: string;
  /** Undefined: by a token. */
  readonly askedBySubject?: string;
  readonly askedAt: Date;
  readonly endsAt: Date;
  readonly state: 'open' | 'approved' | 'refused';
  readonly decidedBy?: string;
  readonly decidedAt?: Date;
  /** Approved, and not known to be done. */
  readonly isUndone?: true;
  /** Over all that was asked, by the master key. */
  readonly seal?: Buffer;
}

export type Approvals = ReturnType<typeof createApprovals>;

export const createApprovals = ({ approvals }: { readonly approvals: Collection<ApprovalRow> }) => ({
  insert: async (row: ApprovalRow): Promise<void> => {
    await approvals.insertOne(row).catch((error: unknown) => {
      // The driver repeated what had been written: the id is a random one of ours.
      if (!isDuplicate(error)) throw error;
    });
  },

  find: (id: string): Promise<ApprovalRow | null> => approvals.findOne({ _id: id }),

  /** One of two that decide at the same moment does. */
  decide: async (id: string, state: 'approved' | 'refused', decidedBy: string, decidedAt: Date): Promise<boolean> => {
    const filter = { _id: id, state: 'open', endsAt: { $gt: decidedAt } } as const;
    const undone = state === 'approved' ? { isUndone: true as const } : {};
    const { matchedCount } = await approvals.updateOne(filter, { $set: { state, decidedBy, decidedAt, ...undone } });
    return matchedCount === 1;
  },

  markDone: async (id: string): Promise<void> => {
    await approvals.updateOne({ _id: id }, { $unset: { isUndone: 1 } });
  },

  /** What was approved could not be done: it may be tried again. */
  reopen: async (id: string): Promise<void> => {
    await approvals.updateOne(
      { _id: id },
      { $set: { state: 'open' }, $unset: { decidedBy: 1, decidedAt: 1, isUndone: 1 } },
    );
  },

  /** By whoever asked, before anybody knows of it. */
  takeBack: async (id: string): Promise<void> => {
    await approvals.deleteOne({ _id: id, state: 'open' });
  },

  /** @returns At most `limit`. */
  countOpen: async (askedBy: string, at: Date, limit: number, ownOf: OwnOf<ApprovalRow>): Promise<number> =>
    (await ownRows(approvals, { askedBy, state: 'open', endsAt: { $gt: at } }, { endsAt: -1 }, limit, ownOf)).length,

  list: (before: string | undefined, limit: number): Promise<ApprovalRow[]> =>
    approvals
      .find(before === undefined ? {} : { position: { $lt: before } })
      .sort({ position: -1 })
      .limit(limit)
      .toArray(),
});
