import { bytesWithin } from '../../bounded/bytes-within';
import type { OidcSettings } from '../../domain/operator';
import { isFitJwk } from '../../given-keys/jwk';
import type { OidcAttempt } from './oidc-attempts';
import { createLogoutTokens, type SignedOut } from './oidc-logout';
import type { Claims } from './oidc-person';

/** Said to the person at the sign-in page. */
export type OidcTrouble = 'unavailable' | 'refused' | 'invalid';

/** Carries no message of the library's: its causes hold answers of the provider, and with them tokens. */
export class OidcFailed extends Error {
  override readonly name = 'OidcFailed';
  constructor(
    readonly trouble: OidcTrouble,
    readonly code: string,
  ) {
    super(`${trouble}: ${code}`);
  }
}

const callLimitSeconds = 5;
const answerLimitBytes = 512 * 1024;
/** The provider's own description is asked for again after this long; its keys whenever one is unknown. */
const ttlMs = 3_600_000;
const subjectMaxChars = 255;
const scope = 'openid email profile';

const load = () => import('openid-client');
type OpenIdClient = Awaited<ReturnType<typeof load>>;
type Configuration = InstanceType<OpenIdClient['Configuration']>;

/** The OpenID provider as the console's routes use it. The library is loaded by the first sign-in. */
export const createOidcProvider = ({
  settings,
  redirectUri,
  nowMs,
}: {
  readonly settings: OidcSettings;
  readonly redirectUri: string;
  readonly nowMs: () => number;
}) => {
  const { issuer, clientId, clientSecret, acrValues } = settings;
  const logoutTokens = createLogoutTokens({ issuer, clientId, nowMs, fetchKeys: fetchWithin });
  let known: { readonly sinceMs: number; readonly configuration: Promise<Configuration> } | undefined;

  const discover = async (client: OpenIdClient): Promise<Configuration> => {
    const [byPost, byBasic] = [client.ClientSecretPost(clientSecret), client.ClientSecretBasic(clientSecret)];
    return client.discovery(
      new URL(issuer),
      clientId,
      undefined,
      (server, metadata, body, headers) => {
        const takesPost = server.token_endpoint_auth_methods_supported?.includes('client_secret_post');
        return (takesPost ? byPost : byBasic)(server, metadata, body, headers);
      },
      {
        timeout: callLimitSeconds,
        [client.customFetch]: fetchWithin,
        execute: [
          // Without it the signature of an ID token that came from the token endpoint is not looked at.
          client.enableNonRepudiationChecks,
          ...(issuer.toLowerCase().startsWith('http:') ? [client.allowInsecureRequests] : []),
        ],
      },
    );
  };

  /** One question at a time, whoever asks; a failure is not kept. */
  const configured = (client: OpenIdClient): Promise<Configuration> => {
    if (known && known.sinceMs + ttlMs > nowMs()) return known.configuration;
    const asked = { sinceMs: nowMs(), configuration: discover(client) };
    known = asked;
    asked.configuration.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked.configuration;
  };

  return {
    /** @throws OidcFailed */
    signInUrl: async ({ state, nonce, verifier }: OidcAttempt): Promise<URL> => {
      const client = await load();
      try {
        const configuration = await configured(client);
        return client.buildAuthorizationUrl(configuration, {
          redirect_uri: redirectUri,
          scope,
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          ...(acrValues ? { acr_values: acrValues.join(' ') } : {}),
        });
      } catch (error) {
        throw failed(client, error);
      }
    },

    /**
     * @param query What the provider sent the browser back with.
     * @returns What its ID token says, after signature, issuer, audience, times and nonce were found right.
     * @throws OidcFailed
     */
    claims: async (query: string, { state, nonce, verifier }: OidcAttempt): Promise<Claims> => {
      const client = await load();
      try {
        const tokens = await client.authorizationCodeGrant(
          await configured(client),
          new URL(`${redirectUri}?${query}`),
          { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
        );
        const claims: Claims = tokens.claims() ?? {};
        if (!isSubject(claims.sub)) throw new OidcFailed('invalid', 'subject_unfit');
        return claims;
      } catch (error) {
        throw failed(client, error);
      }
    },

    /** Whom a logout token of the provider names; undefined: it is none. @throws OidcFailed */
    signedOut: async (token: string): Promise<SignedOut | undefined> => {
      const client = await load();
      try {
        const { jwks_uri: keys = '' } = (await configured(client)).serverMetadata();
        return await logoutTokens.read(token, keys);
      } catch (error) {
        throw failed(client, error);
      }
    },
  };
};

/** As long as OpenID Connect lets it be; without one, or with one that is cut, two people would be one. */
const isSubject = (sub: unknown): boolean => typeof sub === 'string' && sub.length > 0 && sub.length <= subjectMaxChars;

const awayCodes: ReadonlySet<string> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
]);

const failed = (client: OpenIdClient, error: unknown): OidcFailed => {
  if (error instanceof OidcFailed) return error;
  if (error instanceof client.AuthorizationResponseError) return new OidcFailed('refused', plainCode(error.error));
  if (error instanceof client.ResponseBodyError) return new OidcFailed('invalid', plainCode(error.error));
  const code = plainCode(error instanceof Error ? Reflect.get(error, 'code') : undefined);
  // What `fetch` throws when nobody answers.
  const isUnreachable = error instanceof TypeError && error.message === 'fetch failed';
  return new OidcFailed(
    isUnreachable || awayCodes.has(code) ? 'unavailable' : 'invalid',
    isUnreachable ? 'unreachable' : code,
  );
};

const plainCode = (code: unknown): string =>
  typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) ? code : 'unnamed';

/** The library's time limit comes in as the signal, and covers the body too. */
const fetchWithin = async (url: string, options: object): Promise<Response> => {
  const response = await fetch(url, { ...options, redirect: 'manual' });
  const body = await bytesWithin(response, answerLimitBytes);
  const { status, headers } = response;
  return new Response(body.length === 0 ? null : fitKeysAlone(body), { status, headers });
};

/** A set of keys without those that are not to be computed with; anything else as it is. */
const fitKeysAlone = <B extends Buffer>(body: B): B | string => {
  try {
    const said = JSON.parse(body.toString());
    return Array.isArray(said?.keys) ? JSON.stringify({ ...said, keys: said.keys.filter(isFitJwk) }) : body;
  } catch {
    return body;
  }
};
