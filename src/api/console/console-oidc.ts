import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { createPerMinute, networkOf } from '../../bounded/per-minute';
import { endOidc, logOutOidc, startOidc } from '../../contract/operator/pages';
import { Failure } from '../../domain/failures';
import type { JsonObject } from '../../domain/json';
import type { OidcSettings, OperatorWithToken } from '../../domain/operator';
import type { AuditTrails } from '../../operator/audit-trail';
import type { ConsoleSessions } from '../auth/console-sessions';
import { createOidcAttempts } from '../auth/oidc-attempts';
import type { OidcKeys } from '../auth/oidc-keys';
import { outsideMark } from '../auth/oidc-logout';
import { personOf } from '../auth/oidc-person';
import { createOidcProvider, OidcFailed, type OidcTrouble } from '../auth/oidc-provider';
import { basePathOf } from '../edge/base-path';
import type { LimitPerMinute } from '../edge/limit-per-minute';
import type { Mount } from '../edge/mount';
import { bytesOf, rawBody } from '../edge/raw-body';

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
  readonly audit: AuditTrails;
  readonly limit: LimitPerMinute;
  readonly log: Logger;
  readonly nowMs: () => number;
}

const queryLimit = 4_096;
/** Sign-ins of one process that wait for the provider; each of them waits for three answers at most. */
const waitingLimit = 20;
/** Of one address, so that nobody's slow provider answers take all of them. */
const waitingOfOneLimit = 5;

/** A minute, of one address: each is a signature to check. */
const wrongLogoutsMax = 5;

/** Told at the sign-in page, in words of `sign-in.js`. */
type Trouble = OidcTrouble | 'late' | 'role' | 'weak' | 'busy' | 'failed';

/**
 * Sign-in at the OpenID provider, mounted when one is configured. A browser follows both: `GET .../start` leads to the
 * provider, and the provider back to `GET .../callback`, which leaves a session like that of a token.
 */
export const mountConsoleOidc = (mount: Mount, deps: Parts, { settings, keys, publicUrl }: ConsoleOidc): void => {
  const { sessions, operators, audit, limit, log, nowMs } = deps;
  const attempts = createOidcAttempts({ key: keys.attempt, publicUrl, nowMs });
  const provider = createOidcProvider({ settings, redirectUri: `${publicUrl}${endOidc.path}`, nowMs });
  const takenNames = operators.map(({ name }) => name);
  const wrongLogouts = createPerMinute(wrongLogoutsMax, nowMs);
  let waiting = 0;
  const waitingOf = new Map<string, number>();

  const backToSignIn = async (response: Response, trouble: Trouble, details: object = {}): Promise<void> => {
    log.warn({ trouble, ...details }, 'a sign-in by OpenID came to nothing');
    await deps.noteRefusal(response.req.ip ?? '', { ...details, issuer: settings.issuer }, trouble);
    leadTo(response, `${basePathOf(publicUrl)}/operator?sign-in=${trouble}`);
  };

  const led =
    (step: RequestHandler): RequestHandler =>
    async (request, response, next) => {
      const from = networkOf(request.ip ?? '');
      const ofOne = waitingOf.get(from) ?? 0;
      if (waiting >= waitingLimit || ofOne >= waitingOfOneLimit) {
        await backToSignIn(response, 'busy');
        return;
      }
      waiting += 1;
      waitingOf.set(from, ofOne + 1);
      try {
        await step(request, response, next);
      } catch (error) {
        if (error instanceof OidcFailed) await backToSignIn(response, error.trouble, { code: error.code });
        else if (error instanceof Failure && error.code === 'rate_limited') await backToSignIn(response, 'busy');
        else {
          log.error({ err: error }, 'a sign-in by OpenID failed here');
          await backToSignIn(response, 'failed');
        }
      } finally {
        waiting -= 1;
        const left = (waitingOf.get(from) ?? 1) - 1;
        if (left > 0) waitingOf.set(from, left);
        else waitingOf.delete(from);
      }
    };

  const start: RequestHandler = async (_request, response) => {
    const { attempt, cookie } = attempts.begin();
    const url = await provider.signInUrl(attempt);
    response.cookie(...cookie);
    leadTo(response, url.href);
  };

  const callback: RequestHandler = async (request, response) => {
    response.cookie(...attempts.endedCookie());
    const query = request.originalUrl.split('?')[1] ?? '';
    const state = new URLSearchParams(query.slice(0, queryLimit)).get('state') ?? '';
    const attempt = query.length > queryLimit ? undefined : attempts.take(request.get('cookie'), state);
    if (!attempt) {
      await backToSignIn(response, 'late');
      return;
    }
    const claims = await provider.claims(query, attempt);
    const subject = String(claims.sub);
    if (settings.acrValues && !settings.acrValues.includes(String(claims.acr))) {
      await backToSignIn(response, 'weak', { subject });
      return;
    }
    const person = personOf(claims, settings, takenNames);
    if (!person) {
      await backToSignIn(response, 'role', { subject });
      return;
    }
    limit(person.name);
    const after = { issuer: settings.issuer, subject, role: person.role };
    const marks = {
      sub: outsideMark('sub', subject),
      ...(typeof claims.sid === 'string' ? { sid: outsideMark('sid', claims.sid) } : {}),
    };
    const deed = { action: 'console.signed_in', target: 'console', after } as const;
    const { cookie } = await audit.of(person)(deed, () => sessions.beginOutside(person, marks));
    response.cookie(...cookie);
    leadTo(response, `${basePathOf(publicUrl)}/operator`);
  };

  /** Told by the provider, not by a browser: its signature is all that it shows. */
  const logOut: RequestHandler = async (request, response) => {
    response.setHeader('cache-control', 'no-store');
    const network = networkOf(request.ip ?? '');
    const retryAfterSeconds = wrongLogouts.secondsLeft(network);
    if (retryAfterSeconds !== undefined) throw new Failure('rate_limited', { retryAfterSeconds });
    if (waiting >= waitingLimit) throw new Failure('rate_limited', { retryAfterSeconds: 1 });
    waiting += 1;
    try {
      const token = new URLSearchParams(bytesOf(request.body).toString()).get('logout_token') ?? '';
      const told = await provider.signedOut(token);
      if (!told) {
        wrongLogouts.note(network);
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
      waiting -= 1;
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
