import type { Collection } from 'mongodb';

/** What an issuer's self-test sent, as JSON, until it has been sent back: the activity knows its name alone. */
export interface EchoRow {
  readonly _id: string;
  readonly content: string;
  readonly at: Date;
}

interface EchoName {
  readonly issuerId: string;
  readonly messageId: string;
}

export type Echoes = ReturnType<typeof createEchoes>;

const idOf = ({ issuerId, messageId }: EchoName): string => `${issuerId}/${messageId}`;

export const createEchoes = ({ echoes }: { readonly echoes: Collection<EchoRow> }) => ({
  /** Called before the activity is started: a repeat under the same name changes nothing. */
  keep: async (echo: EchoName & { readonly atMs: number }, content: object): Promise<void> => {
    const row = { content: JSON.stringify(content), at: new Date(echo.atMs) };
    await echoes.updateOne({ _id: idOf(echo) }, { $setOnInsert: row }, { upsert: true });
  },

  /** Undefined where it is older than a day. */
  read: async (echo: EchoName): Promise<Readonly<Record<string, unknown>> | undefined> => {
    const row = await echoes.findOne({ _id: idOf(echo) });
    return row ? JSON.parse(row.content) : undefined;
  },
});
