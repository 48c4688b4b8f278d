import { asyncLocalStorage as activityContext } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { Logger } from 'pino';
import { withinMs } from '../src/bounded/time-limit';
import { readAnswerJson } from '../src/contract/answer-json';
import { versions as servedVersions, type Versions } from '../src/contract/versions';
import type { ForcedOutcome } from '../src/domain/forced-outcomes';
import type { OrderName } from '../src/domain/ids';
import type { AskedCall, TimelineEntry, TimelineEvent, UnreadField } from '../src/domain/messages';
import { mayBeCalled } from '../src/domain/ownership';
import { answerLimitMs, heldCallDelayMs, secondMs } from '../src/domain/timings';
import type { OrderMeter } from '../src/metrics/order-meter';
import type { Outbound } from '../src/outbound/client';
import { askedDelayMs } from '../src/outbound/schedule';
import { signedHeaders } from '../src/outbound/signed-headers';
import { calledAs } from '../src/sandbox/forced-calls';
import { openCallCertificate } from '../src/sealing/call-certificate';
import { openCallHeaders } from '../src/sealing/call-headers';
import { openSecrets } from '../src/sealing/issuer-secrets';
import type { KeyRing } from '../src/sealing/key-ring';
import type { AdapterMessage } from '../src/second-interface/adapter-api';
import { createAdapterApi } from '../src/second-interface/adapter-api';
import type { Adapters } from '../src/second-interface/adapters';
import type { TerminalProblem } from '../src/second-interface/after-sale/issuer-operations';
import type { OrderDeps } from '../src/second-interface/ask-order';
import { isUntouched } from '../src/second-interface/untouched-order';
import type { Echoes } from '../src/store/echoes';
import { type IssuerRow, type Issuers, liveSecrets } from '../src/store/issuers';
import type { OrderRow } from '../src/store/orders';

/** What every call out of this folder works with; made once by the worker. */
export interface CallsOut {
  readonly orderDeps: OrderDeps;
  readonly issuers: Issuers;
  readonly echoes: Echoes;
  readonly outbound: Outbound;
  readonly adapters: Adapters;
  readonly terminalProblem: TerminalProblem;
  readonly ring: KeyRing;
  readonly meter: OrderMeter;
  /** Given by tests: others than those of the contract. */
  readonly versions?: Versions;
  readonly log: Pick<Logger, 'error'>;
  readonly nowMs: () => number;
}

export interface IssuerAnswer {
  /** A 2xx came back; anything else stands in `problem`. */
  readonly ok: boolean;
  readonly status: number;
  /** The JSON of the body, where it is read; undefined without one, or when it is not JSON within the limit. */
  readonly json: unknown;
  /** Why there is no JSON where a body was read. */
  readonly unread?: readonly UnreadField[];
  /** Why the try failed: a status or a reason of the outbound client's closed list. */
  readonly problem?: string;
  readonly retryAfterMs?: number;
  readonly tookMs: number;
}

/** Unless the issuer's settings say otherwise. */
const callTimeoutSeconds = 8;
const functionLimitMs = 8_000;

/** Not tried at all: the slot goes back at once, and the try does not count. */
export const notTried = (type: string, message: string, delayMs: number): ApplicationFailure =>
  // No trouble of anybody's: it is not logged with its stack, some hundred times a second.
  ApplicationFailure.create({ type, message, nextRetryDelay: delayMs, category: ApplicationFailureCategory.BENIGN });

const overLimit = (delayMs: number = secondMs): ApplicationFailure =>
  notTried('over_limit', 'too many calls to this issuer run', delayMs);

/** Nothing goes out, and nothing is lost: the try is made once a person has put back what somebody else wrote. */
export const tampered = (log: CallsOut['log'], what: string): ApplicationFailure => {
  log.error({ what }, 'tampered: the row in the database is not as the platform wrote it; nobody is called');
  return notTried('tampered', 'the row is not as the platform wrote it', heldCallDelayMs);
};

