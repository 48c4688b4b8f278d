import { z } from 'zod';
import { anyObject } from '../fields';
import { declareRoute } from '../route';

export const echo = declareRoute({
  method: 'post',
  path: '/v1/issuers/{issuerId}/echo',
  name: 'echo',
  who: 'issuer',
  summary: 'Self-test of keys and signatures: the same object is sent to the callback',
  body: anyObject.meta({ type: 'object', examples: [{ hello: 'world', n: 1.5 }] }),
  integersOnly: false,
  bodyNeeded: true,
  answers: {
    200: { says: 'It is sent', body: z.strictObject({ status: z.literal('sent') }).meta({ id: 'Sent' }) },
  },
  problems: [],
});
