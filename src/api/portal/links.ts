import { randomBytes } from 'node:crypto';
import type { RowReader } from '../../bounded/row-reader';
import { Failure } from '../../domain/failures';
import type { PortalRole } from '../../domain/portal';
import { type KeyRing, sha256 } from '../../sealing/key-ring';
import { places } from '../../sealing/places';
import type { IssuerRow } from '../../store/issuers';
import { stillRunning } from '../../store/own-rows';
import type { PortalLinkRow, PortalLinks } from '../../store/portal-links';
import type { PortalPerson } from '../auth/portal-sessions';

/** Of one issuer, that wait to be used. */
const waitingMax = 100;

export interface AskedLink {
  readonly role: PortalRole;
  readonly name?: string | undefined;
  readonly expiresInSeconds: number;
}

export type LinkMaker = ReturnType<typeof createLinks>;

/** Links to an issuer's own page: who has one is let in, once. */
export const createLinks = ({
  links,
  ring,
  rowReader,
  publicUrl,
  nowMs,
}: {
  readonly links: PortalLinks;
  readonly ring: KeyRing;
  readonly rowReader: RowReader;
  readonly publicUrl: string;
  readonly nowMs: () => number;
}) => {
  const openLink = (row: PortalLinkRow | null): PortalPerson | undefined => {
    if (!row || row.endsAt.getTime() <= nowMs()) return undefined;
    const { endsAtMs, ...person } = JSON.parse(ring.open(row.sealed, places.portalLink(row._id)).toString());
    return endsAtMs > nowMs() ? person : undefined;
  };
  const ownOf = (rows: readonly PortalLinkRow[]) =>
    rowReader.those('portalLinks', stillRunning(rows, nowMs()), (row) => openLink(row)?.issuerId === row.issuerId);
  const isSecret = (secret: string): boolean => /^[\w-]{43}$/.test(secret);
  /** Whose link it is, while it can be used. */
  const look = async (secret: string): Promise<PortalPerson | undefined> =>
    isSecret(secret) ? openLink(await links.find(sha256(secret))) : undefined;

  return {
    /** Called for issuers and operators, within what is written into the audit log. @throws Failure `rate_limited` */
    make: async (
      { _id: issuerId, generation }: Pick<IssuerRow, '_id' | 'generation'>,
      { role, name, expiresInSeconds }: AskedLink,
    ) => {
      const secret = randomBytes(32).toString('base64url');
      const id = sha256(secret);
      const endsAt = new Date(nowMs() + expiresInSeconds * 1_000);
      const ownName = name ?? `${role}-${randomBytes(3).toString('hex')}`;
      const person: PortalPerson = { issuerId, role, name: ownName, generation };
      const text = JSON.stringify({ ...person, endsAtMs: endsAt.getTime() });
      await links.insert({ _id: id, issuerId, sealed: ring.seal(Buffer.from(text), places.portalLink(id)), endsAt });
      // Counted with its own: of many that are made at once none passes the limit.
      if ((await links.count(issuerId, waitingMax + 1, ownOf)) > waitingMax) {
        await links.take(id);
        throw new Failure('rate_limited', { detail: 'Many links were made and not used', retryAfterSeconds: 60 });
      }
      return { url: `${publicUrl}/issuer/links/${secret}`, expiresAt: endsAt.toISOString() };
    },

    look,

    /** Once, in all processes. */
    use: async (secret: string): Promise<PortalPerson | undefined> =>
      (await look(secret)) && openLink(await links.take(sha256(secret))),

    /** Once everybody is put out: they lead nowhere any more. */
    end: links.end,
  };
};
