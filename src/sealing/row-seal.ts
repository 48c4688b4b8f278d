import { createHash } from 'node:crypto';
import { canonicalText } from './canonical';
import { fitsFormerly } from './former-seal';
import type { KeyRing } from './key-ring';

interface Row {
  readonly _id: string;
  readonly seal?: Uint8Array;
}

/** What the store does with a seal over a row. */
export interface RowSeal<Content extends Row> {
  of(row: Omit<Content, 'seal'>): Buffer;
  /** False for a row that somebody else wrote, or took from another place. */
  isUntouched(row: Content): boolean;
}

/**
 * For rows that bring money, codes or access: a digest of all that the platform wrote into one, sealed by the master key.
 * Nobody else can make it, and it is sealed anew like any value. `contentOf` takes out what others may note there.
 */
export const createRowSeal = <Content extends Row>(
  ring: KeyRing,
  placeOf: (id: string) => string,
  contentOf: (row: Omit<Content, 'seal'>) => unknown = (row) => row,
): RowSeal<Content> => {
  const sealedIn = (row: Omit<Content, 'seal'>): unknown => {
    const { seal: _seal, ...content } = row as Row & Omit<Content, 'seal'>;
    return contentOf(content as unknown as Omit<Content, 'seal'>);
  };
  const placeOfRow = (row: object): string => placeOf((row as Row)._id);
  return {
    of: (row) => ring.seal(digestOf(sealedIn(row)), placeOfRow(row)),
    isUntouched: (row) => {
      try {
        if (!row.seal) return false;
        const digest = ring.open(row.seal, placeOfRow(row));
        const content = sealedIn(row);
        return digestOf(content).equals(digest) || fitsFormerly(content, digest);
      } catch {
        // No key opens it, or it has a shape that nothing of ours has.
        return false;
      }
    },
  };
};

/** It begins as no JSON does: none is taken for one of before. */
const digestOf = (content: unknown): Buffer =>
  createHash('sha256')
    .update(`row ${canonicalText(content)}`)
    .digest();
