import { createHash, randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface OidcClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the next sign-in differs in from a right one. */
export interface OidcTurn {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly isSignedByOther?: boolean;
  /** Instead of a code. */
  readonly error?: string;
  /** Instead of a token. */
  readonly tokenAnswer?: { readonly status: number; readonly body: string };
  /** Instead of the keys. */
  readonly keysAnswer?: { readonly status: number; readonly body: string };
  readonly isSilent?: boolean;
}

/** A small OpenID provider: everybody who comes is signed in at once, as the turn says. */
export interface OidcProvider {
  readonly issuer: string;
  turn: OidcTurn;
  /** What was given out and must appear nowhere else. */
  readonly secrets: string[];
  /** A logout token for the client, with some of its claims changed. */
  logoutToken(claims?: Readonly<Record<string, unknown>>, isSignedByOther?: boolean): Promise<string>;
  /** Paths of the requests so far. */
  readonly asked: string[];
  stop(): Promise<void>;
}

const codeLimit = 1_000;

/** Called by a test file. It checks client, code, address and PKCE as a provider has to, and is strict about them. */
export const startOidcProvider = async (
  { clientId, clientSecret }: OidcClient,
  hostName = '127.0.0.1',
): Promise<OidcProvider> => {
  // An ES module only.
  const { exportJWK, generateKeyPair, SignJWT } = await import('jose');
  const [own, other] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')];
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'RS256', use: 'sig' };
  const codes = new Map<string, URLSearchParams>();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://${hostName}:${(server.address() as AddressInfo).port}`;
  const provider: OidcProvider = {
    issuer,
    turn: {},
    secrets: [],
    asked: [],
    logoutToken: (claims = {}, isSignedByOther = false) =>
      new SignJWT({
        iss: issuer,
        aud: clientId,
        iat: Math.floor(Date.now() / 1_000),
        exp: Math.floor(Date.now() / 1_000) + 120,
        jti: randomBytes(12).toString('base64url'),
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
        ...claims,
      })
        .setProtectedHeader({ alg: 'RS256', kid: 'own', typ: 'logout+jwt' })
        .sign(isSignedByOther ? other.privateKey : own.privateKey),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  /** Both halves are form-encoded before they are joined. */
  const isOurClient = (authorization: string): boolean => {
    const halves = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':');
    const [id, secret] = halves.map((half) => new URLSearchParams(`half=${half}`).get('half'));
    return id === clientId && secret === clientSecret;
  };

  const json = (response: ServerResponse, body: object, status = 200): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  const authorize = (asked: URLSearchParams, response: ServerResponse): void => {
    const back = new URL(asked.get('redirect_uri') ?? '');
    back.searchParams.set('state', asked.get('state') ?? '');
    if (provider.turn.error) back.searchParams.set('error', provider.turn.error);
    else {
      const code = randomBytes(24).toString('base64url');
      if (codes.size < codeLimit) codes.set(code, asked);
      provider.secrets.push(code);
      back.searchParams.set('code', code);
    }
    response.writeHead(302, { location: back.href }).end();
  };

  const token = async (form: URLSearchParams, authorization: string, response: ServerResponse): Promise<void> => {
    const asked = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight =
      isOurClient(authorization) &&
      asked?.get('code_challenge_method') === 'S256' &&
      asked.get('code_challenge') === challenge &&
      asked.get('redirect_uri') === form.get('redirect_uri');
    if (!asked || !isRight) return json(response, { error: 'invalid_grant' }, 400);
    const { turn } = provider;
    if (turn.tokenAnswer) {
      response.writeHead(turn.tokenAnswer.status, { 'content-type': 'application/json' }).end(turn.tokenAnswer.body);
      return;
    }
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const idToken = await new SignJWT({
      iss: issuer,
      aud: clientId,
      sub: 'subject-1',
      email_verified: true,
      iat: nowSeconds,
      exp: nowSeconds + 300,
      nonce: asked.get('nonce'),
      ...turn.claims,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'own' })
      .sign(turn.isSignedByOther ? other.privateKey : own.privateKey);
    const accessToken = randomBytes(24).toString('base64url');
    provider.secrets.push(idToken, accessToken);
    json(response, { access_token: accessToken, token_type: 'Bearer', expires_in: 300, id_token: idToken });
  };

  server.on('request', async (request, response) => {
    const url = new URL(request.url ?? '', issuer);
    provider.asked.push(url.pathname);
    if (provider.turn.isSilent) return;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(response, {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        });
      case '/jwks':
        if (provider.turn.keysAnswer) {
          response.writeHead(provider.turn.keysAnswer.status).end(provider.turn.keysAnswer.body);
          return;
        }
        return json(response, { keys: [jwk] });
      case '/authorize':
        return authorize(url.searchParams, response);
      case '/token':
        return token(
          new URLSearchParams(Buffer.concat(chunks).toString()),
          request.headers.authorization ?? '',
          response,
        );
      default:
        return json(response, {}, 404);
    }
  });
  return provider;
};
