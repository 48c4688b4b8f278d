import { type KeyRing, SealBroken } from './key-ring';
import { places } from './places';
import { createRowSeal } from './row-seal';

/** What is looked at by name; all else that is in a row is sealed as it stands. */
interface IssuerContent {
  readonly _id: string;
  readonly secrets: readonly Sealed[];
  readonly terminal?: { readonly channel: string; readonly sealed?: string | undefined } | undefined;
  readonly callHeaders?: Sealed | undefined;
  readonly callCertificate?: Sealed | null | undefined;
  /** Its hash is in the branding. */
  readonly logo?: unknown;
  readonly deletedAt?: Date | undefined;
  readonly deletionSeal?: Uint8Array | undefined;
  /** Notes of what was looked at: nothing is decided by them. */
  readonly hostCheck?: unknown;
  readonly tamperedAt?: unknown;
  readonly seal?: Uint8Array;
}

interface Deletion {
  readonly _id: string;
  readonly deletedAt: Date;
  readonly seal?: Uint8Array;
}

interface Sealed {
  readonly sealed: Uint8Array;
}

/** Over the whole row, so that what is added to it one day is sealed from its first day on. */
export const createIssuerSeal = (ring: KeyRing) => {
  /** What is sealed in the row counts by its content, so that another master key changes nothing. */
  const contentOf = (row: Omit<IssuerContent, 'seal'>): unknown => {
    const { logo: _logo, hostCheck: _check, tamperedAt: _at, deletionSeal: _deletion, ...said } = row;
    const { _id, secrets, terminal, callHeaders, callCertificate } = row;
    const opened = <T extends { readonly sealed: Uint8Array | string }>(one: T, place: string) => ({
      ...one,
      sealed: ring.open(one.sealed, place).toString('base64'),
    });
    return {
      ...said,
      secrets: secrets.map((one) => opened(one, places.issuerSecret(_id))),
      ...(terminal?.sealed
        ? { terminal: opened({ ...terminal, sealed: terminal.sealed }, places.issuerTerminal(_id)) }
        : {}),
      ...(callHeaders ? { callHeaders: opened(callHeaders, places.issuerCallHeaders(_id)) } : {}),
      ...(callCertificate ? { callCertificate: opened(callCertificate, places.issuerCallCertificate(_id)) } : {}),
    };
  };
  const { of, isUntouched } = createRowSeal<IssuerContent>(ring, places.issuerRow, contentOf);
  const deletion = createRowSeal<Deletion>(ring, places.issuerDeletion);
  return {
    /** Of a tombstone: the deletion stands, whatever else somebody wrote to the row. */
    ofDeletion: deletion.of,

    isDeletion: ({ _id, deletedAt, deletionSeal }: IssuerContent): boolean =>
      deletedAt !== undefined &&
      deletionSeal !== undefined &&
      deletion.isUntouched({ _id, deletedAt, seal: deletionSeal }),

    /** Called by the store with every row that it writes. */
    of,

    /** @throws SealBroken for a row that somebody else wrote. */
    requireUntouched: (row: IssuerContent): void => {
      if (!isUntouched(row)) throw new SealBroken(`the row of issuer ${row._id} is not as the platform wrote it`);
    },
  };
};
