import type { Collection } from 'mongodb';
import type { Branding } from '../domain/branding';
import { Failure } from '../domain/failures';
import { issuerIdPattern, isTestIssuer, isText, type Mode } from '../domain/ids';
import type { Terminal } from '../domain/order';
import { type HostProof, proofOf, withProof } from '../domain/ownership';
import { type SomeSettings, settingNames } from '../domain/settings';
import { rotationOverlapMs, secondMs, windowSecondsRange } from '../domain/timings';
import { firstOf } from './first-of';
import { issuersOfMode } from './of-mode';
import { createReadTogether } from './read-together';
import { callByCall } from './sealed-rows';
import { isDuplicate } from './store-errors';

export interface SealedSecret {
  readonly sealed: Buffer;
  readonly createdAt: Date;
  /** Absent on the newest one. */
  readonly endsAt?: Date;
}

/** A time in which the issuer was paused: its orders' windows stand still. */
export interface Hold {
  readonly from: Date;
  readonly to?: Date;
}

/** The newest look for a proof, which stands here as no history may hold an address. */
export interface HostCheck {
  /** Of the callback whose host it is about. */
  readonly origin: string;
  readonly askedAt: Date;
  readonly checkedAt?: Date;
  /** How each way ended, in words of closed lists; no name, no `dns`. */
  readonly found?: { readonly dns?: string; readonly file: string };
}

export interface IssuerRow extends SomeSettings {
  readonly _id: string;
  readonly name: string;
  readonly state: 'active' | 'paused';
  /** It sells test products alone, until an admin lets it go live. */
  readonly isNotLive?: true;
  readonly callback:
    | { readonly kind: 'url'; readonly url: string }
    | { readonly kind: 'function'; readonly name: string }
    /** It fetches its messages. */
    | { readonly kind: 'pull' };
  /** Of its callback, and of those that it means to change to. */
  readonly provedHosts?: readonly HostProof[];
  readonly hostCheck?: HostCheck;
  readonly codeMode: 'request' | 'push';
  readonly terminal?: Terminal;
  readonly publicKey?: string;
  /** Deliveries to webhooks carry a signature by the issuer's own secrets as well. */
  readonly signDeliveriesWithIssuerSecret?: boolean;
  /** Messages to buyers hold their codes, and not only the link to the page. */
  readonly codeInMessage?: boolean;
  /** Of the contract; left out: the first. */
  readonly apiVersion?: string;
  /** Of one callback. */
  readonly callTimeoutSeconds?: number;
  readonly callHeaders?: { readonly names: readonly string[]; readonly sealed: Buffer };
  /** With which its server is shown who calls; null for none. */
  readonly callCertificate?: {
    readonly subject: string;
    readonly fingerprint: string;
    readonly endsAt: Date;
    readonly sealed: Buffer;
  } | null;
  /** PEM, or empty for none. */
  readonly callCa?: string;
  readonly ordersPerSecond?: number;
  /** Its buyers may ask for their money back on the pick-up page. */
  readonly buyerRefunds?: boolean;
  /** How long a void request waits for a decision. */
  readonly voidDecisionSeconds?: number;
  /** What becomes of one that nobody has decided by then. */
  readonly voidUndecided?: 'approve' | 'person';
  /** Nobody redeems its items while it waits. */
  readonly holdWhileDeciding?: boolean;
  /** How long before its orders' issue windows end it is asked once more; counts from the placing of an order. */
  readonly lastCallSeconds?: number;
  /** How it looks to its buyers. The logo stands beside it, and is named by its hash. */
  readonly branding?: Branding & { readonly logoHash?: string };
  /** A data URI, read only by whoever shows it: `logoOf`. */
  readonly logo?: string;
  readonly createdAt: Date;
  /** Of a test issuer: the reconciler deletes it then. */
  readonly endsAt?: Date;
  /** A keyed hash of the network that a test issuer was made from. */
  readonly madeFrom?: string;
  readonly secrets: readonly SealedSecret[];
  /** How often all who were let in were put out: what was let in before counts no more, also where it comes late. */
  readonly generation?: number;
  readonly holds: readonly Hold[];
  /** A tombstone: the id is never given again. */
  readonly deletedAt?: Date;
  /** Over that alone, by the master key. */
  readonly deletionSeal?: Buffer;
  /** Over all of it but notes, by the master key. */
  readonly seal: Buffer;
  /** While the row is not as the platform wrote it. */
  readonly tamperedAt?: Date;
}

/** Each costs a look-up and a call to a stranger's server. */
export const hostCheckEveryMs = 5 * secondMs;

