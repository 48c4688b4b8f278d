import { CallAborted, type CallFailureReason, callFailureReason } from './call-failures';

const timeLimitMs = 8_000;

/** A call to a service of the operator's own, named in a setting: no guard stands before its address. */
export interface OwnCall {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly timeLimitMs?: number;
}

export type OwnAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly retryAfter: string | undefined;
      readonly tookMs: number;
    }
  | { readonly kind: 'failed'; readonly reason: CallFailureReason; readonly tookMs: number };

/** One attempt; the status line is the answer, and nothing after it is read. Throws only when the caller's signal fired. */
export const postToOwn = async ({ url, body, headers, signal, nowMs, ...call }: OwnCall): Promise<OwnAnswer> => {
  const beganMs = nowMs();
  const tookMs = () => Math.max(0, nowMs() - beganMs);
  const limit = AbortSignal.timeout(call.timeLimitMs ?? timeLimitMs);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'user-agent': 'Codeferry/1', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit]),
    });
    answer.body?.cancel().catch(() => undefined);
    const retryAfter = answer.headers.get('retry-after') ?? undefined;
    return { kind: 'answered', status: answer.status, retryAfter, tookMs: tookMs() };
  } catch (error) {
    if (signal.aborted) throw new CallAborted(signal.reason);
    if (limit.aborted) return { kind: 'failed', reason: 'timeout', tookMs: tookMs() };
    const { cause } = error as { cause?: Error };
    const reason = cause && callFailureReason(cause);
    return { kind: 'failed', reason: reason ?? 'network', tookMs: tookMs() };
  }
};
