import { z } from 'zod';
import { declareRoute } from '../route';

/** For whoever opens a firewall. */
export const listSourceAddresses = declareRoute({
  method: 'get',
  path: '/v1/source-addresses',
  name: 'listSourceAddresses',
  who: 'anyone',
  summary: 'The addresses that callbacks and deliveries come from, as the platform is set: empty where nobody has said',
  answers: {
    200: {
      says: 'Addresses and ranges',
      body: z
        .strictObject({ data: z.array(z.string()) })
        .meta({ id: 'SourceAddresses', examples: [{ data: ['203.0.113.7/32', '2001:db8::/48'] }] }),
    },
  },
  problems: [],
});
