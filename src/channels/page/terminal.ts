import { z } from 'zod';
import { declareTerminal } from '../declare-terminal';

/** The platform's own page: whoever has its link sees the codes. */
export const pageTerminal = declareTerminal({
  name: 'page',
  label: 'Pick-up page',
  schema: z.strictObject({ channel: z.literal('page') }),
  hint: () => 'pick-up page',
  hasPage: true,
});
