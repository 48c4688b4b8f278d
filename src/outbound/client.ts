import { createSlots } from '../bounded/slots';
import { isTestIssuer, turnOf } from '../domain/ids';
import { builtInSettings } from '../domain/settings';
import { noTracing, type Tracing } from '../tracing/tracing';
import type { AddressGuard } from './address-guard';
import { type Breaker, type BreakerState, createBreaker } from './breaker';
import { CallAborted, type CallFailureReason } from './call-failures';
import { createPool } from './connection-pool';
import { createConnector, placeOfUrl } from './connector';
import { createEgressProxy } from './egress-proxy';
import { type Exchange, exchange, isSuccess, type Outcome } from './exchange';
import { createHandshakes } from './handshakes';
import { createPutOff } from './put-off';
import { createThrottled, type Throttled } from './throttled';

/** Of a host: two circuits of it, so that a single address is told of once. */
const hostCallersMin = 2;
const timeLimitMs = 8000;
const usualConnectLimitMs = 5000;

export interface OutboundOptions {
  readonly guard: AddressGuard;
  readonly clock: { nowMs(): number };
  /** For calls that name no limit of their own. */
  readonly perIssuerLimit?: number;
  readonly totalLimit?: number;
  readonly breaker?: Breaker;
  /** PEM of authorities trusted besides the system's: given by tests with a server of their own. */
  readonly trustedCa?: string;
  /** Given by tests. */
  readonly connectLimitMs?: number;
  /** EGRESS_PROXY. Left out: calls go out directly, whatever `http_proxy` says. */
  readonly egressProxyUrl?: string | undefined;
  /** Asked before every call: whether its issuer has none left for now. */
  readonly isSpent?: (issuerId: string) => boolean;
  readonly tracing?: Tracing;
}

export interface SignedCall {
  readonly issuerId: string;
  readonly url: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM of authorities trusted for this call besides the system's. */
  readonly ca?: string | undefined;
  /** What is shown of the platform to a server that asks, in PEM. */
  readonly own?: { readonly certificate: string; readonly key: string } | undefined;
  /** Decoded bytes of a 2xx's body that are kept. Left out: the status line is all that is asked for. */
  readonly answerLimitBytes?: number;
  readonly timeLimitMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Whose circuit this call belongs to; a terminal's failures are not its issuer's. Left out: the issuer's. */
  readonly breakerKey?: string;
  /** Made although the circuit is open: it neither asks nor tells it. */
  readonly isPastCircuit?: boolean;
  /** Its caller has a limit of its own. */
  readonly isUncounted?: boolean;
  /** With whose calls this one is counted; left out: the issuer's. */
  readonly slotKey?: string;
  /** How many of these may run at once. Asked only while another one runs: one is always allowed. */
  readonly callsAtOnce?: () => Promise<number>;
}

export type CallResult =
  | (Extract<Outcome, { kind: 'answered' }> & { readonly tookMs: number })
  | {
      readonly kind: 'failed';
      readonly reason: CallFailureReason;
      readonly tookMs: number;
      /** With `breaker_open` and `over_limit`: when to come again. */
      readonly retryAfterMs?: number;
      /** With `over_limit`: why no connection is made now. */
      readonly because?: Extract<CallFailureReason, 'tls'>;
    };

/** A file of an issuer's server. Nothing of the issuer is shown there: neither its headers nor a certificate. */
export type FileCall = Pick<SignedCall, 'issuerId' | 'url' | 'ca' | 'signal'> & {
  readonly limitBytes: number;
  readonly timeLimitMs: number;
};

type Call = Omit<SignedCall, 'body'> & Pick<Exchange, 'method' | 'body'>;

/** As wide as its connections are shared: whom it trusts there, or what it shows of itself, may be why none is made. */
const hostKey = (call: Exchange): string => `host:${placeOfUrl(call.url, call).name.replace(/#+$/, '')}`;

const parseUrl = (text: string): URL | undefined => {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  return isHttp && !url.username && !url.password ? url : undefined;
};

