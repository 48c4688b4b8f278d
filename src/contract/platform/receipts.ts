import { z } from 'zod';
import { text } from '../fields';
import { declareRoute } from '../route';

const receipt = z.strictObject({
  messageId: text(1, 512),
  event: z.enum(['delivered', 'bounced']),
  /** Taken and not kept: it may hold the buyer's address. */
  detail: text(0, 512).optional(),
});
export type Receipt = z.infer<typeof receipt>;

/** There where a channel has receipts and the secret for them is set. */
export const takeReceipts = declareRoute({
  method: 'post',
  path: '/v1/terminals/{channel}/{receiptSecret}',
  name: 'takeReceipts',
  who: 'anyone',
  summary: 'A mail or SMS provider tells what became of messages',
  body: z.union([receipt, z.array(receipt).min(1).max(1_000)]).meta({
    examples: [{ messageId: 'b1946ac9@codes.example.com', event: 'delivered' }],
  }),
  answers: { 204: { says: 'Taken, also of unknown messages' } },
  problems: ['rate_limited'],
});
