import { createTransport } from 'nodemailer';
import type { MailServer } from './mail-server';

export interface MailSettings {
  readonly server: MailServer;
  readonly from: string;
  /** Of mails that name nobody: the operators. */
  readonly to?: readonly string[];
  readonly dkim?: DkimKey | undefined;
}

/** PEM of the private key whose public half stands in the DNS under `{selector}._domainkey.{domain of from}`. */
export interface DkimKey {
  readonly selector: string;
  readonly privateKey: string;
}

export interface Mail {
  /** The same for each try of one mail: a mailbox that gets it twice can tell. */
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  readonly to?: string;
  readonly replyTo?: string;
  /** Stands before the address that it comes from. */
  readonly fromName?: string;
  /** Shown by `html` as `cid:{name}`. */
  readonly pictures?: readonly { readonly name: string; readonly png: Buffer }[];
}

/** What became of one try: taken for all, or all but so many; or not, and why, in words that hold no password. */
export type Mailed =
  | { readonly isTaken: true; readonly refusedRecipients: number }
  | { readonly isTaken: false; readonly code: string | undefined; readonly status: number | undefined };

export interface MailLimits {
  readonly connectMs: number;
  readonly silenceMs: number;
  readonly wholeMs: number;
}

/** All together well below the half minute in which a pass of the reconciler must say that it is alive. */
const usualLimits: MailLimits = { connectMs: 5_000, silenceMs: 5_000, wholeMs: 15_000 };

export type Mailer = ReturnType<typeof createMailer>;

/** One connection for each mail: there is one now and then. */
export const createMailer = (
  { server, from, to = [], dkim }: MailSettings,
  {
    limits = usualLimits,
    trustedCa,
  }: {
    readonly limits?: MailLimits;
    /** In place of those that Node trusts: for tests. */
    readonly trustedCa?: string;
  } = {},
) => {
  const { host, port, security, login } = server;
  const domain = domainOf(from);
  const transport = createTransport({
    host,
    port,
    secure: security === 'smtps',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'off',
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(trustedCa ? { ca: trustedCa } : {}) },
    ...(login ? { auth: { user: login.user, pass: login.password } } : {}),
    dnsTimeout: limits.connectMs,
    connectionTimeout: limits.connectMs,
    greetingTimeout: limits.connectMs,
    socketTimeout: limits.silenceMs,
    ...(dkim ? { dkim: { domainName: domain, keySelector: dkim.selector, privateKey: dkim.privateKey } } : {}),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    /** One try, at most so long. Never throws. */
    send: async ({ id, subject, text, ...mail }: Mail): Promise<Mailed> => {
      try {
        const { rejected } = await transport.sendMail({
          from: mail.fromName === undefined ? from : { name: oneLine(mail.fromName), address: from },
          to: mail.to === undefined ? [...to] : mail.to,
          subject: oneLine(subject),
          text,
          ...(mail.html === undefined ? {} : { html: mail.html }),
          ...(mail.replyTo === undefined ? {} : { replyTo: mail.replyTo }),
          attachments: (mail.pictures ?? []).map(({ name, png }) => ({
            filename: `${name}.png`,
            content: png,
            cid: name,
            contentType: 'image/png',
            contentDisposition: 'inline',
          })),
          messageId: `<${id}@${domain}>`,
          // No out-of-office answers, please (RFC 3834).
          headers: { 'Auto-Submitted': 'auto-generated' },
          xMailer: false,
          signal: AbortSignal.timeout(limits.wholeMs),
        });
        return { isTaken: true, refusedRecipients: rejected.length };
      } catch (error) {
        const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
        return {
          isTaken: false,
          code: typeof code === 'string' ? code : undefined,
          status: typeof responseCode === 'number' ? responseCode : undefined,
        };
      }
    },
  };
};

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

/** Nor what a reader of mail would make of it: an encoded word (RFC 2047) may hold any character again. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll('=?', '= ?')
    .slice(0, 150);
