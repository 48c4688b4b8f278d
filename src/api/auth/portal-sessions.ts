import { randomBytes } from 'node:crypto';
import type { RowReader } from '../../bounded/row-reader';
import { isTestIssuer } from '../../domain/ids';
import type { PortalRole } from '../../domain/portal';
import { type KeyRing, SealBroken, sha256 } from '../../sealing/key-ring';
import { places } from '../../sealing/places';
import { stillRunning } from '../../store/own-rows';
import type { PortalSessionRow, PortalSessionRows } from '../../store/sessions';
import { type Cookie, createCookie } from './cookies';
import { createLiveSessions } from './live-sessions';

/** What a link allows, and then the session of whoever used it. */
export interface PortalPerson {
  readonly issuerId: string;
  readonly role: PortalRole;
  readonly name: string;
  /** Of the issuer's row: it lets in nobody once that has the next one. */
  readonly generation?: number | undefined;
}

export interface PortalSession extends PortalPerson {
  readonly id: string;
  readonly endsAtMs: number;
  /** Sent as `x-csrf-token` with everything that changes something: another site can neither read nor guess it. */
  readonly csrf: string;
}

/**
 * Whose share a call or a change takes: people at an issuer's own page take nothing of its server's, and those who read there
 * alone nothing of those who act, but for what all test issuers share.
 */
export const shareOf = (issuerId: string, session?: Pick<PortalPerson, 'role'>): string =>
  session && !isTestIssuer(issuerId) ? `${issuerId}/${session.role === 'admin' ? 'page' : 'viewers'}` : issuerId;

const lifetimeMs = 8 * 3_600_000;
/** Of one issuer; the next one ends the oldest. */
const ofIssuerMax = 50;

export type PortalSessions = ReturnType<typeof createPortalSessions>;

/**
 * Sessions at an issuer's own page. The cookie is a random secret, the row has its hash, and what the session may is sealed
 * in the row: who reads the database has no cookie, who writes to it makes no session.
 */
export const createPortalSessions = ({
  rows,
  rowReader,
  ring,
  publicUrl,
  nowMs,
}: {
  readonly rows: PortalSessionRows;
  readonly rowReader: RowReader;
  readonly ring: KeyRing;
  readonly publicUrl: string;
  readonly nowMs: () => number;
}) => {
  const cookie = createCookie({
    name: `codeferry-issuer-${sha256(publicUrl).slice(0, 8)}`,
    publicUrl,
    sameSite: 'strict',
  });
  const live = createLiveSessions({ rows, nowMs });

  /** When it ends is sealed too: nobody makes it longer. Undefined: nobody can open it, so it is none. */
  const personIn = ({ _id, sealed }: PortalSessionRow): (PortalPerson & { readonly endsAtMs?: number }) | undefined => {
    try {
      return JSON.parse(ring.open(sealed, places.portalSession(_id)).toString());
    } catch (error) {
      if (error instanceof SealBroken) return undefined;
      throw error;
    }
  };

  const ownOf = (found: readonly PortalSessionRow[]) =>
    rowReader.those('portalSessions', stillRunning(found, nowMs()), (row) => {
      const person = personIn(row);
      return person?.issuerId === row.name && person.endsAtMs === row.endsAt.getTime();
    });

  const sealedOf = ({
    id,
    issuerId,
    role,
    name,
    generation,
    endsAtMs,
  }: PortalPerson & Pick<PortalSession, 'id' | 'endsAtMs'>): Buffer => {
    const text = JSON.stringify({ issuerId, role, name, generation, endsAtMs });
    return ring.seal(Buffer.from(text), places.portalSession(id));
  };

  return {
    /** Called once a link was used up. */
    begin: async (person: PortalPerson): Promise<Cookie> => {
      const secret = randomBytes(32).toString('base64url');
      const id = sha256(secret);
      const endsAtMs = nowMs() + lifetimeMs;
      const sealed = sealedOf({ ...person, id, endsAtMs });
      await live.begin({ _id: id, name: person.issuerId, sealed, endsAt: new Date(endsAtMs) }, ofIssuerMax, ownOf);
      return cookie.with(secret, lifetimeMs);
    },

    /** Who puts all others out stays. */
    keep: async (session: PortalSession, { generation }: Pick<PortalPerson, 'generation'>): Promise<void> => {
      await rows.reseal(session.id, sealedOf({ ...session, generation }));
      live.forget();
    },

    /** The session that a request brings, if it is ours and still runs. To ask is to use it. */
    of: async (cookieHeader: string | undefined, isChange = false): Promise<PortalSession | undefined> => {
      for (const value of cookie.valuesIn(cookieHeader)) {
        if (!/^[\w-]{43}$/.test(value)) continue;
        const row = await live.use(sha256(value), isChange);
        const opened = row && personIn(row);
        if (!opened) continue;
        const { endsAtMs = 0, ...person } = opened;
        if (endsAtMs > nowMs()) return { ...person, id: row._id, endsAtMs, csrf: sha256(`csrf:${value}`) };
      }
      return undefined;
    },

    end: live.end,

    /** Newest first. */
    list: async (issuerId: string, before: string | undefined, limit: number) =>
      (await rows.list(issuerId, before, limit)).map((row) => ({ ...row, person: personIn(row) })),

    /** Takes the cookie from the browser. */
    endedCookie: cookie.ended,
  };
};
