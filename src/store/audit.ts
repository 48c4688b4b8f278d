import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Collection, Filter } from 'mongodb';
import { Failure } from '../domain/failures';
import { isText } from '../domain/ids';
import type { JsonObject } from '../domain/json';
import { type AuditPhase, signInActions } from '../domain/words/audit-words';
import { firstOf } from './first-of';
import { callByCall } from './sealed-rows';
import { isDuplicate } from './store-errors';

/** Who did what, when; before and after hold settings only, never a secret or an address. */
export interface AuditEntry {
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly phase: AuditPhase;
  /** Of an outcome: the `seq` of what was asked. */
  readonly of?: number;
  readonly before?: JsonObject;
  readonly after?: JsonObject;
  /** Why an order was ended, in the words of whoever did it. */
  readonly reason?: string;
  /** Why it was refused. */
  readonly code?: string;
}

/** Each names the hash of the one before it, so that none can be changed, taken out or put in between unseen. */
export interface AuditLink {
  readonly seq: number;
  /** Random: by it a write that the driver repeated knows itself. */
  readonly id: string;
  readonly prev: string;
  readonly hash: string;
}

/** Rows of before the chain have neither phase nor link. */
export type AuditRow = { readonly _id: string; readonly position: string } & Omit<AuditEntry, 'phase'> &
  Partial<Pick<AuditEntry, 'phase'>> &
  Partial<AuditLink>;

export type ChainedAuditRow = AuditEntry & AuditLink;

/** As it stands in the database, which may hold anything by now. */
export type KeptAuditRow = ChainedAuditRow & Pick<AuditRow, '_id' | 'position'>;

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  /** Left out: what was done. */
  readonly phase?: AuditPhase | 'any' | undefined;
  /** Into the console, failed ones among them; left out: beside all else. */
  readonly signIns?: 'only' | 'without' | undefined;
  /** Both inclusive, to the millisecond. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

const actionIn = (action: string | undefined, signIns: AuditFilter['signIns']): Filter<AuditRow>['action'] => ({
  ...(action === undefined ? {} : { $eq: action }),
  ...(signIns === undefined ? {} : { [signIns === 'only' ? '$in' : '$nin']: [...signInActions] }),
});

/** Writers in other processes that come first each time; operators are people. */
const triesMax = 50;
/** Entries of one process that wait for their turn. What came of a deed waits all the same: there are as many as deeds. */
const waitingMax = 100;
/** Before the next one that waits: else a process that has much to write would be the first each time. */
const othersTurnMaxMs = 50;

/** No number is longer: behind `n999999999999` no entry would be in order, or be found. */
const seqMax = 999_999_999_999;

/** Behind any `_id` of before the chain, which are hexadecimal; the index over `_id` is the guard of the chain. */
const idOf = (seq: number): string => `n${String(seq).padStart(12, '0')}`;

const seqOf = ({ _id }: Pick<AuditRow, '_id'>): number => Number(_id.slice(1));

/** By which the list is sorted; no part of the hash, as time and number are. */
const positionOf = ({ at, seq }: Pick<ChainedAuditRow, 'at' | 'seq'>): string => `${at.toISOString()}/${idOf(seq)}`;

/** What somebody else put between the entries is none: a page of them has as many as were asked for. */
const entryId = /^n[0-9]{12}$/;
const isEntry = { $regex: entryId } as const;

