import type { Collection } from 'mongodb';

/** That an operator's token was taken from a network; which one it is, nobody reads here. */
export interface KnownNetworkRow {
  /** A keyed hash of operator and network: who writes to the database makes none that counts. */
  readonly _id: string;
  readonly takenAt: Date;
}

/** Of all operators: far more than work in a day. */
const readMax = 10_000;

export type KnownNetworkRows = ReturnType<typeof createKnownNetworkRows>;

/** Written and read by the guard of operators' tokens: a restart, or another process, forgets nobody's network. */
export const createKnownNetworkRows = ({ knownNetworks }: { readonly knownNetworks: Collection<KnownNetworkRow> }) => ({
  note: async (id: string, takenAt: Date): Promise<void> => {
    await knownNetworks.updateOne({ _id: id }, { $set: { takenAt } }, { upsert: true });
  },

  takenSince: (since: Date): Promise<KnownNetworkRow[]> =>
    knownNetworks
      .find({ takenAt: { $gte: since } })
      .sort({ takenAt: -1 })
      .limit(readMax)
      .toArray(),
});
