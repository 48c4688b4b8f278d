const atOnceMax = 1_000;

interface Waiting<Found> {
  readonly resolve: (found: Found | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads for requests whose sender is not known yet: one read at a time for all of them together, so that no number of
 * unsigned requests takes the database's connections. Whoever asks while one runs is in the next, which sees all that
 * was written before.
 */
export const createReadTogether = <Found>(
  readAll: (keys: readonly string[]) => Promise<ReadonlyMap<string, Found>>,
): ((key: string) => Promise<Found | null>) => {
  const waiting = new Map<string, Waiting<Found>[]>();
  let isReading = false;

  const take = (): Map<string, Waiting<Found>[]> => {
    const now = new Map([...waiting].slice(0, atOnceMax));
    for (const key of now.keys()) waiting.delete(key);
    return now;
  };

  const readWaiting = async (): Promise<void> => {
    isReading = true;
    while (waiting.size > 0) {
      const now = take();
      try {
        const found = await readAll([...now.keys()]);
        for (const [key, all] of now) for (const { resolve } of all) resolve(found.get(key) ?? null);
      } catch (error) {
        for (const all of now.values()) for (const { reject } of all) reject(error);
      }
    }
    isReading = false;
  };

  return (key) =>
    new Promise((resolve, reject) => {
      const all = waiting.get(key) ?? [];
      all.push({ resolve, reject });
      waiting.set(key, all);
      if (!isReading) void readWaiting();
    });
};
