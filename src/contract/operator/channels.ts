import { z } from 'zod';
import { declareRoute, type Wire } from '../route';

const address = z.strictObject({
  field: z.string(),
  label: z.string(),
  kind: z.enum(['url', 'email', 'tel']),
  placeholder: z.string().optional(),
});

/** For whoever lets a person choose a terminal. */
export const offeredChannel = z.strictObject({
  channel: z.string(),
  label: z.string(),
  hasPage: z.boolean().meta({ description: 'Its orders have a pick-up link' }),
  address: address.optional().meta({ description: 'Absent where a channel needs none' }),
  secrets: z.array(z.string()).optional().meta({ description: 'Fields that are never shown, such as `pin`' }),
});
export type OfferedChannel = Wire<typeof offeredChannel>;

export const listChannels = declareRoute({
  method: 'get',
  path: '/v1/operator/channels',
  name: 'listChannels',
  who: 'viewer',
  summary: 'The channels that this platform delivers by, and what to ask for a terminal of each',
  answers: {
    200: {
      says: 'The channels',
      body: z
        .strictObject({
          data: z.array(offeredChannel),
        })
        .meta({
          id: 'Channels',
          examples: [
            {
              data: [
                { channel: 'page', label: 'Pick-up page', hasPage: true },
                {
                  channel: 'webhook',
                  label: 'Webhook',
                  hasPage: false,
                  address: { field: 'url', label: 'Web address', kind: 'url', placeholder: 'https://' },
                },
              ],
            },
          ],
        }),
    },
  },
  problems: [],
});
