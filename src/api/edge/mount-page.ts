import type { Response } from 'express';
import type { Route } from '../../contract/route';
import { Failure } from '../../domain/failures';
import type { Mount } from './mount';
import { loadPageAssets, type PageSource } from './page-assets';

const csp = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Of the pages that one signs in to, and of what leads to them. */
export const setPageHeaders = (response: Response, policy = csp): void => {
  response.setHeader('content-security-policy', policy);
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=()');
  response.setHeader('x-robots-tag', 'noindex, nofollow');
  response.setHeader('cache-control', 'no-store');
};

interface Page extends Omit<PageSource, 'path'> {
  readonly routes: { readonly page: Route; readonly slash: Route; readonly file: Route };
  /** What stands in braces in the page. */
  readonly filled?: Readonly<Record<string, string>>;
}

/** A page that is public and holds nothing: its data comes by calls, with a session. @returns Where its files are. */
export const mountPage = (mount: Mount, { routes, filled = {}, ...source }: Page): { readonly assets: string } => {
  const { path } = routes.page;
  const { page: template, version, assets, files } = loadPageAssets({ ...source, path });
  const page = Object.entries(filled).reduce((text, [name, value]) => text.replace(`{{${name}}}`, value), template);

  mount.bare(routes.page, (_request, response) => {
    setPageHeaders(response);
    response.type('html').send(page);
  });

  mount.bare(routes.slash, (_request, response) => response.redirect(308, `${source.basePath}${path}`));

  mount.bare(routes.file, (request, response) => {
    const file = files.get([request.params.file].flat().join('/'));
    if (!file) throw new Failure('path_unknown');
    const isCurrent = request.params.version === version;
    response.setHeader('content-type', file.mediaType);
    response.setHeader('cache-control', isCurrent ? 'public, max-age=31536000, immutable' : 'no-store');
    response.send(file.body);
  });
  return { assets };
};
