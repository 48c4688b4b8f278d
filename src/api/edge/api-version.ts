import type { RequestHandler } from 'express';
import type { Versions } from '../../contract/versions';

const header = 'codeferry-version';

/** Of every call of the API: the newest version, where its caller names or has no other. @throws Failure `version_unknown`, `version_ended` */
export const apiVersion =
  (versions: Versions, nowMs: () => number): RequestHandler =>
  (request, response, next) => {
    response.setHeader(header, versions.newest);
    const named = request.get(header);
    if (named !== undefined && request.path.startsWith('/v1/')) {
      response.locals.version = versions.named(named, nowMs());
      response.set(versions.headersOf(response.locals.version));
    }
    next();
  };
