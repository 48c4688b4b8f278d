import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { Failure } from '../../domain/failures';
import { mayAct, type Operator, type OperatorWithToken, type Role } from '../../domain/operator';
import { isSameText } from '../../signing/same-text';
import type { ConsoleSession, ConsoleSessions } from './console-sessions';
import type { Door, WrongTokens } from './wrong-tokens';

export interface OperatorAuth {
  /** The bearer of OPERATOR_TOKEN first. */
  readonly operators: readonly OperatorWithToken[];
  readonly sessions: ConsoleSessions;
  readonly wrongTokens: WrongTokens;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** All hashes are compared, so that neither content nor length nor place in the list shows in the time. */
export const operatorOfToken = (given: string, operators: readonly OperatorWithToken[]): Operator | undefined => {
  const hash = digest(given);
  const [found] = operators.filter(({ token }) => timingSafeEqual(hash, digest(token)));
  return found && { name: found.name, role: found.role };
};

/** @throws Failure `operator_unauthorized`, `rate_limited` where wrong ones come without end. */
export const requireOperator = (
  request: Request,
  { operators, wrongTokens }: Pick<OperatorAuth, 'operators' | 'wrongTokens'>,
  door: Door,
): Operator => {
  const header = request.get('authorization');
  if (header === undefined) throw new Failure('operator_unauthorized');
  const given = /^Bearer (\S{1,512})$/i.exec(header)?.[1] ?? '';
  return wrongTokens.taken(operatorOfToken(given, operators), request.ip ?? '', door);
};

/** @throws Failure `operator_forbidden` */
export const requireRole = (operator: Operator, needed: Role): void => {
  if (mayAct(operator, needed)) return;
  throw new Failure('operator_forbidden', { detail: `This needs the role ${needed}; yours is ${operator.role}` });
};

const readOnly: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * The door of the operator API: a bearer token, or the session of a browser that signed in at the console, whose changes
 * carry the session's header token besides. A wrong bearer token is not helped by a session.
 *
 * @returns Who calls, and the session, where one let the request in.
 * @throws Failure `operator_unauthorized`, `rate_limited`
 */
export const authorizeOperator = async (
  request: Request,
  auth: OperatorAuth,
): Promise<{ readonly operator: Operator; readonly session?: ConsoleSession }> => {
  if (request.get('authorization') !== undefined) return { operator: requireOperator(request, auth, 'api') };
  const isChange = !readOnly.has(request.method);
  const session = await auth.sessions.of(request.get('cookie'), isChange);
  if (!session) throw new Failure('operator_unauthorized');
  if (isChange && !isSameText(request.get('x-csrf-token') ?? '', session.csrf)) {
    throw new Failure('operator_unauthorized', { detail: 'A change by a session needs its x-csrf-token' });
  }
  return { operator: session.operator, session };
};
