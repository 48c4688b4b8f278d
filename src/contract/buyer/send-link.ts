import { z } from 'zod';
import { text } from '../fields';
import { declareRoute } from '../route';

/** For a buyer whose link is lost. */
const path = '/p/lost';

export const lostLinkForm = declareRoute({
  method: 'get',
  path,
  name: 'lostLinkForm',
  who: 'anyone',
  tag: 'buyer',
  summary: 'Asks for an order’s number and the address that it went to',
  answers: { 200: { says: 'The page', mediaType: 'text/html' } },
  problems: [],
});

export const sendLostLink = declareRoute({
  method: 'post',
  path,
  name: 'sendLostLink',
  who: 'anyone',
  tag: 'buyer',
  summary: 'Sends a new link to where a delivered order went, if number and address fit; answers the same in any case',
  body: z
    .strictObject({ orderNo: text(1, 64), address: text(3, 254) })
    .meta({ examples: [{ orderNo: 'A-1', address: 'ann@example.com' }] }),
  limitBytes: 4_096,
  answers: {
    202: {
      says: 'Sent, if it is known',
      body: z.strictObject({ sentIfKnown: z.literal(true) }).meta({ id: 'SentLink' }),
      alsoAs: 'text/html',
    },
  },
  problems: ['origin_forbidden', 'rate_limited'],
});
