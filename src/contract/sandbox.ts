import { z } from 'zod';
import { channelNames } from '../channels/terminals';
import { instant, integer, text, url } from './fields';
import { issuerWithSecret } from './operator/issuers';
import { declareRoute } from './route';

/** Mounted where SANDBOX is on, at every address: the docs page has a button for it. */
export const createSandboxIssuer = declareRoute({
  method: 'post',
  path: '/v1/sandbox/issuers',
  name: 'createSandboxIssuer',
  who: 'anyone',
  sides: ['public', 'operators'],
  summary: 'Makes a test issuer, without credentials: it lives 30 days, and its orders cost nothing',
  body: z
    .strictObject({
      name: text(1, 200).optional(),
      callback: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('url'), url }),
        z.strictObject({ kind: z.literal('pull') }),
      ]),
      codeMode: z.enum(['request', 'push']),
    })
    .meta({
      examples: [{ callback: { kind: 'url', url: 'https://issuer.example.com/codeferry' }, codeMode: 'request' }],
    }),
  answers: { 201: { says: 'The test issuer with its secret, which is shown once', body: issuerWithSecret } },
  problems: ['rate_limited'],
});

export const readSandboxInbox = declareRoute({
  method: 'get',
  path: '/v1/issuers/{issuerId}/inbox',
  name: 'readSandboxInbox',
  who: 'issuer',
  summary: 'What buyers of a test issuer would have got by e-mail and SMS: the newest 100',
  answers: {
    200: {
      says: 'The messages, newest first',
      body: z
        .strictObject({
          data: z.array(
            z.strictObject({
              at: instant,
              channel: z.enum(channelNames as [string, ...string[]]),
              to: z.string(),
              subject: z.string().optional(),
              text: z.string(),
            }),
          ),
        })
        .meta({
          id: 'SandboxInbox',
          examples: [
            {
              data: [
                {
                  at: '2026-01-01T00:00:05.000Z',
                  channel: 'sms',
                  to: '+15555550100',
                  text: 'TEST · Acme cards: your code for Gift card: https://codes.example.com/p/…',
                },
              ],
            },
          ],
        }),
    },
  },
  problems: [],
});

export const advanceSandboxClock = declareRoute({
  method: 'post',
  path: '/v1/issuers/{issuerId}/clock',
  name: 'advanceSandboxClock',
  who: 'issuer',
  summary: "Moves the time of a test issuer's open orders: windows, times to decide and what is tried again",
  body: z
    .strictObject({ type: z.literal('sandbox.clock'), advanceSeconds: integer(1, 7_776_000) })
    .meta({ examples: [{ type: 'sandbox.clock', advanceSeconds: 600 }] }),
  answers: {
    200: {
      says: 'How many orders it moved: the oldest 500',
      body: z.strictObject({ orders: integer(0, 500) }).meta({ id: 'ClockAdvanced', examples: [{ orders: 3 }] }),
    },
  },
  problems: [],
});
