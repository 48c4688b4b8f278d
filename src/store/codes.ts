import type { Collection } from 'mongodb';
import { type Mode, type OrderName, orderId } from '../domain/ids';
import type { CodeReference } from '../domain/messages';
import type { HeldCode } from '../domain/order';
import { ofMode } from './of-mode';
import { isDuplicate } from './store-errors';

export interface SealedCode extends CodeReference {
  readonly sealed: Buffer;
}

/**
 * The codes of one call, sealed, in one document: inserting it is all or nothing. It is also the inbox of `/codes`: until
 * a verdict is known it carries `unjudgedSince`, and the reconciler asks the order again.
 */
export interface SubmissionRow {
  readonly _id: string;
  readonly orderId: string;
  readonly issuerId: string;
  readonly orderNo: string;
  readonly updateId: string;
  /** `{issuerId}:{valueFingerprint}`, unique over all orders; absent once refused or late. */
  readonly claims?: readonly string[];
  readonly codes: readonly SealedCode[];
  readonly status: 'claimed' | 'accepted' | 'late';
  /** How often the order was asked about it: a refusal lets go only of what nobody has asked about since. */
  readonly asks: number;
  readonly unjudgedSince?: Date;
  readonly at: Date;
}

/** Without what is sealed: codes of 10,000 pieces may be megabytes, and whoever judges reads none of it. */
export type ClaimedRow = Omit<SubmissionRow, 'codes'> & { readonly codes: readonly CodeReference[] };

export type SubmissionDraft = Omit<SubmissionRow, 'claims' | 'status' | 'unjudgedSince' | 'asks'>;

export type Claim =
  | { readonly kind: 'claimed' | 'same'; readonly row: SubmissionRow }
  /** This order holds all of the values: nothing was written. */
  | { readonly kind: 'held'; readonly rows: readonly ClaimedRow[] }
  /** Another order of this issuer holds one of the values. */
  | { readonly kind: 'reused' }
  /** Another call for this same order holds one of the values and has no verdict yet. */
  | { readonly kind: 'pending'; readonly row: ClaimedRow };

/** So many codes fit one payload of the engine by reference, and the calls that gave them one read. */
const pageCodesMax = 2_000;
const pageCallsMax = 500;

/** Calls with codes of one order, by reference, in the order of their coming. `next`: where the next page begins. */
export interface GivenPage {
  readonly calls: readonly Pick<SubmissionRow, '_id' | 'codes' | 'status'>[];
  readonly next?: string;
}

const withoutSealed = { projection: { 'codes.sealed': 0 } } as const;
/** As many codes as one call has. */
const holdersMax = 200;

/** Calls of one order whose items are read for one view. */
const submittedLimit = 500;

/** A submission without anything of its codes but their names. */
export interface SubmittedCodes extends Pick<SubmissionRow, '_id' | 'updateId' | 'status' | 'at'> {
  readonly codes: readonly { readonly itemId: string }[];
}

export type Codes = ReturnType<typeof createCodes>;

const claimOf = (issuerId: string, { valueFingerprint }: Pick<CodeReference, 'valueFingerprint'>): string =>
  `${issuerId}:${valueFingerprint}`;

/** They were late by a verdict that the engine lost. @throws where another order has claimed a value meanwhile. */
const takeBackLate = async (submissions: Collection<SubmissionRow>, ids: readonly string[]): Promise<void> => {
  const late = await submissions.find({ _id: { $in: [...ids] }, status: 'late' }).toArray();
  for (const { _id, issuerId, codes } of late) {
    const claims = codes.map((code) => claimOf(issuerId, code));
    await submissions.updateOne({ _id, status: 'late' }, { $set: { status: 'accepted', claims } });
  }
};

const givenPage = async (
  submissions: Collection<SubmissionRow>,
  order: OrderName,
  after?: string,
): Promise<GivenPage> => {
  const [, ms, id] = /^(\d+)\/(.+)$/.exec(after ?? '') ?? [];
  const at = new Date(Number(ms));
  const isLater = id === undefined ? {} : { $or: [{ at: { $gt: at } }, { at, _id: { $gt: id } }] };
  const rows = await submissions
    .find({ orderId: orderId(order), status: { $in: ['claimed', 'accepted'] }, ...isLater }, withoutSealed)
    .sort({ at: 1, _id: 1 })
    .limit(pageCallsMax)
    .toArray();
  let size = 0;
  const calls = rows.filter(({ codes }) => {
    size += codes.length;
    return size <= pageCodesMax;
  });
  const last = calls.at(-1);
  const isLast = calls.length === rows.length && rows.length < pageCallsMax;
  return { calls, ...(last && !isLast ? { next: `${last.at.getTime()}/${last._id}` } : {}) };
};

