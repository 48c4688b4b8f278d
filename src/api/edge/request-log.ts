import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { issuerIdPattern, orderNoPattern } from '../../domain/ids';

const quietRoutes = new Set(['/healthz', '/readyz', '/metrics']);

const levelOf = (route: string, status: number): 'debug' | 'info' | 'warn' | 'error' => {
  if (status >= 500) return 'error';
  if (status >= 400) return 'warn';
  return quietRoutes.has(route) ? 'debug' : 'info';
};

const fitting = (value: unknown, pattern: RegExp): string | undefined =>
  typeof value === 'string' && pattern.test(value) ? value : undefined;

/** Second in the app: one line for each request once it is over. It has the route, not the address, which may hold a secret. */
export const requestLog =
  (log: Logger): RequestHandler =>
  (request, response, next) => {
    const begin = performance.now();
    response.on('close', () => {
      const path: unknown = request.route?.path;
      const route = typeof path === 'string' ? path : 'none';
      const { statusCode: status, locals } = response;
      const params: Readonly<Record<string, unknown>> = request.params ?? {};
      const line = {
        requestId: response.getHeader('x-request-id'),
        method: request.method,
        route,
        status,
        code: locals.code,
        refusedBy: locals.refusedBy,
        ms: Math.round(performance.now() - begin),
        issuerId: fitting(params.issuerId ?? locals.issuerId, issuerIdPattern),
        orderNo: fitting(params.orderNo ?? locals.orderNo, orderNoPattern),
        ...(response.writableFinished ? {} : { isCutOff: true }),
      };
      log[levelOf(route, status)](line, 'request');
    });
    next();
  };
