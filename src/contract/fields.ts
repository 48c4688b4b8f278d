import { z } from 'zod';
import { issuerIdPattern, orderNoPattern } from '../domain/ids';
import type { Json } from '../domain/json';
import { windowSecondsRange } from '../domain/timings';

/** Lengths count Unicode code points, as the protocol's rule 10 says; a JavaScript string counts UTF-16 units. */
export const text = (min: number, max: number) =>
  z
    .string()
    .refine(
      (value) => {
        if (value.length > 2 * max) return false;
        const length = [...value].length;
        return length >= min && length <= max;
      },
      { error: `must have ${min} to ${max} characters`, abort: true },
    )
    // The strict reader of HTTP bodies finds these too; answers to callbacks and functions do not pass through it.
    .refine((value) => value.isWellFormed() && !value.includes('\0'), { error: 'must be well-formed and without NUL' })
    .meta({ minLength: min, maxLength: max, pattern: '^[^\\u0000]*$' });

export const integer = (min: number, max: number) => z.int().min(min).max(max);
/** Of an answer. */
export const count = integer(0, Number.MAX_SAFE_INTEGER);

export const orderNo = z.string().regex(orderNoPattern);
export const issuerId = z.string().regex(issuerIdPattern);
/** RFC 3339 in UTC: of an answer. */
export const instant = z.iso.datetime();

/** Written the same in UTC, so that one time in two ways of writing is one time. */
const inUtc = (time: string): string => {
  const [, local, fraction = '', offset] = /^(.{19})(\.\d+)?([+-]\d\d:\d\d)$/.exec(time) ?? [];
  const at = new Date(`${local}${offset}`);
  // One that is none, such as `+99:99`, was refused by then, and comes here all the same.
  if (local === undefined || Number.isNaN(at.getTime())) return time;
  return `${at.toISOString().slice(0, -'.000Z'.length)}${fraction}Z`;
};

/** RFC 3339 with any offset: of a body or a query. */
export const moment = z.iso
  .datetime({ offset: true })
  .overwrite(inUtc)
  .refine((time) => !/^[+-]/.test(time), { error: 'must be in the years 0000 to 9999' });

/** Minor units, zero allowed. */
export const amount = z.strictObject({
  value: integer(0, Number.MAX_SAFE_INTEGER),
  currency: z.string().regex(/^[A-Z]{3}$/),
});

/** BCP 47, as far as it names a language, a script and a region. */
export const languagePattern = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;
export const language = z.string().regex(languagePattern);

export const quantity = integer(1, 10_000);
export const product = z.strictObject({
  id: text(1, 64),
  name: text(1, 200),
  instructions: text(1, 2_000)
    .optional()
    .meta({ description: 'How its codes are redeemed: shown to the buyer before those of the issuer' }),
});

/** Whether an address may be reached is asked of the address guard, which knows the configuration. */
export const url = text(1, 1024);

/** Any JSON object. Not `z.record`, which lets a key named `__proto__` go without a word. */
export const anyObject = z
  .custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    { error: 'must be an object', abort: true },
  )
  .meta({ type: 'object', additionalProperties: true });

/** Of an answer that tells what is of no one shape. Generators of clients take neither a schema that holds itself nor types in a list. */
export const json = z.custom<Json>().meta({ id: 'Json', description: 'Any JSON' });
export const jsonObject = z.record(z.string(), json.optional());

export const metadata = anyObject
  .superRefine((pairs, context) => {
    const keys = Object.keys(pairs);
    const add = (message: string, path: string[] = []) => context.addIssue({ code: 'custom', path, message });
    if (keys.length > 50) return add('must have at most 50 pairs');
    if (Buffer.byteLength(JSON.stringify(pairs)) > 8192) add('must fit 8 KiB as JSON');
    for (const key of keys) if (typeof pairs[key] !== 'string') add('must be a string', [key]);
  })
  .transform((pairs) => pairs as Readonly<Record<string, string>>)
  .meta({ type: 'object', additionalProperties: { type: 'string' }, maxProperties: 50 });

export const windowSeconds = integer(windowSecondsRange.min, windowSecondsRange.max);

/** Of a terminal whose buyer has a page: asked for before the page shows the codes. The platform never sends it. */
export const pin = z
  .string()
  .regex(/^[0-9]{4,8}$/)
  .meta({ writeOnly: true });
