import { z } from 'zod';
import { orderEvent } from '../callbacks/events';
import { closing, codeRequested, orderPaid, voidRequested } from '../callbacks/first-interface';
import { integer, text } from '../fields';
import { failureCode } from '../problem';
import { limit } from '../query';
import { declareRoute, type Wire } from '../route';
import { waitSeconds } from './event-feed';

/** The first interface by asking: for an issuer without an address that the platform could call. */
const base = '/v1/issuers/{issuerId}/messages';
/** Of the answers to many code requests. */
const answersLimitBytes = 1024 * 1024;

const giving = {
  id: z.string().meta({ description: 'The `webhook-id` that a callback would have' }),
  attempt: integer(1, Number.MAX_SAFE_INTEGER),
};

/** With the content that a callback would have. */
const given = z
  .union([
    orderPaid.body.extend(giving).meta({ id: 'GivenOrderPaid' }),
    codeRequested.body.extend(giving).meta({ id: 'GivenCodeRequested' }),
    closing.body.extend(giving).meta({ id: 'GivenOrderClosing' }),
    voidRequested.body.extend(giving).meta({ id: 'GivenVoidRequested' }),
    orderEvent.extend(giving).meta({ id: 'GivenEvent' }),
  ])
  .meta({ id: 'GivenMessage' });
export type GivenMessage = Wire<typeof given>;

export const readMessages = declareRoute({
  method: 'get',
  path: base,
  name: 'readMessages',
  who: 'issuer',
  summary: 'Messages that wait for an issuer that fetches them; each again after 60 s, until it is acknowledged',
  waits: true,
  givesMessages: true,
  query: z.strictObject({
    limit,
    waitSeconds: waitSeconds.meta({ description: 'How long to wait for the next message' }),
  }),
  answers: {
    200: { says: 'Messages, in no fixed order', body: z.strictObject({ data: z.array(given) }) },
  },
  problems: ['not_pull', 'rate_limited'],
});

/** Read when its message is known: what cannot be used is that message's problem, and not the call's. */
const answer = z
  .custom<Readonly<Record<string, unknown>>>(() => true)
  .optional()
  .meta({ type: 'object', additionalProperties: true, description: 'Left out: a 2xx without a body' });

const problemCode = z.union([z.literal('answer_unreadable'), failureCode]);

export const acknowledgeMessages = declareRoute({
  method: 'post',
  path: `${base}/acknowledgement`,
  name: 'acknowledgeMessages',
  who: 'issuer',
  summary: 'Says that messages were taken, each with the answer that a callback would have got',
  body: z
    .strictObject({
      type: z.literal('messages.acknowledgement'),
      results: z
        .array(
          z.strictObject({
            id: text(1, 128),
            answer,
          }),
        )
        .min(1)
        .max(100),
    })
    .meta({
      examples: [
        {
          type: 'messages.acknowledgement',
          results: [
            { id: 'cf_paid_5f2b' },
            { id: 'cf_code_91aa', answer: { status: 'issued', codes: [{ itemId: '1', value: '4006381333931' }] } },
          ],
        },
      ],
    }),
  limitBytes: answersLimitBytes,
  inParts: true,
  answers: {
    200: {
      says: 'What was acknowledged; a message with a problem was not',
      body: z.strictObject({
        acknowledged: integer(0, 100),
        problems: z.array(z.strictObject({ id: z.string(), code: problemCode })),
      }),
    },
  },
  problems: ['not_pull'],
});
