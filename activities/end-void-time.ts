import { Failure } from '../src/domain/failures';
import { holdPollMs } from '../src/domain/timings';
import { endVoidTime } from '../src/second-interface/after-sale/void-requests';
import { heldMs } from '../src/store/issuers';
import type { VoidQuestion } from './ask-void';
import { type CallsOut, isHeld, rowOf } from './call-issuer';

export interface VoidTime {
  /** Left out: nothing is to be waited for any more. */
  readonly againInMs?: number;
}

/** Asked when the time of a void request is over by the clock: the issuer's pauses stop it as they stop windows. */
export const createEndVoidTime = ({
  orderDeps,
  issuers,
  log,
  nowMs,
}: Pick<CallsOut, 'orderDeps' | 'issuers' | 'log' | 'nowMs'>) => ({
  endVoidTime: async ({ requestId, ...order }: VoidQuestion): Promise<VoidTime> => {
    const [issuer, row] = await Promise.all([issuers.findEver(order.issuerId), rowOf({ orderDeps, log }, order)]);
    const request = row.facts.voidRequest;
    if (request?.requestId !== requestId || request.state !== 'open') return {};
    const leftMs = request.decideByMs + heldMs(issuer?.holds ?? [], request.startedAtMs, nowMs()) - nowMs();
    const stands = issuer !== null && (await isHeld(issuers, issuer, new Date(nowMs())));
    if (leftMs > 0 || stands) return { againInMs: stands ? Math.max(leftMs, holdPollMs) : leftMs };
    try {
      await endVoidTime(orderDeps, row, requestId);
      return {};
    } catch (error) {
      // What cannot be judged now is asked again; another verdict came first.
      if (error instanceof Failure && !error.retryable) return {};
      throw error;
    }
  },
});
