import type { RequestHandler } from 'express';
import { Failure } from '../domain/failures';

const tickMs = 50;
/** Of each round's delay on the running mean. */
const weight = 0.2;
/** Of one round's delay: a single stall of any length (the garbage collector, a process that was stopped) stays below the limit, two of this length in a row do not. */
const roundMaxMs = 2_000;
/** A request takes a dozen rounds of the loop: this late each, it would take half of the 12 s that it has, or all of them. */
const behindMs = 500;
const farBehindMs = 1_000;

export type EventLoopLag = ReturnType<typeof watchEventLoopLag>;

/** How late the event loop comes round, as a mean over its last rounds. */
export const watchEventLoopLag = (nowMs: () => number = () => performance.now()) => {
  let tickedMs = nowMs();
  let meanMs = 0;
  setInterval(() => {
    const lateMs = Math.max(0, nowMs() - tickedMs - tickMs);
    meanMs += weight * (Math.min(lateMs, roundMaxMs) - meanMs);
    tickedMs = nowMs();
  }, tickMs).unref();
  return {
    /** Whoever uses more than others is refused. */
    isBehind: (): boolean => meanMs > behindMs,
    /** Everybody is. */
    isFarBehind: (): boolean => meanMs > farBehindMs,
  };
};

export const behind = (): Failure =>
  new Failure('unavailable', { detail: 'The platform is behind with its work', retryAfterSeconds: 2 });

/** Before the body of an issuer's call is read. @throws Failure `unavailable` */
export const shedOnEventLoopLag =
  ({ isFarBehind }: Pick<EventLoopLag, 'isFarBehind'>): RequestHandler =>
  (_request, _response, next) => {
    if (isFarBehind()) throw behind();
    next();
  };
