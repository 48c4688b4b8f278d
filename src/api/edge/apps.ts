import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { Side } from '../../contract/route';
import type { Versions } from '../../contract/versions';
import { noTracing, type Tracing } from '../../tracing/tracing';
import { newestVersion } from './api-version';
import { basePathOf, stripBasePath } from './base-path';
import { endOldConnections } from './connection-age';
import { shareByConnection } from './connection-share';
import { boundedLists } from './header-lists';
import { requestId } from './request-id';
import { requestLog } from './request-log';
import { requestSpans } from './request-spans';

const yearSeconds = 31_536_000;

const none = ["'none'"];
const nothingElse = { defaultSrc: none, baseUri: none, formAction: none, frameAncestors: none };

/** One and the same where operators have no address of their own. */
export type Apps = Readonly<Record<Side, Express>>;

export interface Addresses {
  readonly publicUrl: string;
  /** Undefined: operators come to the public one. */
  readonly adminUrl: string | undefined;
}

interface AppsDeps extends Addresses {
  readonly trustedProxies: readonly string[];
  readonly observe: express.RequestHandler;
  readonly tracing: Tracing;
  readonly log: Logger;
  readonly nowMs: () => number;
  readonly versions: Versions;
}

/** What answers at the address of issuers and buyers, and at that of operators: with everything that comes before a route. */
export const createApps = ({ publicUrl, adminUrl, ...deps }: AppsDeps): Apps => {
  const one = appAt(publicUrl, deps);
  const operators = adminUrl === undefined ? one : appAt(adminUrl, deps);
  operators.locals.isOfOperators = true;
  return { public: one, operators };
};

const appAt = (
  url: string,
  { trustedProxies, observe, tracing, log, nowMs, versions }: Omit<AppsDeps, keyof Addresses>,
): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  app.set('query parser', 'simple');
  app.set('etag', false);
  app.set('trust proxy', [...trustedProxies]);
  app.use(
    boundedLists,
    shareByConnection(),
    requestId,
    requestLog(log),
    ...(tracing === noTracing ? [] : [requestSpans(tracing)]),
    observe,
    endOldConnections(nowMs),
    stripBasePath(basePathOf(url)),
    newestVersion(versions),
    helmet({
      strictTransportSecurity: url.startsWith('https:') && { maxAge: yearSeconds, includeSubDomains: false },
      // Pages say what they need.
      contentSecurityPolicy: { useDefaults: false, directives: nothingElse },
    }),
  );
  return app;
};
