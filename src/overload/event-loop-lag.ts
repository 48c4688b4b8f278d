import type { RequestHandler } from 'express';
import { Failure } from '../domain/failures';

const tickMs = 50;
/** Of each round's delay on the running mean. */
const weight = 0.2;
/** Of one round's delay: a single stall of any length (the garbage collector, a process that was stopped) stays below the limit, two of this length in a row do not. */
const roundMaxMs = 2_000;
/** A request takes a dozen rounds of the loop: this late each, it would take half of the 12 s that it has. */
const lagMaxMs = 500;

export interface EventLoopLag {
  /** Milliseconds by which this process is behind with what it has been sent. */
  ms(): number;
}

/** How late the event loop comes round, as a mean over its last rounds. */
export const watchEventLoopLag = (nowMs: () => number = () => performance.now()): EventLoopLag => {
  let tickedMs = nowMs();
  let meanMs = 0;
  setInterval(() => {
    const lateMs = Math.max(0, nowMs() - tickedMs - tickMs);
    meanMs += weight * (Math.min(lateMs, roundMaxMs) - meanMs);
    tickedMs = nowMs();
  }, tickMs).unref();
  return { ms: () => meanMs };
};

/** Before the body of an issuer's call is read. @throws Failure `unavailable` while the process is too far behind. */
export const shedOnEventLoopLag =
  (lag: Pick<EventLoopLag, 'ms'>): RequestHandler =>
  (_request, _response, next) => {
    if (lag.ms() > lagMaxMs) {
      throw new Failure('unavailable', { detail: 'The platform is behind with its work', retryAfterSeconds: 2 });
    }
    next();
  };
