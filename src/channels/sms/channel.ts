import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { z } from 'zod';
import { declareChannel } from '../channel';
import { createSmsDelivery } from './deliver';
import { createGenericGateway } from './generic-gateway';
import { smsTerminal } from './terminal';
import { textOf } from './text';

export const smsChannel = declareChannel<z.output<typeof smsTerminal.schema>>({
  terminal: smsTerminal,
  isConfigured: ({ sms }) => sms !== undefined,
  // Possible, not assigned: numbering plans get new ranges before any library knows them.
  problem: async ({ number }) =>
    parsePhoneNumberFromString(number)?.isPossible()
      ? null
      : { path: '/number', code: 'number_impossible', message: 'is no phone number of any country' },
  written: (delivery) => ({ to: delivery.terminal.number, text: textOf(delivery) }),
  deliverer: ({ settings: { sms }, ...deps }) => {
    if (!sms) throw new RangeError('SMS is not configured');
    return createSmsDelivery(createGenericGateway(sms, deps.nowMs), sms.partsPerDay, deps);
  },
});