/** Read anew for each try: an operator may have changed the callback, the secrets or the pause since the last one. */
export const issuerOf = async ({ issuers, log, nowMs }: CallsOut, { issuerId }: OrderName): Promise<IssuerRow> => {
  const issuer = await issuers.findEver(issuerId);
  if (!issuer) throw ApplicationFailure.nonRetryable('the order has no issuer', 'issuer_unknown');
  if (!(await issuers.isUntouched(issuer, new Date(nowMs())))) throw tampered(log, `issuer ${issuerId}`);
  if (issuer.state === 'paused' && !issuer.deletedAt) throw notTried('held', 'the issuer is paused', heldCallDelayMs);
  return issuer;
};

/** For a delivery, which goes on while its issuer is paused. */
export const sellerOf = async ({ issuers, log, nowMs }: CallsOut, issuerId: string): Promise<IssuerRow | null> => {
  const issuer = await issuers.findEver(issuerId);
  if (issuer && !(await issuers.isUntouched(issuer, new Date(nowMs())))) throw tampered(log, `issuer ${issuerId}`);
  return issuer;
};

/** Its orders' windows stand still; also while somebody else's writing would end them for good. */
export const isHeld = async (issuers: Issuers, issuer: IssuerRow, at: Date): Promise<boolean> =>
  issuer.deletedAt
    ? !(await issuers.isDeleted(issuer, at))
    : issuer.state === 'paused' || !(await issuers.isUntouched(issuer, at));

/** @throws ApplicationFailure for good when the row is gone: it cannot come back; for now when somebody else wrote to it. */
export const rowOf = async (
  { orderDeps, log }: Pick<CallsOut, 'orderDeps' | 'log'>,
  order: OrderName,
): Promise<OrderRow> => {
  const row = await orderDeps.orders.find(order);
  if (!row) throw ApplicationFailure.nonRetryable('the order has no row', 'order_unknown');
  if (!(await isUntouched(orderDeps, row))) throw tampered(log, `order ${row._id}`);
  return row;
};

/** Both are needed for every call to an issuer about an order, and neither waits for the other. */
export const issuerAndRow = (deps: CallsOut, order: OrderName): Promise<[IssuerRow, OrderRow]> =>
  Promise.all([issuerOf(deps, order), rowOf(deps, order)]);

/** A call out holds its slot no longer for an answer that is still under way. */
const answerWaitMs = 1_000;
const answerLookAgainMs = 500;

/** @throws ApplicationFailure not tried, while the answer to the issuer's own call, which comes first, may still leave. */
export const afterAnswer = async (
  { orderDeps, nowMs }: Pick<CallsOut, 'orderDeps' | 'nowMs'>,
  order: OrderName,
  asked: AskedCall | undefined,
): Promise<void> => {
  const mayLeave = (): boolean => asked !== undefined && nowMs() < asked.atMs + answerLimitMs;
  if (!asked || !mayLeave()) return;
  if (!(await orderDeps.answered.left(order, asked, answerWaitMs)) && mayLeave()) {
    throw notTried('answer_under_way', 'the answer that this follows is under way', answerLookAgainMs);
  }
};

/**
 * Tries of one message so far; the engine's own attempt number also counts what was not tried. A try whose process died
 * before its line is told as lost alone (worker/lost-attempts.ts), and the one after it has its number.
 */
export const triesOf = (row: OrderRow, event: TimelineEvent, message: string): number =>
  linesOf(row, event, message).length;

/** What the timeline says of one message. */
export const linesOf = ({ timeline }: OrderRow, event: TimelineEvent, message: string): TimelineEntry[] =>
  timeline.filter((entry) => entry.event === event && entry.detail.message === message);

/** All tries of one message send these same bytes. */
export const messageBytes = (message: AdapterMessage): Buffer => Buffer.from(JSON.stringify(message));

interface HowToCall {
  /** Left out: the status is all that is asked for. */
  readonly answerLimitBytes?: number;
  readonly forced?: ForcedOutcome | undefined;
}