/** Made and checked by src/sealing, which has the key. */
export interface IssuerRowSeal {
  of(row: Omit<IssuerRow, 'seal'>): Buffer;
  ofDeletion(deletion: Required<Pick<IssuerRow, '_id' | 'deletedAt'>>): Buffer;
  isDeletion(row: IssuerRow): boolean;
  /** Throws for a row that somebody else wrote. */
  requireUntouched(row: IssuerRow): void;
}

export type IssuerSettings = Partial<
  Pick<
    IssuerRow,
    | 'name'
    | 'callback'
    | 'codeMode'
    | 'terminal'
    | 'verifyWindowSeconds'
    | 'issueWindowSeconds'
    | 'publicKey'
    | 'signDeliveriesWithIssuerSecret'
    | 'codeInMessage'
    | 'apiVersion'
    | 'callTimeoutSeconds'
    | 'callHeaders'
    | 'callCa'
    | 'callCertificate'
    | 'ordersPerSecond'
    | 'buyerRefunds'
    | 'voidDecisionSeconds'
    | 'voidUndecided'
    | 'holdWhileDeciding'
    | 'lastCallSeconds'
    | 'branding'
    | 'logo'
    | 'noticeDelaysSeconds'
    | 'eventDelaysSeconds'
    | 'deliveryDelaysSeconds'
  >
>;

type RowChange = { readonly [Name in keyof IssuerRow]?: IssuerRow[Name] | undefined };

export interface VoidPolicy {
  readonly decideWithinMs: number;
  readonly undecided: 'approve' | 'person';
  readonly holdsItems: boolean;
}

const voidDecisionSecondsBuiltIn = 86_400;

export const voidPolicy = (
  issuer: Pick<IssuerRow, 'voidDecisionSeconds' | 'voidUndecided' | 'holdWhileDeciding'> | null,
): VoidPolicy => ({
  decideWithinMs: (issuer?.voidDecisionSeconds ?? voidDecisionSecondsBuiltIn) * 1_000,
  undecided: issuer?.voidUndecided ?? 'person',
  holdsItems: issuer?.holdWhileDeciding ?? false,
});

const holdsLimit = 1_000;
/** Others may change the same row: each round one of them gets through. */
const changeTries = 40;
/** An order may wait as long to be verified and again for its codes, and a window may be extended. */
const holdsKeptMs = 4 * windowSecondsRange.max * secondMs;

/** Of what an issuer's secret, link or session let in, and how its row is now. */
export const isSameGeneration = <Row extends Pick<IssuerRow, 'generation'>>(
  one: { readonly generation?: number | undefined },
  row: Row | null | undefined,
): row is Row => row !== null && row !== undefined && (one.generation ?? 0) === (row.generation ?? 0);

/** Whoever is still let in comes through by a repeat. */
export const putOutMeanwhile = (): Failure =>
  new Failure('in_progress', { detail: 'All who were let in were put out meanwhile', retryAfterSeconds: 1 });

const nextOf = ({ generation = 0 }: Pick<IssuerRow, 'generation'>): number => generation + 1;

export type Issuers = ReturnType<typeof createIssuers>;

/** 140 KB that no call needs. */
const withoutLogo = { projection: { logo: 0 } } as const;

