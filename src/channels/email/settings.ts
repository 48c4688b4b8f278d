import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { fitPrivateKey } from '../../given-keys/private-key';
import { mailbox, mailServer } from '../../mail/mail-environment';
import type { MailServer } from '../../mail/mail-server';
import type { DkimKey } from '../../mail/mailer';

export interface EmailSettings {
  readonly server: MailServer;
  readonly from: string;
  readonly dkim?: DkimKey | undefined;
}

/** What receivers of mail have to check (RFC 8301). */
const rsaBits = { min: 1_024, max: 4_096 };

/** Base64 of the PEM, as a setting is one line. */
const dkimKey = z.string().transform((text, context) => {
  try {
    const pem = fitPrivateKey(Buffer.from(text, 'base64').toString(), rsaBits);
    createPrivateKey(pem);
    return pem;
  } catch {
    context.addIssue({ code: 'custom', message: 'must be the base64 of a private key in PEM' });
    return z.NEVER;
  }
});

export const emailEnvironment = {
  MAIL_SMTP_URL: mailServer.optional(),
  MAIL_FROM: mailbox.optional(),
  MAIL_DKIM_SELECTOR: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/i)
    .optional(),
  MAIL_DKIM_KEY: dkimKey.optional(),
};

export const emailSettingsTogether = [
  ['e-mail', ['MAIL_SMTP_URL', 'MAIL_FROM']],
  ['DKIM', ['MAIL_DKIM_SELECTOR', 'MAIL_DKIM_KEY']],
] as const;

const environment = z.object(emailEnvironment);

export const readEmailSettings = (given: z.output<typeof environment>): EmailSettings | undefined => {
  const { MAIL_SMTP_URL: server, MAIL_FROM: from, MAIL_DKIM_SELECTOR: selector, MAIL_DKIM_KEY: privateKey } = given;
  if (!server || !from) return undefined;
  return { server, from, ...(selector && privateKey ? { dkim: { selector, privateKey } } : {}) };
};
