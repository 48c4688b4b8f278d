import { randomUUID } from 'node:crypto';
import type { AnyBulkWriteOperation, Collection, Filter } from 'mongodb';
import { Failure } from '../domain/failures';
import { type Mode, type OrderName, orderId } from '../domain/ids';
import type { CodeReference } from '../domain/messages';
import type { HeldCode } from '../domain/order';
import { createCodesLookedAt } from './codes-looked-at';
import { ofMode } from './of-mode';
import type { OrderRow } from './orders';
import { callByCall } from './sealed-rows';
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
  /** Of the sealed bytes. */
  readonly digest?: string;
  /** Over all but claims and the state of judging, by the order's own key; of what a purge leaves, by the platform's. */
  readonly mac?: string;
}

/** Without what is sealed: codes of 10,000 pieces may be megabytes, and whoever judges reads none of it. */
export type ClaimedRow = Omit<SubmissionRow, 'codes'> & { readonly codes: readonly CodeReference[] };

export type SubmissionDraft = Omit<SubmissionRow, 'claims' | 'status' | 'unjudgedSince' | 'asks'>;

/** An order by whose key its claims are known. */
export type KeyedOrder = OrderName & Pick<OrderRow, '_id'> & Partial<Pick<OrderRow, 'wrappedKey'>>;

type Binding = Required<Pick<SubmissionRow, 'digest' | 'mac'>>;

/** Made and checked by src/sealing, which has the key. */
export interface ClaimSeal {
  fits(order: KeyedOrder): (row: ClaimedRow | SubmissionRow, withBytes?: boolean) => boolean;
  isLocked(order: KeyedOrder): boolean;
  bindingOf(order: KeyedOrder, row: SubmissionRow): Binding | undefined;
  ofPurged(row: Pick<SubmissionRow, '_id' | 'claims'>): string;
  isOfPurged(row: ClaimedRow): boolean;
}

export type Claim =
  /** Its call was another one before: nothing was written. */
  | { readonly kind: 'mismatch' }
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
  readonly calls: readonly Pick<ClaimedRow, '_id' | 'codes' | 'status'>[];
  readonly next?: string;
}

export const withoutSealed = { projection: { 'codes.sealed': 0 } } as const;
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

const isAccepted = ({ status }: Pick<SubmissionRow, 'status'>): boolean => status === 'accepted';
const nameOf = ({ issuerId, orderNo }: OrderName): OrderName => ({ issuerId, orderNo });

/** Each item once, where one of the rows holds its value: one whose claim was taken away may be another order's. */
const itemsIn = <Row extends ClaimedRow>(rows: readonly Row[]): (Row['codes'][number] & HeldCode)[] => {
  const claims = new Set(rows.flatMap((row) => row.claims ?? []));
  const byItem = new Map<string, Row['codes'][number] & HeldCode>();
  for (const { _id, issuerId, codes } of rows) {
    for (const code of codes) {
      if (!byItem.has(code.itemId) && claims.has(claimOf(issuerId, code)))
        byItem.set(code.itemId, { ...code, submissionId: _id });
    }
  }
  return [...byItem.values()];
};

/** What it says that it holds, of its own values. */
export const ownClaims = ({ issuerId, codes, claims = [] }: ClaimedRow): string[] => {
  const values = new Set(codes.map((code) => claimOf(issuerId, code)));
  return claims.filter((claim) => values.has(claim));
};

const isSameCall = (one: ClaimedRow, other: ClaimedRow): boolean => {
  const fingerprints = new Set(one.codes.map((code) => code.fingerprint));
  return one.codes.length === other.codes.length && other.codes.every((code) => fingerprints.has(code.fingerprint));
};

/** Of the very row that was seen. */
const asSeen = ({ _id, mac }: Pick<SubmissionRow, '_id' | 'mac'>): Filter<SubmissionRow> => ({
  _id,
  mac: { $eq: mac ?? null } as never,
});

const keyOnly = { projection: { issuerId: 1, orderNo: 1, wrappedKey: 1 } } as const;
/** One call has up to 200 of them, with what is sealed. */
const codesBoundAtOnce = 500;
const callsReadAtOnce = 10;
const anyTime = { $gte: new Date(0), $lt: new Date('9999-12-31') } as const;
/** What stands in the way of a claim, or is replaced, takes a round. */
const claimRounds = 6;

