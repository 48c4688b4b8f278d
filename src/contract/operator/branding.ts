import { z } from 'zod';
import { hasOtherBraces, placeholders } from '../../domain/branding';
import { language, text } from '../fields';

const languagesMax = 20;

const byLanguage = <T extends z.ZodType>(one: T) =>
  z
    .record(language, one)
    .refine((all) => Object.keys(all).length <= languagesMax, { error: `must have at most ${languagesMax} languages` });

const instructions = byLanguage(text(1, 2_000));

const own = (max: number) =>
  text(1, max).refine((words) => words.trim() !== '' && !hasOtherBraces(words), {
    error: `must not be blank, and may have ${placeholders.map((name) => `{${name}}`).join(', ')} in braces alone`,
  });

/** Of mails but `sms`. One line each but `text`. */
const ownWords = z.strictObject({
  subject: own(150).optional(),
  text: own(2_000).optional(),
  button: own(40).optional(),
  sms: own(120).optional(),
});

const isHttps = (value: string): boolean =>
  URL.canParse(value) && new URL(value).protocol === 'https:' && new URL(value).username === '';

/** How an issuer looks to its buyers. All is text, never markup. */
export const branding = z
  .strictObject({
    displayName: text(1, 100).refine((name) => name.trim() !== '', { error: 'must not be blank' }),
    color: z
      .string()
      .regex(/^#[0-9A-Fa-f]{6}$/)
      .optional(),
    logo: z
      .string()
      .max(140_000)
      .optional()
      .meta({ description: 'A data URI of a PNG or SVG of at most 100 KiB; lists leave it out' }),
    supportEmail: z.email().max(254).optional(),
    supportUrl: text(1, 1_024).refine(isHttps, { error: 'must be an https address' }).optional(),
    instructions: instructions.optional(),
    language: language
      .optional()
      .meta({ description: 'Of messages to buyers whose terminal names none; left out: English' }),
    messages: byLanguage(ownWords)
      .optional()
      .meta({ description: 'What messages say in own words, by language; `{product}` and the like are filled in' }),
  })
  .meta({
    id: 'Branding',
    examples: [
      {
        displayName: 'Acme gift cards',
        color: '#0b6a63',
        supportEmail: 'help@acme.example',
        supportUrl: 'https://acme.example/help',
        instructions: { en: 'Show the code at the till.' },
        language: 'en',
        messages: { en: { subject: 'Your {product} is here', sms: '{seller}: {codes} for {product}' } },
      },
    ],
  });
