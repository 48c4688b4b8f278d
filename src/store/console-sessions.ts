import type { Collection, Filter } from 'mongodb';
import type { Role } from '../domain/operator';
import { isDuplicate } from './store-errors';

/** A browser that is signed in at the console. Without this row its cookie opens nothing; the row alone opens nothing either. */
export interface ConsoleSessionRow {
  readonly _id: string;
  readonly position: string;
  readonly name: string;
  readonly role: Role;
  /** Of a session of the OpenID provider: hashes of its names for the person and for the session there. */
  readonly outside?: { readonly sub: string; readonly sid?: string };
  readonly startedAt: Date;
  readonly seenAt: Date;
  /** Moved on by use, up to `endsAt`; the row goes soon after it. */
  readonly liveUntil: Date;
  readonly endsAt: Date;
}

/** Which sessions: one, all of an operator, everybody's. */
export interface WhichSessions {
  readonly _id?: string;
  readonly name?: string;
}

/** Of one operator; what is above it was ended by a race of sign-ins. */
const surplusMax = 100;

export type ConsoleSessionRows = ReturnType<typeof createConsoleSessionRows>;

export const createConsoleSessionRows = ({
  consoleSessions,
}: {
  readonly consoleSessions: Collection<ConsoleSessionRow>;
}) => ({
  /** Ends the operator's own oldest ones above the limit, and nobody else's. */
  insert: async (row: ConsoleSessionRow, ofOneMax: number): Promise<void> => {
    await consoleSessions.insertOne(row).catch((error: unknown) => {
      // The driver repeated what had been written: the id is a random one of ours.
      if (!isDuplicate(error)) throw error;
    });
    const surplus = await consoleSessions
      .find({ name: row.name }, { projection: { _id: 1 } })
      .sort({ position: -1 })
      .skip(ofOneMax)
      .limit(surplusMax)
      .toArray();
    if (surplus.length > 0) await consoleSessions.deleteMany({ _id: { $in: surplus.map(({ _id }) => _id) } });
  },

  find: (id: string): Promise<ConsoleSessionRow | null> => consoleSessions.findOne({ _id: id }),

  /** One that was ended meanwhile stays ended. */
  touch: async (id: string, seenAt: Date, liveUntil: Date): Promise<void> => {
    await consoleSessions.updateOne({ _id: id }, { $set: { seenAt, liveUntil } });
  },

  /** @returns How many there were. */
  end: async (which: WhichSessions): Promise<number> => (await consoleSessions.deleteMany(which)).deletedCount,

  /** Those of one person of the OpenID provider, or of one session there, that began before. @returns How many there were. */
  endOutside: async (which: { readonly sub?: string; readonly sid?: string }, before: Date): Promise<number> => {
    const { sub, sid } = which;
    const { deletedCount } = await consoleSessions.deleteMany({
      ...(sub === undefined ? {} : { 'outside.sub': sub }),
      // A provider that names no session when it signs somebody in may name one when they leave.
      ...(sid === undefined ? {} : { 'outside.sid': { $in: sub === undefined ? [sid] : [sid, null] } }),
      startedAt: { $lt: before },
    } as Filter<ConsoleSessionRow>);
    return deletedCount;
  },

  list: (name: string | undefined, before: string | undefined, limit: number): Promise<ConsoleSessionRow[]> =>
    consoleSessions
      .find({ ...(name === undefined ? {} : { name }), ...(before === undefined ? {} : { position: { $lt: before } }) })
      .sort({ position: -1 })
      .limit(limit)
      .toArray(),
});
