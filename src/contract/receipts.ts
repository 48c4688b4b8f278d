import { z } from 'zod';
import { text } from './fields';

const receipt = z.strictObject({
  messageId: text(1, 512),
  event: z.enum(['delivered', 'bounced']),
  /** Taken and not kept: it may hold the buyer's address. */
  detail: text(0, 512).optional(),
});

/** What a mail or SMS provider tells of messages that it took. */
export const receiptsRequest = z.union([receipt, z.array(receipt).min(1).max(1_000)]);
export type Receipt = z.infer<typeof receipt>;
