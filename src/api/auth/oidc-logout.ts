import { sha256 } from '../../sealing/key-ring';

/** Who signed out at the provider: everywhere (`subject`), or in one session there (`sid`). */
export interface SignedOut {
  readonly subject?: string | undefined;
  readonly sid?: string | undefined;
  /** By the provider's clock. Sessions that began later are not meant: the same token once more ends nothing new. */
  readonly at: Date;
}

const event = 'http://schemas.openid.net/event/backchannel-logout';
/** Between the provider's clock and ours, and on its way here. */
const ageMaxSeconds = 300;
const callLimitMs = 5_000;

/** What is wrong with the keys, not with the token: its sender may come again. */
const ofTheKeys: ReadonlySet<string> = new Set(['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID', 'ERR_JWKS_TIMEOUT']);

const load = () => import('jose');

/** How a session remembers who it is of: the provider's names for people stand in no row. */
export const outsideMark = (kind: 'sub' | 'sid', value: string): string => sha256(JSON.stringify([kind, value]));

/** Logout tokens of OpenID Connect Back-Channel Logout 1.0, section 2.6. */
export const createLogoutTokens = ({
  issuer,
  clientId,
  nowMs,
  fetchKeys,
}: {
  readonly issuer: string;
  readonly clientId: string;
  readonly nowMs: () => number;
  readonly fetchKeys: (url: string, options: object) => Promise<Response>;
}) => {
  type KeySet = ReturnType<Awaited<ReturnType<typeof load>>['createRemoteJWKSet']>;
  let known: { readonly address: string; readonly keys: KeySet } | undefined;

  return {
    /** @param address Where the provider has its keys. @returns undefined: no logout token of this provider for us. */
    read: async (token: string, address: string): Promise<SignedOut | undefined> => {
      const { createRemoteJWKSet, customFetch, errors, jwtVerify } = await load();
      const { protocol } = new URL(address);
      if (protocol !== 'https:' && protocol !== new URL(issuer).protocol)
        throw new Error('keys that anybody may change');
      if (known?.address !== address) {
        const options = { timeoutDuration: callLimitMs, [customFetch]: fetchKeys };
        known = { address, keys: createRemoteJWKSet(new URL(address), options) };
      }
      try {
        const { payload } = await jwtVerify(token, known.keys, {
          issuer,
          audience: clientId,
          maxTokenAge: ageMaxSeconds,
          clockTolerance: ageMaxSeconds,
          requiredClaims: ['iat', 'jti', 'events'],
          currentDate: new Date(nowMs()),
          algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'RS384', 'RS512', 'PS384', 'PS512', 'EdDSA'],
        });
        const { sub: subject, sid, events, nonce, iat = 0 } = payload;
        const told = typeof events === 'object' && events !== null ? Reflect.get(events, event) : undefined;
        // An ID token has a nonce, and is not to pass for this.
        if (typeof told !== 'object' || told === null || nonce !== undefined) return undefined;
        if (subject === undefined && typeof sid !== 'string') return undefined;
        return { subject, sid: typeof sid === 'string' ? sid : undefined, at: new Date((iat + 1) * 1_000) };
      } catch (error) {
        if (!(error instanceof errors.JOSEError) || ofTheKeys.has(error.code)) throw error;
        return undefined;
      }
    },
  };
};
