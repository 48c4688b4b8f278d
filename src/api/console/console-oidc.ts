import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { networkOf } from '../../bounded/per-minute';
import { endOidc, logOutOidc, startOidc } from '../../contract/operator/pages';
import { Failure } from '../../domain/failures';
import type { JsonObject } from '../../domain/json';
import type { OidcSettings, OperatorWithToken } from '../../domain/operator';
import type { AuditTrails } from '../../operator/audit-trail';
import type { ConsoleSessions } from '../auth/console-sessions';
import type { KnownNetworks } from '../auth/known-networks';
import { createOidcAttempts } from '../auth/oidc-attempts';
import type { OidcKeys } from '../auth/oidc-keys';
import { outsideMark } from '../auth/oidc-logout';
import { personOf } from '../auth/oidc-person';
import { createOidcProvider, OidcFailed, type OidcTrouble } from '../auth/oidc-provider';
import { basePathOf } from '../edge/base-path';
import type { LimitPerMinute } from '../edge/limit-per-minute';
import type { Mount } from '../edge/mount';
import { bytesOf, rawBody } from '../edge/raw-body';
import { createOidcPlaces } from './oidc-places';

export interface ConsoleOidc {
  readonly settings: OidcSettings;
  readonly keys: OidcKeys;
  readonly publicUrl: string;
}

/** Writes a sign-in that came to nothing into the audit log. */
export type NoteRefusal = (address: string, about: JsonObject, code: string) => Promise<void>;

interface Parts {
  readonly noteRefusal: NoteRefusal;
  readonly sessions: ConsoleSessions;
  readonly operators: readonly OperatorWithToken[];
  readonly knownNetworks: KnownNetworks;
  readonly audit: AuditTrails;
  readonly limit: LimitPerMinute;
  readonly log: Logger;
  readonly nowMs: () => number;
}

const queryLimit = 4_096;

/** Told at the sign-in page, in words of `sign-in.js`. */
type Trouble = OidcTrouble | 'late' | 'role' | 'weak' | 'busy' | 'failed';

interface Nothing {
  readonly trouble: Trouble;
  readonly details?: object;
}

type Step = (request: Request, response: Response) => Promise<'begun' | 'right' | Nothing>;

/**
 * Sign-in at the OpenID provider, mounted when one is configured. A browser follows both: `GET .../start` leads to the
 * provider, and the provider back to `GET .../callback`, which leaves a session like that of a token.
 */
