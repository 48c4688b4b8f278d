import type { Request } from 'express';
import type { Logger } from 'pino';
import { createPerMinute, networkOf } from '../../bounded/per-minute';
import type { RowReader } from '../../bounded/row-reader';
import * as routes from '../../contract/operator/console-session';
import { readOverview, readSales, watchOverview } from '../../contract/operator/overview';
import { consoleFile, consolePage, consolePageSlash } from '../../contract/operator/pages';
import { parseQuery } from '../../contract/problem';
import { emptyQuery } from '../../contract/query';
import { Failure } from '../../domain/failures';
import { mayAct, type Operator, type OperatorWithToken } from '../../domain/operator';
import type { AuditTrails } from '../../operator/audit-trail';
import type { SalesReader } from '../../operator/overview/sales';
import type { ConsoleSampler } from '../../operator/overview/sampler';
import type { DayCounts } from '../../store/day-counts';
import type { ConsoleSession, ConsoleSessions } from '../auth/console-sessions';
import type { KnownNetworks } from '../auth/known-networks';
import { authorizeOperator, operatorOfToken, requireRole } from '../auth/operator-auth';
import type { WrongTokens } from '../auth/wrong-tokens';
import { createLimitPerMinute, type LimitPerMinute } from '../edge/limit-per-minute';
import type { Mount } from '../edge/mount';
import { mountPage } from '../edge/mount-page';
import { pageOf, positionOf } from '../edge/paging';
import { type ConsoleOidc, mountConsoleOidc, type NoteRefusal } from './console-oidc';

export interface Console {
  readonly basePath: string;
  readonly isDemo: boolean;
  readonly sampler: ConsoleSampler;
  readonly readSales: SalesReader;
  readonly sessions: ConsoleSessions;
  readonly rowReader: RowReader;
  readonly operators: readonly OperatorWithToken[];
  readonly wrongTokens: WrongTokens;
  readonly knownNetworks: KnownNetworks;
  readonly audit: AuditTrails;
  readonly dayCounts: Pick<DayCounts, 'take'>;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** Undefined: operators sign in by token alone. */
  readonly oidc?: ConsoleOidc | undefined;
  /** Where a person reads an order's workflow, when there is such a place. */
  readonly temporalUi?: { readonly url: string; readonly namespace: string } | undefined;
}

/** A stream ends by itself after this long; the browser comes back, and its session is looked at again. */
const streamLimitMs = 10 * 60_000;
const heartbeatMs = 20_000;
/** A minute: who tries without end does not fill the audit log, nor keep others' refusals out of it. */
const refusalsNotedMax = 30;
const refusalsOfOneMax = 5;
/** Of all processes: who has networks enough fills no audit log either. The log has all. */
const refusalsADayMax = 1_000;

/**
 * The operators' console. The page is public and holds nothing; all data comes from the operator API with the session:
 * `POST|GET|DELETE /v1/operator/console/session`, `GET /v1/operator/console/sessions` and `POST .../sessions/end`,
 * `GET /v1/operator/console/overview` and, live, `.../overview/events`.
 */
export const mountConsole = (mount: Mount, deps: Console): void => {
  const limit = createLimitPerMinute(signInsMax, deps.nowMs);
  const noted = createPerMinute(refusalsNotedMax, deps.nowMs);
  const ofOne = createPerMinute(refusalsOfOneMax, deps.nowMs);
  const noteRefusal: NoteRefusal = async (address, about, code) => {
    const from = networkOf(address);
    if (ofOne.secondsLeft(from) !== undefined || noted.secondsLeft('all') !== undefined) return;
    ofOne.note(from);
    noted.note('all');
    const share = { name: 'console-refusals', n: 1, at: new Date(deps.nowMs()), limit: refusalsADayMax };
    if (!(await deps.dayCounts.take(share).catch(() => false))) return;
    const after = { ...about, from };
    await deps.audit.ofNobody({ action: 'console.sign_in_refused', target: 'console', after }, code);
  };
  mountPage(mount, {
    name: 'console',
    routes: { page: consolePage, slash: consolePageSlash, file: consoleFile },
    basePath: deps.basePath,
    packages: {
      'uplot.js': require.resolve('uplot/dist/uPlot.iife.min.js'),
      'uplot.css': require.resolve('uplot/dist/uPlot.min.css'),
    },
    filled: { 'single-sign-on': deps.oidc === undefined ? 'off' : 'on', 'demo-note': deps.isDemo ? demoNote : '' },
  });
  mountSession(mount, { ...deps, noteRefusal }, limit);
  if (deps.oidc) mountConsoleOidc(mount, { ...deps, noteRefusal, limit }, deps.oidc);
  mountOverview(mount, deps);
};

/** A minute, of one operator. */
export const signInsMax = 30;

const demoNote =
  '<footer class="soft">This is a demo: it sells orders by itself and breaks some on purpose. <code>DEMO=off npm start</code> runs without it.</footer>';

