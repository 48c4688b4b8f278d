import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

export interface ConsoleSession {
  readonly id: string;
  readonly endsAtMs: number;
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
 * An operator's sessions in a browser. A session is signed and kept nowhere, with a key that only the operator token
 * gives: every api process accepts it, and a new token ends them all. What was ended early is remembered by the process
 * that ended it; elsewhere the browser has no cookie any more.
 */
export const createConsoleSessions = ({
  operatorToken,
  publicUrl,
  nowMs,
}: {
  readonly operatorToken: string;
  readonly publicUrl: string;
  readonly nowMs: () => number;
}) => {
  const key = Buffer.from(hkdfSync('sha256', operatorToken, '', 'codeferry console sessions 1', 32));
  const mark = (purpose: string, text: string): string =>
    createHmac('sha256', key).update(`${purpose}:${text}`).digest('base64url');
  const isSecure = publicUrl.startsWith('https:');
  // Cookies know no ports: two platforms of one machine must not end each other's sessions.
  const cookieName = `${isSecure ? '__Host-' : ''}codeferry-${mark('cookie', 'name').slice(0, 8)}`;
  const live = new Map<string, number>();
  const ended = new Set<string>();

  const cookie = (value: string, maxAgeSeconds: number): string =>
    `${cookieName}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;

  const session = (id: string, endsAtMs: number): ConsoleSession => ({ id, endsAtMs, csrf: mark('csrf', id) });

  const end = (id: string): void => {
    live.delete(id);
    ended.add(id);
    const oldest = ended.size > endedLimit ? ended.values().next().value : undefined;
    if (oldest !== undefined) ended.delete(oldest);
  };

  return {
    /** Called after the token was found right. */
    begin: (): { session: ConsoleSession; cookie: string } => {
      for (const [id, endsAtMs] of live) if (endsAtMs <= nowMs()) live.delete(id);
      const oldest = live.size >= liveLimit ? live.keys().next().value : undefined;
      if (oldest !== undefined) end(oldest);
      const begun = session(randomBytes(16).toString('base64url'), nowMs() + lifetimeMs);
      live.set(begun.id, begun.endsAtMs);
      const text = `${begun.id}.${begun.endsAtMs}`;
      return { session: begun, cookie: cookie(`${text}.${mark('session', text)}`, lifetimeMs / 1_000) };
    },

    /** The session that a request brings, if it is ours and still runs. */
    of: (cookieHeader: string | undefined): ConsoleSession | undefined => {
      for (const part of (cookieHeader ?? '').slice(0, 8_192).split(';')) {
        const [name, value = ''] = part.trim().split('=');
        const [, id, endsAt, given] = /^([\w-]{22})\.(\d{1,15})\.([\w-]{43})$/.exec(value) ?? [];
        if (name !== cookieName || id === undefined || endsAt === undefined || given === undefined) continue;
        const isOurs = isSameText(given, mark('session', `${id}.${endsAt}`));
        if (isOurs && Number(endsAt) > nowMs() && !ended.has(id)) return session(id, Number(endsAt));
      }
      return undefined;
    },

    isOpen: ({ id, endsAtMs }: ConsoleSession): boolean => endsAtMs > nowMs() && !ended.has(id),

    end,

    /** Takes the cookie from the browser. */
    endedCookie: (): string => cookie('', 0),
  };
};

/** In a time that tells nothing of the place where two texts of one length differ. */
export const isSameText = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};