export const mountConsoleOidc = (mount: Mount, deps: Parts, { settings, keys, publicUrl }: ConsoleOidc): void => {
  const { sessions, operators, audit, limit, log, nowMs } = deps;
  const attempts = createOidcAttempts({ key: keys.attempt, publicUrl, nowMs });
  const provider = createOidcProvider({ settings, redirectUri: `${publicUrl}${endOidc.path}`, nowMs });
  const takenNames = operators.map(({ name }) => name);
  const signIns = createOidcPlaces('sign-ins', deps);
  const logouts = createOidcPlaces('logouts', deps);

  const backToSignIn = async (response: Response, { trouble, details = {} }: Nothing): Promise<void> => {
    log.warn({ trouble, ...details }, 'a sign-in by OpenID came to nothing');
    await deps.noteRefusal(response.req.ip ?? '', { ...details, issuer: settings.issuer }, trouble);
    leadTo(response, `${basePathOf(publicUrl)}/operator?sign-in=${trouble}`);
  };

  const nothingOf = (error: unknown): Nothing => {
    if (error instanceof OidcFailed) return { trouble: error.trouble, details: { code: error.code } };
    if (error instanceof Failure && error.code === 'rate_limited') return { trouble: 'busy' };
    log.error({ err: error }, 'a sign-in by OpenID failed here');
    return { trouble: 'failed' };
  };

  const led =
    (step: Step): RequestHandler =>
    async (request, response) => {
      const place = signIns.take(networkOf(request.ip ?? ''));
      if (typeof place === 'number') {
        await backToSignIn(response, { trouble: 'busy' });
        return;
      }
      try {
        const outcome = await step(request, response).catch(nothingOf);
        if (outcome === 'begun') return;
        if (outcome === 'right') {
          place.cameTo('right');
          return;
        }
        if (outcome.trouble !== 'busy') place.cameTo('wrong');
        await backToSignIn(response, outcome);
      } finally {
        place.leave();
      }
    };

  const start: Step = async (_request, response) => {
    const { attempt, cookie } = attempts.begin();
    const url = await provider.signInUrl(attempt);
    response.cookie(...cookie);
    leadTo(response, url.href);
    return 'begun';
  };

  const callback: Step = async (request, response) => {
    response.cookie(...attempts.endedCookie());
    const query = request.originalUrl.split('?')[1] ?? '';
    const state = new URLSearchParams(query.slice(0, queryLimit)).get('state') ?? '';
    const attempt = query.length > queryLimit ? undefined : attempts.take(request.get('cookie'), state);
    if (!attempt) return { trouble: 'late' };
    const claims = await provider.claims(query, attempt);
    const subject = String(claims.sub);
    if (settings.acrValues && !settings.acrValues.includes(String(claims.acr))) {
      return { trouble: 'weak', details: { subject } };
    }
    const person = personOf(claims, settings, takenNames);
    if (!person) return { trouble: 'role', details: { subject } };
    limit(person.name);
    const after = { issuer: settings.issuer, subject, role: person.role };
    const marks = {
      sub: outsideMark('sub', subject),
      ...(typeof claims.sid === 'string' ? { sid: outsideMark('sid', claims.sid) } : {}),
      ...(typeof claims.iat === 'number' ? { at: new Date(claims.iat * 1_000) } : {}),
    };
    const deed = { action: 'console.signed_in', target: 'console', after } as const;
    const { cookie } = await audit.of(person)(deed, () => sessions.beginOutside(person, marks));
    response.cookie(...cookie);
    leadTo(response, `${basePathOf(publicUrl)}/operator`);
    return 'right';
  };

  /** Told by the provider, not by a browser: its signature is all that it shows. */
  const logOut: RequestHandler = async (request, response) => {
    response.setHeader('cache-control', 'no-store');
    const place = logouts.take(networkOf(request.ip ?? ''));
    if (typeof place === 'number') throw new Failure('rate_limited', { retryAfterSeconds: place });
    try {
      const token = new URLSearchParams(bytesOf(request.body).toString()).get('logout_token') ?? '';
      const told = await provider.signedOut(token);
      place.cameTo(told ? 'right' : 'wrong');
      if (!told) {
        throw new Failure('body_malformed', { detail: 'It is no logout token of the OpenID provider for this client' });
      }
      const which = {
        ...(told.subject === undefined ? {} : { sub: outsideMark('sub', told.subject) }),
        ...(told.sid === undefined ? {} : { sid: outsideMark('sid', told.sid) }),
      };
      const ended = await sessions.endOutside(which, told.at);
      const after = { issuer: settings.issuer, ended };
      await audit.ofNobody({ action: 'console.sessions_ended', target: 'console', after }, 'signed_out_there');
      response.status(200).end();
    } catch (error) {
      if (!(error instanceof OidcFailed)) throw error;
      log.warn({ code: error.code }, 'a logout of the OpenID provider could not be read');
      throw new Failure('unavailable', { retryAfterSeconds: 5 });
    } finally {
      place.leave();
    }
  };

  mount.bare(startOidc, led(start));
  mount.bare(endOidc, led(callback));
  mount.bare(logOutOidc, rawBody(logOutOidc.limitBytes), logOut);
};

const leadTo = (response: Response, location: string): void => {
  response.setHeader('cache-control', 'no-store');
  response.setHeader('location', location);
  response.status(302).end();
};
