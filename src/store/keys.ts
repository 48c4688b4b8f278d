import type { Collection } from 'mongodb';
import { rotationOverlapMs } from '../domain/timings';
import { isDuplicate } from './store-errors';

/** One of the platform's own keys, made once and sealed by the master key. */
export interface KeyRow {
  readonly _id: string;
  readonly sealed: Buffer;
  readonly createdAt: Date;
  /** What a rotation left of the key before. */
  readonly former?: { readonly sealed: Buffer; readonly createdAt: Date; readonly endsAt: Date };
}

export const createKeys = ({ keys }: { readonly keys: Collection<KeyRow> }) => ({
  find: (name: string): Promise<KeyRow | null> => keys.findOne({ _id: name }),

  /** Called at the start of api and worker: the first one makes the key, all others read it. */
  readOrMake: async (name: string, make: () => Buffer | Promise<Buffer>): Promise<KeyRow> => {
    const found = await keys.findOne({ _id: name });
    if (found) return found;
    const row: KeyRow = { _id: name, sealed: await make(), createdAt: new Date() };
    try {
      await keys.insertOne(row);
      return row;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
    const made = await keys.findOne({ _id: name });
    if (!made) throw new Error(`the key ${name} was taken away`);
    return made;
  },

  /** The same key, bound to another place; where it was sealed anew meanwhile, the next start does it. */
  sealAnew: async ({ _id, sealed }: KeyRow, fresh: Buffer): Promise<void> => {
    await keys.updateOne({ _id, sealed }, { $set: { sealed: fresh } });
  },

  /**
   * Called by an operator. Old and new are in one document and written on the condition that the caller saw the newest
   * key, so that of two rotations at once one is refused. Resolves to when the old key ends; undefined: refused.
   */
  rotate: async (seen: KeyRow, sealed: Buffer, at: Date, endOldNow: boolean): Promise<Date | undefined> => {
    const endsAt = endOldNow ? at : new Date(at.getTime() + rotationOverlapMs);
    const former = { sealed: seen.sealed, createdAt: seen.createdAt, endsAt };
    const written = await keys.updateOne(
      { _id: seen._id, sealed: seen.sealed },
      endOldNow
        ? { $set: { sealed, createdAt: at }, $unset: { former: '' } }
        : { $set: { sealed, createdAt: at, former } },
    );
    return written.matchedCount > 0 ? endsAt : undefined;
  },
});
