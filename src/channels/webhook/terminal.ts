import { createHash } from 'node:crypto';
import { z } from 'zod';
import { url } from '../../contract/fields';
import { parseSecret } from '../../signing/keys';
import { declareTerminal } from '../declare-terminal';

const isSecret = (text: string): boolean => {
  try {
    parseSecret(text);
    return true;
  } catch {
    return false;
  }
};

/** Chosen by whoever runs the terminal: it then knows its deliveries as an issuer knows its callbacks. */
const secret = z
  .string()
  .max(128, { abort: true })
  .refine(isSecret, { error: 'must be whsec_ and the base64 of 24 to 64 bytes' })
  .meta({ writeOnly: true, pattern: '^whsec_([A-Za-z0-9+/]{4}){8,21}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$' });

/** A server of the buyer's, or of the shop where he bought. */
export const webhookTerminal = declareTerminal({
  name: 'webhook',
  label: 'Webhook',
  schema: z.strictObject({ channel: z.literal('webhook'), url, secret: secret.optional() }),
  secrets: ['secret'],
  address: { name: 'url', label: 'Web address', kind: 'url', placeholder: 'https://' },
  hint: ({ url: address }) => new URL(address).host,
  hasPage: false,
  codesPerMessage: 200,
  // Two terminals on one host are not each other's fault: what one answers, 5xx too, says nothing of the others. Of the
  // rest of an address a hash is enough to tell them apart.
  circuit: ({ url: address }) =>
    `${new URL(address).origin}/#${createHash('sha256').update(address).digest('base64url').slice(0, 8)}`,
});
