import type { Collection } from 'mongodb';
import { type OwnOf, ownRows } from './own-rows';
import { createReadTogether } from './read-together';

/** A link to an issuer's own page that was not used yet. What it allows is sealed: whoever writes here makes none. */
export interface PortalLinkRow {
  /** A hash of the secret in the link. */
  readonly _id: string;
  readonly issuerId: string;
  readonly sealed: Buffer;
  /** The row goes soon after it. */
  readonly endsAt: Date;
}

export type PortalLinks = ReturnType<typeof createPortalLinks>;

export const createPortalLinks = ({ portalLinks }: { readonly portalLinks: Collection<PortalLinkRow> }) => ({
  insert: async (row: PortalLinkRow): Promise<void> => {
    await portalLinks.insertOne(row);
  },

  /** Whoever tries links that are none makes few readings, however many come at once. */
  find: createReadTogether(async (ids) => {
    const rows = await portalLinks.find({ _id: { $in: [...ids] } }).toArray();
    return new Map(rows.map((row) => [row._id, row]));
  }),

  /** Once: whoever comes second gets nothing. */
  take: (id: string): Promise<PortalLinkRow | null> => portalLinks.findOneAndDelete({ _id: id }),

  /** All that wait. */
  end: async (issuerId: string): Promise<void> => {
    await portalLinks.deleteMany({ issuerId });
  },

  /** @returns At most `limit`. */
  count: async (issuerId: string, limit: number, ownOf: OwnOf<PortalLinkRow>): Promise<number> =>
    (await ownRows(portalLinks, { issuerId }, {}, limit, ownOf)).length,
});
