import { z } from 'zod';
import { codeFormats, fitsFormat } from '../domain/code-formats';
import { refusalReasons } from '../domain/messages';
import { integer, moment, text } from './fields';

export const code = z
  .strictObject({
    itemId: text(1, 64),
    value: text(1, 512),
    secret: text(1, 512).optional(),
    format: z.enum(codeFormats).default('text'),
    uses: integer(1, 1_000_000).optional().meta({ description: 'How often it can be redeemed; 1 when left out' }),
    startsAt: moment.optional(),
    expiresAt: moment.optional(),
  })
  .refine((item) => !(item.startsAt && item.expiresAt && Date.parse(item.startsAt) >= Date.parse(item.expiresAt)), {
    path: ['expiresAt'],
    error: 'must be after startsAt',
  })
  .refine((item) => !/^[\p{White_Space}\u200B\uFEFF]+$/u.test(item.value), { path: ['value'], error: 'is blank' })
  .refine((item) => fitsFormat(item.format, item.value), { path: ['value'], error: 'does not fit its format' })
  .meta({ id: 'Code' });
export type Code = z.infer<typeof code>;

/** Of one call or one answer. */
export const codes = z
  .array(code)
  .min(1)
  .max(200, { abort: true })
  .superRefine((items, context) => {
    for (const key of ['itemId', 'value'] as const) {
      const seen = new Set<string>();
      items.forEach((item, index) => {
        if (seen.has(item[key])) {
          context.addIssue({ code: 'custom', path: [index, key], message: `is repeated in this call` });
        }
        seen.add(item[key]);
      });
    }
  });

/** Why an issuer cannot give a code. */
export const refusalReason = z.enum(refusalReasons);

/** The issuer's answer to `order.code_requested`. */
export const codeAnswer = z
  .discriminatedUnion('status', [
    z.strictObject({ status: z.literal('issued'), codes }),
    z.strictObject({ status: z.literal('issuing') }),
    z.strictObject({ status: z.literal('refused'), reason: refusalReason, detail: text(0, 512).optional() }),
  ])
  .meta({ id: 'CodeAnswer' });
export type CodeAnswer = z.infer<typeof codeAnswer>;
