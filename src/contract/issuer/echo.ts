import { z } from 'zod';
import { anyObject, instant } from '../fields';
import { declareRoute } from '../route';

export const echo = declareRoute({
  method: 'post',
  path: '/v1/issuers/{issuerId}/echo',
  name: 'echo',
  who: 'issuer',
  inPortal: true,
  summary: 'Self-test of keys and signatures: the same object is sent to the callback',
  body: anyObject.meta({ type: 'object', examples: [{ hello: 'world', n: 1.5 }] }),
  integersOnly: false,
  bodyNeeded: true,
  answers: {
    200: { says: 'It is sent', body: z.strictObject({ status: z.literal('sent') }).meta({ id: 'Sent' }) },
  },
  problems: [],
});

export const readEcho = declareRoute({
  method: 'get',
  path: '/v1/issuers/{issuerId}/echo/outcome',
  name: 'readEcho',
  who: 'issuer',
  inPortal: true,
  summary: 'What became of the newest self-test of the last day',
  answers: {
    200: {
      says: 'How it went; `none`: there was none',
      body: z
        .strictObject({
          state: z.enum(['none', 'sent', 'answered', 'failed']),
          sentAt: instant.optional(),
          problem: z.string().optional(),
        })
        .meta({ id: 'EchoOutcome' }),
    },
  },
  problems: [],
});
