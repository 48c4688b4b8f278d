import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Express, Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { createPerMinute } from '../../bounded/per-minute';
import { createSlots } from '../../bounded/slots';
import { bodyMissing, parseQuery, parseWith, problemOf } from '../../contract/problem';
import { emptyQuery } from '../../contract/query';
import {
  type AnswerOf,
  type BodyOf,
  expressPath,
  type ParamsOf,
  type QueryOf,
  type Route,
  type Side,
  sidesOf,
} from '../../contract/route';
import { type JsonInParts, parseStrictJson, readStrictJson } from '../../contract/strict-json';
import type { Versions, WireVersion } from '../../contract/versions';
import { Failure } from '../../domain/failures';
import { isTestIssuer, ownMessagePrefix, turnOf } from '../../domain/ids';
import type { Operator, Role } from '../../domain/operator';
import { waitMaxMs } from '../../domain/timings';
import type { AuditTrail, AuditTrails, Deed } from '../../operator/audit-trail';
import { shedOnEventLoopLag, watchEventLoopLag } from '../../overload/event-loop-lag';
import { createInFlightLimit } from '../../overload/in-flight-limit';
import { createIssuerBudgets, createOperatorBudgets } from '../../overload/issuer-budget';
import { createTurns } from '../../overload/taking-turns';
import { createTestRequests } from '../../sandbox/test-requests';
import { sha256 } from '../../sealing/key-ring';
import type { DayCounts } from '../../store/day-counts';
import type { IssuerRow } from '../../store/issuers';
import { authenticateIssuer, type IssuerAuth, type SignatureFlaw } from '../auth/issuer-auth';
import { authorizeOperator, type OperatorAuth, requireRole } from '../auth/operator-auth';
import { portalCaller } from '../auth/portal-auth';
import { type PortalSession, type PortalSessions, shareOf } from '../auth/portal-sessions';
import type { AuditedByIssuer } from '../issuer/audited';
import { takeVersion } from './api-version';
import type { Apps } from './apps';
import { type FileAnswer, metered, sendFile } from './file-answer';
import { type Idempotency, type KeptAnswer, once } from './idempotency';
import { largeBodies } from './large-bodies';
import { createLimitPerMinute } from './limit-per-minute';
import { onceClosed } from './once-closed';
import { bodyLimitBytes, bytesOf, rawBody } from './raw-body';
import { limitStrangersBodies } from './strangers-bodies';
import { withinLimit } from './time-limit';

export interface SentFile {
  readonly mediaType: string;
  readonly raw: Buffer;
}

interface IssuerCall<R extends Route> {
  readonly issuer: IssuerRow;
  /** Undefined: the issuer's server, by its signature. */
  readonly session: PortalSession | undefined;
  readonly params: ParamsOf<R>;
  readonly body: BodyOf<R>;
  readonly query: QueryOf<R>;
  /** A hash of the webhook-id. */
  readonly messageId: string;
  /** Once the answer has left, or its caller has gone. */
  onceAnswered(then: () => void): void;
  readonly requestId: string;
  /** Answered as a GET, without its body: what a GET would give away is kept. */
  readonly isHead: boolean;
  /** Of a route whose body is a file. */
  readonly file: SentFile;
  /** Of a route that is judged in parts: what strict JSON does not allow. */
  readonly flawsByEntry: JsonInParts['flawsByEntry'];
  /** What the issuer answered a message of that type with, as the contract has it today. */
  todaysAnswer(type: string, answer: unknown): unknown;
  /** One new order of a call that brings many: it waits for its turn as one that is sent alone. @throws Failure `rate_limited` */
  newOrder<T>(work: () => Promise<T>): Promise<T>;
  /** Of a call that may wait what it does between its waits; of one that changes something a long reading. @throws Failure `rate_limited` */
  atWork<T>(work: () => Promise<T>): Promise<T>;
  /** What is done to an order of very many codes, in turns with others of that kind. */
  onLargeOrder<T>(work: () => Promise<T>): Promise<T>;
  /** It takes as much as so many more requests, by what stands in it or was read for it. */
  alsoCosts(requests: number): void;
  /** A row was read with what is kept of so many codes: its reader has less of its share. */
  readCodes(codes: number): void;
  /** As many may be opened, which takes longer. */
  openCodes(codes: number): void;
}

