import { z } from 'zod';
import { language, pin } from '../../contract/fields';
import { declareTerminal } from '../declare-terminal';

export const emailTerminal = declareTerminal({
  name: 'email',
  label: 'E-mail',
  schema: z.strictObject({
    channel: z.literal('email'),
    address: z.email().max(254),
    language: language.optional(),
    pin: pin.optional(),
  }),
  secrets: ['pin'],
  address: { name: 'address', label: 'E-mail address', kind: 'email' },
  hint: ({ address }) => {
    const [name = '', domain = ''] = address.split('@');
    return `${name.slice(0, 1)}***@${domain.slice(0, 1)}***`;
  },
  hasPage: true,
  hasReceipts: true,
});
