import { z } from 'zod';
import { portalRoles } from '../domain/portal';
import { instant } from './fields';
import { declareRoute, type Route, type Wire } from './route';

/** The issuer's own page, and the session of a browser there. The page holds nothing: its data comes by the issuer's calls. */
const page = <const R extends Pick<Route, 'method' | 'path' | 'name'>>(route: R, mediaType: string, status = 200) =>
  declareRoute({
    ...route,
    who: 'anyone',
    tag: 'issuer',
    isForBrowsers: true,
    summary: 'The issuer’s own page, or what it needs',
    answers: { [status]: { says: 'What is there', mediaType } },
    problems: [],
  });

const html = 'text/html';
export const portalPage = page({ method: 'get', path: '/issuer', name: 'portalPage' }, html);
export const portalPageSlash = page({ method: 'get', path: '/issuer/', name: 'portalPageSlash' }, html, 308);
export const portalFile = page(
  { method: 'get', path: '/issuer/assets/{version}/{*file}', name: 'portalFile' },
  'application/octet-stream',
);
const link = { path: '/issuer/links/{secret}', who: 'anyone', tag: 'issuer', isForBrowsers: true } as const;
const dead = { says: 'It is not good any more', mediaType: html } as const;

/** One button, whose press uses the link up: what looks at links by itself must not. */
export const showPortalLink = declareRoute({
  ...link,
  method: 'get',
  name: 'showPortalLink',
  summary: 'Whom a link lets in, and a button',
  answers: { 200: { says: 'The page', mediaType: html }, 404: dead },
  problems: [],
});

export const usePortalLink = declareRoute({
  ...link,
  method: 'post',
  name: 'usePortalLink',
  summary: 'Uses a link up: the browser is signed in',
  answers: { 303: { says: 'To the issuer’s own page' }, 404: dead },
  problems: ['origin_forbidden'],
});

const session = z
  .strictObject({
    issuerId: z.string(),
    issuerName: z.string(),
    name: z.string(),
    role: z.enum(portalRoles),
    csrf: z.string().meta({ description: 'Sent as x-csrf-token with every change' }),
    endsAt: instant,
  })
  .meta({
    id: 'OwnPortalSession',
    examples: [
      {
        ...{ issuerId: 'acme', issuerName: 'Acme Coffee', name: 'ann', role: 'admin' },
        ...{ csrf: 'c2FtcGxl', endsAt: '2026-01-01T12:00:00.000Z' },
      },
    ],
  });
export type PortalSessionBody = Wire<typeof session>;

export const readPortalSession = declareRoute({
  method: 'get',
  path: '/v1/portal/session',
  name: 'readPortalSession',
  who: 'portal',
  summary: 'The session of the cookie',
  answers: { 200: { says: 'The session', body: session } },
  problems: [],
});

export const leavePortal = declareRoute({
  method: 'delete',
  path: '/v1/portal/session',
  name: 'leavePortal',
  who: 'portal',
  summary: 'Signs out',
  limitBytes: 4 * 1024,
  answers: { 204: { says: 'Ended' } },
  problems: [],
});