/** How a call reads whole orders, wherever they are named. */
export type Reading = Pick<IssuerCall<Route>, 'atWork' | 'onLargeOrder' | 'readCodes'>;

interface BeforeHandling<R extends Route, B> {
  /** Of new orders. Asked once the sender is known, before anything is read or written for the call. @throws Failure `rate_limited` */
  admit?(issuer: IssuerRow): void;
  /** Begun once the sender is known, while the request is taken up: a read that `handle` needs whatever the body says. */
  begin?(issuerId: string, params: ParamsOf<R>, readCodes: IssuerCall<R>['readCodes']): Promise<B>;
}

/** `begun`: of nothing where nothing is begun. */
type IssuerHandler<R extends Route, B> = (call: IssuerCall<R> & { readonly begun: Promise<B> }) => Promise<AnswerOf<R>>;

/** A call about an order of a conformance run, which has no route of its own. */
export interface StagedCall {
  readonly issuerId: string;
  readonly request: Request;
  readonly webhookId: string;
  /** Of one that nobody signed rightly: what is wrong with it. */
  readonly flaw: SignatureFlaw | undefined;
  /** So many bytes of its order were read whole. */
  readBytes(bytes: number): void;
}

interface Staged {
  /** Of what may be one, with `issuerId` in it. */
  readonly paths: RegExp;
  /** Asked for each, signed or not. */
  isStaged(request: Request): Promise<boolean>;
  /** Undefined: it is none. */
  answer(call: StagedCall): Promise<StagedAnswer | undefined>;
}

interface StagedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly afterMs: number;
}

interface OperatorCall<R extends Route> {
  readonly params: ParamsOf<R>;
  readonly body: BodyOf<R>;
  readonly query: QueryOf<R>;
  readonly operator: Operator;
  /** Of the browser that asks; undefined: a token does. */
  readonly sessionId: string | undefined;
  readonly audit: AuditTrail;
  /** A row was read with what is kept of so many codes: its reader has less of its share. */
  readCodes(codes: number): void;
  /** As many were looked at as they are sealed, which takes longer. */
  openCodes(codes: number): void;
}

/** What an operator takes out is written into the audit log. */
interface TakenOut extends FileAnswer {
  readonly deed: Deed;
}

interface OpenCall<R extends Route> {
  readonly params: ParamsOf<R>;
  readonly request: Request;
  readonly response: Response;
  /** Called once it is known who asks, or that nobody can know: a stranger's large bodies are few. @throws Failure `rate_limited` */
  readBody(from: 'known' | 'stranger'): BodyOf<R>;
}

type Todays = (json: unknown) => unknown;

/** Fewer than the database's connections, so that all else finds one. */
const newOrdersInDatabaseMax = 32;

/** Of one operator, in one process: fewer than the database's connections, and than entries wait for the audit log. */
const operatorCallsMax = 40;
const operatorCallsInAllMax = 1_024;

/** A minute, of one who reads alone: entries of the audit log are kept for ever. */
const auditedOfViewerMax = 120;

/** Readings of issuers, some of which take a tenth of a second of the one thread: few at once, and half of them of one issuer. */
const readsAtOnceMax = 16;

/** Calls about orders of very many codes: each holds the one thread for a tenth of a second. */
const largeOrdersAtOnceMax = 4;

/** Of one issuer: a statement may have 100,000 lines, and is read as slowly as its reader likes. */
const filesOfIssuerMax = 4;

/** Of operators, in one process: a long file takes one connection of the database for its time. */
const filesAtOnce = 2;

/** A call about an order of a run; what its sender is told is written down, whatever it is. */
const stagedMaxBytes = 1024 * 1024;
/** Of those of one issuer that nobody signed rightly, as many a minute are written down. */
const unsignedNotedMax = 60;

const isUnfit = ({ status }: { readonly status: number }): boolean =>
  status === 400 || status === 415 || status === 422;

/** Whose signature fits, or whose session. */
interface KnownSender {
  readonly issuer: IssuerRow;
  readonly webhookId: string;
  readonly session: PortalSession | undefined;
}

/** What lets people in at issuers' own pages. */
interface Portal {
  readonly sessions: PortalSessions;
  readonly tokenOf: (issuerId: string, orderNo: string) => Promise<string>;
  readonly audited: AuditedByIssuer;
}

