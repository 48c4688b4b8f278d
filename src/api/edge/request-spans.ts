import type { RequestHandler } from 'express';
import type { Tracing } from '../../tracing/tracing';

const traceHeaderMax = 512;

/** Early in the app: all that a request does belongs to its span. Named by the route, as an address may hold a secret. */
export const requestSpans =
  (tracing: Tracing): RequestHandler =>
  (request, response, next) => {
    const from: Record<string, string> = {};
    for (const name of ['traceparent', 'tracestate']) {
      const value = request.get(name);
      if (value !== undefined && value.length <= traceHeaderMax) from[name] = value;
    }
    tracing.open({ name: request.method, kind: 'server', from }, (span) => {
      response.on('close', () => {
        const route: unknown = request.route?.path;
        const attributes = { 'http.request.method': request.method, 'http.response.status_code': response.statusCode };
        span.end({
          ok: response.statusCode < 500,
          name: typeof route === 'string' ? `${request.method} ${route}` : request.method,
          attributes: typeof route === 'string' ? { ...attributes, 'http.route': route } : attributes,
        });
      });
      next();
    });
  };
