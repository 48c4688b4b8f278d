import type { Collection } from 'mongodb';
import type { SealOfRow } from './sealed-rows';

/** What an issuer's self-test sent, as JSON, until it has been sent back: the activity knows its name alone. */
export interface EchoRow {
  readonly _id: string;
  readonly content: string;
  readonly at: Date;
  /** How often it went out. */
  readonly tries?: number;
  /** Of the newest one of an issuer alone: which it is, and what became of it. */
  readonly of?: string;
  readonly outcome?: EchoOutcome;
  /** Over what goes out, by the master key: whoever writes to the database has nothing signed. */
  readonly seal?: Buffer;
}

/** Tries are counted beside it. */
export const sealedOfEcho = ({ _id, content, at }: Omit<EchoRow, 'seal'>) => ({ _id, content, at });

/** A word of closed lists where it failed. */
export interface EchoOutcome {
  readonly ok: boolean;
  readonly problem?: string | undefined;
}

interface EchoName {
  readonly issuerId: string;
  readonly messageId: string;
}

export type Echoes = ReturnType<typeof createEchoes>;

/** No hash looks like it. */
const newest = 'newest';

const idOf = ({ issuerId, messageId }: EchoName): string => `${issuerId}/${messageId}`;

export const createEchoes = (
  { echoes }: { readonly echoes: Collection<EchoRow> },
  seal: Pick<SealOfRow<EchoRow>, 'of' | 'isUntouched'>,
) => ({
  /** Called before the activity is started: a repeat under the same name changes nothing. */
  keep: async (echo: EchoName & { readonly atMs: number }, content: object): Promise<void> => {
    const _id = idOf(echo);
    const row = { content: JSON.stringify(content), at: new Date(echo.atMs) };
    await echoes.updateOne({ _id }, { $setOnInsert: { ...row, seal: seal.of({ _id, ...row }) } }, { upsert: true });
    const { issuerId, messageId: of } = echo;
    await echoes.updateOne(
      { _id: idOf({ issuerId, messageId: newest }) },
      { $set: { content: '', of, at: row.at }, $unset: { outcome: 1 } },
      { upsert: true },
    );
  },

  /** After a try: an older one says nothing of the newest. */
  note: async ({ issuerId, messageId: of }: EchoName, outcome: EchoOutcome): Promise<void> => {
    await echoes.updateOne({ _id: idOf({ issuerId, messageId: of }) }, { $inc: { tries: 1 } });
    await echoes.updateOne({ _id: idOf({ issuerId, messageId: newest }), of }, { $set: { outcome } });
  },

  /** Of the last day. */
  newestOf: (issuerId: string): Promise<EchoRow | null> =>
    echoes.findOne({ _id: idOf({ issuerId, messageId: newest }) }),

  /** Undefined where it is older than a day, or somebody else wrote it. */
  read: async (
    echo: EchoName,
  ): Promise<{ readonly data: Readonly<Record<string, unknown>>; readonly tries: number } | undefined> => {
    const row = await echoes.findOne({ _id: idOf(echo) });
    return row && seal.isUntouched(row) ? { data: JSON.parse(row.content), tries: row.tries ?? 0 } : undefined;
  },
});
