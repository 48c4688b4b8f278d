import { z } from 'zod';
import { issuerIdPattern, orderNoPattern } from '../domain/ids';
import { windowSecondsRange } from '../domain/timings';

/** Lengths count Unicode code points, as the protocol's rule 10 says; a JavaScript string counts UTF-16 units. */
export const text = (min: number, max: number) =>
  z.string().refine(
    (value) => {
      if (value.length > 2 * max) return false;
      const length = [...value].length;
      return length >= min && length <= max;
    },
    { error: `must have ${min} to ${max} characters` },
  );

export const integer = (min: number, max: number) => z.int().min(min).max(max);

export const orderNo = z.string().regex(orderNoPattern);
export const issuerId = z.string().regex(issuerIdPattern);
/** RFC 3339 in UTC. */
export const instant = z.iso.datetime();

/** Minor units, zero allowed. */
export const amount = z.strictObject({
  value: integer(0, Number.MAX_SAFE_INTEGER),
  currency: z.string().regex(/^[A-Z]{3}$/),
});

export const quantity = integer(1, 10_000);
export const product = z.strictObject({ id: text(1, 64), name: text(1, 200) });

/** Whether an address may be reached is asked of the address guard, which knows the configuration. */
export const url = text(1, 1024);

export const terminal = z.discriminatedUnion('channel', [
  z.strictObject({ channel: z.literal('page') }),
  z.strictObject({ channel: z.literal('webhook'), url }),
  z.strictObject({ channel: z.literal('email'), address: z.email().max(254) }),
  z.strictObject({ channel: z.literal('sms'), number: z.string().regex(/^\+[1-9][0-9]{6,14}$/) }),
]);

export const metadata = z
  .record(z.string(), z.string())
  .refine((pairs) => Object.keys(pairs).length <= 50, { error: 'must have at most 50 pairs' })
  .refine((pairs) => Buffer.byteLength(JSON.stringify(pairs)) <= 8192, { error: 'must fit 8 KiB as JSON' });

export const windowSeconds = integer(windowSecondsRange.min, windowSecondsRange.max);
