import type { Collection } from 'mongodb';
import { type OrderName, submissionId } from '../domain/ids';
import type { OrderMessage } from '../domain/messages';

/** A refusal or cancellation that was taken while the engine was away; kept until the order has judged it. */
export interface InboxRow {
  readonly _id: string;
  readonly issuerId: string;
  readonly orderNo: string;
  readonly updateId: string;
  readonly message: OrderMessage;
  /** Its place in the row: when it came, or when the reconciler last asked in vain. */
  readonly at: Date;
}

export type Inbox = ReturnType<typeof createInbox>;

export const createInbox = ({ inbox }: { readonly inbox: Collection<InboxRow> }) => ({
  /** Called before a 202: from here on the reconciler brings the message to the order. */
  put: async (order: OrderName, updateId: string, message: OrderMessage, at: Date): Promise<void> => {
    const _id = submissionId(order, updateId);
    // Callers give whole rows: only the name goes in.
    const { issuerId, orderNo } = order;
    await inbox.updateOne({ _id }, { $setOnInsert: { issuerId, orderNo, updateId, message, at } }, { upsert: true });
  },

  remove: async (order: OrderName, updateId: string): Promise<void> => {
    await inbox.deleteOne({ _id: submissionId(order, updateId) });
  },

  /** The reconciler asked in vain: the message goes behind all others that its pass saw. */
  defer: async (order: OrderName, updateId: string, until: Date): Promise<void> => {
    await inbox.updateOne({ _id: submissionId(order, updateId), at: { $lt: until } }, { $set: { at: until } });
  },

  waiting: (before: Date, limit: number): Promise<InboxRow[]> =>
    inbox
      .find({ at: { $lt: before } })
      .sort({ at: 1 })
      .limit(limit)
      .toArray(),
});
