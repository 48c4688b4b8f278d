import type { CallsSummary, IssuerCall } from '../../contract/operator/calls';
import { goodVerdicts, type TimelineEntry } from '../../domain/messages';
import { sha256 } from '../../sealing/key-ring';
import type { OrderRow } from '../../store/orders';
import { percentiles } from '../overview/overview';

type Told = Pick<OrderRow, 'orderNo' | 'timeline'>;

/** The lines of a timeline that are calls: answered ones, as a try without its answer is not over. */
const kinds = {
  accepted: { direction: 'from_issuer', kind: 'order.payment' },
  notice_answered: { direction: 'to_issuer', kind: 'order.paid' },
  code_request_answered: { direction: 'to_issuer', kind: 'order.code_requested' },
  last_call_answered: { direction: 'to_issuer', kind: 'order.closing' },
  event_sent: { direction: 'to_issuer', kind: 'event' },
  delivery_tried: { direction: 'to_terminal', kind: 'code.delivered' },
  verification_judged: { direction: 'from_issuer', kind: 'order.verification' },
  codes_judged: { direction: 'from_issuer', kind: 'order.codes' },
  refused: { direction: 'from_issuer', kind: 'order.refusal' },
  cancelled: { direction: 'from_issuer', kind: 'order.cancellation' },
} as const;

/** The closing line of an order is the trace of the issuer's refusal or cancellation, where it came by a call of its own. */
const kindOf = (entry: TimelineEntry, timeline: readonly TimelineEntry[]): keyof typeof kinds | undefined => {
  if (entry.event === 'closed') {
    if (entry.detail.closedReason === 'issuer_cancelled') return 'cancelled';
    return entry.detail.closedReason === 'issuer_refused' && !wasRefusedInAnswer(entry, timeline)
      ? 'refused'
      : undefined;
  }
  if (entry.event === 'code_request_answered' && entry.detail.lastCall) return 'last_call_answered';
  return Object.hasOwn(kinds, entry.event) ? (entry.event as keyof typeof kinds) : undefined;
};

/** Lines stand in the order of their writing: the answer to a request for codes is written down before the order hears of it. */
export const wasRefusedInAnswer = (closed: TimelineEntry, timeline: readonly TimelineEntry[]): boolean =>
  linesBefore(closed, timeline).some(
    ({ event, detail }) => event === 'code_request_answered' && detail.answer === 'refused',
  );

export const linesBefore = (entry: TimelineEntry, timeline: readonly TimelineEntry[]): readonly TimelineEntry[] =>
  timeline.slice(
    0,
    timeline.findIndex(({ key }) => key === entry.key),
  );

/** Short, and fit for a path: a line's key may hold anything. */
const callIdOf = (orderNo: string, key: string): string => `${orderNo}:${sha256(key).slice(0, 16)}`;

/** Undefined where the text is no call's name. */
export const orderNoOfCall = (callId: string): string | undefined => {
  const colon = callId.lastIndexOf(':');
  return colon > 0 ? callId.slice(0, colon) : undefined;
};

export interface KnownCall {
  readonly call: IssuerCall;
  readonly entry: TimelineEntry;
}

/** In the order of the timeline; doubled lines are one. */
export const callsOf = ({ orderNo, timeline }: Told): KnownCall[] => {
  const entries = [...new Map(timeline.map((entry) => [entry.key, entry])).values()];
  return entries.flatMap((entry) => {
    const name = kindOf(entry, timeline);
    if (!name) return [];
    const { atMs, detail } = entry;
    const known = kinds[name];
    const isJudged = 'verdict' in detail;
    const isQuestion = known.direction === 'from_issuer';
    const ok = isQuestion ? !isJudged || goodVerdicts.has(detail.verdict) : detail.ok === true;
    const problem = isQuestion ? detail.verdict : detail.problem;
    const call: IssuerCall = {
      callId: callIdOf(orderNo, entry.key),
      at: new Date(atMs).toISOString(),
      orderNo,
      direction: known.direction,
      kind: known.kind === 'event' && typeof detail.type === 'string' ? detail.type : known.kind,
      ok,
      ...(typeof detail.try === 'number' ? { try: detail.try } : {}),
      ...(typeof detail.status === 'number' ? { status: detail.status } : {}),
      ...(!ok && typeof problem === 'string' ? { problem } : {}),
      ...(typeof detail.tookMs === 'number' ? { tookMs: detail.tookMs } : {}),
      ...(typeof detail.message === 'string' ? { message: detail.message } : {}),
      ...(detail.replay === true ? { replay: true } : {}),
    };
    return [{ call, entry }];
  });
};

/** Newest first. A timeline holds neither bodies nor codes nor addresses, so nothing here needs a mask. */
export const callsIn = <Row extends Told>(
  rows: readonly Row[],
  read: (row: Row) => readonly KnownCall[] | undefined = callsOf,
): IssuerCall[] =>
  rows
    .flatMap((row) => read(row) ?? [])
    .sort((a, b) => b.entry.atMs - a.entry.atMs)
    .map(({ call }) => call);

/** Undefined also where the timeline has grown so long that the line is gone. */
export const findCall = (row: Told, callId: string): KnownCall | undefined =>
  callsOf(row).find(({ call }) => call.callId === callId);

/** How the platform's own calls to the issuer went. */
export const callsSummary = (calls: readonly IssuerCall[]): CallsSummary => {
  const own = calls.filter(({ direction }) => direction === 'to_issuer');
  const good = own.filter(({ ok }) => ok);
  const lastOk = good[0]?.at;
  const lastFailed = own.find(({ ok }) => !ok)?.at;
  return {
    calls: own.length,
    failed: own.length - good.length,
    took: percentiles(own.flatMap(({ tookMs }) => (tookMs === undefined ? [] : [tookMs]))),
    ...(lastOk === undefined ? {} : { lastOk }),
    ...(lastFailed === undefined ? {} : { lastFailed }),
  };
};
