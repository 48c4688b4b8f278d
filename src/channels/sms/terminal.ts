import { z } from 'zod';
import { language, pin } from '../../contract/fields';
import { declareTerminal } from '../declare-terminal';

export const smsTerminal = declareTerminal({
  name: 'sms',
  label: 'SMS',
  schema: z.strictObject({
    channel: z.literal('sms'),
    number: z.string().regex(/^\+[1-9][0-9]{6,14}$/),
    language: language.optional(),
    pin: pin.optional(),
  }),
  secrets: ['pin'],
  address: { name: 'number', label: 'Phone number', kind: 'tel', placeholder: '+4915112345678' },
  hint: ({ number }) => `${number.slice(0, 3)}***${number.slice(-2)}`,
  hasPage: true,
  hasReceipts: true,
});
