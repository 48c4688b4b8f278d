import type { OrderRow } from '../store/orders';
import { percentiles } from './console-overview';

/** One try of one message, or one question of the issuer, as its order's timeline tells it. */
export interface IssuerCall {
  readonly at: string;
  readonly orderNo: string;
  readonly direction: 'to_issuer' | 'from_issuer' | 'to_terminal';
  readonly kind: string;
  readonly ok: boolean;
  readonly try?: number;
  readonly status?: number;
  readonly problem?: string;
  readonly tookMs?: number;
  readonly message?: string;
}

/** The lines of a timeline that are calls: answered ones, as a try without its answer is not over. */
const kinds = {
  notice_answered: { direction: 'to_issuer', kind: 'order.paid' },
  code_request_answered: { direction: 'to_issuer', kind: 'order.code_requested' },
  event_sent: { direction: 'to_issuer', kind: 'event' },
  delivery_tried: { direction: 'to_terminal', kind: 'code.delivered' },
  verification_judged: { direction: 'from_issuer', kind: 'order.verification' },
  codes_judged: { direction: 'from_issuer', kind: 'order.codes' },
} as const;

const goodVerdicts: ReadonlySet<unknown> = new Set(['verified', 'accepted']);

/** Newest first. A timeline holds neither bodies nor codes nor addresses, so nothing here needs a mask. */
export const callsIn = (rows: readonly Pick<OrderRow, 'orderNo' | 'timeline'>[]): IssuerCall[] => {
  const calls = rows.flatMap(({ orderNo, timeline }) => {
    const entries = [...new Map(timeline.map((entry) => [entry.key, entry])).values()];
    return entries.flatMap(({ atMs, event, detail }) => {
      const known = Object.hasOwn(kinds, event) ? kinds[event as keyof typeof kinds] : undefined;
      if (!known) return [];
      const isQuestion = known.direction === 'from_issuer';
      const ok = isQuestion ? goodVerdicts.has(detail.verdict) : detail.ok === true;
      const problem = isQuestion ? detail.verdict : detail.problem;
      const call: IssuerCall & { readonly atMs: number } = {
        atMs,
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
      };
      return [call];
    });
  });
  return calls.sort((a, b) => b.atMs - a.atMs).map(({ atMs: _atMs, ...call }) => call);
};

/** How the platform's own calls to the issuer went. */
export const callsSummary = (calls: readonly IssuerCall[]) => {
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