export const createCodes = ({ submissions }: { readonly submissions: Collection<SubmissionRow> }) => ({
  /** One order per code: the unique index decides, also between two orders at the same moment. */
  claimFor: async (row: SubmissionDraft): Promise<Claim> => {
    let wanted = row.codes.map((code) => claimOf(row.issuerId, code));
    for (let n = 0; n < 3; n += 1) {
      const full: SubmissionRow = {
        ...row,
        claims: wanted,
        status: 'claimed',
        asks: 1,
        unjudgedSince: row.at,
      };
      try {
        await submissions.insertOne(full);
        return { kind: 'claimed', row: full };
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
      const own = await submissions.findOne({ _id: row._id });
      if (own) return { kind: 'same', row: own };
      const holds = { claims: { $in: wanted } };
      const isReused = await submissions.findOne(
        { ...holds, orderId: { $ne: row.orderId } },
        { projection: { _id: 1 } },
      );
      if (isReused) return { kind: 'reused' };
      const holders: ClaimedRow[] = await submissions
        .find({ ...holds, orderId: row.orderId }, withoutSealed)
        .limit(holdersMax)
        .toArray();
      const pending = holders.find((holder) => holder.status === 'claimed');
      if (pending) return { kind: 'pending', row: pending };
      const held = new Set(holders.flatMap((holder) => holder.claims ?? []));
      wanted = wanted.filter((claim) => !held.has(claim));
      if (wanted.length === 0) return { kind: 'held', rows: holders };
    }
    return { kind: 'reused' };
  },

  /** The orders that took these values, also where they are void or replaced by now. */
  holdersOf: (values: readonly (Pick<CodeReference, 'valueFingerprint'> & { readonly issuerId: string })[]) =>
    submissions
      .find({ claims: { $in: values.map((value) => claimOf(value.issuerId, value)) } })
      .project<OrderName>({ _id: 0, issuerId: 1, orderNo: 1 })
      .limit(values.length)
      .toArray(),

  markAccepted: async (ids: readonly string[]): Promise<void> => {
    const marked = await submissions.updateMany(
      { _id: { $in: [...ids] }, status: { $ne: 'late' } },
      { $set: { status: 'accepted' }, $unset: { unjudgedSince: 1 } },
    );
    if (marked.matchedCount < ids.length) await takeBackLate(submissions, ids);
  },

  /** Kept sealed, never delivered, and no longer in the way of another order. */
  markLate: async (id: string): Promise<void> => {
    await submissions.updateOne(
      { _id: id, status: 'claimed' },
      { $set: { status: 'late' }, $unset: { claims: 1, unjudgedSince: 1 } },
    );
  },

  /** A late call whose values another order holds: it never had a claim. */
  keepLate: async (row: SubmissionDraft): Promise<void> => {
    const { _id, ...fields } = row;
    await submissions.updateOne({ _id }, { $setOnInsert: { ...fields, status: 'late', asks: 1 } }, { upsert: true });
  },

  /** Called before the order is asked again about a claim; null where it is settled already, or gone. */
  askAgain: (id: string): Promise<SubmissionRow | null> =>
    submissions.findOneAndUpdate(
      { _id: id, unjudgedSince: { $exists: true } },
      { $inc: { asks: 1 } },
      { returnDocument: 'after' },
    ),

  /** Where the order could not be asked: the engine may have lost the task that marked the claim as accepted. */
  keepUnjudged: async (id: string, at: Date): Promise<void> => {
    await submissions.updateOne({ _id: id, status: 'accepted' }, { $set: { unjudgedSince: at } });
  },

  /**
   * A refused call, or one that repeated what the order held already, leaves nothing behind. Resolves to false where
   * someone has asked the order again since, or it took the codes: then that verdict counts.
   */
  release: async ({ _id, asks }: Pick<SubmissionRow, '_id' | 'asks'>): Promise<boolean> => {
    const released = await submissions.deleteOne({ _id, status: 'claimed', asks });
    return released.deletedCount > 0 || (await submissions.countDocuments({ _id }, { limit: 1 })) === 0;
  },

  /** What the order holds, in the order of the calls; the first of equal items counts. All, or calls with one of these. */
  accepted: async (order: OrderName, itemIds?: readonly string[]): Promise<(SealedCode & HeldCode)[]> => {
    const named = itemIds ? { 'codes.itemId': { $in: [...itemIds] } } : {};
    const rows = await submissions
      .find({ orderId: orderId(order), status: 'accepted', ...named })
      .sort({ at: 1, _id: 1 })
      .toArray();
    const byItem = new Map<string, SealedCode & HeldCode>();
    for (const { _id, codes } of rows) {
      for (const code of codes) if (!byItem.has(code.itemId)) byItem.set(code.itemId, { ...code, submissionId: _id });
    }
    return [...byItem.values()];
  },

  /** By reference, without anything sealed: all, or those with these names. */
  references: async (order: OrderName, itemIds?: readonly string[]): Promise<HeldCode[]> => {
    const rows = await submissions
      .find(
        {
          orderId: orderId(order),
          status: 'accepted',
          ...(itemIds ? { 'codes.itemId': { $in: [...itemIds] } } : {}),
        },
        withoutSealed,
      )
      .sort({ at: 1, _id: 1 })
      .toArray();
    const wanted = itemIds && new Set(itemIds);
    const byItem = new Map<string, HeldCode>();
    for (const { _id, codes } of rows) {
      for (const { itemId, ...code } of codes) {
        if (byItem.has(itemId) || (wanted && !wanted.has(itemId))) continue;
        byItem.set(itemId, { ...code, itemId, submissionId: _id });
      }
    }
    return [...byItem.values()];
  },

  /** How many it has, each once. */
  countHeld: async (order: OrderName): Promise<number> => {
    const rows = await submissions
      .find({ orderId: orderId(order), status: 'accepted' })
      .project<Pick<SubmittedCodes, 'codes'>>({ 'codes.itemId': 1 })
      .toArray();
    return new Set(rows.flatMap(({ codes }) => codes.map(({ itemId }) => itemId))).size;
  },

  /** Calls that came in time, whether or not the order has judged them: a page at a time. */
  given: (order: OrderName, after?: string): Promise<GivenPage> => givenPage(submissions, order, after),

  /**
   * Asked at a window's end: calls that came in time and that the order may not have heard of. Empty where it holds as many
   * codes as were accepted, and no claim waits.
   */
  notHeard: async (order: OrderName, issued: number, after?: string): Promise<GivenPage> => {
    if (after !== undefined) return givenPage(submissions, order, after);
    const rows = await submissions
      .find({ orderId: orderId(order), status: { $in: ['claimed', 'accepted'] } })
      .project<Pick<SubmittedCodes, 'status' | 'codes'>>({ status: 1, 'codes.itemId': 1 })
      .toArray();
    const accepted = rows.filter(({ status }) => status === 'accepted').flatMap(({ codes }) => codes);
    const items = new Set(accepted.map(({ itemId }) => itemId));
    const mayLack = items.size > issued || rows.some(({ status }) => status === 'claimed');
    return mayLack ? givenPage(submissions, order) : { calls: [] };
  },

  /** By reference, in the order of their coming: what an operator's view of a call names. Undefined where there are too many. */
  submitted: async (order: OrderName): Promise<SubmittedCodes[] | undefined> => {
    const rows = await submissions
      .find({ orderId: orderId(order), status: { $in: ['accepted', 'late'] } })
      .project<SubmittedCodes>({ updateId: 1, status: 1, at: 1, 'codes.itemId': 1 })
      .sort({ at: 1, _id: 1 })
      .limit(submittedLimit + 1)
      .toArray();
    return rows.length > submittedLimit ? undefined : rows;
  },

  /** The reconciler asked in vain: the claim goes behind all others that its pass saw. */
  defer: async (id: string, until: Date): Promise<void> => {
    await submissions.updateOne({ _id: id, unjudgedSince: { $lt: until } }, { $set: { unjudgedSince: until } });
  },

  /** Read by the reconciler: claims without a verdict. */
  unjudged: (before: Date, limit: number, mode: Mode): Promise<SubmissionRow[]> =>
    submissions
      .find({ unjudgedSince: { $lt: before }, ...ofMode(mode) })
      .sort({ unjudgedSince: 1 })
      .limit(limit)
      .toArray(),
});
