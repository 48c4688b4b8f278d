import type { ErrorRequestHandler } from 'express';
import { lostLinkDocument } from '../../channels/page/view';
import { failureOf } from '../edge/problems';
import { wordsFor } from './page-language';
import { setPrivateHeaders } from './private-headers';

/** Of everything under `/p`: a person with a dead or mistyped link gets a page, a program gets the problem; both are 404. */
export const lostLinkPage =
  (basePath: string): ErrorRequestHandler =>
  (error, request, response, next) => {
    const failure = failureOf(error);
    const isPage =
      failure.status === 404 &&
      /^\/p(\/|$)/.test(request.path) &&
      (request.method === 'GET' || request.method === 'HEAD') &&
      request.accepts(['application/problem+json', 'html']) === 'html';
    if (!isPage || response.headersSent) return next(error);
    response.locals.code = failure.code;
    setPrivateHeaders(response);
    response
      .status(404)
      .type('html')
      .send(lostLinkDocument(wordsFor(request), basePath));
  };
