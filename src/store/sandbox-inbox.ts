import type { Collection } from 'mongodb';

/** What a test issuer's buyer would have got by e-mail or SMS. It may hold codes: what is written is sealed. */
export interface SandboxMessageRow {
  readonly _id: string;
  readonly issuerId: string;
  readonly at: Date;
  readonly channel: string;
  readonly sealed: Buffer;
}

export type SandboxInbox = ReturnType<typeof createSandboxInbox>;

export const createSandboxInbox = ({ sandboxInbox }: { readonly sandboxInbox: Collection<SandboxMessageRow> }) => ({
  /** The same message again is the same one. */
  keep: async ({ _id, ...message }: SandboxMessageRow): Promise<void> => {
    await sandboxInbox.updateOne({ _id }, { $set: message }, { upsert: true });
  },

  newest: (issuerId: string, limit: number): Promise<SandboxMessageRow[]> =>
    sandboxInbox.find({ issuerId }).sort({ at: -1 }).limit(limit).toArray(),
});
