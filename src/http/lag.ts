import type { RequestHandler } from 'express';
import { Failure } from '../domain/failures';

const tickMs = 50;
/** Of each tick's delay on the running mean: a pause of the garbage collector passes, work that has piled up does not. */
const weight = 0.2;
/** A request takes a dozen rounds of the loop: this late each, it would take half of the 12 s that it has. */
const lagMaxMs = 500;

export interface Lag {
  /** Milliseconds by which this process is behind with what it has been sent. */
  ms(): number;
}

/** How late the event loop comes round. Requests of one round are all handled before the next tick, so the tick that is due counts as well. */
export const watchLag = (nowMs: () => number = () => performance.now()): Lag => {
  let tickedMs = nowMs();
  let meanMs = 0;
  const late = (): number => Math.max(0, nowMs() - tickedMs - tickMs);
  setInterval(() => {
    meanMs += weight * (late() - meanMs);
    tickedMs = nowMs();
  }, tickMs).unref();
  return { ms: () => Math.max(meanMs, late()) };
};

/** Before the body of an issuer's call is read. @throws Failure `unavailable` while the process is too far behind. */
export const refuseWhileBehind =
  (lag: Pick<Lag, 'ms'>): RequestHandler =>
  (_request, _response, next) => {
    if (lag.ms() > lagMaxMs) {
      throw new Failure('unavailable', { detail: 'The platform is behind with its work', retryAfterSeconds: 2 });
    }
    next();
  };
