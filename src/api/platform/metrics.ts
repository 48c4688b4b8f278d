import type { RequestHandler } from 'express';
import { Counter, Histogram, type Registry } from 'prom-client';
import { refusalReasons } from '../auth/issuer-auth';

/** The client went before it had its answer, in the word that proxies use. */
const hungUpStatus = 499;

/** Rate, errors and duration by route and class of issuer. Never a label with an issuer's, an order's or a user's data. */
export const createMetrics = (registry: Registry) => {
  const durations = new Histogram({
    name: 'codeferry_http_request_seconds',
    help: 'Time from request to answer; status 499: the client went before it',
    labelNames: ['method', 'route', 'status', 'issuer_class'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const refused = new Counter({
    name: 'codeferry_signatures_refused_total',
    help: 'Calls of issuers that were answered 401, by what was wrong: clock, key, id (no such issuer), headers',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const reason of refusalReasons) refused.inc({ reason }, 0);
  const observe: RequestHandler = (request, response, next) => {
    const end = durations.startTimer();
    response.on('close', () => {
      // A stream of events that its reader leaves is no request that failed.
      const isLeftStream = response.headersSent && !response.writableEnded;
      if (isLeftStream) return;
      if (response.locals.refusedBy) refused.inc({ reason: response.locals.refusedBy });
      const route: unknown = request.route?.path;
      end({
        method: request.method,
        route: typeof route === 'string' ? route : 'none',
        status: response.writableFinished ? response.statusCode : hungUpStatus,
        issuer_class: response.locals.issuerClass ?? 'none',
      });
    });
    next();
  };
  const serve: RequestHandler = async (_request, response) => {
    response.setHeader('content-type', registry.contentType);
    response.send(await registry.metrics());
  };
  return { registry, observe, serve };
};
