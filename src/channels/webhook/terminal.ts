import { z } from 'zod';
import { url } from '../../contract/fields';
import { declareTerminal } from '../declare-terminal';

/** A server of the buyer's, or of the shop where he bought. */
export const webhookTerminal = declareTerminal({
  name: 'webhook',
  label: 'Webhook',
  schema: z.strictObject({ channel: z.literal('webhook'), url }),
  address: { name: 'url', label: 'Web address', kind: 'url', placeholder: 'https://' },
  hint: ({ url: address }) => new URL(address).host,
  hasPage: false,
  circuit: ({ url: address }) => new URL(address).origin,
});
