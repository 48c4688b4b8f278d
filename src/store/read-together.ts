import type { Collection, Filter } from 'mongodb';

const atOnceMax = 1_000;

interface Waiting<Row> {
  readonly resolve: (row: Row | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads issuers for requests whose sender is not known yet: one read at a time for all of them together, so that no
 * number of unsigned requests takes the database's connections. Whoever asks while one runs is in the next, which sees all that
 * was written before.
 */
export const createIssuerReads = <Row extends { readonly _id: string }>(issuers: Pick<Collection<Row>, 'find'>) => {
  const waiting = new Map<string, Waiting<Row>[]>();
  let isReading = false;

  const take = (): Map<string, Waiting<Row>[]> => {
    const now = new Map([...waiting].slice(0, atOnceMax));
    for (const id of now.keys()) waiting.delete(id);
    return now;
  };

  const readAll = async (): Promise<void> => {
    isReading = true;
    while (waiting.size > 0) {
      const now = take();
      try {
        const isAsked = { _id: { $in: [...now.keys()] }, deletedAt: { $exists: false } } as Filter<Row>;
        const rows = (await issuers.find(isAsked, { projection: { logo: 0 } }).toArray()) as Row[];
        const byId = new Map(rows.map((row) => [row._id, row]));
        for (const [id, all] of now) for (const { resolve } of all) resolve(byId.get(id) ?? null);
      } catch (error) {
        for (const all of now.values()) for (const { reject } of all) reject(error);
      }
    }
    isReading = false;
  };

  return (issuerId: string): Promise<Row | null> =>
    new Promise((resolve, reject) => {
      const all = waiting.get(issuerId) ?? [];
      all.push({ resolve, reject });
      waiting.set(issuerId, all);
      if (!isReading) void readAll();
    });
};
