import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical';
import { type KeyRing, SealBroken } from './key-ring';
import { places } from './places';

/** What no one may change of an issuer without the master key: where it is called, who may sign for it, where codes go. */
interface IssuerContent {
  readonly _id: string;
  readonly callback: unknown;
  readonly publicKey?: string | undefined;
  readonly terminal?: { readonly channel: string; readonly sealed?: string | undefined } | undefined;
  readonly signDeliveriesWithIssuerSecret?: boolean | undefined;
  readonly codeInMessage?: boolean | undefined;
  readonly callCa?: string | undefined;
  /** Without one of them its callback may not be called. */
  readonly provedHosts?: readonly { readonly host: string; readonly by: string; readonly at: Date }[] | undefined;
  /** With its logo's hash: what buyers read, and where they are sent with questions. */
  readonly branding?: unknown;
  readonly secrets: readonly { readonly sealed: Uint8Array; readonly createdAt: Date; readonly endsAt?: Date }[];
  readonly deletedAt?: Date | undefined;
}

/** A digest of an issuer's row, sealed by the master key: nobody else can make one, and it is sealed anew like any value. */
export const createIssuerSeal = (ring: KeyRing) => {
  /** Over what is sealed in the row by its content, so that another master key changes nothing. */
  const digestOf = (row: IssuerContent): Buffer => {
    const { sealed, ...shown } = row.terminal ?? { channel: '' };
    const secret =
      sealed && ring.open(Buffer.from(sealed, 'base64'), places.issuerTerminal(row._id)).toString('base64');
    return createHash('sha256')
      .update(
        canonicalJson([
          row._id,
          row.callback,
          row.publicKey ?? null,
          row.terminal ? [shown, secret ?? null] : null,
          row.signDeliveriesWithIssuerSecret ?? false,
          row.codeInMessage ?? false,
          row.secrets.map((one) => [
            ring.open(one.sealed, places.issuerSecret(row._id)).toString('base64'),
            one.createdAt.getTime(),
            one.endsAt?.getTime() ?? null,
          ]),
          row.deletedAt?.getTime() ?? null,
          ...(row.callCa ? [row.callCa] : []),
          ...(row.branding ? [{ branding: row.branding }] : []),
          ...(row.provedHosts
            ? [{ provedHosts: row.provedHosts.map(({ host, by, at }) => [host, by, at.getTime()]) }]
            : []),
        ]),
      )
      .digest();
  };

  return {
    /** Called by the store with every row that it writes. */
    of: (row: IssuerContent): Buffer => ring.seal(digestOf(row), places.issuerRow(row._id)),

    /** @throws SealBroken for a row that somebody else wrote. */
    requireUntouched: (row: IssuerContent & { readonly seal: Uint8Array }): void => {
      if (!digestOf(row).equals(ring.open(row.seal, places.issuerRow(row._id)))) {
        throw new SealBroken(`the row of issuer ${row._id} is not as the platform wrote it`);
      }
    },
  };
};
