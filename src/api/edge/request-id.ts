import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

/** The first handler of the app: every answer and every log line of ours carries this id. */
export const requestId: RequestHandler = (_request, response, next) => {
  response.setHeader('x-request-id', randomUUID());
  next();
};
