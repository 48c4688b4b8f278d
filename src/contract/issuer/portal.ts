import { z } from 'zod';
import { portalRoles } from '../../domain/portal';
import { instant, integer } from '../fields';
import { pageOf, pageQuery } from '../query';
import { declareRoute } from '../route';

/** The issuer's own page: links to it by role, and the browsers that are signed in there. */
const base = '/v1/issuers/{issuerId}';

export const portalLinkFields = {
  role: z.enum(portalRoles),
  expiresInSeconds: integer(60, 86_400).default(600),
  name: z
    .string()
    .regex(/^[\w.@-]{1,40}$/)
    .optional()
    .meta({ description: 'Who will use it; the audit log says it' }),
};

export const portalLink = z.strictObject({ url: z.string(), expiresAt: instant }).meta({
  id: 'PortalLink',
  examples: [
    { url: 'https://codes.example.com/issuer/links/c2FtcGxlLWxpbmstMQ', expiresAt: '2026-01-01T00:10:00.000Z' },
  ],
});

export const createPortalLink = declareRoute({
  method: 'post',
  path: `${base}/portal-links`,
  name: 'createPortalLink',
  who: 'issuer',
  inPortal: true,
  summary: 'Makes a link to the issuer’s own page, which one person can use once',
  body: z
    .strictObject({ type: z.literal('portal.link'), ...portalLinkFields })
    .meta({ examples: [{ type: 'portal.link', role: 'viewer' }] }),
  answers: { 201: { says: 'The link', body: portalLink } },
  problems: ['rate_limited'],
});

const portalSession = z
  .strictObject({
    sessionId: z.string(),
    name: z.string(),
    role: z.enum(portalRoles),
    startedAt: instant,
    seenAt: instant.meta({ description: 'Its last use, to a minute' }),
    endsAt: instant.meta({ description: 'The latest; without use it ends earlier' }),
    isThis: z.boolean().meta({ description: 'The one that asks' }),
  })
  .meta({ id: 'PortalSession' });

export const listPortalSessions = declareRoute({
  method: 'get',
  path: `${base}/portal-sessions`,
  name: 'listPortalSessions',
  who: 'issuer',
  inPortal: true,
  summary: 'The browsers that are signed in at the issuer’s own page, newest first',
  query: pageQuery,
  answers: { 200: { says: 'A page of sessions', body: pageOf(portalSession).meta({ id: 'PortalSessionPage' }) } },
  problems: [],
});

export const endPortalSessions = declareRoute({
  method: 'post',
  path: `${base}/portal-sessions/end`,
  name: 'endPortalSessions',
  who: 'issuer',
  inPortal: true,
  summary: 'Ends one of them, or all with the links that wait, in every process',
  body: z
    .strictObject({ type: z.literal('portal.sessions_end'), sessionId: z.string().min(1).max(64).optional() })
    .meta({ examples: [{ type: 'portal.sessions_end' }] }),
  answers: { 200: { says: 'They are ended', body: z.strictObject({ ended: integer(0, 1_000) }) } },
  problems: ['rate_limited'],
});