/**
 * One try of one message, over HTTP or as a function: the first interface of the patent, both of its forms. The answer is
 * its status; its body is read, to the limit, where one is given.
 */
export const callIssuer = async (
  deps: CallsOut,
  issuer: IssuerRow,
  messageId: string,
  message: AdapterMessage,
  { answerLimitBytes, forced }: HowToCall = {},
): Promise<IssuerAnswer> => {
  const { callback } = issuer;
  if (callback.kind === 'pull') throw notTried('fetched', 'the issuer fetches its messages', heldCallDelayMs);
  const call = async (): Promise<IssuerAnswer> => {
    if (callback.kind === 'function') return callFunction(deps, issuer, callback.name, message);
    if (!mayBeCalled(issuer, await deps.orderDeps.settings.platformLately())) return notProved;
    return callUrl(deps, issuer, callback.url, messageId, message, answerLimitBytes);
  };
  const answer = await calledAs(forced, call);
  deps.meter.of({ issuerId: issuer._id }).callback(message.type, issuer.codeMode, tryResult(answer), answer.tookMs);
  if (answer.status === 410) await deps.issuers.pause(issuer._id, new Date(deps.nowMs()));
  return answer;
};

/** A failed try: it is made again by its schedule, as while the issuer is down. */
const notProved: IssuerAnswer = { ok: false, status: 0, json: undefined, problem: 'not_proved', tookMs: 0 };

/** Of a closed list: problems without a status are the outbound client's own, or a function's. */
const tryResult = ({ ok, status, problem }: IssuerAnswer): string =>
  ok ? 'ok' : status > 0 ? `status_${Math.floor(status / 100)}xx` : (problem ?? 'failed');

/** What an issuer's settings say of each call to its server; `headers` are beside those that sign it. */
export const callSettingsOf = (
  { ring, versions = servedVersions }: Pick<CallsOut, 'ring' | 'versions'>,
  issuer: IssuerRow,
) => ({
  headers: { ...openCallHeaders(ring, issuer), ...versions.headersOf(versions.pinned(issuer.apiVersion)) },
  timeLimitMs: (issuer.callTimeoutSeconds ?? callTimeoutSeconds) * secondMs,
  ...(issuer.callCa ? { ca: issuer.callCa } : {}),
  own: openCallCertificate(ring, issuer),
});

const callUrl = async (
  { orderDeps, outbound, ring, meter, versions = servedVersions, nowMs }: CallsOut,
  issuer: IssuerRow,
  url: string,
  messageId: string,
  message: AdapterMessage,
  answerLimitBytes?: number,
): Promise<IssuerAnswer> => {
  const version = versions.pinned(issuer.apiVersion);
  const body = messageBytes(versions.message(version, message));
  const secrets = openSecrets(ring, issuer._id, liveSecrets(issuer.secrets, nowMs()));
  const settings = callSettingsOf({ ring, versions }, issuer);
  const call = outbound.postSigned({
    issuerId: issuer._id,
    url,
    body,
    ...settings,
    headers: { ...settings.headers, ...signedHeaders({ id: messageId, nowMs: nowMs(), body, secrets }) },
    ...(answerLimitBytes !== undefined ? { answerLimitBytes } : {}),
    // The first attempt of an event is made outside any activity.
    signal: activityContext.getStore()?.cancellationSignal,
    callsAtOnce: () => orderDeps.settings.callsAtOnceOf(issuer),
  });
  const result = await (settings.timeLimitMs > callTimeoutSeconds * secondMs ? sayingAlive(call) : call);
  if (result.kind === 'failed') {
    const isNotTried = result.reason === 'over_limit' || result.reason === 'breaker_open';
    if (isNotTried) meter.of({ issuerId: issuer._id }).callback(message.type, issuer.codeMode, result.reason, 0);
    if (result.because === 'tls')
      throw notTried('tls_failing', 'TLS failed too often', result.retryAfterMs ?? secondMs);
    if (result.reason === 'over_limit') throw overLimit(result.retryAfterMs);
    if (result.reason === 'breaker_open') {
      throw notTried('breaker_open', 'the issuer failed too often', Math.max(1_000, result.retryAfterMs ?? 0));
    }
    return { ok: false, status: 0, json: undefined, problem: result.reason, tookMs: result.tookMs };
  }
  const ok = result.status >= 200 && result.status < 300;
  const asked = askedDelayMs(result.status, result.headers['retry-after'], nowMs());
  return {
    ok,
    status: result.status,
    ...(ok
      ? asToday(readAnswerJson(result), (json) => versions.callbackAnswer(version, message.type, json))
      : { json: undefined }),
    ...(ok ? {} : { problem: `status_${result.status}` }),
    ...(asked !== undefined ? { retryAfterMs: asked } : {}),
    tookMs: result.tookMs,
  };
};

