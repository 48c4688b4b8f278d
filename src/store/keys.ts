import { type Database, isDuplicate } from './database';

/** The platform's own keys, made once and sealed by the master key. */
export interface KeyRow {
  readonly _id: string;
  readonly sealed: Buffer;
  readonly createdAt: Date;
}

export const createKeys = ({ keys }: Database) => ({
  /** Called at the start of api and worker: the first one makes the key, all others read it. */
  readOrMake: async (name: string, make: () => Buffer): Promise<Buffer> => {
    const found = await keys.findOne({ _id: name });
    if (found) return found.sealed;
    const sealed = make();
    try {
      await keys.insertOne({ _id: name, sealed: sealed, createdAt: new Date() });
      return sealed;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
    const made = await keys.findOne({ _id: name });
    if (!made) throw new Error(`the key ${name} was taken away`);
    return made.sealed;
  },
});