type Params = { readonly orderNo?: string };

export type Mount = ReturnType<typeof createMount>;

/** How a call gets to its operation: event-loop lag, size, signature, idempotency, media type, JSON, schema, in this order. */
export const createMount = (
  apps: Apps,
  deps: IssuerAuth &
    Idempotency & {
      readonly dayCounts: Pick<DayCounts, 'require'>;
      readonly versions: Versions;
      readonly operator: OperatorAuth;
      readonly portal: Portal;
      readonly audit: AuditTrails;
      readonly isPlayed: (issuerId: string) => Promise<boolean>;
    },
) => {
  const inFlight = createInFlightLimit();
  const lag = watchEventLoopLag();
  const shedOnLag = shedOnEventLoopLag(lag);
  const budgets = createIssuerBudgets(lag.isBehind);
  const operatorBudgets = createOperatorBudgets();
  const { versions } = deps;
  const testRequests = createTestRequests(deps);
  const turns = createTurns(newOrdersInDatabaseMax);
  const reads = createTurns(readsAtOnceMax);
  const largeOrders = createTurns(largeOrdersAtOnceMax);
  const roomForLarge = largeBodies();
  const files = createSlots(filesAtOnce);
  const operatorCalls = createSlots(operatorCallsInAllMax);
  const auditedOfViewer = createLimitPerMinute(auditedOfViewerMax, deps.nowMs);
  const ofStranger = limitStrangersBodies(deps.nowMs);
  const unsignedNoted = createPerMinute(unsignedNotedMax, deps.nowMs);
  const filesOfIssuers = createSlots(Number.POSITIVE_INFINITY);
  const methodsOf = new Map<Express, Map<string, Set<string>>>(
    [apps.public, apps.operators].map((app) => [app, new Map()]),
  );

  const register = (
    sides: readonly Side[],
    method: Route['method'] | 'options',
    path: string,
    ...handlers: RequestHandler[]
  ): void => {
    for (const app of new Set(sides.map((side) => apps[side]))) {
      const methods = methodsOf.get(app)?.get(path) ?? new Set();
      methods.add(method.toUpperCase());
      methodsOf.get(app)?.set(path, methods);
      app[method](path, ...handlers);
    }
  };

  /** Of whoever calls: the version that the request names, else an issuer's own, else today's. */
  const versionOf = (response: Response): WireVersion => response.locals.version ?? versions.pinned(versions.newest);
  const todaysOf =
    (route: Route, response: Response): Todays =>
    (json) =>
      versions.request(versionOf(response), route.name, json);
  const bodyOf = <R extends Route>(route: R, request: Request, response: Response): BodyOf<R> => {
    const todays = todaysOf(route, response);
    return (route.body ? jsonBody(request, route.body, route, todays) : undefined) as BodyOf<R>;
  };
  const inVersion = (route: Route, response: Response, text: string): string =>
    versions.answer(versionOf(response), route, text);

  /** Resolves to how long it is. */
  const send = (
    route: Route,
    response: Response,
    { status, body, retryAfterSeconds }: { status: number; body?: unknown; retryAfterSeconds?: number },
  ): number => {
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
    response.status(status);
    const text = body === undefined ? '' : inVersion(route, response, JSON.stringify(body));
    if (body === undefined) response.end();
    else response.type('application/json').send(text);
    return Buffer.byteLength(text);
  };

  /** The place is given back when the work has ended, not when its sender was told that it takes too long. */
  const admitted = async <T>(share: string, work: () => Promise<T>): Promise<T> => {
    const leave = inFlight.enter(share);
    try {
      return await work();
    } finally {
      leave();
    }
  };

  const signerOf = async (request: Request, response: Response): Promise<KnownSender> => {
    const asked = request as Request<{ issuerId: string }>;
    const signed = await authenticateIssuer(deps, asked, (reason, issuerId, flaw) => {
      response.locals.refusedBy = reason;
      response.locals.signatureFlaw = flaw;
      // The route's parameters are gone once a failure is on its way.
      response.locals.issuerId = issuerId;
    });
    return { ...signed, session: undefined };
  };

  const senderOf = async (route: Route, request: Request, response: Response): Promise<KnownSender> => {
    const asked = request as Request<{ issuerId: string }>;
    const { sessions } = deps.portal;
    const inPortal = await portalCaller(asked, route, { sessions, issuers: deps.issuers, nowMs: deps.nowMs });
    if (inPortal) return { ...inPortal, webhookId: portalMessageId(request, inPortal.session) };
    return signerOf(request, response);
  };

  const admitSender = async (
    request: Request,
    response: Response,
    look: () => Promise<KnownSender>,
  ): Promise<KnownSender> => {
    const leave = inFlight.enterUnknown(request.ip ?? '');
    const known = await look().finally(leave);
    response.locals.issuerClass = isTestIssuer(known.issuer._id) ? 'test' : known.issuer.codeMode;
    await testRequests.admit(known.issuer._id);
    return known;
  };

  const issuerOf = async (route: Route, request: Request, response: Response): Promise<KnownSender> => {
    const known = await admitSender(request, response, () => senderOf(route, request, response));
    // The page is of today, whatever the issuer's server is pinned to.
    const date = known.session ? versions.newest : known.issuer.apiVersion;
    takeVersion(deps, request, response, versions.pinned(date));
    return known;
  };

  /** The token is the server's: of a person at the issuer's own page the platform knows which order is meant. */
  const withToken = async ({ issuer, session }: KnownSender, { orderNo }: Params, json: unknown): Promise<unknown> => {
    const lacksToken = session && orderNo !== undefined && isObject(json) && !('token' in json);
    return lacksToken ? { ...json, token: await deps.portal.tokenOf(issuer._id, orderNo) } : json;
  };

  /** What a person does to an order is written down as that person's. */
  const inName = <A>({ issuer, session }: KnownSender, route: Route, { orderNo }: Params, run: () => Promise<A>) => {
    if (!session || orderNo === undefined) return run();
    const deed = { action: 'issuer.acted', target: `${issuer._id}/${orderNo}`, after: { call: route.name } } as const;
    return deps.portal.audited({ issuer, session }, (trail) => trail(deed, run));
  };

  const newOrderOf = (issuerId: string): IssuerCall<Route>['newOrder'] => {
    return (work) => {
      const leave = inFlight.enterNewOrder(issuerId);
      return turns.run(turnOf(issuerId), work).finally(leave);
    };
  };

  const readCodesOf =
    (share: string): IssuerCall<Route>['readCodes'] =>
    (codes) =>
      budgets.readCodes(turnOf(share), codes);

  const openCodesOf =
    (share: string): IssuerCall<Route>['openCodes'] =>
    (codes) =>
      budgets.openCodes(turnOf(share), codes);

  const alsoCostsOf =
    (share: string): IssuerCall<Route>['alsoCosts'] =>
    (requests) =>
      budgets.alsoCosts(turnOf(share), requests);

  const answerRead =
    <R extends Route, B>(route: R, handle: IssuerHandler<R, B>) =>
    async (request: Request, response: Response): Promise<KeptAnswer> => {
      const sender = await issuerOf(route, request, response);
      const { issuer, webhookId, session } = sender;
      const share = shareOf(issuer._id, session);
      budgets.spend(turnOf(share), 0, route.costs);
      const atWork = <T>(work: () => Promise<T>): Promise<T> => admitted(share, () => reads.run(turnOf(share), work));
      const run = async (): Promise<KeptAnswer> => {
        const { status, body } = await handle({
          issuer,
          session,
          params: request.params as ParamsOf<R>,
          body: undefined as BodyOf<R>,
          query: queryOf(route, request),
          messageId: sha256(webhookId),
          onceAnswered: onceClosed.bind(undefined, response),
          requestId: requestIdOf(response),
          isHead: request.method === 'HEAD',
          file: noFile,
          flawsByEntry: noFlaws,
          todaysAnswer: (_type, answer) => answer,
          newOrder: newOrderOf(issuer._id),
          atWork: route.waits ? atWork : (work) => work(),
          onLargeOrder: (work) => work(),
          alsoCosts: alsoCostsOf(share),
          readCodes: readCodesOf(share),
          openCodes: openCodesOf(share),
          begun: nothing as Promise<B>,
        });
        const text = JSON.stringify(body);
        budgets.answered(turnOf(share), Buffer.byteLength(text));
        return { status, body: text, isProblem: false, isReplay: false };
      };
      return route.waits ? run() : atWork(run);
    };

  /** What each call with a body passes once its sender is known: what it takes is that sender's. */
  const atOwnCost = async <A extends { readonly status: number; readonly body: string } | undefined>(
    { issuer: { _id }, session }: KnownSender,
    request: Request,
    costs: number | undefined,
    work: () => Promise<A>,
  ): Promise<A> => {
    const { length } = bytesOf(request.body);
    await testRequests.spend(_id, length);
    const turn = turnOf(shareOf(_id, session));
    const isOver = budgets.spend(turn, length, costs);
    try {
      const given = await work();
      if (given && isUnfit(given)) budgets.refused(turn);
      if (given) budgets.answered(turn, Buffer.byteLength(given.body));
      return given;
    } catch (error) {
      if (error instanceof Failure && isUnfit(error)) budgets.refused(turn);
      throw error;
    } finally {
      isOver();
    }
  };

  const answerStaged = async ({ answer }: Staged, request: Request, response: Response) => {
    const told = (issuerId: string, webhookId: string, flaw?: SignatureFlaw) => {
      const turn = turnOf(issuerId);
      const readBytes = (bytes: number) => (flaw === undefined ? budgets.answered(turn, bytes) : undefined);
      return reads.run(turn, () => answer({ issuerId, request, webhookId, flaw, readBytes }));
    };
    const known = await admitSender(request, response, () =>
      signerOf(request, response).catch(async (error: unknown) => {
        const { signatureFlaw, issuerId } = response.locals;
        if (signatureFlaw && issuerId && unsignedNoted.secondsLeft(issuerId) === undefined) {
          unsignedNoted.note(issuerId);
          await told(issuerId, request.get('webhook-id') ?? '', signatureFlaw);
        }
        throw error;
      }),
    );
    const { issuer, webhookId } = known;
    return admitted(issuer._id, () =>
      atOwnCost(known, request, undefined, async () => {
        const given = await told(issuer._id, webhookId);
        if (given && given.afterMs > 0) await pause(given.afterMs);
        return given;
      }),
    );
  };

  const answerOnce = <R extends Route, B>(
    route: R,
    schema: z.ZodType | undefined,
    { admit, begin }: BeforeHandling<R, B>,
    handle: IssuerHandler<R, B>,
  ): ((request: Request, response: Response) => Promise<KeptAnswer>) => {
    const { integersOnly, inParts, lines } = route;
    const work = async (request: Request, response: Response, sender: KnownSender) => {
      const { issuer, webhookId, session } = sender;
      admit?.(issuer);
      const raw = bytesOf(request.body);
      const share = shareOf(issuer._id, session);
      return admitted(share, () => {
        const params = request.params as ParamsOf<R>;
        const readCodes = readCodesOf(share);
        const begun = begin
          ? reads.run(turnOf(share), () => begin(issuer._id, params, readCodes))
          : (nothing as Promise<B>);
        // Nobody asks for it where the answer is a kept one, or the body does not fit.
        begun.catch(() => undefined);
        return once(
          deps,
          { issuerId: issuer._id, webhookId, path: request.originalUrl, raw },
          async () => {
            if (raw.length === 0) throw bodyMissing();
            const mediaType = requireMediaType(request, lines?.mediaTypes);
            const { value: json, flawsByEntry } = inParts
              ? readStrictJson(raw)
              : { value: lines ? undefined : parseStrictJson(raw, { integersOnly }), flawsByEntry: noFlaws };
            if (isWithOrder(json)) response.locals.orderNo = json.orderNo;
            const given = await withToken(sender, params, json);
            const body = (schema ? parseWith(schema, todaysOf(route, response)(given)) : undefined) as BodyOf<R>;
            const query = (route.query ? parseQuery(route.query, request.query) : undefined) as QueryOf<R>;
            const onceAnswered = onceClosed.bind(undefined, response);
            const call = {
              issuer,
              session,
              params,
              body,
              query,
              messageId: sha256(webhookId),
              onceAnswered,
              requestId: requestIdOf(response),
              isHead: false,
              file: { mediaType, raw },
              flawsByEntry,
              todaysAnswer: versions.callbackAnswer.bind(undefined, versionOf(response)),
              newOrder: newOrderOf(issuer._id),
              atWork: (part: () => Promise<never>) => reads.run(turnOf(share), part),
              onLargeOrder: (part: () => Promise<never>) => largeOrders.run(turnOf(share), part),
              alsoCosts: alsoCostsOf(share),
              readCodes,
              openCodes: openCodesOf(share),
              begun,
            };
            return inName(sender, route, params, () => handle(call));
          },
          (failure) => JSON.stringify(problemOf(failure, requestIdOf(response))),
        );
      });
    };
    return async (request, response) => {
      // Before any room that issuers share: what nobody signed takes none of it.
      const known = await issuerOf(route, request, response);
      const { _id } = known.issuer;
      return atOwnCost(known, request, route.costs, () => {
        const leave = admit ? inFlight.enterNewOrder(_id) : () => undefined;
        const answering = () => work(request, response, known);
        return (admit ? turns.run(turnOf(shareOf(_id, known.session)), answering) : answering()).finally(leave);
      });
    };
  };

  /** Nobody takes the others' places, and what takes long goes in turns. @throws Failure `rate_limited` */
  const ofOperator = async ({ name }: Operator, { costs }: Route, work: () => Promise<void>): Promise<void> => {
    if (operatorCalls.take(name, operatorCallsMax) !== 'taken') {
      throw new Failure('rate_limited', { detail: 'Too many calls of yours are at work', retryAfterSeconds: 1 });
    }
    const working = costs === undefined ? work() : largeOrders.run(`(operator) ${name}`, work);
    await working.finally(() => operatorCalls.giveBack(name));
  };

  const auditOf = (operator: Operator): AuditTrail => {
    const audit = deps.audit.of(operator);
    if (operator.role !== 'viewer') return audit;
    return async (...deed) => {
      auditedOfViewer(operator.name);
      return audit(...deed);
    };
  };

  /** All but the body, which a file's call has none of. */
  const operatorCallOf = async <R extends Route & { readonly who: Role }>(
    route: R,
    request: Request,
    response: Response,
  ): Promise<Omit<OperatorCall<R>, 'body'>> => {
    const { operator, session } = await authorizeOperator(request, deps.operator);
    response.setHeader('cache-control', 'no-store');
    requireRole(operator, route.who);
    const { name } = operator;
    operatorBudgets.spend(name, bytesOf(request.body).length, route.costs);
    takeVersion(deps, request, response);
    return {
      params: request.params as ParamsOf<R>,
      query: queryOf(route, request),
      operator,
      sessionId: session?.id,
      audit: auditOf(operator),
      readCodes: (codes) => operatorBudgets.readCodes(name, codes),
      openCodes: (codes) => operatorBudgets.openCodes(name, codes),
    };
  };

  return {
    /** A call of an issuer, signed: a POST is carried out once for its webhook-id. */
    issuer:
      <R extends Route & { readonly who: 'issuer' }, B = undefined>(route: R, before: BeforeHandling<R, B> = {}) =>
      (handle: IssuerHandler<R, B>): void => {
        const isSent = route.body !== undefined || route.lines !== undefined;
        const answer = isSent ? answerOnce(route, route.body, before, handle) : answerRead(route, handle);
        const limitBytes = route.limitBytes ?? bodyLimitBytes;
        register(
          sidesOf(route),
          route.method,
          expressPath(route.path),
          shedOnLag,
          ...(route.lines ? [roomForLarge] : []),
          rawBody(limitBytes),
          async (request, response) => {
            // An Order has the pick-up link in it.
            response.setHeader('cache-control', 'no-store');
            const given = await withinLimit(answer(request, response), route.waits ? waitMaxMs : 0);
            if (given.isProblem) response.locals.code = JSON.parse(given.body).code;
            if (given.isReplay) response.setHeader('idempotency-replayed', 'true');
            if (given.retryAfterSeconds !== undefined)
              response.setHeader('retry-after', String(given.retryAfterSeconds));
            response
              .status(given.status)
              .type(given.isProblem ? 'application/problem+json' : 'application/json')
              .send(given.isProblem ? given.body : inVersion(route, response, given.body));
          },
        );
      },

    /** Calls about orders of conformance runs, before those of the contract: by the same limits, and each answered anew. */
    staged: (staged: Staged): void => {
      const read = rawBody(stagedMaxBytes);
      apps.public.all(staged.paths, shedOnLag, async (request, response, next) => {
        if (!(await staged.isStaged(request))) return next();
        await new Promise<void>((done, fail) =>
          read(request, response, (error?: unknown) => (error ? fail(error) : done())),
        );
        response.setHeader('cache-control', 'no-store');
        const given = await withinLimit(answerStaged(staged, request, response));
        if (!given) return next();
        response.status(given.status).set(given.headers).send(given.body);
      });
    },

    /** A call of an operator of at least the route's role. */
    operator:
      <R extends Route & { readonly who: Role }>(route: R) =>
      (handle: (call: OperatorCall<R>) => Promise<AnswerOf<R>>): void => {
        register(
          sidesOf(route),
          route.method,
          expressPath(route.path),
          rawBody(bodyLimitBytes),
          async (request, response) => {
            const call = await operatorCallOf(route, request, response);
            const { name } = call.operator;
            try {
              const body = bodyOf(route, request, response);
              await ofOperator(call.operator, route, async () => {
                operatorBudgets.answered(name, send(route, response, await handle({ ...call, body })));
              });
            } catch (error) {
              if (error instanceof Failure && isUnfit(error)) operatorBudgets.refused(name);
              throw error;
            }
          },
        );
      },

    /** A file to an issuer (CSV, NDJSON), by a signed GET. */
    issuerFile:
      <R extends Route & { readonly who: 'issuer' }>(route: R) =>
      (
        handle: (call: Pick<IssuerCall<R>, 'issuer' | 'params' | 'query'> & { accept: string }) => Promise<FileAnswer>,
      ): void =>
        register(
          sidesOf(route),
          route.method,
          expressPath(route.path),
          shedOnLag,
          rawBody(bodyLimitBytes),
          async (request, response) => {
            const { issuer, session } = await issuerOf(route, request, response);
            const share = shareOf(issuer._id, session);
            const turn = turnOf(share);
            budgets.spend(turn, 0);
            const meter = {
              read: <T>(piece: () => Promise<T>) => reads.run(turn, piece),
              sent: (bytes: number) => budgets.answered(turn, bytes),
              waitMs: () => budgets.pieceWaitMs(turn),
            };
            const params = request.params as ParamsOf<R>;
            const query = queryOf(route, request);
            const accept = request.get('accept') ?? '';
            if (filesOfIssuers.take(share, filesOfIssuerMax) !== 'taken') {
              throw new Failure('rate_limited', { detail: 'Four files of this issuer are sent', retryAfterSeconds: 5 });
            }
            await admitted(share, async () => {
              const { lines, ...file } = await handle({ issuer, params, query, accept });
              await sendFile(response, route, { ...file, lines: metered(lines, meter) });
            }).finally(() => filesOfIssuers.giveBack(share));
          },
        ),

    /** A file to an operator (CSV, NDJSON): audited, and one at a time. */
    operatorFile:
      <R extends Route & { readonly who: Role }>(route: R) =>
      (
        handle: (call: Pick<OperatorCall<R>, 'params' | 'query'> & { accept: string }) => TakenOut | Promise<TakenOut>,
      ): void =>
        register(
          sidesOf(route),
          route.method,
          expressPath(route.path),
          rawBody(bodyLimitBytes),
          async (request, response) => {
            const { operator, audit, params, query } = await operatorCallOf(route, request, response);
            await ofOperator(operator, route, async () => {
              const { deed, ...file } = await handle({ params, query, accept: request.get('accept') ?? '' });
              // However many they are, one place is left for those who act.
              const whose = operator.role === 'viewer' ? '(viewers)' : operator.name;
              await audit(deed, async () => {
                if (files.take(whose, 1) !== 'taken') {
                  throw new Failure('rate_limited', { detail: 'Another export runs', retryAfterSeconds: 5 });
                }
                await sendFile(response, route, file).finally(() => files.giveBack(whose));
              });
            });
          },
        ),

    /** Whose handler looks itself at who calls, and reads the body: of browsers and of anybody. */
    open:
      <R extends Route & { readonly who: 'anyone' | 'session' | 'buyer' | 'portal' }>(route: R) =>
      (handle: (call: OpenCall<R>) => Promise<AnswerOf<R>>): void => {
        register(
          sidesOf(route),
          route.method,
          expressPath(route.path),
          rawBody(route.limitBytes ?? bodyLimitBytes),
          async (request, response) => {
            if (route.path.startsWith('/v1/')) takeVersion(deps, request, response);
            const readBody = (from: 'known' | 'stranger') => {
              if (from === 'stranger') ofStranger(request);
              return bodyOf(route, request, response);
            };
            send(route, response, await handle({ params: request.params as ParamsOf<R>, request, response, readBody }));
          },
        );
      },

    /** A declared route whose answer is no JSON, such as a stream or a page. */
    bare: (route: Route, ...handlers: RequestHandler[]): void =>
      register(sidesOf(route), route.method, expressPath(route.path), ...handlers),

    /** The payload decoder, which browsers of the Temporal UI ask, and its preflights: no call of the contract. */
    plain: (side: Side, method: 'post' | 'options', path: string, ...handlers: RequestHandler[]): void =>
      register([side], method, path, ...handlers),

    /** Called last: a known path with another method is 405, all else is 404. */
    finish: (): void => {
      for (const [app, paths] of methodsOf) {
        for (const [path, methods] of paths) {
          app.all(path, (_request, response) => {
            response.setHeader('allow', [...methods, ...(methods.has('GET') ? ['HEAD'] : [])].join(', '));
            throw new Failure('method_not_allowed');
          });
        }
        app.use(() => {
          throw new Failure('path_unknown');
        });
      }
    },
  };
};

