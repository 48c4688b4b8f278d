import { z } from 'zod';
import { orderEvent } from '../callbacks/events';
import { cursor, limit } from '../query';
import { declareRoute } from '../route';

/** What an issuer's server reads instead of, or after, what it was sent. */
const base = '/v1/issuers/{issuerId}';

export const waitSeconds = z.coerce.number<number>().int().min(0).max(30).default(0);

const feedEvent = orderEvent
  .extend({ id: z.string().meta({ description: 'The `webhook-id` of its callback' }) })
  .meta({ id: 'FeedEvent' });

export const readEvents = declareRoute({
  method: 'get',
  path: `${base}/events`,
  name: 'readEvents',
  who: 'issuer',
  summary: 'Events of all orders, each once a pass, from 5 s after they happened for 30 days',
  waits: true,
  givesMessages: true,
  query: z.strictObject({
    after: cursor.optional().meta({ description: '`nextCursor` of the page before; from the oldest on when left out' }),
    limit,
    waitSeconds: waitSeconds.meta({ description: 'How long to wait for the next event' }),
  }),
  answers: {
    200: {
      says: 'Events in the order of their writing; empty: there is no further one yet',
      body: z.strictObject({
        data: z.array(feedEvent),
        nextCursor: z.string().meta({ description: 'Also of an empty page' }),
      }),
    },
  },
  problems: ['cursor_gone', 'rate_limited'],
});
