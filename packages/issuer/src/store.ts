/**
 * What an issuer remembers: which messages it has handled, and which codes it has made for an order. Another one, such as
 * a table with a unique key, is shared by several processes.
 */
export interface IssuerStore {
  read(key: string): Promise<string | undefined>;
  /** Resolves once it is durable, to what stands there: of two values for one key the first one stays. */
  keep(key: string, value: string): Promise<string>;
  /** Of codes that the platform will not take: others are made in their place. */
  forget(key: string): Promise<void>;
}

export interface StoreLimits {
  /** The oldest entries are forgotten first. */
  readonly entriesMax?: number;
  readonly bytesMax?: number;
}

/** Entries within the limits, the oldest first. */
export const createEntries = ({ entriesMax = 100_000, bytesMax = 64 * 1024 * 1024 }: StoreLimits) => {
  const entries = new Map<string, string>();
  let sizeBytes = 0;
  const sizeOf = (key: string, value: string): number => Buffer.byteLength(key) + Buffer.byteLength(value);

  const remove = (key: string): void => {
    const value = entries.get(key);
    if (value === undefined) return;
    entries.delete(key);
    sizeBytes -= sizeOf(key, value);
  };

  return {
    entries: entries as ReadonlyMap<string, string>,
    remove,
    sizeBytes: (): number => sizeBytes,
    add: (key: string, value: string): void => {
      if (entries.has(key)) return;
      entries.set(key, value);
      sizeBytes += sizeOf(key, value);
      for (const oldest of entries.keys()) {
        if ((entries.size <= entriesMax && sizeBytes <= bytesMax) || oldest === key) break;
        remove(oldest);
      }
    },
  };
};

/** Forgets everything with its process: for trying out, and where making a code twice does no harm. */
export const memoryStore = (limits: StoreLimits = {}): IssuerStore => {
  const { entries, add, remove } = createEntries(limits);
  return {
    read: async (key) => entries.get(key),
    keep: async (key, value) => {
      add(key, value);
      return entries.get(key) ?? value;
    },
    forget: async (key) => remove(key),
  };
};