const mountSession = (
  mount: Mount,
  deps: Console & { readonly noteRefusal: NoteRefusal },
  limit: LimitPerMinute,
): void => {
  const { sessions, operators, audit, log } = deps;

  const sessionBody = ({ csrf, endsAtMs, operator }: ConsoleSession): routes.ConsoleSessionBody => ({
    csrf,
    operator: { name: operator.name, role: operator.role },
    endsAt: new Date(endsAtMs).toISOString(),
    ...(deps.temporalUi ? { temporalUi: deps.temporalUi } : {}),
  });

  const takenOrNoted = async (found: Operator | undefined, address: string): Promise<Operator> => {
    try {
      return deps.wrongTokens.taken(found, address, 'console');
    } catch (error) {
      // Once its network has to wait, nobody tells whether it was right.
      if (error instanceof Failure && error.code === 'operator_unauthorized') {
        log.warn({ from: address }, 'a wrong operator token was given at the console');
        await deps.noteRefusal(address, {}, error.code);
      }
      throw error;
    }
  };

  mount.open(routes.signIn)(async ({ request, response, readBody }) => {
    const address = request.ip ?? '';
    // As JSON only: a form of another site cannot send that, so nobody is signed in without knowing it.
    const { token } = readBody('stranger');
    const operator = await takenOrNoted(operatorOfToken(token, operators), address);
    limit(operator.name);
    const { session, cookie } = await audit.of(operator)({ action: 'console.signed_in', target: 'console' }, () =>
      sessions.begin(operator),
    );
    response.cookie(...cookie);
    response.setHeader('cache-control', 'no-store');
    return { status: 201, body: sessionBody(session) };
  });

  mount.open(routes.readSession)(async ({ request, response }) => {
    const body = sessionBody(await expectSession(request, deps));
    response.setHeader('cache-control', 'no-store');
    return { status: 200, body };
  });

  mount.open(routes.signOut)(async ({ request, response }) => {
    const { id, operator } = await expectSession(request, deps);
    await audit.of(operator)({ action: 'console.signed_out', target: 'console' }, () => sessions.end({ _id: id }));
    response.cookie(...sessions.endedCookie());
    return { status: 204 };
  });

  mount.operator(routes.listSessions)(async ({ query: { limit: pageRows, cursor }, operator, sessionId }) => {
    const whose = mayAct(operator, 'admin') ? undefined : operator.name;
    const before = cursor === undefined ? undefined : positionOf(cursor);
    const found = await sessions.list(whose, before, pageRows + 1);
    return {
      status: 200,
      body: pageOf(
        found,
        pageRows,
        deps.rowReader.of(
          'consoleSessions',
          ({ _id, name, role, startedAt, seenAt, endsAt }: (typeof found)[number]) => ({
            sessionId: _id,
            operator: { name, role },
            startedAt: startedAt.toISOString(),
            seenAt: seenAt.toISOString(),
            endsAt: endsAt.toISOString(),
            isThis: _id === sessionId,
          }),
        ),
      ),
    };
  });

  mount.operator(routes.endSessions)(async ({ body, operator, audit: write }) => {
    const name = body.operator ?? operator.name;
    if (body.everyone || name !== operator.name) requireRole(operator, 'admin');
    const one = body.sessionId === undefined ? {} : { _id: body.sessionId };
    // One session by its id: an admin may end anybody's.
    const isAnybodys = body.everyone || (body.sessionId !== undefined && mayAct(operator, 'admin') && !body.operator);
    const ended = await write(
      { action: 'console.sessions_ended', target: body.everyone ? 'everyone' : name },
      () => sessions.end({ ...one, ...(isAnybodys ? {} : { name }) }),
      (count) => ({ after: { ended: count } }),
    );
    return { status: 200, body: { ended } };
  });
};

const mountOverview = (mount: Mount, deps: Console): void => {
  const { sampler, sessions, operators, wrongTokens } = deps;
  mount.operator(readOverview)(async () => ({ status: 200, body: await sampler.overview() }));

  mount.operator(readSales)(async ({ query: { hours } }) => ({ status: 200, body: await deps.readSales(hours) }));

  mount.bare(watchOverview, async (request, response) => {
    const { session, operator } = await authorizeOperator(request, { operators, sessions, wrongTokens });
    parseQuery(emptyQuery, request.query);
    response.status(200).setHeader('content-type', 'text/event-stream');
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-accel-buffering', 'no');
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    // Gone while the session was looked at: nothing would end the watching.
    if (request.socket.destroyed) return;
    /** While the database is away it goes on: it shows what the api knows. */
    const isOver = async (): Promise<boolean> =>
      session !== undefined && !(await sessions.isOpen(session).catch(() => true));
    const leave = sampler.watch(async (overview) => {
      if (await isOver()) response.end();
      // Whoever reads slower than it comes gets the next one: the overview is whole each time.
      else if (!response.writableNeedDrain && !response.writableEnded) {
        response.write(`event: overview\ndata: ${overview}\n\n`);
      }
    }, operator.name);
    response.write('retry: 2000\n\n');
    const beat = async (): Promise<void> => {
      if (await isOver()) response.end();
      else if (!response.writableEnded) response.write(':\n\n');
    };
    const heartbeat = setInterval(beat, heartbeatMs);
    const end = setTimeout(() => response.end(), streamLimitMs);
    response.on('close', () => {
      clearInterval(heartbeat);
      clearTimeout(end);
      leave();
    });
  });
};

/** @throws Failure `operator_unauthorized` for a bearer token as well: it has no session to show or to end. */
const expectSession = async (request: Request, deps: Console): Promise<ConsoleSession> => {
  const { session } = await authorizeOperator(request, deps);
  if (!session) throw new Failure('operator_unauthorized');
  return session;
};
