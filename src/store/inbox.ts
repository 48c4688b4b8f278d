import type { Collection } from 'mongodb';
import { type Mode, type OrderName, orderId, submissionId } from '../domain/ids';
import type { OrderMessage } from '../domain/messages';
import { ofMode } from './of-mode';
import { type SealOfRow, sealUnsealed } from './sealed-rows';

/** What was answered 202 while the engine was away; kept until the order has judged it. */
export interface InboxRow {
  readonly _id: string;
  readonly issuerId: string;
  readonly orderNo: string;
  readonly updateId: string;
  readonly message: OrderMessage;
  /** Its place in the row: when it came, or when the reconciler last asked in vain. */
  readonly at: Date;
  /** Over all but `at`, by the master key: who writes to the database says nothing in an issuer's name. */
  readonly seal?: Buffer;
}

export type Inbox = ReturnType<typeof createInbox>;

export const createInbox = ({ inbox }: { readonly inbox: Collection<InboxRow> }, seal: SealOfRow<InboxRow>) => ({
  /** Called before a 202: from here on the reconciler brings the message to the order. */
  put: async (order: OrderName, updateId: string, message: OrderMessage, at: Date): Promise<void> => {
    const _id = submissionId(order, updateId);
    // Callers give whole rows: only the name goes in.
    const { issuerId, orderNo } = order;
    const row = { _id, issuerId, orderNo, updateId, message, at };
    await inbox.updateOne({ _id }, { $setOnInsert: { ...row, seal: seal.of(row) } }, { upsert: true });
  },

  remove: async (order: OrderName, updateId: string): Promise<void> => {
    await inbox.deleteOne({ _id: submissionId(order, updateId) });
  },

  /** The reconciler asked in vain: the message goes behind all others that its pass saw. */
  defer: async (_id: string, until: Date): Promise<void> => {
    await inbox.updateOne({ _id, at: { $lt: until } }, { $set: { at: until } });
  },

  isUntouched: seal.isUntouched,

  sealAll: (): Promise<void> => sealUnsealed(inbox, seal),

  waiting: (before: Date, limit: number, mode: Mode): Promise<InboxRow[]> =>
    inbox
      .find({ at: { $lt: before }, ...ofMode(mode) })
      .sort({ at: 1 })
      .limit(limit)
      .toArray(),

  waitingFor: (order: OrderName, limit: number): Promise<InboxRow[]> =>
    inbox
      .find({ _id: { $gt: `${orderId(order)}/`, $lt: `${orderId(order)}0` } })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray(),
});