/** `noteTampered`: called for an order with claims that the platform did not write. No reader gets them. */
export const createCodes = (
  { submissions, orders }: { readonly submissions: Collection<SubmissionRow>; readonly orders: Collection<OrderRow> },
  seal: ClaimSeal,
  noteTampered: (order: OrderName) => Promise<void>,
) => {
  const keyed = async (order: OrderName | KeyedOrder): Promise<KeyedOrder> => {
    if ('wrappedKey' in order) return order;
    const _id = orderId(order);
    return (await orders.findOne<KeyedOrder>({ _id }, keyOnly)) ?? { ...order, _id };
  };

  /** Those that the platform wrote for this order. */
  const ours = async <Row extends ClaimedRow>(
    order: OrderName | KeyedOrder,
    rows: readonly Row[],
    withBytes = false,
  ): Promise<Row[]> => {
    if (rows.length === 0) return [];
    const fits = seal.fits(await keyed(order));
    const own: Row[] = [];
    let areForged = false;
    for (const row of rows) {
      if (fits(row, withBytes)) own.push(row);
      // What a purge left that was cut short is nobody's doing.
      else areForged ||= !seal.isOfPurged(row);
    }
    if (areForged) await noteTampered(order);
    return own;
  };

  const readOurs = async (order: OrderName | KeyedOrder, filter: Filter<SubmissionRow>): Promise<ClaimedRow[]> => {
    const rows = submissions.find({ orderId: orderId(order), ...filter }, withoutSealed).sort({ at: 1, _id: 1 });
    return ours(order, await rows.toArray());
  };

  /** The values that a row holds by right: its own ones, or what a purge left of them. */
  const heldBy = async (row: ClaimedRow): Promise<readonly string[]> => {
    if (seal.isOfPurged(row)) return row.claims ?? [];
    const [own] = await ours(nameOf(row), [row]);
    return own ? ownClaims(own) : [];
  };

  /**
   * What it holds, if one of these is among it. What it holds by no right is in nobody's way from then on.
   *
   * @throws Failure `unavailable` where nobody can say: a master key is missing, and the value may be sold.
   */
  const standing = async (row: ClaimedRow, wanted: readonly string[]): Promise<readonly string[] | undefined> => {
    const claims = await heldBy(row);
    if (claims.some((claim) => wanted.includes(claim))) return claims;
    await noteTampered(nameOf(row));
    if (seal.isLocked(await keyed(nameOf(row)))) throw new Failure('unavailable', { retryAfterSeconds: 60 });
    await submissions.updateOne(asSeen(row), claims.length > 0 ? { $set: { claims } } : { $unset: { claims: 1 } });
    return undefined;
  };

  const isHeldElsewhere = async (order: string, wanted: readonly string[]): Promise<boolean> => {
    for (let n = 0; n < holdersMax; n += 1) {
      const other = await submissions.findOne({ claims: { $in: [...wanted] }, orderId: { $ne: order } }, withoutSealed);
      if (!other) return false;
      if (await standing(other, wanted)) return true;
    }
    return true;
  };

  const holdersHere = async (order: string, wanted: readonly string[]): Promise<ClaimedRow[]> => {
    const rows: ClaimedRow[] = await submissions
      .find({ claims: { $in: [...wanted] }, orderId: order }, withoutSealed)
      .limit(holdersMax)
      .toArray();
    const holders: ClaimedRow[] = [];
    for (const row of rows) {
      const claims = await standing(row, wanted);
      if (claims) holders.push({ ...row, claims });
    }
    return holders;
  };

  /** Under the name of a call that the platform did not write: kept for a person to see, in nobody's way. */
  const putAside = async ({ claims: _claims, unjudgedSince: _since, ...row }: SubmissionRow): Promise<void> => {
    await submissions.insertOne({ ...row, _id: `${row._id}/${randomUUID()}` });
    await submissions.deleteOne(asSeen(row));
  };

  /** They were late by a verdict that the engine lost. @throws where another order has claimed a value meanwhile. */
  const takeBackLate = async (ids: readonly string[]): Promise<void> => {
    const late = await submissions.find({ _id: { $in: [...ids] }, status: 'late' }, withoutSealed).toArray();
    for (const row of late) {
      if ((await ours(nameOf(row), [row])).length === 0) continue;
      const claims = row.codes.map((code) => claimOf(row.issuerId, code));
      await submissions.updateOne({ _id: row._id, status: 'late' }, { $set: { status: 'accepted', claims } });
    }
  };

  const givenPage = async (order: OrderName | KeyedOrder, after?: string): Promise<GivenPage> => {
    const [, ms, id] = /^(\d+)\/(.+)$/.exec(after ?? '') ?? [];
    const at = new Date(Number(ms));
    const isLater = id === undefined ? {} : { $or: [{ at: { $gt: at } }, { at, _id: { $gt: id } }] };
    const rows: ClaimedRow[] = await submissions
      .find(
        {
          // What comes at no time is none of the platform's, and no page begins after it.
          $and: [{ at: anyTime }, isLater],
          orderId: orderId(order),
          status: { $in: ['claimed', 'accepted'] },
        },
        withoutSealed,
      )
      .sort({ at: 1, _id: 1 })
      .limit(pageCallsMax)
      .toArray();
    const own = await ours(order, rows);
    let size = 0;
    const calls = own.filter(({ codes }) => {
      size += codes.length;
      return size <= pageCodesMax;
    });
    const isCut = calls.length < own.length;
    const last = isCut ? calls.at(-1) : rows.at(-1);
    const isLast = !isCut && rows.length < pageCallsMax;
    const next = last && !isLast ? `${last.at.getTime()}/${last._id}` : undefined;
    // A page of nothing but what somebody else wrote does not hide those behind it.
    if (calls.length === 0 && next !== undefined) return givenPage(order, next);
    return { calls, ...(next === undefined ? {} : { next }) };
  };

  return {
    /** One order per code: the unique index decides, also between two orders at the same moment. */
    claimFor: async (row: SubmissionDraft): Promise<Claim> => {
      let wanted = row.codes.map((code) => claimOf(row.issuerId, code));
      for (let n = 0; n < claimRounds; n += 1) {
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
        if (own && (await ours(nameOf(row), [own])).length > 0) {
          return isSameCall(own, full) ? { kind: 'same', row: own } : { kind: 'mismatch' };
        }
        if (own) await putAside(own);
        if (await isHeldElsewhere(row.orderId, wanted)) return { kind: 'reused' };
        const holders = await holdersHere(row.orderId, wanted);
        const pending = holders.find((holder) => holder.status === 'claimed');
        if (pending) return { kind: 'pending', row: pending };
        const held = new Set(holders.flatMap((holder) => holder.claims ?? []));
        wanted = wanted.filter((claim) => !held.has(claim));
        if (wanted.length === 0) return { kind: 'held', rows: holders };
      }
      return { kind: 'reused' };
    },

    /** The orders that took these values, also where they are void or replaced by now. */
    holdersOf: async (
      values: readonly (Pick<CodeReference, 'valueFingerprint'> & { readonly issuerId: string })[],
    ): Promise<OrderName[]> => {
      const wanted = values.map((value) => claimOf(value.issuerId, value));
      const rows = await submissions
        .find({ claims: { $in: wanted } }, withoutSealed)
        .limit(values.length)
        .toArray();
      const holders: OrderName[] = [];
      for (const row of rows) {
        if ((await heldBy(row)).some((claim) => wanted.includes(claim))) holders.push(nameOf(row));
      }
      return holders;
    },

    markAccepted: async (ids: readonly string[]): Promise<void> => {
      const marked = await submissions.updateMany(
        { _id: { $in: [...ids] }, status: { $ne: 'late' } },
        { $set: { status: 'accepted' }, $unset: { unjudgedSince: 1 } },
      );
      if (marked.matchedCount < ids.length) await takeBackLate(ids);
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

    /**
     * Called before the order is asked again about a claim; null where it is settled already, or gone, 'tampered' where the
     * platform did not write it.
     */
    askAgain: async (order: OrderName | KeyedOrder, id: string): Promise<SubmissionRow | 'tampered' | null> => {
      const row = await submissions.findOneAndUpdate(
        { _id: id, unjudgedSince: { $exists: true } },
        { $inc: { asks: 1 } },
        { returnDocument: 'after' },
      );
      if (!row) return null;
      return (await ours(order, [row])).length > 0 ? row : 'tampered';
    },

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
    accepted: async (
      order: OrderName | KeyedOrder,
      itemIds?: readonly string[],
    ): Promise<(SealedCode & HeldCode)[]> => {
      const named = itemIds ? { 'codes.itemId': { $in: [...itemIds] } } : {};
      const rows = await submissions
        .find({ orderId: orderId(order), status: 'accepted', ...named })
        .sort({ at: 1, _id: 1 })
        .toArray();
      return itemsIn(await ours(order, rows, true));
    },

    /** By reference, without anything sealed: all, or those with these names. */
    references: async (order: OrderName | KeyedOrder, itemIds?: readonly string[]): Promise<HeldCode[]> => {
      const named = itemIds ? { 'codes.itemId': { $in: [...itemIds] } } : {};
      const wanted = itemIds && new Set(itemIds);
      const items = itemsIn(await readOurs(order, { status: 'accepted', ...named }));
      return wanted ? items.filter(({ itemId }) => wanted.has(itemId)) : items;
    },

    /** A purge has begun, and goes on: what it leaves is no order's any more, and nobody tampered with it. */
    isBeingPurged: async (order: KeyedOrder): Promise<boolean> =>
      (await submissions.find({ orderId: order._id, codes: [] }).toArray()).some((row) => seal.isOfPurged(row)),

    lookedAt: createCodesLookedAt(),

    /** Whether all that there is of an order's claims is the platform's, and how many codes it has by them. */
    look: async (order: KeyedOrder): Promise<{ readonly areOurs: boolean; readonly held: number }> => {
      const rows = await submissions.find({ orderId: order._id }).toArray();
      const left = rows.filter((row) => !seal.isOfPurged(row));
      const own = await ours(order, left, true);
      return { areOurs: own.length === left.length, held: itemsIn(own.filter(isAccepted)).length };
    },

    /** Calls that came in time, whether or not the order has judged them: a page at a time. */
    given: givenPage,

    /**
     * Asked at a window's end: calls that came in time and that the order may not have heard of. Empty where it holds as many
     * codes as were accepted, and no claim waits.
     */
    notHeard: async (order: OrderName, issued: number, after?: string): Promise<GivenPage> => {
      if (after !== undefined) return givenPage(order, after);
      const rows = await readOurs(order, { status: { $in: ['claimed', 'accepted'] } });
      const mayLack = itemsIn(rows.filter(isAccepted)).length > issued || !rows.every(isAccepted);
      return mayLack ? givenPage(order) : { calls: [] };
    },

    /** By reference, in the order of their coming: what an operator's view of a call names. Undefined where there are too many. */
    submitted: async (order: OrderName | KeyedOrder): Promise<SubmittedCodes[] | undefined> => {
      const rows: ClaimedRow[] = await submissions
        .find({ orderId: orderId(order), status: { $in: ['accepted', 'late'] } }, withoutSealed)
        .sort({ at: 1, _id: 1 })
        .limit(submittedLimit + 1)
        .toArray();
      return rows.length > submittedLimit ? undefined : ours(order, rows);
    },

    /** At the first start since there are MACs: what has none is taken as it stands. */
    bindAll: async (): Promise<void> => {
      const bind = async (rows: readonly SubmissionRow[]): Promise<void> => {
        const found = await orders.find({ _id: { $in: rows.map((row) => row.orderId) } }, keyOnly).toArray();
        const byId = new Map(found.map((order) => [order._id, order]));
        const writes = rows.flatMap((row): AnyBulkWriteOperation<SubmissionRow>[] => {
          const order = byId.get(row.orderId);
          const $set = order?.wrappedKey ? seal.bindingOf(order, row) : order && { mac: seal.ofPurged(row) };
          return $set ? [{ updateOne: { filter: { _id: row._id, mac: { $exists: false } }, update: { $set } } }] : [];
        });
        if (writes.length > 0) await submissions.bulkWrite(writes, { ordered: false });
      };
      let some: SubmissionRow[] = [];
      let codes = 0;
      for await (const row of submissions.find({ mac: { $exists: false } }, callByCall).batchSize(callsReadAtOnce)) {
        some.push(row);
        codes += 1 + (Array.isArray(row.codes) ? row.codes.length : 0);
        if (codes < codesBoundAtOnce) continue;
        await bind(some);
        [some, codes] = [[], 0];
      }
      await bind(some);
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
  };
};
