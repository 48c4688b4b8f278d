import { z } from 'zod';
import { terminal } from '../../channels/terminals';
import { windowSecondsRange } from '../../domain/timings';
import { instant, integer, issuerId, text, url } from '../fields';
import { portalLink, portalLinkFields } from '../issuer/portal';
import { mode, noBody, pageOf, pageQuery } from '../query';
import { declareRoute, type Wire } from '../route';
import { versions } from '../versions';
import { branding } from './branding';
import { callSettings, shownCallSettings } from './call-settings';
import { orderSettings } from './settings';

const base = '/v1/operator/issuers';
const one = `${base}/{issuerId}` as const;

export const callback = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('url'), url }),
  z.strictObject({ kind: z.literal('function'), name: text(1, 64) }),
  z.strictObject({ kind: z.literal('pull') }),
]);

const settings = {
  name: text(1, 200),
  callback,
  codeMode: z.enum(['request', 'push']),
  terminal,
  publicKey: z.string().regex(/^whpk_[A-Za-z0-9+/]{43}=$/),
  signDeliveriesWithIssuerSecret: z.boolean(),
  codeInMessage: z.boolean(),
  apiVersion: z.enum(versions.dates),
  branding,
  ...callSettings,
};

/** How refunds that somebody else asks for are decided. */
export const refundSettings = {
  buyerRefunds: z.boolean(),
  voidDecisionSeconds: integer(5, 2_592_000),
  voidUndecided: z.enum(['approve', 'person']),
  holdWhileDeciding: z.boolean(),
};

/** How long before the end of the issue window the issuer is asked once more; 0: never. */
export const lastCallSeconds = integer(0, windowSecondsRange.max);

export const createIssuerRequest = z
  .strictObject({
    ...settings,
    ...z.strictObject({ ...orderSettings, ...refundSettings, lastCallSeconds }).partial().shape,
    issuerId,
    terminal: settings.terminal.optional(),
    publicKey: settings.publicKey.optional(),
    signDeliveriesWithIssuerSecret: settings.signDeliveriesWithIssuerSecret.optional(),
    codeInMessage: settings.codeInMessage.optional(),
    branding: branding.optional(),
    apiVersion: settings.apiVersion.optional(),
    ...z.strictObject(callSettings).partial().shape,
  })
  .meta({
    examples: [
      {
        issuerId: 'acme',
        name: 'Acme cards',
        callback: { kind: 'url', url: 'https://issuer.example.com/codeferry' },
        codeMode: 'request',
        terminal: { channel: 'page' },
      },
    ],
  });

export const changeIssuerRequest = z
  .strictObject({ ...settings, ...orderSettings, ...refundSettings, lastCallSeconds })
  .partial()
  .meta({ examples: [{ name: 'Acme gift cards', issueWindowSeconds: 900 }] });

/** As it was given, without what is secret about it. */
export const shownTerminal = z.object({ channel: z.string() }).catchall(z.string().optional());

/** The windows are those that count, its own or the platform's. */
const issuerFields = {
  issuerId,
  name: settings.name,
  state: z.enum(['active', 'paused', 'not_live', 'not_proved']),
  callback,
  codeMode: settings.codeMode,
  terminal: shownTerminal.optional().meta({ description: 'The preset one of its orders' }),
  verifyWindowSeconds: orderSettings.verifyWindowSeconds,
  issueWindowSeconds: orderSettings.issueWindowSeconds,
  publicKey: settings.publicKey.optional(),
  noticeDelaysSeconds: orderSettings.noticeDelaysSeconds.optional(),
  eventDelaysSeconds: orderSettings.eventDelaysSeconds.optional(),
  deliveryDelaysSeconds: orderSettings.deliveryDelaysSeconds.optional(),
  signDeliveriesWithIssuerSecret: z.literal(true).optional(),
  codeInMessage: z.literal(true).optional(),
  branding: branding.optional(),
  ...z.strictObject(refundSettings).partial().shape,
  lastCallSeconds: lastCallSeconds.optional(),
  callsAtOnce: orderSettings.callsAtOnce.optional(),
  ...shownCallSettings,
  apiVersion: z.string().meta({ description: 'The version of the contract that counts for it' }),
  mode: z.literal('test').optional().meta({ description: 'Of the sandbox' }),
  createdAt: instant,
  endsAt: instant.optional().meta({ description: 'Of a test issuer: it is deleted then' }),
};

const issuerExample = {
  issuerId: 'acme',
  name: 'Acme cards',
  state: 'active',
  callback: { kind: 'url', url: 'https://issuer.example.com/codeferry' },
  codeMode: 'request',
  terminal: { channel: 'page' },
  verifyWindowSeconds: 600,
  issueWindowSeconds: 600,
  apiVersion: versions.newest,
  createdAt: '2026-01-01T00:00:00.000Z',
};

