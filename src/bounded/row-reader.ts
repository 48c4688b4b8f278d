import { inspect } from 'node:util';
import { LRUCache } from 'lru-cache';

interface Row {
  readonly _id?: unknown;
}

/** For lists: a row that is not what it should be takes its own line from its readers, and none of the others. */
export interface RowReader {
  /**
   * What `read` makes of a row of a collection; undefined where it throws, as nothing in the row is sure, and where it is not
   * `isOurs`, or, left out, has not the shape of its collection.
   */
  of<R extends Row, T>(
    collection: string,
    read: (row: R) => T,
    isOurs?: (row: R) => boolean,
  ): (row: R) => T | undefined;
  /** The same, where nothing is read of it yet: asked by stores, which read on behind what they leave out. */
  isOne<R extends Row>(collection: string, isOurs?: (row: R) => boolean): (row: R) => boolean;
  /** For sums and jobs, which ask for no page behind these. */
  those<R extends Row>(collection: string, rows: readonly R[], isOurs?: (row: R) => boolean): R[];
  /** Where a store has looked itself. */
  leaveOut(collection: string, row: Row, error?: unknown): void;
}

/** Whoever reads a list again and again has a row told once in this time. */
const toldEveryMs = 60_000;
const toldMax = 1_000;

/** Of an id of any type: what somebody else wrote may refuse to be a text, and none of it is taken for one of ours. */
export const idText = (id: unknown): string => (typeof id === 'string' ? id : `no text: ${inspect(id)}`);

/** `tell`: that a row is left out. `flawOf`: by collection, what keeps a row from being one of it. */
export const createRowReader = (
  tell: (collection: string, id: unknown, error: unknown) => void,
  flawOf: Readonly<Record<string, (row: Row) => string | undefined>> = {},
): RowReader => {
  const told = new LRUCache<string, true>({ max: toldMax, ttl: toldEveryMs });

  const isFull = (): boolean => {
    if (told.size < toldMax) return false;
    told.purgeStale();
    return told.size >= toldMax;
  };

  const leaveOut: RowReader['leaveOut'] = (collection, { _id }, error) => {
    const key = `${collection} ${idText(_id)}`;
    // Each is told to log and database: a flood of them is no flood of ours.
    if (told.has(key) || isFull()) return;
    told.set(key, true);
    tell(collection, _id, error);
  };

  const of: RowReader['of'] = (collection, read, isOurs) => (row) => {
    try {
      if (isOurs?.(row) === false) throw new Error('somebody else wrote it');
      const flaw = isOurs ? undefined : flawOf[collection]?.(row);
      if (flaw !== undefined) throw new Error(flaw);
      return read(row);
    } catch (error) {
      leaveOut(collection, row, error);
      return undefined;
    }
  };

  const isOne: RowReader['isOne'] = (collection, isOurs) => {
    const isRead = of(collection, () => true, isOurs);
    return (row) => isRead(row) === true;
  };

  return { of, isOne, those: (collection, rows, isOurs) => rows.filter(isOne(collection, isOurs)), leaveOut };
};
