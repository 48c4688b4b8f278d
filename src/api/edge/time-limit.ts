import { withinMs } from '../../bounded/time-limit';
import { Failure } from '../../domain/failures';
import { answerLimitMs } from '../../domain/timings';

/**
 * Below the lease of a webhook-id, so that no handler answers once another one may have taken its request up. Each step has
 * its own limit, and a request has many of them: while a database is slow they add up.
 */
export const requestLimitMs = answerLimitMs;

/**
 * What is late goes on, and its repeat gets what became of it.
 *
 * @throws Failure `unavailable` when the time is over.
 */
export const withinLimit = <T>(work: Promise<T>, waitsMs = 0): Promise<T> =>
  withinMs(requestLimitMs + waitsMs, work, () => {
    throw new Failure('unavailable', { detail: 'The answer took too long', retryAfterSeconds: 1 });
  });
