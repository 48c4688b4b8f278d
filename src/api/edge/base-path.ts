import type { RequestHandler } from 'express';

/** The path of PUBLIC_URL, without a slash at its end: empty where the platform has an address of its own. */
export const basePathOf = (publicUrl: string): string => new URL(publicUrl).pathname.replace(/\/+$/, '');

/** Before all routes: a proxy may keep the path of PUBLIC_URL or strip it, and the platform is the same behind both. */
export const stripBasePath =
  (basePath: string): RequestHandler =>
  (request, _response, next) => {
    const rest = request.url.slice(basePath.length);
    if (basePath !== '' && request.url.startsWith(basePath) && /^($|[/?])/.test(rest)) {
      request.url = rest.startsWith('/') ? rest : `/${rest}`;
      request.originalUrl = request.url;
    }
    next();
  };
