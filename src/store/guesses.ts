import type { Collection } from 'mongodb';

/** One row: when wrong operator tokens last came without end. */
export interface GuessRow {
  readonly _id: 'operator-tokens';
  readonly at: Date;
}

export type Guesses = ReturnType<typeof createGuesses>;

/** Written by the api at most once a minute and process, read by the reconciler, which raises the trouble. */
export const createGuesses = ({ guesses }: { readonly guesses: Collection<GuessRow> }) => ({
  note: async (at: Date): Promise<void> => {
    await guesses.updateOne({ _id: 'operator-tokens' }, { $set: { at } }, { upsert: true });
  },

  lastAt: async (): Promise<Date | undefined> =>
    (await guesses.findOne({ _id: 'operator-tokens', at: { $type: 'date' } }))?.at,
});
