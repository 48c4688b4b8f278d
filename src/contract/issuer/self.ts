import { z } from 'zod';
import { terminal } from '../../channels/terminals';
import { instant } from '../fields';
import { branding } from '../operator/branding';
import { callCertificate } from '../operator/call-settings';
import { offeredChannel } from '../operator/channels';
import { callback, issuer, lastCallSeconds, refundSettings, rotatedSecret } from '../operator/issuers';
import { preview, previewFields } from '../operator/preview';
import { declareRoute } from '../route';
import { versions } from '../versions';

/** What an issuer's server reads and changes of its own account. */
const base = '/v1/issuers/{issuerId}';

export const readSelf = declareRoute({
  method: 'get',
  path: `${base}/self`,
  name: 'readSelf',
  who: 'issuer',
  inPortal: true,
  summary: 'The issuer itself',
  answers: { 200: { says: 'The issuer', body: issuer } },
  problems: [],
});

export const changeSelf = declareRoute({
  method: 'post',
  path: `${base}/settings`,
  name: 'changeSelf',
  who: 'issuer',
  inPortal: true,
  summary: 'Changes settings of the issuer itself',
  body: z
    .strictObject({
      type: z.literal('issuer.settings'),
      ...z
        .strictObject({
          callback,
          terminal,
          branding,
          callCertificate,
          apiVersion: z.enum(versions.dates),
          signDeliveriesWithIssuerSecret: z.boolean(),
          ...refundSettings,
          lastCallSeconds,
        })
        .partial().shape,
    })
    .meta({ examples: [{ type: 'issuer.settings', buyerRefunds: true }] }),
  answers: { 200: { says: 'The issuer, changed', body: issuer } },
  problems: ['callback_not_proved', 'rate_limited'],
});

const choices = z
  .strictObject({
    channels: z.array(offeredChannel).meta({ description: 'What `terminal` may be of' }),
    versions: z
      .array(z.strictObject({ date: z.string(), deprecatedAt: instant.optional(), endsAt: instant.optional() }))
      .meta({ description: 'What `apiVersion` may be, the oldest first; from `endsAt` on calls are refused' }),
  })
  .meta({
    id: 'IssuerChoices',
    examples: [
      {
        channels: [{ channel: 'page', label: 'Pick-up page', hasPage: true }],
        versions: [{ date: versions.newest }],
      },
    ],
  });

export const readChoices = declareRoute({
  method: 'get',
  path: `${base}/settings/choices`,
  name: 'readChoices',
  who: 'issuer',
  inPortal: true,
  summary: 'What terminals and versions an issuer may choose from for its settings',
  answers: { 200: { says: 'The choices', body: choices } },
  problems: [],
});

export const rotateOwnSecret = declareRoute({
  method: 'post',
  path: `${base}/secret`,
  name: 'rotateOwnSecret',
  who: 'issuer',
  inPortal: true,
  summary: 'Rotates the secret of the issuer itself',
  body: z
    .strictObject({ type: z.literal('issuer.secret'), endOldNow: z.boolean().default(false) })
    .meta({ examples: [{ type: 'issuer.secret' }] }),
  answers: { 201: { says: 'The new secret, which is shown once', body: rotatedSecret } },
  problems: ['in_progress', 'rate_limited'],
});

export const previewSelf = declareRoute({
  method: 'post',
  path: `${base}/preview`,
  name: 'previewSelf',
  costs: 1_000,
  who: 'issuer',
  inPortal: true,
  changesNothing: true,
  summary: 'Mail, SMS and page as a buyer would see them, with made-up codes; nothing is changed or sent',
  body: z
    .strictObject({ type: z.literal('issuer.preview'), ...previewFields })
    .meta({ examples: [{ type: 'issuer.preview', language: 'zh', quantity: 2 }] }),
  answers: { 200: { says: 'What a buyer would see', body: preview } },
  problems: ['rate_limited'],
});

export const replayMessage = declareRoute({
  method: 'post',
  path: `${base}/messages/{messageId}/replay`,
  name: 'replayMessage',
  who: 'issuer',
  inPortal: true,
  summary: 'Sends a message to the issuer once more, with the same bytes and id',
  body: z.strictObject({ type: z.literal('message.replay') }).meta({ examples: [{ type: 'message.replay' }] }),
  answers: { 202: { says: 'It is on its way', body: z.strictObject({ id: z.string() }) } },
  problems: ['message_unknown', 'issuer_paused', 'in_progress', 'rate_limited'],
});
