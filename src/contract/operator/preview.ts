import { z } from 'zod';
import { count, integer, language, text } from '../fields';
import { declareRoute } from '../route';
import { branding } from './branding';

/** What is left out is as the issuer has it now. */
export const previewFields = {
  branding: branding.optional(),
  codeInMessage: z.boolean().optional(),
  language: language.optional().meta({ description: 'The buyer’s, as a terminal names it' }),
  product: text(1, 200).optional(),
  quantity: integer(1, 10).default(1),
};

export const preview = z
  .strictObject({
    mail: z.strictObject({ fromName: z.string(), subject: z.string(), text: z.string(), html: z.string() }),
    sms: z.strictObject({
      text: z.string(),
      parts: count.meta({ description: 'As how many single messages it is sent, and paid' }),
    }),
    page: z.strictObject({ html: z.string().meta({ description: 'A whole document that loads nothing' }) }),
  })
  .meta({
    id: 'Preview',
    examples: [
      {
        mail: { fromName: 'Acme', subject: 'Your code for Sample', text: 'Acme has …', html: '<!doctype html>…' },
        sms: { text: 'Acme: your code for Sample: https://codeferry.example/p/…', parts: 1 },
        page: { html: '<!doctype html>…' },
      },
    ],
  });

export const previewIssuer = declareRoute({
  method: 'post',
  path: '/v1/operator/issuers/{issuerId}/preview',
  name: 'previewIssuer',
  costs: 50,
  who: 'viewer',
  summary:
    'Mail, SMS and page as a buyer of this issuer would see them, with made-up codes; nothing is changed or sent',
  body: z.strictObject(previewFields).meta({ examples: [{ language: 'zh', quantity: 2 }] }),
  answers: { 200: { says: 'What a buyer would see', body: preview } },
  problems: ['issuer_unknown'],
});
