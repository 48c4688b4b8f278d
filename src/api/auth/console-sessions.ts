import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { RowReader } from '../../bounded/row-reader';
import { type Operator, type OperatorWithToken, operatorName, type Role, roles } from '../../domain/operator';
import { isSameText } from '../../signing/same-text';
import { stillRunning } from '../../store/own-rows';
import type { ConsoleSessionRow, ConsoleSessionRows } from '../../store/sessions';
import { type Cookie, createCookie } from './cookies';
import { createLiveSessions } from './live-sessions';

export interface ConsoleSession {
  readonly id: string;
  readonly endsAtMs: number;
  /** With the role of today, not that of the sign-in. */
  readonly operator: Operator;
  /** Sent as `x-csrf-token` with everything that changes something: another site can neither read nor guess it. */
  readonly csrf: string;
}

const lifetimeMs = 8 * 3_600_000;
/** Of one operator; the next one ends that operator's own oldest. */
const ofOneMax = 10;
export type ConsoleSessions = ReturnType<typeof createConsoleSessions>;

/**
 * An operator's sessions in a browser. The cookie is signed with a key that only its operator's token gives, so that a new
 * token, or none, ends all of that operator's, and whoever writes to the database makes none. The row in the database is
 * what ends it: for every process, over restarts, by idle time, and by `end`.
 *
 * Whoever signed in at the OpenID provider has no token here: role, name and subject are in the session, under a key of its
 * own.
 */
export const createConsoleSessions = ({
  operators,
  rows,
  rowReader,
  outsideKey,
  publicUrl,
  nowMs,
}: {
  readonly operators: readonly OperatorWithToken[];
  readonly rows: ConsoleSessionRows;
  readonly rowReader: RowReader;
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
  const cookie = createCookie({
    name: `codeferry-${first?.mark('cookie', 'name').slice(0, 8)}`,
    publicUrl,
    sameSite: 'strict',
  });
  const live = createLiveSessions({ rows, nowMs });

  /** A name of the settings has no colon. */
  const holderOf = (who: string) => {
    if (!who.includes(':')) return known.get(who);
    const [role = '', name = '', subject = '', ...more] = who.split(':');
    if (!outsideKey || !isRole(role) || !operatorName.test(name) || !subject || more.length > 0) return undefined;
    return { operator: { name, role, subject }, mark: markWith(outsideKey) };
  };

  const session = (id: string, endsAtMs: number, who: string): (ConsoleSession & { text: string }) | undefined => {
    const holder = holderOf(who);
    if (!holder) return undefined;
    const { operator, mark } = holder;
    const given = mark('session', `${id}.${endsAtMs}.${who}`);
    const text = [id, endsAtMs, Buffer.from(who).toString('base64url'), given].join('.');
    return { id, endsAtMs, operator, csrf: mark('csrf', id), text };
  };

  const macOf = (id: string, endsAt: Date, who: string): string | undefined =>
    holderOf(who)?.mark('row', `${id}.${endsAt.getTime()}.${who}`);

  const ownOf = (found: readonly ConsoleSessionRow[]) =>
    rowReader.those('consoleSessions', stillRunning(found, nowMs()), ({ _id, name, role, outside, endsAt, mac }) => {
      const expected = macOf(_id, endsAt, outside ? `${role}:${name}:${outside.sub}` : name);
      return expected !== undefined && mac !== undefined && isSameText(mac, expected);
    });

  const beginAs = async (
    who: string,
    outside?: ConsoleSessionRow['outside'],
  ): Promise<{ session: ConsoleSession; cookie: Cookie }> => {
    const endsAt = new Date(nowMs() + lifetimeMs);
    const begun = session(randomBytes(16).toString('base64url'), endsAt.getTime(), who);
    if (!begun) throw new Error('a session of nobody');
    const { id, operator } = begun;
    const mac = macOf(id, endsAt, who);
    await live.begin(
      {
        ...{ _id: id, name: operator.name, role: operator.role, endsAt },
        ...(mac === undefined ? {} : { mac }),
        ...(outside ? { outside } : {}),
      },
      ofOneMax,
      ownOf,
    );
    return { session: begun, cookie: cookie.with(begun.text, lifetimeMs) };
  };

  return {
    /** Called after the token was found right. */
    begin: ({ name }: Operator) => beginAs(name),

    /** Called after the OpenID provider said who it is. */
    beginOutside: ({ name, role }: Operator, outside: NonNullable<ConsoleSessionRow['outside']>) =>
      beginAs(`${role}:${name}:${outside.sub}`, outside),

    /** The session that a request brings, if it is ours and still runs. To ask is to use it. */
    of: async (cookieHeader: string | undefined, isChange = false): Promise<ConsoleSession | undefined> => {
      for (const value of cookie.valuesIn(cookieHeader)) {
        const [, id, endsAt, who] = /^([\w-]{22})\.(\d{1,15})\.([\w-]{1,160})\.[\w-]{43}$/.exec(value) ?? [];
        if (!id || !endsAt || !who) continue;
        const found = session(id, Number(endsAt), Buffer.from(who, 'base64url').toString());
        if (!found || !isSameText(value, found.text) || found.endsAtMs <= nowMs()) continue;
        if (await live.use(id, isChange)) return found;
      }
      return undefined;
    },

    /** For whoever holds one open; this is no use of it. */
    isOpen: async ({ id, endsAtMs }: ConsoleSession): Promise<boolean> =>
      endsAtMs > nowMs() && (await live.find(id)) !== undefined,

    end: live.end,

    /** At once in this process, within two seconds in the others. @returns How many there were. */
    endOutside: async (...which: Parameters<ConsoleSessionRows['endOutside']>): Promise<number> => {
      const count = await rows.endOutside(...which);
      live.forget();
      return count;
    },

    /** Newest first; without a name everybody's. */
    list: rows.list,

    /** Takes the cookie from the browser. */
    endedCookie: cookie.ended,
  };
};

const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);

const markWith =
  (key: Uint8Array) =>
  (purpose: string, text: string): string =>
    createHmac('sha256', key).update(`${purpose}:${text}`).digest('base64url');
