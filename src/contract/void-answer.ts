import { z } from 'zod';
import { voidRefusals } from '../domain/messages';
import { text } from './fields';

/** Why an issuer keeps a code alive. */
export const voidRefusal = z.enum(voidRefusals);

/** The issuer's answer to `order.void_requested`. */
export const voidAnswer = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('destroyed') }),
  z.strictObject({ status: z.literal('refused'), reason: voidRefusal, detail: text(0, 512).optional() }),
  z.strictObject({ status: z.literal('deciding') }),
  z.strictObject({ status: z.literal('unknown') }),
]);
export type VoidAnswer = z.infer<typeof voidAnswer>;
