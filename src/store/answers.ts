import type { Collection } from 'mongodb';
import { isDuplicate } from './store-errors';

/** The answer to one call has left the platform; `_id` names its order and the call. */
export interface AnswerRow {
  readonly _id: string;
  readonly at: Date;
}

export type Answers = ReturnType<typeof createAnswers>;

export const createAnswers = ({ answers }: { readonly answers: Collection<AnswerRow> }) => ({
  note: async (ids: readonly string[], at: Date): Promise<void> => {
    const rows = ids.map((_id) => ({ _id, at }));
    try {
      // Nothing is lost with it but a few seconds: it needs no second copy.
      await answers.insertMany(rows, { ordered: false, writeConcern: { w: 1 } });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  },

  among: async (ids: readonly string[]): Promise<Set<string>> => {
    const rows = await answers.find({ _id: { $in: [...ids] } }, { projection: { _id: 1 } }).toArray();
    return new Set(rows.map(({ _id }) => _id));
  },
});
