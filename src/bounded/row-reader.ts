import { LRUCache } from 'lru-cache';

interface Row {
  readonly _id?: unknown;
}

/** For lists: a row that is not what it should be takes its own line from its readers, and none of the others. */
export interface RowReader {
  /**
   * What `read` makes of a row of a collection; undefined where it throws, as nothing in the row is sure, and where it is not
   * `isOurs`.
   */
  of<R extends Row, T>(
    collection: string,
    read: (row: R) => T,
    isOurs?: (row: R) => boolean,
  ): (row: R) => T | undefined;
  /** Where a store has looked itself. */
  leaveOut(collection: string, row: Row, error?: unknown): void;
}

/** Whoever reads a list again and again has a row told once in this time. */
const toldEveryMs = 60_000;
const toldMax = 1_000;

/** `tell`: that a row is left out. */
export const createRowReader = (tell: (collection: string, id: unknown, error: unknown) => void): RowReader => {
  const told = new LRUCache<string, true>({ max: toldMax, ttl: toldEveryMs });

  const leaveOut: RowReader['leaveOut'] = (collection, { _id }, error) => {
    const key = `${collection} ${String(_id)}`;
    if (told.has(key)) return;
    told.set(key, true);
    tell(collection, _id, error);
  };

  return {
    leaveOut,
    of: (collection, read, isOurs) => (row) => {
      try {
        if (isOurs?.(row) === false) throw new Error('somebody else wrote it');
        return read(row);
      } catch (error) {
        leaveOut(collection, row, error);
        return undefined;
      }
    },
  };
};