/** The same bytes for what was written and what is read again. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

export type Audit = ReturnType<typeof createAudit>;

export const createAudit = (
  { audit }: { readonly audit: Collection<AuditRow> },
  /** Keyed: whoever writes to the database alone cannot make the chain anew. */
  macOf: (text: string) => string,
) => {
  /** The newest entry's hash, and the number before the next one's. */
  type Head = Pick<AuditLink, 'seq' | 'hash'>;
  let head: Head | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  const hashOf = ({ seq, id, prev, at, actor, action, target, phase, of, before, after, reason, code }: AuditHashed) =>
    macOf(canonical({ seq, id, prev, at, actor, action, target, phase, of, before, after, reason, code }));

  const numbered = (row: KeptAuditRow): KeptAuditRow => ({ ...row, seq: seqOf(row) });

  const isUnchanged = (kept: KeptAuditRow): boolean => {
    const row = numbered(kept);
    try {
      return row.hash === hashOf(row) && row.position === positionOf(row);
    } catch {
      // Its time is none.
      return false;
    }
  };

  const chain = (after: number, direction: 1 | -1) =>
    audit.find<KeptAuditRow>({ _id: { $gt: idOf(after), ...isEntry } }, callByCall).sort({ _id: direction });

  /** What somebody else put behind the newest entry, or in the place of the next one, is passed over. */
  const readHead = async (): Promise<Head> => {
    const [top] = await chain(0, -1).limit(1).toArray();
    if (!top) return { seq: 0, hash: '' };
    if (isUnchanged(top)) return { seq: seqOf(top), hash: top.hash };
    let believed = { seq: 0, hash: '' };
    for await (const row of chain(0, -1)) {
      if (!isUnchanged(row)) continue;
      believed = { seq: seqOf(row), hash: row.hash };
      break;
    }
    for await (const row of chain(believed.seq, 1)) {
      if (seqOf(row) !== believed.seq + 1) break;
      believed = { ...believed, seq: seqOf(row) };
    }
    return believed;
  };

  const append = async (entry: AuditEntry, id: string): Promise<ChainedAuditRow> => {
    for (let n = 0; n < triesMax; n += 1) {
      head ??= await readHead();
      const seq = head.seq + 1;
      if (seq > seqMax) break;
      const unhashed = { seq, id, prev: head.hash, ...entry };
      const row = { ...unhashed, hash: hashOf(unhashed) };
      try {
        await audit.insertOne({ _id: idOf(seq), position: positionOf(row), ...row });
        head = row;
        return row;
      } catch (error) {
        head = undefined;
        if (!isDuplicate(error)) throw error;
        const [there, newest] = await Promise.all([audit.findOne({ _id: idOf(seq) }), readHead()]);
        head = newest;
        // The driver may have repeated what had been written; else another process was faster.
        if (there?.id === id) return row;
      }
    }
    throw new Failure('unavailable', { detail: 'The audit log could not be written', retryAfterSeconds: 1 });
  };

  const inTurn = async (entry: AuditEntry, id: string): Promise<ChainedAuditRow> => {
    if (entry.phase === 'asked' && waiting >= waitingMax) throw new Failure('unavailable', { retryAfterSeconds: 1 });
    waiting += 1;
    let tookMs = 0;
    const mine = turn.then(async () => {
      const beganMs = performance.now();
      return append(entry, id).finally(() => {
        tookMs = performance.now() - beganMs;
      });
    });
    const others = async (): Promise<void> => {
      if (waiting > 1) await pause(Math.min(tookMs, othersTurnMaxMs));
    };
    turn = mine.then(others, others);
    return mine.finally(() => {
      waiting -= 1;
    });
  };

  return {
    /** One after another in a process. @throws Failure `unavailable` where too many wait to begin. */
    append: inTurn,

    /** Of what a worker does by itself: the intent is written first, and without it nothing is done. */
    around: async (deed: Omit<AuditEntry, 'phase'>, run: () => Promise<unknown>): Promise<void> => {
      const { seq } = await inTurn({ ...deed, phase: 'asked' }, randomUUID());
      await run();
      await inTurn({ ...deed, phase: 'done', of: seq }, randomUUID());
    },

    /** Newest first. */
    list: (
      { actor, action, target, phase, signIns, from, to }: AuditFilter,
      before: string | undefined,
      limit: number,
      isOurs: (row: AuditRow) => boolean = () => true,
    ): Promise<AuditRow[]> => {
      // A bound that begins other values is not compared alike everywhere: the end of a millisecond is none.
      const ends = [before, to && `${to.toISOString()}/\uffff`].filter((end) => end !== undefined).sort();
      const position = {
        ...(ends[0] === undefined ? {} : { $lt: ends[0] }),
        ...(from === undefined ? {} : { $gt: `${new Date(from.getTime() - 1).toISOString()}/\uffff` }),
      };
      const filter: Filter<AuditRow> = {
        ...(actor === undefined ? {} : { actor }),
        ...(action === undefined && signIns === undefined ? {} : { action: actionIn(action, signIns) }),
        ...(target === undefined ? {} : { target }),
        // Rows of before the chain have no phase, and tell of what was done. Of sign-ins the failed ones matter too.
        ...(phase === 'any'
          ? {}
          : { phase: phase ?? { $nin: signIns === 'only' ? ['asked'] : ['asked', 'refused', 'failed'] } }),
        ...(Object.keys(position).length > 0 ? { position } : {}),
      };
      return firstOf(audit.find(filter).sort({ position: -1 }), limit, isOurs);
    },

    /** Of the chain, as it was written: what somebody else put there tells nothing of what was done. */
    hasOwn: async (action: string, phase: AuditPhase): Promise<boolean> => {
      for await (const row of audit.find<KeptAuditRow>({ _id: isEntry, action, phase }, callByCall)) {
        if (isUnchanged(row)) return true;
      }
      return false;
    },

    /** The chain from after this one on, oldest first: each under the number that its place gives it, whatever it says. */
    after: async (seq: number, limit: number): Promise<KeptAuditRow[]> => {
      const rows = await chain(seq, 1).limit(limit).toArray();
      return rows.map(numbered);
    },

    isInChain: (row: AuditRow): row is KeptAuditRow => isText(row._id, entryId),

    /** Whether it is as it was written, and is listed under its time. */
    isUnchanged,
  };
};

type AuditHashed = AuditEntry & Omit<AuditLink, 'hash'>;
