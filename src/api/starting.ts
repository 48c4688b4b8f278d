import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { Failure } from '../domain/failures';
import { problemHandler } from './edge/problems';
import { requestId } from './edge/request-id';

/** What the api answers from its start until the database is there: it lives, it is not ready, and callers come again. */
export const createStartingApp = (log: Logger): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.use(requestId);
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.get('/readyz', (_request, response) => {
    const parts = { mongodb: 'unavailable', temporal: 'not asked yet', reconciler: 'not asked yet' };
    response.status(503).json({ status: 'not ready', parts });
  });
  app.use(() => {
    throw new Failure('unavailable', { detail: 'The platform is starting', retryAfterSeconds: 5 });
  });
  app.use(problemHandler(log));
  return app;
};
