import type { z } from 'zod';
import { declareChannel } from '../channel';
import { createEmailDelivery } from './deliver';
import { messageOf } from './message';
import { emailTerminal } from './terminal';

export const emailChannel = declareChannel<z.output<typeof emailTerminal.schema>>({
  terminal: emailTerminal,
  isConfigured: ({ email }) => email !== undefined,
  written: async (delivery) => {
    const { subject, text } = await messageOf(delivery, async () => undefined);
    return { to: delivery.terminal.address, subject, text };
  },
  deliverer: ({ settings: { email }, ...deps }) => {
    if (!email) throw new RangeError('e-mail is not configured');
    return createEmailDelivery(email, deps);
  },
});