export const issuer = z.strictObject(issuerFields).meta({ id: 'Issuer', examples: [issuerExample] });
export type IssuerBody = Wire<typeof issuer>;

const secret = z.string().regex(/^whsec_[A-Za-z0-9+/]{43}=$/);
const secretExample = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';

export const rotatedSecret = z
  .strictObject({ secret, oldSecretEndsAt: instant })
  .meta({ id: 'NewSecret', examples: [{ secret: secretExample, oldSecretEndsAt: '2026-01-02T00:00:00.000Z' }] });

export const issuerWithSecret = z
  .strictObject({ ...issuerFields, secret })
  .meta({ id: 'IssuerWithSecret', examples: [{ ...issuerExample, secret: secretExample }] });

export const createIssuer = declareRoute({
  method: 'post',
  path: base,
  name: 'createIssuer',
  who: 'admin',
  summary: 'Creates an issuer',
  body: createIssuerRequest,
  answers: {
    201: {
      says: 'The issuer with its secret, which is shown once',
      body: issuerWithSecret,
    },
  },
  problems: ['issuer_exists'],
});

export const listIssuers = declareRoute({
  method: 'get',
  path: base,
  name: 'listIssuers',
  who: 'viewer',
  summary: 'Issuers, by id',
  query: pageQuery.extend({ mode }),
  answers: { 200: { says: 'A page of issuers', body: pageOf(issuer).meta({ id: 'IssuerPage' }) } },
  problems: [],
});

export const readIssuer = declareRoute({
  method: 'get',
  path: one,
  name: 'readIssuer',
  who: 'viewer',
  summary: 'One issuer',
  answers: { 200: { says: 'The issuer', body: issuer } },
  problems: ['issuer_unknown'],
});

export const changeIssuer = declareRoute({
  method: 'patch',
  path: one,
  name: 'changeIssuer',
  who: 'admin',
  summary: 'Changes an issuer',
  body: changeIssuerRequest,
  answers: { 200: { says: 'The issuer, changed', body: issuer } },
  problems: ['issuer_unknown', 'callback_not_proved'],
});

export const deleteIssuer = declareRoute({
  method: 'delete',
  path: one,
  name: 'deleteIssuer',
  who: 'admin',
  summary: 'Deletes an issuer and cancels its open orders',
  query: z.strictObject({ confirm: z.string().meta({ description: 'The id once more', examples: ['acme'] }) }),
  answers: { 204: { says: 'Deleted; its id is never given again' } },
  problems: ['issuer_unknown'],
});

export const rotateSecret = declareRoute({
  method: 'post',
  path: `${one}/secret`,
  name: 'rotateSecret',
  who: 'admin',
  summary: 'Rotates the secret of an issuer',
  body: z.strictObject({ endOldNow: z.boolean().default(false) }).meta({ examples: [{ endOldNow: false }] }),
  answers: {
    201: {
      says: 'The new secret, which is shown once',
      body: rotatedSecret,
    },
  },
  problems: ['issuer_unknown', 'in_progress'],
});

export const createIssuerPortalLink = declareRoute({
  method: 'post',
  path: `${one}/portal-links`,
  name: 'createIssuerPortalLink',
  who: 'admin',
  summary: 'Makes a link to an issuer’s own page, which one person can use once',
  body: z.strictObject(portalLinkFields).meta({ examples: [{ role: 'admin' }] }),
  answers: { 201: { says: 'The link', body: portalLink } },
  problems: ['issuer_unknown', 'rate_limited'],
});

export const letGoLive = declareRoute({
  method: 'post',
  path: `${one}/go-live`,
  name: 'letGoLive',
  who: 'admin',
  summary: 'Lets an issuer sell, where `goLive` is `conformance`',
  body: z.strictObject({ reason: text(1, 512) }).meta({ examples: [{ reason: 'it passed our tests' }] }),
  answers: { 200: { says: 'The issuer, live', body: issuer } },
  problems: ['issuer_unknown'],
});

export const pauseIssuer = declareRoute({
  method: 'post',
  path: `${one}/pause`,
  name: 'pauseIssuer',
  who: 'admin',
  summary: 'Pauses calls to an issuer and the windows of its orders',
  body: noBody,
  answers: { 200: { says: 'The issuer, paused', body: issuer } },
  problems: ['issuer_unknown'],
});

export const resumeIssuer = declareRoute({
  method: 'post',
  path: `${one}/resume`,
  name: 'resumeIssuer',
  who: 'admin',
  summary: 'Resumes calls and windows',
  body: noBody,
  answers: { 200: { says: 'The issuer, active', body: issuer } },
  problems: ['issuer_unknown', 'callback_not_proved'],
});