/** Built once per process by its root. Redirects are never followed. */
export const createOutbound = ({
  guard,
  clock,
  perIssuerLimit = builtInSettings.callsAtOnce,
  totalLimit = 512,
  breaker = createBreaker({ clock }),
  trustedCa,
  connectLimitMs = usualConnectLimitMs,
  egressProxyUrl,
  isSpent = () => false,
  tracing = noTracing,
}: OutboundOptions) => {
  const ofIssuers = createSlots(totalLimit, isTestIssuer);
  const ofServers = createSlots(totalLimit);
  const hosts = createBreaker({ clock, failureShare: 1, callersMin: hostCallersMin, isClosedBySuccess: true });
  const throttled = createThrottled(clock);
  const putOffMs = createPutOff(clock);
  const egressProxy = egressProxyUrl === undefined ? undefined : createEgressProxy(egressProxyUrl);
  const handshakes = createHandshakes(clock.nowMs);
  const pool = createPool(createConnector({ guard, connectLimitMs, trustedCa, egressProxy, handshakes }));

  const judged = async (
    call: Exchange,
    breakerKey: string,
    isPastCircuit: boolean,
  ): Promise<Outcome | { retryAfterMs: number }> => {
    if (isPastCircuit) return exchange(pool, call);
    const own = breaker.admit(breakerKey);
    if (!own.admitted) return own;
    const host = hosts.admit(hostKey(call));
    if (!host.admitted) {
      own.pass.dropped();
      return host;
    }
    try {
      const outcome = await exchange(pool, call);
      if (outcome.kind === 'not_sent') own.pass.dropped();
      else if (outcome.kind === 'answered' && isSuccess(outcome.status)) own.pass.succeeded();
      else own.pass.failed();
      // An answer of whatever status comes from a host that is there; one address alone may be reset or silent.
      if (outcome.kind === 'answered') host.pass.succeeded();
      else if (outcome.kind === 'failed' && outcome.isHostDown) host.pass.failed(breakerKey);
      else host.pass.dropped();
      return outcome;
    } catch (error) {
      own.pass.dropped();
      host.pass.dropped();
      throw error;
    }
  };

  /**
   * Called by every activity that calls out, once per try. Resolves to what happened; throws only an AbortError when
   * the caller's own signal fired, and on a fault of ours: neither counts against the other side.
   */
  const postSigned = (call: SignedCall): Promise<CallResult> => traced({ ...call, method: 'POST' });

  /** Called by the check of a host: whether it is there says nothing of how calls to its issuer go. */
  const getFile = ({ limitBytes, ...call }: FileCall): Promise<CallResult> =>
    traced({
      ...call,
      method: 'GET',
      headers: { accept: 'text/plain' },
      answerLimitBytes: limitBytes,
      isPastCircuit: true,
      slotKey: `file/${call.issuerId}`,
    });

  const traced = (call: Call): Promise<CallResult> => {
    const { method } = call;
    return tracing.open(
      { name: method, kind: 'client', attributes: { 'http.request.method': method } },
      async (span) => {
        try {
          const result = await send(call);
          const isAnswered = result.kind === 'answered';
          span.end({
            ok: isAnswered && result.status < 400,
            attributes: isAnswered ? { 'http.response.status_code': result.status } : { 'error.type': result.reason },
          });
          return result;
        } catch (error) {
          span.end({ ok: false, attributes: { 'error.type': 'aborted' } });
          throw error;
        }
      },
    );
  };

  const send = async (call: Call): Promise<CallResult> => {
    const startedAtMs = clock.nowMs();
    const took = () => ({ tookMs: Math.max(0, clock.nowMs() - startedAtMs) });
    const url = parseUrl(call.url);
    const isTest = isTestIssuer(call.issuerId);
    const slotKey = call.slotKey ?? call.issuerId;
    const overLimit = (leftMs = 0): Extract<CallResult, { kind: 'failed' }> => {
      const retryAfterMs = leftMs + putOffMs(isTest ? turnOf(call.issuerId) : slotKey);
      return { kind: 'failed', reason: 'over_limit', retryAfterMs, ...took() };
    };
    const limit = ofServers.isIdle(slotKey) ? 1 : ((await call.callsAtOnce?.()) ?? perIssuerLimit);
    if (call.signal?.aborted) throw new CallAborted(call.signal.reason);
    if (!url) return { kind: 'failed', reason: 'url_invalid', ...took() };
    if (!call.isUncounted && isSpent(call.issuerId)) return overLimit();
    const slot = ofServers.take(slotKey, limit);
    if (slot === 'own_limit') throttled.add(slotKey);
    if (slot !== 'taken') return overLimit();
    if (ofIssuers.take(call.issuerId) !== 'taken') {
      ofServers.giveBack(slotKey);
      return overLimit();
    }
    try {
      const outcome = await judged(
        {
          method: call.method,
          url,
          ca: call.ca,
          own: call.own,
          owner: guard.ownerOf(call.issuerId),
          asker: call.issuerId,
          slotKey,
          headers: { 'user-agent': 'Codeferry/1', ...tracing.headers(), ...call.headers },
          body: call.body,
          timeLimitMs: call.timeLimitMs ?? timeLimitMs,
          answerLimitBytes: call.answerLimitBytes,
          signal: call.signal,
        },
        call.breakerKey ?? call.issuerId,
        call.isPastCircuit ?? false,
      );
      if (!('kind' in outcome)) {
        return { kind: 'failed', reason: 'breaker_open', retryAfterMs: outcome.retryAfterMs, ...took() };
      }
      if (outcome.kind === 'not_sent') return { ...overLimit(outcome.retryAfterMs), because: 'tls' };
      return { ...outcome, ...took() };
    } finally {
      ofServers.giveBack(slotKey);
      ofIssuers.giveBack(call.issuerId);
    }
  };

  return {
    postSigned,
    getFile,
    /** Read by the metrics page. A host is among them while it fails. */
    breakerStates: (): BreakerState[] => [
      ...breaker.states(),
      ...hosts.states().filter(({ state, failures }) => state !== 'closed' || failures > 0),
    ],
    /** Told to the worker that looks for trouble. */
    openedWithin: (ms: number): string[] => [...hosts.openedWithin(ms), ...breaker.openedWithin(ms)],
    /** Told with the worker's report: tries of the last ten minutes that were put off, as their issuer's limit was reached. */
    throttled: (): Throttled[] => throttled.lately(),
    /** Called when the process stops, after its activities were given their time. */
    close: async (): Promise<void> => pool.close(),
  };
};

export type Outbound = ReturnType<typeof createOutbound>;
