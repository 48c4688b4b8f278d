import type { Collection } from 'mongodb';
import type { Day } from '../domain/days';
import { isDuplicate } from './store-errors';

/** The statement of a past day: made once, and kept as the bytes that it was made of. */
export interface StatementRow {
  readonly _id: string;
  /** Which of the makings at the same time was the first to end: its parts are the statement's. */
  readonly making: string;
  /** From when its facts are. */
  readonly asOf: Date;
  readonly orders: number;
  readonly parts: number;
  readonly at: Date;
}

/** A slice of the compressed lines. */
export interface StatementPartRow {
  readonly _id: string;
  readonly bytes: Buffer;
  readonly at: Date;
}

export interface StatementName {
  readonly issuerId: string;
  readonly day: Day;
}

export type Statements = ReturnType<typeof createStatements>;

const idOf = ({ issuerId, day }: StatementName): string => `${issuerId}/${day}`;

export const createStatements = ({
  statements,
  statementParts,
}: {
  readonly statements: Collection<StatementRow>;
  readonly statementParts: Collection<StatementPartRow>;
}) => {
  const partId = (name: StatementName, making: string, n: number): string =>
    `${idOf(name)}/${making}/${String(n).padStart(6, '0')}`;

  const insertedOrThere = async (name: StatementName, made: Omit<StatementRow, '_id'>): Promise<StatementRow> => {
    const row = { _id: idOf(name), ...made };
    try {
      await statements.insertOne(row);
      return row;
    } catch (error) {
      const there = isDuplicate(error) ? await statements.findOne({ _id: row._id }) : null;
      if (!there) throw error;
      return there;
    }
  };

  return {
    find: (name: StatementName): Promise<StatementRow | null> => statements.findOne({ _id: idOf(name) }),

    keepPart: async (name: StatementName, making: string, n: number, bytes: Buffer, at: Date): Promise<void> => {
      await statementParts.insertOne({ _id: partId(name, making, n), bytes, at });
    },

    readPart: async (name: StatementName, { making }: StatementRow, n: number): Promise<Buffer> => {
      const part = await statementParts.findOne({ _id: partId(name, making, n) });
      if (!part) throw new Error('a statement has lost a part');
      return part.bytes;
    },

    /** Of makings that end at once the first counts, and its parts alone stay: those of one that died go as well. */
    finish: async (name: StatementName, made: Omit<StatementRow, '_id'>): Promise<StatementRow> => {
      const row = await insertedOrThere(name, made);
      const id = idOf(name);
      await statementParts.deleteMany({ _id: { $gt: `${id}/`, $lt: `${id}/${row.making}/` } });
      await statementParts.deleteMany({ _id: { $gt: `${id}/${row.making}0`, $lt: `${id}0` } });
      return row;
    },
  };
};
