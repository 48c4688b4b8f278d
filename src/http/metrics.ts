import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Rate, errors and duration by route. Labels are routes and statuses: never an issuer's, an order's or a user's data. */
export const createMetrics = () => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'codeferry_' });
  const durations = new Histogram({
    name: 'codeferry_http_request_seconds',
    help: 'Time from request to answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const observe: RequestHandler = (request, response, next) => {
    const end = durations.startTimer();
    response.on('finish', () => {
      const route: unknown = request.route?.path;
      end({ method: request.method, route: typeof route === 'string' ? route : 'none', status: response.statusCode });
    });
    next();
  };
  const serve: RequestHandler = async (_request, response) => {
    response.setHeader('content-type', registry.contentType);
    response.send(await registry.metrics());
  };
  return { registry, observe, serve };
};
