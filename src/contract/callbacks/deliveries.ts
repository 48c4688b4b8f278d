import { z } from 'zod';
import { declareCallback, messageOf } from '../callback';
import { code } from '../code';
import { integer, issuerId, orderNo, product } from '../fields';
import type { Wire } from '../route';

/** What a webhook terminal gets: the only messages that hold codes. */
export const codeDelivered = declareCallback({
  type: 'code.delivered',
  name: 'codeDelivered',
  to: 'terminal',
  summary: 'The codes of an order, or new ones in the place of others',
  body: messageOf(
    'code.delivered',
    z.strictObject({
      issuerId,
      orderNo,
      product,
      part: z
        .strictObject({ n: integer(1, 10_000), of: integer(2, 10_000) })
        .optional()
        .meta({ description: 'Of more than 200 codes: the order is complete when all parts came' }),
      replaces: z
        .array(z.strictObject({ itemId: z.string(), by: z.string() }))
        .optional()
        .meta({ description: 'The items that these codes are in the place of' }),
      codes: z.array(code),
    }),
  ).meta({
    id: 'CodeDelivered',
    examples: [
      {
        type: 'code.delivered',
        timestamp: '2026-01-01T00:10:03.000Z',
        data: {
          issuerId: 'acme',
          orderNo: 'A-1',
          product: { id: 'card', name: 'Gift card' },
          codes: [{ itemId: '1', value: '4006381333931', format: 'ean13' }],
        },
      },
    ],
  }),
});
export type CodeDeliveredMessage = Wire<typeof codeDelivered.body>;

export const codeVoid = declareCallback({
  type: 'code.void',
  name: 'codeVoid',
  to: 'terminal',
  summary: 'Codes that it was sent are void',
  body: messageOf('code.void', z.strictObject({ issuerId, orderNo, itemIds: z.array(z.string()) })).meta({
    id: 'CodeVoid',
    examples: [
      {
        type: 'code.void',
        timestamp: '2026-01-02T00:00:00.000Z',
        data: { issuerId: 'acme', orderNo: 'A-1', itemIds: ['1'] },
      },
    ],
  }),
});
export type CodeVoidMessage = Wire<typeof codeVoid.body>;
