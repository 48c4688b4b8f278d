import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { isSameText } from '../../signing/same-text';
import { type Cookie, createCookie } from './cookies';

/** A sign-in between its two steps. */
export interface OidcAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

const lifetimeMs = 10 * 60_000;
const usedMax = 10_000;

/**
 * An attempt is kept nowhere until it is used: the browser holds a random seed in a cookie, and the key makes state, nonce and verifier of
 * it, in every api process the same. SameSite=Lax, as the browser comes back from another site.
 */
export const createOidcAttempts = ({
  key,
  publicUrl,
  nowMs,
}: {
  readonly key: Uint8Array;
  readonly publicUrl: string;
  readonly nowMs: () => number;
}) => {
  /** In this process; in another one the provider takes a code once. */
  const used = new LRUCache<string, true>({ max: usedMax });
  const mark = (purpose: string, text: string): string =>
    createHmac('sha256', key).update(`${purpose}:${text}`).digest('base64url');
  const cookie = createCookie({
    name: `codeferry-oidc-${mark('cookie', 'name').slice(0, 8)}`,
    publicUrl,
    sameSite: 'lax',
  });

  const attempt = (seed: string): OidcAttempt => ({
    state: mark('state', seed),
    nonce: mark('nonce', seed),
    verifier: mark('verifier', seed),
  });

  return {
    begin: (): { attempt: OidcAttempt; cookie: Cookie } => {
      const seed = randomBytes(32).toString('base64url');
      const endsAtMs = nowMs() + lifetimeMs;
      const text = [seed, endsAtMs, mark('attempt', `${seed}.${endsAtMs}`)].join('.');
      return { attempt: attempt(seed), cookie: cookie.with(text, lifetimeMs) };
    },

    /** The attempt of this browser, if the state that came back is its own and it is not too late: once. */
    take: (cookieHeader: string | undefined, state: string): OidcAttempt | undefined => {
      for (const value of cookie.valuesIn(cookieHeader)) {
        const [, seed, endsAt, given] = /^([\w-]{43})\.(\d{1,15})\.([\w-]{43})$/.exec(value) ?? [];
        if (!seed || !endsAt || !given || !isSameText(given, mark('attempt', `${seed}.${endsAt}`))) continue;
        const found = attempt(seed);
        if (Number(endsAt) <= nowMs() || !isSameText(state, found.state) || used.has(found.state)) continue;
        used.set(found.state, true);
        return found;
      }
      return undefined;
    },

    /** Takes the cookie from the browser. */
    endedCookie: cookie.ended,
  };
};
