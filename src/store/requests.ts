import type { Collection } from 'mongodb';
import { isDuplicate } from './store-errors';

/**
 * One webhook-id of one issuer (rule 1 of the protocol): reserved once the signature was checked, with the path and a keyed
 * hash of the body; `kept` answers are repeated, all others judged anew. A reservation that outlives its lease marks a
 * process that died in the middle: the reconciler looks at its order.
 */
export interface RequestRow {
  readonly _id: string;
  readonly path: string;
  readonly bodyHash: string;
  readonly status: 'running' | 'open' | 'kept';
  readonly leaseUntil?: Date;
  readonly answer?: { readonly status: number; readonly sealedBody: Buffer };
  readonly at: Date;
}

export type Reservation =
  | { readonly kind: 'go'; readonly leaseUntil: Date }
  | {
      readonly kind: 'kept';
      readonly bodyHash: string;
      readonly answer: { readonly status: number; readonly sealedBody: Buffer };
    }
  | { readonly kind: 'mismatch' | 'running' };

/** Longer than any request runs, so that two handlers never work on one webhook-id. */
const leaseMs = 15_000;

/** Only whoever holds the lease may end it. */
const endLease = async (
  requests: Collection<RequestRow>,
  _id: string,
  leaseUntil: Date,
  end: Pick<RequestRow, 'status' | 'answer'>,
): Promise<boolean> => {
  const ended = await requests.updateOne({ _id, leaseUntil }, { $set: end, $unset: { leaseUntil: 1 } });
  return ended.matchedCount > 0;
};

export type Requests = ReturnType<typeof createRequests>;

export const createRequests = ({ requests }: { readonly requests: Collection<RequestRow> }) => ({
  /** `formerHash`: as in rows of before, without a key. */
  reserve: async (
    _id: string,
    path: string,
    bodyHash: string,
    nowMs: number,
    formerHash?: () => string,
  ): Promise<Reservation> => {
    const leaseUntil = new Date(nowMs + leaseMs);
    try {
      await requests.insertOne({ _id, path, bodyHash, status: 'running', leaseUntil, at: new Date(nowMs) });
      return { kind: 'go', leaseUntil };
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
    const row = await requests.findOne({ _id });
    if (!row) return { kind: 'running' };
    const isSame = row.bodyHash === bodyHash || row.bodyHash === formerHash?.();
    if (row.path !== path || !isSame) return { kind: 'mismatch' };
    if (row.status === 'kept' && row.answer) return { kind: 'kept', bodyHash: row.bodyHash, answer: row.answer };
    if (row.leaseUntil && row.leaseUntil.getTime() > nowMs) return { kind: 'running' };
    const taken = await requests.updateOne(
      row.leaseUntil ? { _id, leaseUntil: row.leaseUntil } : { _id, status: 'open' },
      { $set: { status: 'running', leaseUntil, bodyHash } },
    );
    return taken.matchedCount > 0 ? { kind: 'go', leaseUntil } : { kind: 'running' };
  },

  /** Resolves to whether it is kept: after its lease another handler may have taken the request up. */
  keep: async (_id: string, leaseUntil: Date, status: number, sealedBody: Buffer): Promise<boolean> => {
    return endLease(requests, _id, leaseUntil, { status: 'kept', answer: { status, sealedBody } });
  },

  /** Resolves as `keep` does. */
  reopen: async (_id: string, leaseUntil: Date): Promise<boolean> => {
    return endLease(requests, _id, leaseUntil, { status: 'open' });
  },

  /** The reconciler could not bring its order's row up to date: it goes behind all others that its pass saw. */
  defer: async (_id: string, until: Date): Promise<void> => {
    await requests.updateOne({ _id, leaseUntil: { $lt: until } }, { $set: { leaseUntil: until } });
  },

  /** Read by the reconciler: handlers that never came to an end. */
  abandoned: (before: Date, limit: number): Promise<RequestRow[]> =>
    requests
      .find({ leaseUntil: { $lt: before } })
      .sort({ leaseUntil: 1 })
      .limit(limit)
      .toArray(),
});
