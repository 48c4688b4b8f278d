import type { z } from 'zod';
import { declareChannel } from '../channel';
import { createWebhookDelivery } from './deliver';
import { webhookTerminal } from './terminal';

export const webhookChannel = declareChannel<z.output<typeof webhookTerminal.schema>>({
  terminal: webhookTerminal,
  tellsVoid: true,
  problem: async ({ url }, { rights }) => {
    const problem = await rights.urlProblem(url);
    return problem && { path: '/url', ...problem };
  },
  deliverer: createWebhookDelivery,
});
