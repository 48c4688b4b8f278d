import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { problemOf } from '../../contract/problem';
import { Failure } from '../../domain/failures';
import { SealBroken } from '../../sealing/key-ring';
import { isStoreError } from '../../store/store-errors';

/** Said of what waits for a person; never why. */
export const heldForPerson = 'It is held until a person has looked at it';

/** Everything that a route throws ends here, as one of the closed list: what is not in it is our own fault, a 500. */
export const failureOf = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  // Of an order or issuer whose row somebody else wrote, or whose key is not here.
  if (error instanceof SealBroken) return new Failure('unavailable', { detail: heldForPerson, retryAfterSeconds: 60 });
  if (isStoreError(error)) return new Failure('unavailable', { retryAfterSeconds: 1 });
  switch (typeOf(error)) {
    case 'entity.too.large':
      return new Failure('body_too_large');
    case 'request.aborted':
    case 'request.size.invalid':
      return new Failure('body_malformed');
    default:
      // Express could not decode the path.
      return error instanceof URIError ? new Failure('path_unknown') : new Failure('internal');
  }
};

const typeOf = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, 'type') : undefined);

export const sendProblem = (response: Response, failure: Failure): void => {
  response.locals.code = failure.code;
  const { retryAfterSeconds } = failure.extras;
  if (retryAfterSeconds !== undefined || failure.status === 503) {
    response.setHeader('retry-after', String(retryAfterSeconds ?? 1));
  }
  response
    .status(failure.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemOf(failure, String(response.getHeader('x-request-id') ?? ''))));
};

export const problemHandler =
  (log: Logger): ErrorRequestHandler =>
  (error, request, response, next) => {
    const failure = failureOf(error);
    if (failure.status >= 500) {
      log.error({ err: error, requestId: response.getHeader('x-request-id'), method: request.method }, failure.code);
    }
    if (response.headersSent) next(error);
    else sendProblem(response, failure);
  };
