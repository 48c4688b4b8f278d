import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Operator, type OperatorWithToken, operatorName, type Role, roles } from '../../domain/operator';
import { type Cookie, cookieValues } from './cookies';

export interface ConsoleSession {
  readonly id: string;
  readonly endsAtMs: number;
  /** With the role of today, not that of the sign-in. */
  readonly operator: Operator;
  /** Sent as `x-csrf-token` with everything that changes something: another site can neither read nor guess it. */
  readonly csrf: string;
}

const lifetimeMs = 8 * 3_600_000;
/** Sessions given out by one process and still running; the next one ends the oldest. */
const liveLimit = 50;
/** More than the sign-in limit lets through in a lifetime, so no ended session comes back by being forgotten. */
const endedLimit = 20_000;

export type ConsoleSessions = ReturnType<typeof createConsoleSessions>;

/**
 * An operator's sessions in a browser. A session is signed and kept nowhere, with a key that only its operator's token
 * gives: every api process accepts it, and a new token, or none, ends all of that operator's. What was ended early is remembered by the process
 * that ended it; elsewhere the browser has no cookie any more.
 *
 * Whoever signed in at the OpenID provider has no token here: name and role are in the session, under a key of its own.
 */
export const createConsoleSessions = ({
  operators,
  outsideKey,
  publicUrl,
  nowMs,
}: {
  readonly operators: readonly OperatorWithToken[];
  /** Left out: nobody comes from an OpenID provider. */
  readonly outsideKey?: Uint8Array | undefined;
  readonly publicUrl: string;
  readonly nowMs: () => number;
}) => {
  const known = new Map(
    operators.map(({ token, ...operator }) => {
      const key = Buffer.from(hkdfSync('sha256', token, '', 'codeferry console sessions 1', 32));
      return [operator.name, { operator, mark: markWith(key) }] as const;
    }),
  );
  const [first] = known.values();
  const isSecure = publicUrl.startsWith('https:');
  // Cookies know no ports: two platforms of one machine must not end each other's sessions.
  const cookieName = `${isSecure ? '__Host-' : ''}codeferry-${first?.mark('cookie', 'name').slice(0, 8)}`;
  const live = new Map<string, number>();
  const ended = new Set<string>();

  const cookie = (value: string, maxAge: number): Cookie => [
    cookieName,
    value,
    { path: '/', maxAge, httpOnly: true, sameSite: 'strict', secure: isSecure },
  ];

  /** A name of the settings has no colon. */
  const holderOf = (who: string) => {
    const colon = who.indexOf(':');
    if (colon < 0) return known.get(who);
    const [role, name] = [who.slice(0, colon) as Role, who.slice(colon + 1)];
    if (!outsideKey || !roles.includes(role) || !operatorName.test(name)) return undefined;
    return { operator: { name, role }, mark: markWith(outsideKey) };
  };

  const session = (id: string, endsAtMs: number, who: string): (ConsoleSession & { mark: string }) | undefined => {
    const holder = holderOf(who);
    if (!holder) return undefined;
    const { operator, mark } = holder;
    return { id, endsAtMs, operator, csrf: mark('csrf', id), mark: mark('session', `${id}.${endsAtMs}.${who}`) };
  };

  const beginAs = (who: string): { session: ConsoleSession; cookie: Cookie } => {
    for (const [id, endsAtMs] of live) if (endsAtMs <= nowMs()) live.delete(id);
    const oldest = live.size >= liveLimit ? live.keys().next().value : undefined;
    if (oldest !== undefined) end(oldest);
    const begun = session(randomBytes(16).toString('base64url'), nowMs() + lifetimeMs, who);
    if (!begun) throw new Error('a session of nobody');
    live.set(begun.id, begun.endsAtMs);
    const text = [begun.id, begun.endsAtMs, Buffer.from(who).toString('base64url'), begun.mark].join('.');
    return { session: begun, cookie: cookie(text, lifetimeMs) };
  };

  const end = (id: string): void => {
    live.delete(id);
    ended.add(id);
    const oldest = ended.size > endedLimit ? ended.values().next().value : undefined;
    if (oldest !== undefined) ended.delete(oldest);
  };

  return {
    /** Called after the token was found right. */
    begin: ({ name }: Operator) => beginAs(name),

    /** Called after the OpenID provider said who it is. */
    beginOutside: ({ name, role }: Operator) => beginAs(`${role}:${name}`),

    /** The session that a request brings, if it is ours and still runs. */
    of: (cookieHeader: string | undefined): ConsoleSession | undefined => {
      for (const value of cookieValues(cookieHeader, cookieName)) {
        const [, id, endsAt, who, given] = /^([\w-]{22})\.(\d{1,15})\.([\w-]{1,128})\.([\w-]{43})$/.exec(value) ?? [];
        if (!id || !endsAt || !who || !given) continue;
        const found = session(id, Number(endsAt), Buffer.from(who, 'base64url').toString());
        if (found && isSameText(given, found.mark) && found.endsAtMs > nowMs() && !ended.has(id)) return found;
      }
      return undefined;
    },

    isOpen: ({ id, endsAtMs }: ConsoleSession): boolean => endsAtMs > nowMs() && !ended.has(id),

    end,

    /** Takes the cookie from the browser. */
    endedCookie: (): Cookie => cookie('', 0),
  };
};

const markWith =
  (key: Uint8Array) =>
  (purpose: string, text: string): string =>
    createHmac('sha256', key).update(`${purpose}:${text}`).digest('base64url');

/** In a time that tells nothing of the place where two texts of one length differ. */
export const isSameText = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};
