import { z } from 'zod';
import { codes, refusalReason } from '../code';
import { amount, instant, integer, orderNo, quantity, text } from '../fields';
import { order, queued } from '../order';
import { type AnswerOf, declareRoute } from '../route';

/** The second interface: what an issuer's server says of an order that it was told of. */
const base = '/v1/issuers/{issuerId}/orders/{orderNo}';

/** Of `/codes`, whose 200 codes may be long. */
const codesLimitBytes = 1024 * 1024;

/** Any string: a wrong token is 403, never 422. */
const token = text(1, 256);
const tokenExample = 'qkq0Z3kKk0m4mE5Yb6yq1dZ0n3o2vV8w5sQmX9a7L1c';

export const verifyOrderRequest = z
  .strictObject({ type: z.literal('order.verification'), orderNo, token, quantity, amount })
  .meta({
    examples: [
      {
        type: 'order.verification',
        orderNo: 'A-1',
        token: tokenExample,
        quantity: 3,
        amount: { value: 1000, currency: 'EUR' },
      },
    ],
  });
export type VerifyOrder = z.infer<typeof verifyOrderRequest>;

export const verifyOrder = declareRoute({
  method: 'post',
  path: `${base}/verification`,
  name: 'verifyOrder',
  who: 'issuer',
  summary: 'Second interface: order verification request',
  body: verifyOrderRequest,
  answers: {
    200: {
      says: 'Verified; the right facts again get the same answer',
      body: z
        .strictObject({ verdict: z.literal('verified'), orderNo, verifiedAt: instant, issueBy: instant })
        .meta({ id: 'Verified' }),
    },
  },
  problems: [
    'order_unknown',
    'order_closed',
    'verification_locked',
    'token_mismatch',
    'quantity_mismatch',
    'amount_mismatch',
  ],
});
export type VerifiedAnswer = AnswerOf<typeof verifyOrder>;

export const submitCodesRequest = z.strictObject({ type: z.literal('order.codes'), orderNo, token, codes }).meta({
  examples: [
    {
      type: 'order.codes',
      orderNo: 'A-1',
      token: tokenExample,
      codes: [{ itemId: '1', value: '4006381333931', format: 'ean13' }],
    },
  ],
});
export type SubmitCodes = z.infer<typeof submitCodesRequest>;

const codesTaken = z
  .strictObject({
    accepted: integer(0, 200).meta({ description: 'Codes of this call that the order now holds, old and new' }),
    outstanding: integer(0, 10_000).meta({ description: 'Codes that it still lacks' }),
  })
  .meta({ id: 'CodesTaken' });
const notJudgedYet = { says: 'Durable, not judged yet: the same request again gets the judgement', body: queued };

export const submitCodes = declareRoute({
  method: 'post',
  path: `${base}/codes`,
  name: 'submitCodes',
  who: 'issuer',
  summary: 'Gives codes',
  body: submitCodesRequest,
  limitBytes: codesLimitBytes,
  answers: {
    201: { says: 'At least one code is new', body: codesTaken },
    200: { says: 'The order had them all', body: codesTaken },
    202: notJudgedYet,
  },
  problems: [
    'order_unknown',
    'order_closed',
    'verification_locked',
    'token_mismatch',
    'not_verified',
    'code_conflict',
    'code_reused',
  ],
});
export type CodesAnswer = AnswerOf<typeof submitCodes>;

export const refuseOrderRequest = z
  .strictObject({
    type: z.literal('order.refusal'),
    orderNo,
    token,
    reason: refusalReason,
    detail: text(0, 512).optional(),
  })
  .meta({
    examples: [
      { type: 'order.refusal', orderNo: 'A-1', token: tokenExample, reason: 'out_of_stock', detail: 'none left' },
    ],
  });
export type RefuseOrder = z.infer<typeof refuseOrderRequest>;

export const refuseOrder = declareRoute({
  method: 'post',
  path: `${base}/refusal`,
  name: 'refuseOrder',
  who: 'issuer',
  inPortal: true,
  summary: 'The issuer cannot give the codes',
  body: refuseOrderRequest,
  answers: { 200: { says: 'Refused', body: order }, 202: notJudgedYet },
  problems: ['order_unknown', 'order_closed', 'already_delivered', 'verification_locked', 'token_mismatch'],
});
export type RefusalAnswer = AnswerOf<typeof refuseOrder>;

export const cancelOrderRequest = z
  .strictObject({ type: z.literal('order.cancellation'), orderNo, token: token.optional(), reason: text(1, 512) })
  .meta({ examples: [{ type: 'order.cancellation', orderNo: 'A-1', reason: 'the buyer changed her mind' }] });
export type CancelOrder = z.infer<typeof cancelOrderRequest>;

export const cancelOrder = declareRoute({
  method: 'post',
  path: `${base}/cancellation`,
  name: 'cancelOrder',
  who: 'issuer',
  inPortal: true,
  summary: 'Cancels an order',
  body: cancelOrderRequest,
  answers: { 200: { says: 'Cancelled', body: order }, 202: notJudgedYet },
  problems: ['order_unknown', 'order_closed', 'already_delivered', 'token_mismatch'],
});
export type CancellationAnswer = AnswerOf<typeof cancelOrder>;
