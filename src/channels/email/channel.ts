import type { z } from 'zod';
import { declareChannel } from '../channel';
import { createEmailDelivery } from './deliver';
import { emailTerminal } from './terminal';

export const emailChannel = declareChannel<z.output<typeof emailTerminal.schema>>({
  terminal: emailTerminal,
  isConfigured: ({ email }) => email !== undefined,
  deliverer: ({ settings: { email }, ...deps }) => {
    if (!email) throw new RangeError('e-mail is not configured');
    return createEmailDelivery(email, deps);
  },
});
