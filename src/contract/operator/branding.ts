import { z } from 'zod';
import { text } from '../fields';

const languagesMax = 20;

const instructions = z
  .record(z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/), text(1, 2_000))
  .refine((all) => Object.keys(all).length <= languagesMax, { error: `must have at most ${languagesMax} languages` });

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
      },
    ],
  });
