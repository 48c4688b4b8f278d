import { z } from 'zod';
import { roles } from '../../domain/operator';
import { count, instant } from '../fields';
import { pageOf, pageQuery } from '../query';
import { declareRoute, type Wire } from '../route';

/** The console's sign-in: the token of an operator for the session of a browser. */
const path = '/v1/operator/console/session';
const limitBytes = 4 * 1024;

const consoleSession = z
  .strictObject({
    csrf: z.string().meta({ description: 'Sent as x-csrf-token with every change' }),
    operator: z.strictObject({ name: z.string(), role: z.enum(roles) }),
    endsAt: instant,
    temporalUi: z
      .strictObject({ url: z.string(), namespace: z.string() })
      .optional()
      .meta({ description: 'Where a person reads an order’s workflow' }),
  })
  .meta({
    id: 'ConsoleSession',
    examples: [{ csrf: 'c2FtcGxl', operator: { name: 'ann', role: 'operator' }, endsAt: '2026-01-01T12:00:00.000Z' }],
  });
export type ConsoleSessionBody = Wire<typeof consoleSession>;

export const signIn = declareRoute({
  method: 'post',
  path,
  name: 'signIn',
  who: 'anyone',
  sides: ['operators'],
  tag: 'operator',
  summary: 'Signs a browser in: a token for a session cookie',
  body: z
    .strictObject({ token: z.string().min(1).max(512) })
    .meta({ examples: [{ token: 'the-token-of-an-operator' }] }),
  limitBytes,
  answers: { 201: { says: 'The session, and its cookie', body: consoleSession } },
  problems: ['operator_unauthorized', 'rate_limited'],
});

export const readSession = declareRoute({
  method: 'get',
  path,
  name: 'readSession',
  who: 'session',
  summary: 'The session of the cookie',
  answers: { 200: { says: 'The session', body: consoleSession } },
  problems: [],
});

export const signOut = declareRoute({
  method: 'delete',
  path,
  name: 'signOut',
  who: 'session',
  summary: 'Signs out',
  limitBytes,
  answers: { 204: { says: 'Ended' } },
  problems: [],
});

const liveSession = z
  .strictObject({
    sessionId: z.string(),
    operator: z.strictObject({ name: z.string(), role: z.enum(roles) }),
    startedAt: instant,
    seenAt: instant.meta({ description: 'Its last use, to a minute' }),
    endsAt: instant.meta({ description: 'The latest; without use it ends earlier' }),
    isThis: z.boolean().meta({ description: 'The one that asks' }),
  })
  .meta({
    id: 'LiveConsoleSession',
    examples: [
      {
        sessionId: 'c2FtcGxlLXNlc3Npb24tMQ',
        operator: { name: 'ann', role: 'operator' },
        startedAt: '2026-01-01T04:00:00.000Z',
        seenAt: '2026-01-01T05:00:00.000Z',
        endsAt: '2026-01-01T12:00:00.000Z',
        isThis: true,
      },
    ],
  });

export const listSessions = declareRoute({
  method: 'get',
  path: `${path}s`,
  name: 'listSessions',
  who: 'viewer',
  summary: 'The console sessions that run, newest first: one’s own, to an admin everybody’s',
  query: pageQuery,
  answers: { 200: { says: 'A page of sessions', body: pageOf(liveSession).meta({ id: 'ConsoleSessionPage' }) } },
  problems: [],
});

export const endSessions = declareRoute({
  method: 'post',
  path: `${path}s/end`,
  name: 'endSessions',
  who: 'viewer',
  summary:
    'Ends console sessions in every process: all of one’s own, or one; an admin those of another, or everybody’s',
  body: z
    .strictObject({
      sessionId: z.string().min(1).max(64).optional(),
      operator: z.string().min(1).max(64).optional(),
      everyone: z.boolean().default(false),
    })
    .meta({ examples: [{}, { operator: 'ann' }, { everyone: true }] }),
  answers: { 200: { says: 'They are ended', body: z.strictObject({ ended: count }) } },
  problems: ['operator_forbidden'],
});
