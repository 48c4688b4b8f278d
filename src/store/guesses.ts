import type { Collection } from 'mongodb';
import type { SealOfRow } from './sealed-rows';

/** One row: when wrong operator tokens last came without end. */
export interface GuessRow {
  readonly _id: 'operator-tokens';
  readonly at: Date;
  /** By the master key: whoever writes to the database raises no alarm. */
  readonly seal?: Buffer;
}

export type Guesses = ReturnType<typeof createGuesses>;

/** Written by the api at most once a minute and process, read by the reconciler, which raises the trouble. */
export const createGuesses = (
  { guesses }: { readonly guesses: Collection<GuessRow> },
  seal: Pick<SealOfRow<GuessRow>, 'of' | 'isUntouched'>,
) => ({
  note: async (at: Date): Promise<void> => {
    const _id = 'operator-tokens';
    await guesses.updateOne({ _id }, { $set: { at, seal: seal.of({ _id, at }) } }, { upsert: true });
  },

  lastAt: async (): Promise<Date | undefined> => {
    const row = await guesses.findOne({ _id: 'operator-tokens' });
    return row && seal.isUntouched(row) ? row.at : undefined;
  },
});
