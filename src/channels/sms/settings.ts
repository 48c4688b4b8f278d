import { z } from 'zod';

export interface SmsSettings {
  readonly url: string;
  readonly token?: string | undefined;
  /** What the orders of one issuer may cost in a UTC day, in single messages. */
  readonly partsPerDay: number;
}

export const smsEnvironment = {
  SMS_GATEWAY_URL: z.url({ protocol: /^https?$/ }).optional(),
  SMS_GATEWAY_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{1,4096}$/)
    .optional(),
  SMS_PER_ISSUER_AND_DAY: z.coerce.number().int().min(1).max(10_000_000).default(1_000),
};

const environment = z.object(smsEnvironment);

export const readSmsSettings = (given: z.output<typeof environment>): SmsSettings | undefined => {
  const { SMS_GATEWAY_URL: url, SMS_GATEWAY_TOKEN: token, SMS_PER_ISSUER_AND_DAY: partsPerDay } = given;
  return url === undefined ? undefined : { url, partsPerDay, ...(token === undefined ? {} : { token }) };
};
