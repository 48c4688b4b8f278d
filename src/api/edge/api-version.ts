import type { Request, RequestHandler, Response } from 'express';
import type { Versions, WireVersion } from '../../contract/versions';

const header = 'codeferry-version';

/** Of every answer, until it is known whose it is. */
export const newestVersion =
  (versions: Versions): RequestHandler =>
  (_request, response, next) => {
    response.setHeader(header, versions.newest);
    next();
  };

/**
 * Asked by the API's calls once their sender is known. `otherwise`: of an issuer that names none.
 *
 * @throws Failure `version_unknown`, `version_ended`
 */
export const takeVersion = (
  { versions, nowMs }: { readonly versions: Versions; readonly nowMs: () => number },
  request: Request,
  response: Response,
  otherwise?: WireVersion,
): void => {
  const named = request.get(header);
  const version = named === undefined ? otherwise : versions.named(named, nowMs());
  if (!version) return;
  response.locals.version = version;
  response.set(versions.headersOf(version));
};
