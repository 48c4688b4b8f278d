import type { Collection } from 'mongodb';
import { type OrderName, orderId } from '../domain/ids';
import type { LedgerEntry } from '../domain/messages';
import { isDuplicate } from './store-errors';

/** One change of an item or of what is owed, for as long as the order is kept. */
export interface LedgerRow extends LedgerEntry {
  /** `{orderId}/{seq}`: written twice it is there once. */
  readonly _id: string;
  readonly orderId: string;
}

export type Ledger = ReturnType<typeof createLedger>;

/** Entries come from the order's row, where they were written with the change itself; see `Orders.applyDecision`. */
export const createLedger = ({ ledger }: { readonly ledger: Collection<LedgerRow> }) => ({
  keep: async (order: OrderName, entries: readonly LedgerEntry[]): Promise<void> => {
    if (entries.length === 0) return;
    const id = orderId(order);
    const rows = entries.map((entry) => ({ ...entry, _id: `${id}/${entry.seq}`, orderId: id }));
    try {
      await ledger.insertMany(rows, { ordered: false });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  },

  /** All that was entered under an issuer's own name of it, oldest first. */
  ofOperation: (order: OrderName, operationId: string): Promise<LedgerRow[]> =>
    ledger
      .find({ orderId: orderId(order), operationId })
      .sort({ seq: 1 })
      .limit(operationLimit)
      .toArray(),

  /** Redemptions and their reversals, oldest first. */
  redemptions: (order: OrderName, afterSeq: number, limit: number): Promise<LedgerRow[]> =>
    ledger
      .find({ orderId: orderId(order), kind: 'redeemed', seq: { $gt: afterSeq } })
      .sort({ seq: 1 })
      .limit(limit)
      .toArray(),

  reversalsOf: async (order: OrderName, operationIds: readonly string[]): Promise<LedgerRow[]> => {
    const entries = await ledger
      .find({ orderId: orderId(order), operationId: { $in: [...operationIds] } })
      .sort({ seq: 1 })
      .limit(operationLimit * Math.max(1, operationIds.length))
      .toArray();
    return entries.filter(({ kind }) => kind === 'reversed');
  },
});

/** A redemption, its reversal, and items of the same name. */
const operationLimit = 10;