/** `leaveOut`: what the platform did not write, where it would stand in the way of others. */
export const createIssuers = (
  { issuers }: { readonly issuers: Collection<IssuerRow> },
  seal: IssuerRowSeal,
  leaveOut: (row: IssuerRow) => void = () => undefined,
) => {
  const alive = { deletedAt: { $exists: false } };

  /**
   * Sealed with what it changes, on the condition that nobody else has sealed it since. What becomes undefined is taken
   * away. A row that somebody else wrote is not changed.
   */
  const changeSealed = async (
    issuerId: string,
    changeOf: (row: IssuerRow) => RowChange | undefined,
  ): Promise<boolean> => {
    for (let n = 0; n < changeTries; n += 1) {
      const row = await issuers.findOne({ _id: issuerId, ...alive }, withoutLogo);
      if (!row) return false;
      seal.requireUntouched(row);
      const change = changeOf(row);
      if (!change) return true;
      const gone = Object.entries(change).filter(([, value]) => value === undefined);
      const $unset = Object.fromEntries(gone.map(([name]) => [name, '' as const]));
      const written = await issuers.updateOne(
        { _id: issuerId, ...alive, seal: row.seal },
        {
          $set: { ...(change as Partial<IssuerRow>), seal: seal.of({ ...row, ...(change as Partial<IssuerRow>) }) },
          ...(gone.length > 0 ? { $unset } : {}),
        },
      );
      if (written.matchedCount > 0) return true;
    }
    throw new Error('the issuer changed at every try');
  };

  const isWrittenByUs = (row: IssuerRow): boolean => {
    try {
      seal.requireUntouched(row);
      return true;
    } catch {
      return false;
    }
  };

  const isTaken = (is: boolean, row: IssuerRow): boolean => {
    if (!is) leaveOut(row);
    return is;
  };
  const isOurs = (row: IssuerRow): boolean => isTaken(isWrittenByUs(row), row);
  const isNamed = (row: IssuerRow): boolean => isTaken(isText(row._id, issuerIdPattern), row);

  /**
   * Asked before the issuer is called, before what it signed is believed, and before the platform does anything for good
   * because of it. What is found is noted for a person, and taken back once the row is as it was.
   */
  const isUntouched = async (row: IssuerRow, at: Date): Promise<boolean> => {
    const isOurs = isWrittenByUs(row);
    // One whose deletion is ours is called by nobody: there is nothing to put back.
    if (!isOurs && !seal.isDeletion(row)) await issuers.updateOne({ _id: row._id }, { $set: { tamperedAt: at } });
    if (isOurs && row.tamperedAt) await issuers.updateOne({ _id: row._id }, { $unset: { tamperedAt: 1 } });
    return isOurs;
  };

  /** Undefined where a secret in it opens no more: it stays as it is, and a person hears of it. */
  const sealOf = (row: IssuerRow): Buffer | undefined => {
    try {
      return seal.of(row);
    } catch {
      return undefined;
    }
  };

  return {
    insert: async (row: Omit<IssuerRow, 'seal'>): Promise<'inserted' | 'exists'> => {
      try {
        await issuers.insertOne({ ...row, seal: seal.of(row) });
        return 'inserted';
      } catch (error) {
        if (isDuplicate(error)) return 'exists';
        throw error;
      }
    },

    /** For requests whose sender is not known yet. */
    findTogether: createReadTogether(async (issuerIds) => {
      const rows = await issuers.find({ _id: { $in: [...issuerIds] }, ...alive }, withoutLogo).toArray();
      return new Map(rows.map((row) => [row._id, row]));
    }),

    find: (issuerId: string): Promise<IssuerRow | null> => issuers.findOne({ _id: issuerId, ...alive }, withoutLogo),

    /** Also a deleted one: its open orders still end, and are still told about. */
    findEver: (issuerId: string): Promise<IssuerRow | null> => issuers.findOne({ _id: issuerId }, withoutLogo),

    /** A data URI; undefined where it has none. */
    logoOf: async (issuerId: string): Promise<string | undefined> => {
      const row = await issuers.findOne({ _id: issuerId }, { projection: { logo: 1 } });
      return row?.logo || undefined;
    },

    list: (after: string | undefined, limit: number, mode: Mode = 'live'): Promise<IssuerRow[]> =>
      firstOf(
        issuers
          .find(
            { ...alive, $and: [issuersOfMode(mode), after === undefined ? {} : { _id: { $gt: after } }] },
            withoutLogo,
          )
          .sort({ _id: 1 }),
        limit,
        isNamed,
      ),

    /** Of the sandbox; there are few: no index. */
    tests: (limit: number): Promise<Pick<IssuerRow, '_id' | 'createdAt' | 'madeFrom'>[]> =>
      issuers
        .find({ ...alive, ...issuersOfMode('test') })
        .project<Pick<IssuerRow, '_id' | 'createdAt' | 'madeFrom'>>({ createdAt: 1, madeFrom: 1 })
        .limit(limit)
        .toArray(),

    /** A test issuer to which nothing points: no tombstone stays. */
    forgetTest: async (issuerId: string): Promise<void> => {
      if (isTestIssuer(issuerId)) await issuers.deleteOne({ _id: issuerId, ...alive });
    },

    /** Read by the reconciler, which deletes them; those that somebody else wrote to come last. */
    endedTests: (at: Date, limit: number): Promise<IssuerRow[]> =>
      issuers
        .find({ ...alive, ...issuersOfMode('test'), endsAt: { $lte: at } }, withoutLogo)
        .sort({ tamperedAt: 1 })
        .limit(limit)
        .toArray(),

    /** Of test issuers, whom anybody makes: no tombstone stays for ever. Read by the reconciler, which forgets them. */
    oldTombstones: (endedBy: Date, limit: number): Promise<IssuerRow[]> =>
      issuers
        .find({ ...issuersOfMode('test'), deletedAt: { $lte: endedBy }, endsAt: { $lte: endedBy } }, withoutLogo)
        .sort({ tamperedAt: 1 })
        .limit(limit)
        .toArray(),

    /** As it was read. */
    forgetTombstone: async ({ _id, seal: ofRow }: IssuerRow): Promise<boolean> =>
      isTestIssuer(_id) &&
      (await issuers.deleteOne({ _id, deletedAt: { $exists: true }, seal: ofRow })).deletedCount > 0,

    /** Read by the reconciler, which tells an operator of them. */
    paused: (limit: number): Promise<IssuerRow[]> =>
      firstOf(
        issuers.find({ ...alive, ...issuersOfMode('live'), state: 'paused' }, withoutLogo).sort({ _id: 1 }),
        limit,
        isOurs,
      ),

    /** Asked before every issuer needs a proof: who would be called no more. Paused ones are not called now either. */
    activeWithoutProof: async (limit: number): Promise<string[]> => {
      const active = { ...alive, ...issuersOfMode('live'), state: 'active', 'callback.kind': 'url' } as const;
      const isUnproved = (row: IssuerRow): boolean =>
        isOurs(row) && row.callback.kind === 'url' && !proofOf(row.provedHosts, row.callback.url);
      const found = await firstOf(issuers.find(active, withoutLogo).sort({ _id: 1 }), limit, isUnproved);
      return found.map(({ _id }) => _id);
    },

    /** False: one was asked for a moment ago. */
    askHostCheck: async (issuerId: string, origin: string, at: Date): Promise<boolean> => {
      const before = new Date(at.getTime() - hostCheckEveryMs);
      const isDue = { $or: [{ hostCheck: { $exists: false } }, { 'hostCheck.askedAt': { $lte: before } }] };
      const asked = await issuers.updateOne(
        { _id: issuerId, ...alive, ...isDue },
        { $set: { hostCheck: { origin, askedAt: at } } },
      );
      return asked.matchedCount > 0;
    },

    /** Of the newest one alone. */
    noteHostCheck: async (
      issuerId: string,
      { askedAt, ...ended }: Required<Omit<HostCheck, 'origin'>>,
    ): Promise<void> => {
      await issuers.updateOne(
        { _id: issuerId, 'hostCheck.askedAt': askedAt },
        { $set: { 'hostCheck.checkedAt': ended.checkedAt, 'hostCheck.found': ended.found } },
      );
    },

    prove: (issuerId: string, proof: HostProof): Promise<boolean> =>
      changeSealed(issuerId, (row) => ({ provedHosts: withProof(row, proof) })),

    /** By whoever was let in when the row was as `before`. */
    change: async (
      issuerId: string,
      settings: IssuerSettings,
      before: Pick<IssuerRow, 'generation'> = {},
    ): Promise<IssuerRow | null> => {
      const given = Object.entries(settings).filter(([, value]) => value !== undefined);
      const changeOf = (row: IssuerRow) => {
        if (!isSameGeneration(before, row)) throw putOutMeanwhile();
        return Object.fromEntries(given);
      };
      if (given.length > 0) await changeSealed(issuerId, changeOf);
      return issuers.findOne({ _id: issuerId, ...alive }, withoutLogo);
    },

    /** Sets what is given of windows and delays, and takes the rest away: it is inherited then. */
    replaceSettings: async (issuerId: string, settings: SomeSettings): Promise<IssuerRow | null> => {
      await changeSealed(issuerId, () => Object.fromEntries(settingNames.map((name) => [name, settings[name]])));
      return issuers.findOne({ _id: issuerId, ...alive }, withoutLogo);
    },

    goLive: async (issuerId: string): Promise<void> => {
      await changeSealed(issuerId, () => ({ isNotLive: undefined }));
    },

    pause: async (issuerId: string, at: Date): Promise<void> => {
      await changeSealed(issuerId, ({ state, holds }) =>
        state === 'active' ? { state: 'paused', holds: [...holds, { from: at }].slice(-holdsLimit) } : undefined,
      );
    },

    resume: async (issuerId: string, at: Date): Promise<void> => {
      const longAgo = at.getTime() - holdsKeptMs;
      await changeSealed(issuerId, ({ state, holds }) =>
        state === 'paused'
          ? {
              state: 'active',
              holds: holds.map(({ from, to = at }) => ({ from, to })).filter(({ to }) => to.getTime() >= longAgo),
            }
          : undefined,
      );
    },

    /**
     * Conditional on the row that the caller saw, so that two rotations never lose one, and none brings back an old seal.
     * Resolves to what the row is then; undefined: another change came in between.
     */
    replaceSecrets: async (
      row: IssuerRow,
      secrets: readonly SealedSecret[],
      putsOut = false,
    ): Promise<IssuerRow | undefined> => {
      seal.requireUntouched(row);
      const change = { secrets: [...secrets], ...(putsOut ? { generation: nextOf(row) } : {}) };
      const written = await issuers.updateOne(
        { _id: row._id, ...alive, seal: row.seal },
        { $set: { ...change, seal: seal.of({ ...row, ...change }) } },
      );
      return written.matchedCount > 0 ? { ...row, ...change } : undefined;
    },

    /** All who were let in, with what they have under way. */
    putOut: async (issuerId: string): Promise<void> => {
      await changeSealed(issuerId, (row) => ({ generation: nextOf(row) }));
    },

    bury: async (issuerId: string, at: Date): Promise<boolean> => {
      const row = await issuers.findOne({ _id: issuerId, ...alive }, withoutLogo);
      const deletion = { deletedAt: at, deletionSeal: seal.ofDeletion({ _id: issuerId, deletedAt: at }) };
      // One that somebody else wrote to can be deleted all the same, and is never called again.
      if (row && isWrittenByUs(row)) return changeSealed(issuerId, () => ({ ...deletion, tamperedAt: undefined }));
      const buried = await issuers.updateOne(
        { _id: issuerId, ...alive },
        { $set: deletion, $unset: { tamperedAt: 1 } },
      );
      return buried.matchedCount > 0;
    },

    isUntouched,

    /** Asked before its orders are cancelled for it. Tombstones of before have no seal but the row's. */
    isDeleted: async (row: IssuerRow, at: Date): Promise<boolean> =>
      row.deletedAt !== undefined && (seal.isDeletion(row) || (await isUntouched(row, at))),

    /** What stands there is no row of an issuer. */
    noteTampered: async (issuerId: string, at: Date): Promise<void> => {
      await issuers.updateOne({ _id: issuerId }, { $set: { tamperedAt: at } });
    },

    /** At the first start that knows seals: what has none of today is taken as it stands. */
    sealAll: async (): Promise<void> => {
      for await (const row of issuers.find({ tamperedAt: { $exists: false } }, { ...withoutLogo, ...callByCall })) {
        const isSame = row.seal ? { seal: row.seal } : { seal: { $exists: false } };
        const made = isWrittenByUs(row) ? undefined : sealOf(row);
        if (made) await issuers.updateOne({ _id: row._id, ...isSame }, { $set: { seal: made } });
      }
    },

    /**
     * Read by the reconciler: tombstones whose orders may still be open, the newest first; those that somebody else wrote
     * come last.
     */
    buriedSince: (since: Date, limit: number, mode: Mode): Promise<IssuerRow[]> =>
      issuers
        .find({ deletedAt: { $gt: since }, ...issuersOfMode(mode) }, withoutLogo)
        .sort({ tamperedAt: 1, deletedAt: -1 })
        .limit(limit)
        .toArray(),
  };
};