const sayAliveEveryMs = 5_000;

/** While something takes longer than most: without it the engine believes after 15 s that the worker is dead. */
export const sayingAlive = async <T>(call: Promise<T>): Promise<T> => {
  const activity = activityContext.getStore();
  const timer = setInterval(() => activity?.heartbeat(), sayAliveEveryMs);
  return call.finally(() => clearInterval(timer));
};

const callFunction = async (
  { orderDeps, adapters, terminalProblem, nowMs }: CallsOut,
  issuer: IssuerRow,
  name: string,
  message: AdapterMessage,
): Promise<IssuerAnswer> => {
  const startedAtMs = nowMs();
  const failed = (problem: string): IssuerAnswer => ({
    ok: false,
    status: 0,
    json: undefined,
    problem,
    tookMs: nowMs() - startedAtMs,
  });
  const adapter = adapters.get(name);
  if (!adapter) return failed('function_unknown');
  try {
    const copy = JSON.parse(JSON.stringify(message)) as AdapterMessage;
    const run = async () => ({
      value: await adapter.onMessage(copy, createAdapterApi(orderDeps, terminalProblem, issuer._id)),
    });
    const result = await withinMs(functionLimitMs, run(), () => 'timeout' as const);
    if (result === 'timeout') return failed('timeout');
    const hasBody = result.value !== undefined;
    return { ok: true, status: hasBody ? 200 : 204, json: result.value, tookMs: nowMs() - startedAtMs };
  } catch {
    // What an adapter throws may hold anything, also a code: only that it threw is told.
    return failed('function_threw');
  }
};

const asToday = <A extends Pick<IssuerAnswer, 'json'>>(answer: A, change: (json: unknown) => unknown): A => ({
  ...answer,
  json: change(answer.json),
});

/** The two lines that a try leaves in the timeline. */
export const tryEntries = (
  deps: Pick<CallsOut, 'nowMs'>,
  names: { readonly sent: TimelineEvent; readonly answered: TimelineEvent },
  messageId: string,
  tryNumber: number,
  answer: IssuerAnswer,
  outcome: TimelineEntry['detail'] = {},
  mark: TimelineEntry['detail'] = {},
): TimelineEntry[] => {
  const answeredAtMs = deps.nowMs();
  const attempt = activityContext.getStore()?.info.attempt ?? 0;
  return [
    {
      key: `${messageId}.${tryNumber}.${attempt}.sent`,
      atMs: answeredAtMs - answer.tookMs,
      event: names.sent,
      detail: { message: messageId, try: tryNumber, ...mark },
    },
    {
      key: `${messageId}.${tryNumber}.${attempt}.answered`,
      atMs: answeredAtMs,
      event: names.answered,
      detail: {
        message: messageId,
        try: tryNumber,
        ok: answer.ok,
        ...(answer.status > 0 ? { status: answer.status } : {}),
        ...(answer.problem !== undefined ? { problem: answer.problem } : {}),
        tookMs: answer.tookMs,
        ...mark,
        ...outcome,
      },
    },
  ];
};
