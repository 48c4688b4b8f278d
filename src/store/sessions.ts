import type { Collection, Filter } from 'mongodb';
import type { Role } from '../domain/operator';
import { type OwnOf, ownRows } from './own-rows';
import { createReadTogether } from './read-together';
import { isDuplicate } from './store-errors';

/** A browser that is signed in. Without this row its cookie opens nothing; the row alone opens nothing either. */
export interface SessionRow {
  readonly _id: string;
  readonly position: string;
  /** Whose it is: an operator, or an issuer. */
  readonly name: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  /** Moved on by use, up to `endsAt`; the row goes soon after it. */
  readonly liveUntil: Date;
  readonly endsAt: Date;
}

/** At the console. */
export interface ConsoleSessionRow extends SessionRow {
  readonly role: Role;
  /** By the key that signs its cookie; left out in rows of before. */
  readonly mac?: string;
  /**
   * Of a session of the OpenID provider: hashes of its names for the person and for the session there, and when it said so,
   * by its clock.
   */
  readonly outside?: { readonly sub: string; readonly sid?: string; readonly at?: Date };
}

/** At an issuer's own page. Who it is and what it may is sealed. */
export interface PortalSessionRow extends SessionRow {
  readonly sealed: Buffer;
}

/** Which sessions: one, all of one name, perhaps but one, everybody's. */
export interface WhichSessions {
  readonly _id?: string | { readonly $ne: string };
  readonly name?: string;
}

/** Of one name; what is above it was ended by a race of sign-ins. */
const surplusMax = 100;

export interface SessionRows<Row extends SessionRow> {
  /** Ends the name's own oldest ones above the limit, and nobody else's; what is not its own is no session. */
  insert(row: Row, ofOneMax: number, ownOf: OwnOf<Row>): Promise<void>;
  find(id: string): Promise<Row | null>;
  /** One that was ended meanwhile stays ended. */
  touch(id: string, seenAt: Date, liveUntil: Date): Promise<void>;
  /** @returns How many there were. */
  end(which: WhichSessions): Promise<number>;
  list(name: string | undefined, before: string | undefined, limit: number): Promise<Row[]>;
}

export interface ConsoleSessionRows extends SessionRows<ConsoleSessionRow> {
  /** Those of one person of the OpenID provider, or of one session there, that began before, by its clock. @returns How many there were. */
  endOutside(which: { readonly sub?: string; readonly sid?: string }, before: Date): Promise<number>;
}
export interface PortalSessionRows extends SessionRows<PortalSessionRow> {
  /** One that was ended meanwhile stays ended. */
  reseal(id: string, sealed: Buffer): Promise<void>;
}

const createSessionRows = <Row extends SessionRow>(collection: Collection<Row>): SessionRows<Row> => {
  // The driver's types cannot say of a row that is yet to be named which fields it has.
  const sessions = collection as unknown as Collection<SessionRow>;
  return {
    insert: async (row, ofOneMax, ownOf) => {
      await sessions.insertOne(row).catch((error: unknown) => {
        // The driver repeated what had been written: the id is a random one of ours.
        if (!isDuplicate(error)) throw error;
      });
      const newest = await ownRows<SessionRow>(
        sessions,
        { name: row.name },
        { position: -1 },
        ofOneMax + surplusMax,
        ownOf as unknown as OwnOf<SessionRow>,
      );
      const surplus = newest.slice(ofOneMax);
      if (surplus.length > 0) await sessions.deleteMany({ _id: { $in: surplus.map(({ _id }) => _id) } });
    },

    find: createReadTogether(async (ids) => {
      const rows = (await sessions.find({ _id: { $in: [...ids] } }).toArray()) as unknown as Row[];
      return new Map(rows.map((row) => [row._id, row]));
    }),

    touch: async (id, seenAt, liveUntil) => {
      await sessions.updateOne({ _id: id }, { $set: { seenAt, liveUntil } });
    },

    end: async (which) => (await sessions.deleteMany(which)).deletedCount,

    list: (name, before, limit) =>
      sessions
        .find({
          ...(name === undefined ? {} : { name }),
          ...(before === undefined ? {} : { position: { $lt: before } }),
        })
        .sort({ position: -1 })
        .limit(limit)
        .toArray() as unknown as Promise<Row[]>,
  };
};

export const createConsoleSessionRows = ({
  consoleSessions,
}: {
  readonly consoleSessions: Collection<ConsoleSessionRow>;
}): ConsoleSessionRows => ({
  ...createSessionRows(consoleSessions),

  endOutside: async ({ sub, sid }, before) => {
    const { deletedCount } = await consoleSessions.deleteMany({
      ...(sub === undefined ? {} : { 'outside.sub': sub }),
      // A provider that names no session when it signs somebody in may name one when they leave.
      ...(sid === undefined ? {} : { 'outside.sid': { $in: sub === undefined ? [sid] : [sid, null] } }),
      $or: [{ 'outside.at': { $lt: before } }, { 'outside.at': null, startedAt: { $lt: before } }],
    } as Filter<ConsoleSessionRow>);
    return deletedCount;
  },
});

export const createPortalSessionRows = ({
  portalSessions,
}: {
  readonly portalSessions: Collection<PortalSessionRow>;
}): PortalSessionRows => ({
  ...createSessionRows(portalSessions),

  reseal: async (id, sealed) => {
    await portalSessions.updateOne({ _id: id }, { $set: { sealed } });
  },
});
