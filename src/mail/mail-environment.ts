import { z } from 'zod';
import { parseMailServer } from './mail-server';

/** An address alone, without a name: nothing in it can end a header or begin another one. */
export const mailbox = z.email({ pattern: z.regexes.html5Email, abort: true }).max(254, { abort: true });

/** For every setting that names a mail server; its value is never repeated, as it holds a password. */
export const mailServer = z.string().transform((text, context) => {
  const server = parseMailServer(text);
  if (server) return server;
  context.addIssue({
    code: 'custom',
    message:
      'must be smtp://user:password@host:port or smtps://…; without a password smtp://host:port?tls=off is one, too',
  });
  return z.NEVER;
});
