import { z } from 'zod';
import { pin } from '../../contract/fields';
import { declareTerminal } from '../declare-terminal';

/** The platform's own page: whoever has its link, and its PIN where there is one, sees the codes. */
export const pageTerminal = declareTerminal({
  name: 'page',
  label: 'Pick-up page',
  schema: z.strictObject({ channel: z.literal('page'), pin: pin.optional() }),
  secrets: ['pin'],
  hint: () => 'pick-up page',
  hasPage: true,
});
