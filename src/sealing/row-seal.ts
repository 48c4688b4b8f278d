import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical';
import { type KeyRing, SealBroken } from './key-ring';

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
  const digestOf = (row: Omit<Content, 'seal'>): Buffer => {
    const { seal: _seal, ...content } = row as Row & Omit<Content, 'seal'>;
    return createHash('sha256')
      .update(canonicalJson(contentOf(content as unknown as Omit<Content, 'seal'>)))
      .digest();
  };
  const placeOfRow = (row: object): string => placeOf((row as Row)._id);
  return {
    of: (row) => ring.seal(digestOf(row), placeOfRow(row)),
    isUntouched: (row) => {
      try {
        return row.seal !== undefined && digestOf(row).equals(ring.open(row.seal, placeOfRow(row)));
      } catch (error) {
        if (error instanceof SealBroken) return false;
        throw error;
      }
    },
  };
};
