import { z } from 'zod';
import { proofWays } from '../../domain/ownership';
import { instant, url } from '../fields';
import { declareRoute, type Wire } from '../route';

const path = '/v1/issuers/{issuerId}/callback-proof';

/** Whose host is meant. */
const planned = url.optional().meta({ description: 'A callback address that is planned; left out: the one of today' });
export const proofFields = { url: planned };

const result = z.string().meta({ description: '`found`, `wrong`, or why nothing was found' });

const callbackProof = z
  .strictObject({
    host: z.string(),
    required: z.boolean().meta({ description: 'Whether the platform calls proved hosts alone' }),
    proved: z.strictObject({ by: z.enum(proofWays), at: instant }).optional(),
    dns: z
      .strictObject({ name: z.string(), txt: z.string() })
      .optional()
      .meta({ description: 'A TXT record that proves it; none for a host without a name' }),
    file: z.strictObject({ url: z.string(), content: z.string() }).meta({ description: 'A file that proves it' }),
    check: z
      .strictObject({
        askedAt: instant,
        checkedAt: instant.optional(),
        dns: result.optional(),
        file: result.optional(),
      })
      .optional()
      .meta({ description: 'The newest one of this host' }),
  })
  .meta({
    id: 'CallbackProof',
    examples: [
      {
        host: 'issuer.example.com',
        required: true,
        dns: {
          name: '_codeferry.issuer.example.com',
          txt: 'codeferry-verification=c2FtcGxlLXRva2VuLWZvci1h',
        },
        file: {
          url: 'https://issuer.example.com/.well-known/codeferry-verification.txt',
          content: 'c2FtcGxlLXRva2VuLWZvci1h',
        },
      },
    ],
  });
export type CallbackProof = Wire<typeof callbackProof>;

export const proofTold = { says: 'How the host is proved, and whether it is', body: callbackProof };
export const checkBegun = { says: 'It is looked for, within seconds', body: callbackProof };

export const readCallbackProof = declareRoute({
  method: 'get',
  path,
  name: 'readCallbackProof',
  who: 'issuer',
  inPortal: true,
  summary: 'How the host of a callback address is proved, and whether it is',
  query: z.strictObject(proofFields),
  answers: { 200: proofTold },
  problems: ['not_url'],
});

export const checkCallbackProof = declareRoute({
  method: 'post',
  path,
  name: 'checkCallbackProof',
  who: 'issuer',
  inPortal: true,
  summary: 'Looks for the proof now',
  body: z
    .strictObject({ type: z.literal('callback.proof'), ...proofFields })
    .meta({ examples: [{ type: 'callback.proof' }] }),
  answers: { 202: checkBegun },
  problems: ['not_url', 'rate_limited'],
});
