import type { Collection } from 'mongodb';
import type { JsonObject } from '../domain/json';

/** Who did what, when; before and after hold settings only, never a secret or an address. */
export interface AuditRow {
  readonly _id: string;
  readonly position: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly before?: JsonObject;
  readonly after?: JsonObject;
}

export type Audit = ReturnType<typeof createAudit>;

export const createAudit = ({ audit }: { readonly audit: Collection<AuditRow> }) => ({
  record: async (entry: Omit<AuditRow, '_id' | 'position'>, id: string): Promise<void> => {
    const position = `${entry.at.toISOString()}/${id}`;
    await audit.insertOne({ _id: id, position, ...entry });
  },

  list: (before: string | undefined, limit: number): Promise<AuditRow[]> =>
    audit
      .find(before !== undefined ? { position: { $lt: before } } : {})
      .sort({ position: -1 })
      .limit(limit)
      .toArray(),
});