/** Newest first; the old one lives on for a day unless it is ended at once; a third rotation ends the oldest. */
export const rotatedSecrets = (
  secrets: readonly SealedSecret[],
  fresh: Buffer,
  at: Date,
  endOldNow: boolean,
): SealedSecret[] => {
  const [newest] = secrets;
  const old = newest && !endOldNow ? [{ ...newest, endsAt: new Date(at.getTime() + rotationOverlapMs) }] : [];
  return [{ sealed: fresh, createdAt: at }, ...old];
};

export const liveSecrets = (secrets: readonly SealedSecret[], nowMs: number): SealedSecret[] =>
  secrets.filter(({ endsAt }) => !endsAt || endsAt.getTime() > nowMs);

/** Of an issuer's row that nobody has opened: what is no hold takes its orders from no list. */
const holdsIn = (holds: unknown): readonly Hold[] =>
  Array.isArray(holds)
    ? holds.filter((one) => one?.from instanceof Date && (one.to === undefined || one.to instanceof Date))
    : [];

/** How long the issuer was held within `sinceMs..nowMs`: rule 8, a pause stops the windows. */
export const heldMs = (holds: readonly Hold[], sinceMs: number, nowMs: number): number =>
  holdsIn(holds).reduce((sum, hold) => {
    const from = Math.max(hold.from.getTime(), sinceMs);
    const to = Math.min(hold.to?.getTime() ?? nowMs, nowMs);
    return sum + Math.max(0, to - from);
  }, 0);
