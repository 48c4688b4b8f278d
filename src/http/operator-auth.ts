import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { Failure } from '../domain/failures';
import { type ConsoleSession, type ConsoleSessions, isSameText } from './console-sessions';

export interface OperatorAuth {
  readonly operatorToken: string;
  readonly sessions: ConsoleSessions;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Hashes are compared, so that neither content nor length shows in the time. */
export const isOperatorToken = (given: string, operatorToken: string): boolean =>
  timingSafeEqual(digest(given), digest(operatorToken));

/** @throws Failure `operator_unauthorized` */
export const requireOperator = (request: Request, operatorToken: string): void => {
  const given = /^Bearer (\S{1,512})$/i.exec(request.get('authorization') ?? '')?.[1] ?? '';
  if (!isOperatorToken(given, operatorToken)) throw new Failure('operator_unauthorized');
};

const readOnly: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * The door of the operator API: a bearer token, or the session of a browser that signed in at the console, whose changes
 * carry the session's header token besides. A wrong bearer token is not helped by a session.
 *
 * @returns The session, where one let the request in.
 * @throws Failure `operator_unauthorized`
 */
export const authorizeOperator = (
  request: Request,
  { operatorToken, sessions }: OperatorAuth,
): ConsoleSession | undefined => {
  if (request.get('authorization') !== undefined) {
    requireOperator(request, operatorToken);
    return undefined;
  }
  const session = sessions.of(request.get('cookie'));
  if (!session) throw new Failure('operator_unauthorized');
  if (!readOnly.has(request.method) && !isSameText(request.get('x-csrf-token') ?? '', session.csrf)) {
    throw new Failure('operator_unauthorized', { detail: 'A change by a session needs its x-csrf-token' });
  }
  return session;
};
