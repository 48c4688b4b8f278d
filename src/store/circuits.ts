import type { Database } from './database';

/** The circuits of one worker that are not closed, as it last told. */
export interface CircuitsRow {
  readonly _id: string;
  readonly at: Date;
  readonly open: readonly string[];
}

export type Circuits = ReturnType<typeof createCircuits>;

const openLimit = 200;

export const createCircuits = ({ circuits }: Pick<Database, 'circuits'>) => ({
  tell: async (worker: string, at: Date, open: readonly string[]): Promise<void> => {
    await circuits.replaceOne({ _id: worker }, { at, open: open.slice(0, openLimit) }, { upsert: true });
  },

  /** Of all workers that told lately; a dead one's are forgotten. */
  openSince: async (since: Date, limit: number): Promise<string[]> => {
    const rows = await circuits
      .find({ at: { $gt: since } })
      .limit(limit)
      .toArray();
    return [...new Set(rows.flatMap(({ open }) => open))];
  },
});
