import { type KeyObject, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { echo } from '../../../src/contract/issuer/echo';
import { bodylessText, signEd25519, signHmac } from '../../../src/signing/sign';
import type {
  Acknowledged,
  AcknowledgedMessage,
  AfterSaleCalls,
  BulkAnswer,
  Cancellation,
  CodeSubmission,
  CodesAnswer,
  EventPage,
  EventsToReplay,
  FailurePage,
  Judged,
  ListedOrder,
  ListFailures,
  ListOrders,
  MessagePage,
  NewSecret,
  OrderAnswer,
  OrderPage,
  OrderTimeline,
  OrderToPlace,
  ReadEvents,
  ReadMessages,
  ReconciledSpan,
  Reconciliation,
  Refusal,
  ReplayBegun,
  ReplayMatch,
  ReplayState,
  SelfAnswer,
  SelfChange,
  Statement,
  StatementLine,
  Verification,
  VerifiedAnswer,
} from './messages';
import { ProblemError, problemFrom } from './problem-error';

export interface IssuerClientOptions {
  readonly baseUrl: string;
  readonly issuerId: string;
  readonly secret: string;
  /** Of the registered ed25519 public key: requests are then signed with it instead of the secret. */
  readonly privateKey?: KeyObject;
  readonly fetch?: typeof globalThis.fetch;
  /** Tries of one call that fail; a queued answer is no failure. */
  readonly triesMax?: number;
  readonly tryLimitMs?: number;
  /** No repeat starts later than this after the call began. */
  readonly totalLimitMs?: number;
  readonly clock?: { nowMs(): number };
  readonly random?: () => number;
  readonly wait?: (delayMs: number, signal: AbortSignal | undefined) => Promise<void>;
}

interface SentOptions extends CallOptions {
  /** A file: its text is the answer, whatever is in it. */
  readonly accept?: string;
  /** Lines instead of one object. */
  readonly lines?: readonly object[];
  /** A 202 is its answer, and not that it is to be judged yet. */
  readonly isTaken?: boolean;
  /** So long the platform may wait before it answers. */
  readonly waitMs?: number;
}

export interface CallOptions {
  /** Give your own, kept beside your order, and a call repeated after a crash is still the same request. Not with `cf_` in front. */
  readonly webhookId?: string;
  readonly signal?: AbortSignal;
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly body: string | undefined;
  readonly webhookId: string;
  readonly signal: AbortSignal | undefined;
  readonly isTaken: boolean;
  readonly waitMs: number;
  readonly accept: string | undefined;
  readonly contentType: string;
}

type Attempt =
  | { readonly kind: 'answered'; readonly value: unknown; readonly headers: Headers }
  | { readonly kind: 'problem'; readonly problem: ProblemError; readonly retryAfterMs: number };

/** Of the platform's own messages: it refuses an incoming one. */
const platformPrefix = 'cf_';
const ndjson = 'application/x-ndjson';
/** No body says nothing; an empty line is an empty list. */
const ndjsonOf = (lines: readonly object[]): string =>
  lines
    .map((line) => JSON.stringify(line))
    .join('\n')
    .concat('\n');
const backoffFirstMs = 500;
const backoffMaxMs = 15_000;
const queuedDelayMs = 1000;

const afterSaleTypes: Readonly<Record<keyof AfterSaleCalls, string>> = {
  completion: 'order.completion',
  delivery: 'order.delivery',
  void: 'order.void',
  'void-decision': 'order.void_decision',
  validity: 'order.validity',
  replacement: 'order.replacement',
  redemptions: 'order.redemption',
  reversals: 'order.reversal',
  'refund-settlement': 'order.refund_settlement',
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const withQuery = (path: string, query: object): string => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `${path}?${text}` : path;
};

const queued = (): ProblemError =>
  new ProblemError({
    code: 'queued',
    status: 202,
    retryable: true,
    detail: 'durable, not judged yet: the same request again gets the judgement',
  });

export const createIssuerClient = ({
  baseUrl,
  issuerId,
  secret,
  privateKey,
  fetch = globalThis.fetch,
  triesMax = 5,
  tryLimitMs = 10_000,
  totalLimitMs = 60_000,
  clock = { nowMs: Date.now },
  random = Math.random,
  wait = (delayMs, signal) => pause(delayMs, undefined, signal ? { signal } : {}),
}: IssuerClientOptions) => {
  const root = `${baseUrl.replace(/\/+$/, '')}/v1/issuers/${encodeURIComponent(issuerId)}`;

  const headersOf = ({
    method,
    url,
    body,
    contentType,
    webhookId,
    accept = 'application/json',
  }: Request): Record<string, string> => {
    const message = {
      id: webhookId,
      timestampSeconds: Math.floor(clock.nowMs() / 1000),
      body: body ?? bodylessText(method, url.pathname + url.search),
    };
    return {
      accept,
      ...(body === undefined ? {} : { 'content-type': contentType }),
      'webhook-id': webhookId,
      'webhook-timestamp': String(message.timestampSeconds),
      'webhook-signature': privateKey ? signEd25519(privateKey, message) : signHmac(secret, message),
    };
  };

  const attempt = async (request: Request): Promise<Attempt> => {
    const timeout = AbortSignal.timeout(tryLimitMs + request.waitMs);
    try {
      const response = await fetch(request.url, {
        method: request.method,
        headers: headersOf(request),
        body: request.body ?? null,
        redirect: 'manual',
        signal: request.signal ? AbortSignal.any([timeout, request.signal]) : timeout,
      });
      const text = await response.text();
      const answer = response.ok && request.accept !== undefined ? text : parseJson(text);
      const retryAfterMs = (Number(response.headers.get('retry-after')) || 0) * 1000;
      if (response.status === 202 && !request.isTaken) {
        return { kind: 'problem', problem: queued(), retryAfterMs: Math.max(retryAfterMs, queuedDelayMs) };
      }
      if (response.ok && answer !== undefined) return { kind: 'answered', value: answer, headers: response.headers };
      return { kind: 'problem', problem: problemFrom(response.status, answer), retryAfterMs };
    } catch (error) {
      request.signal?.throwIfAborted();
      const fields = { code: 'unreachable', status: 0, retryable: true, detail: 'no answer from the platform' };
      return { kind: 'problem', problem: new ProblemError(fields, error), retryAfterMs: 0 };
    }
  };

  const backoffMs = (failedTries: number): number =>
    Math.min(backoffFirstMs * 2 ** (failedTries - 1), backoffMaxMs) * (0.75 + 0.5 * random());

  /** Every repeat sends the same bytes under the same webhook-id, so that it can only be the same request. */
  const answered = async (
    method: 'GET' | 'POST',
    path: string,
    body: object | undefined,
    { webhookId = randomUUID(), signal, isTaken = false, waitMs = 0, accept, lines }: SentOptions = {},
  ): Promise<Attempt & { kind: 'answered' }> => {
    if (webhookId.startsWith(platformPrefix)) throw new RangeError(`a webhookId must not begin with ${platformPrefix}`);
    const request: Request = {
      method,
      url: new URL(root + path),
      body: lines ? ndjsonOf(lines) : body && JSON.stringify(body),
      contentType: lines ? ndjson : 'application/json',
      webhookId,
      signal,
      isTaken,
      waitMs,
      accept,
    };
    const endAtMs = clock.nowMs() + totalLimitMs;
    let failedTries = 0;
    for (;;) {
      const tried = await attempt(request);
      if (tried.kind === 'answered') return tried;
      const isQueued = tried.problem.status === 202;
      if (!isQueued) failedTries += 1;
      if (!tried.problem.retryable || failedTries >= triesMax) throw tried.problem;
      const delayMs = Math.max(tried.retryAfterMs, isQueued ? 0 : backoffMs(failedTries));
      if (clock.nowMs() + delayMs > endAtMs) throw tried.problem;
      await wait(delayMs, signal);
    }
  };

  const call = async <T>(...request: Parameters<typeof answered>): Promise<T> =>
    (await answered(...request)).value as T;

  /** What waits for what comes is given so much longer. */
  const waiting = ({ waitSeconds = 0 }: { readonly waitSeconds?: number | undefined }, options?: CallOptions) => ({
    ...options,
    waitMs: waitSeconds * 1000,
  });

  const orderPath = (orderNo: string): string => `/orders/${encodeURIComponent(orderNo)}`;

  return {
    placeOrder: (order: OrderToPlace, options?: CallOptions) =>
      call<OrderAnswer>('POST', '/orders', { type: 'order.payment', ...order }, options),

    /** Up to 200, each judged as if it were sent alone: look at the `status` of every result. */
    placeOrders: (orders: readonly OrderToPlace[], options?: CallOptions) =>
      call<BulkAnswer>(
        'POST',
        '/orders/bulk',
        { type: 'orders.bulk', orders: orders.map((order) => ({ type: 'order.payment', ...order })) },
        options,
      ),

    readOrder: (orderNo: string, options?: CallOptions) =>
      call<OrderAnswer>('GET', orderPath(orderNo), undefined, options),

    listOrders: (filter: ListOrders = {}, options?: CallOptions) =>
      call<OrderPage>('GET', withQuery('/orders', filter), undefined, options),

    /** Events of all orders behind a cursor; keep `nextCursor` once you have worked on them. An empty page leads on as well. */
    readEvents: (query: ReadEvents = {}, options?: CallOptions) =>
      call<EventPage>('GET', withQuery('/events', query), undefined, waiting(query, options)),

    /** For an issuer with the callback `pull`: each message is this reader's for a minute; see `fetchMessages`. */
    readMessages: (query: ReadMessages = {}, options?: CallOptions) =>
      call<MessagePage>('GET', withQuery('/messages', query), undefined, waiting(query, options)),

    /** Without an `answer`: a 2xx without a body. Look at the `problems`: those messages come again. */
    acknowledgeMessages: (results: readonly AcknowledgedMessage[], options?: CallOptions) =>
      call<Acknowledged>('POST', '/messages/acknowledgement', { type: 'messages.acknowledgement', results }, options),

    /** Events since then that were not taken, once more; `readReplay` says how far it is. */
    replayEvents: (events: EventsToReplay, options?: CallOptions) =>
      call<ReplayBegun>('POST', '/replays', { type: 'calls.replay', ...events }, { isTaken: true, ...options }),

    /** How many `replayEvents` would send. */
    countReplay: (events: EventsToReplay, options?: CallOptions) =>
      call<ReplayMatch>('POST', '/replays', { type: 'calls.replay', dryRun: true, ...events }, options),

    readReplay: (replayId: string, options?: CallOptions) =>
      call<ReplayState>('GET', `/replays/${encodeURIComponent(replayId)}`, undefined, options),

    listFailures: (page: ListFailures = {}, options?: CallOptions) =>
      call<FailurePage>('GET', withQuery('/failures', page), undefined, options),

    /** The orders that changed on that UTC day, such as 2026-01-31. A final one stays as it is. */
    readStatement: async (day: string, options?: CallOptions): Promise<Statement> => {
      const { value, headers } = await answered('GET', `/statements/${day}`, undefined, {
        ...options,
        accept: ndjson,
      });
      const lines = String(value).split('\n').slice(0, -1);
      return {
        isFinal: headers.get('statement-final') === 'true',
        asOf: headers.get('statement-as-of') ?? '',
        lines: lines.map((line) => JSON.parse(line) as StatementLine),
      };
    },

    /** Your own list, at most 50,000 orders, compared with what the platform has; with a time, also what the list lacks of it. */
    reconcile: (listed: readonly ListedOrder[], span: ReconciledSpan = {}, options?: CallOptions) =>
      call<Reconciliation>('POST', withQuery('/reconciliations', span), undefined, { ...options, lines: listed }),

    readReconciliation: (reconciliationId: string, cursor?: string, options?: CallOptions) =>
      call<Reconciliation>(
        'GET',
        withQuery(`/reconciliations/${encodeURIComponent(reconciliationId)}`, { cursor }),
        undefined,
        options,
      ),

    /** The issuer as the platform knows it. */
    readSelf: (options?: CallOptions) => call<SelfAnswer>('GET', '/self', undefined, options),

    changeSettings: (settings: SelfChange, options?: CallOptions) =>
      call<SelfAnswer>('POST', '/settings', { type: 'issuer.settings', ...settings }, options),

    /** Keep it before you use it: this client goes on with the one that it was made with. */
    rotateSecret: (change: { readonly endOldNow?: boolean } = {}, options?: CallOptions) =>
      call<NewSecret>('POST', '/secret', { type: 'issuer.secret', ...change }, options),

    /** A message to this issuer, by its `webhook-id`: once more, with the same bytes; its answer counts. */
    replayMessage: (messageId: string, options?: CallOptions) =>
      call<{ readonly id: string }>(
        'POST',
        `/messages/${encodeURIComponent(messageId)}/replay`,
        { type: 'message.replay' },
        { isTaken: true, ...options },
      ),

    timeline: (orderNo: string, options?: CallOptions) =>
      call<OrderTimeline>('GET', `${orderPath(orderNo)}/timeline`, undefined, options),

    verifyOrder: (verification: Verification, options?: CallOptions) =>
      call<VerifiedAnswer>(
        'POST',
        `${orderPath(verification.orderNo)}/verification`,
        { type: 'order.verification', ...verification },
        options,
      ),

    submitCodes: (submission: CodeSubmission, options?: CallOptions) =>
      call<CodesAnswer>(
        'POST',
        `${orderPath(submission.orderNo)}/codes`,
        { type: 'order.codes', ...submission },
        options,
      ),

    refuseOrder: (refusal: Refusal, options?: CallOptions) =>
      call<OrderAnswer>(
        'POST',
        `${orderPath(refusal.orderNo)}/refusal`,
        { type: 'order.refusal', ...refusal },
        options,
      ),

    cancelOrder: (cancellation: Cancellation, options?: CallOptions) =>
      call<OrderAnswer>(
        'POST',
        `${orderPath(cancellation.orderNo)}/cancellation`,
        { type: 'order.cancellation', ...cancellation },
        options,
      ),

    /** All that can be said of an order once it has codes. */
    afterSale: <N extends keyof AfterSaleCalls>(name: N, body: AfterSaleCalls[N]['body'], options?: CallOptions) =>
      call<AfterSaleCalls[N]['answer']>(
        'POST',
        `${orderPath(body.orderNo)}/${name}`,
        { type: afterSaleTypes[name], ...body },
        options,
      ),

    /** The platform answers and sends the same object to the callback URL: a self-test of keys and addresses. */
    echo: (content: Readonly<Record<string, unknown>>, options?: CallOptions) =>
      call<Judged<typeof echo>>('POST', '/echo', content, options),
  };
};

export type IssuerClient = ReturnType<typeof createIssuerClient>;