const nothing: Promise<unknown> = Promise.resolve();
const noFlaws: JsonInParts['flawsByEntry'] = () => new Map();

/** Without a declared query any parameter is one too many. */
const queryOf = <R extends Route>(route: R, request: Request): QueryOf<R> =>
  parseQuery(route.query ?? emptyQuery, request.query) as QueryOf<R>;

/** A call that needs no field may come without a body, where its route does not say otherwise. */
export const jsonBody = <S extends z.ZodType>(
  request: Request,
  schema: S,
  {
    method,
    bodyNeeded = method === 'put',
    orElse = [],
  }: Partial<Pick<Route, 'method' | 'bodyNeeded'>> & { readonly orElse?: readonly string[] } = {},
  todays: Todays = (json) => json,
): z.output<S> => {
  const raw = bytesOf(request.body);
  if (raw.length === 0) {
    const parsed = schema.safeParse({});
    if (bodyNeeded || !parsed.success) throw bodyMissing();
    return parsed.data;
  }
  requireMediaType(request, [jsonType], orElse);
  return parseWith(schema, todays(parseStrictJson(raw)));
};

const noFile: SentFile = { mediaType: '', raw: Buffer.alloc(0) };

const jsonType = 'application/json';

/** `orElse`: what its caller has looked for already. */
const requireMediaType = (
  request: Request,
  taken: readonly string[] = [jsonType],
  orElse: readonly string[] = [],
): string => {
  if ((request.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity') {
    throw new Failure('media_type_unsupported', { detail: 'The body must not be compressed' });
  }
  const [type = '', ...parameters] = (request.get('content-type') ?? '').toLowerCase().split(';');
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (!taken.includes(type.trim()) || !isUtf8) {
    const detail = `The body must be ${[...taken, ...orElse].join(' or ')}, in UTF-8`;
    throw new Failure('media_type_unsupported', { detail });
  }
  return type.trim();
};

const isObject = (json: unknown): json is object => typeof json === 'object' && json !== null && !Array.isArray(json);

/** Apart from those that the issuer's server chooses, none of which begins so. */
const portalMessageId = (request: Request, { id }: PortalSession): string =>
  `${ownMessagePrefix}portal_${id}_${(request.get('webhook-id') ?? randomUUID()).slice(0, 64)}`;

/** A payment request names its order in its body alone; the log wants it also when it is refused. */
const isWithOrder = (json: unknown): json is { orderNo: unknown } =>
  typeof json === 'object' && json !== null && 'orderNo' in json;

const requestIdOf = (response: Response): string => String(response.getHeader('x-request-id') ?? '');
