import { z } from 'zod';
import { terminal } from '../channels/terminals';
import { fitsFormat } from '../domain/code-formats';
import { orderStates } from '../domain/order';
import { amount, anyObject, instant, metadata, orderNo, product, quantity, text } from './fields';

/** Second interface and order API: what an issuer's server sends. Wire types are inferred from here. */
export const placeOrderRequest = z.strictObject({
  type: z.literal('order.payment'),
  orderNo,
  product,
  quantity: quantity.default(1),
  amount,
  terminal: terminal.optional(),
  metadata: metadata.optional(),
  payment: z.strictObject({ id: text(1, 64), paidAt: instant.optional(), payer: text(1, 64).optional() }).optional(),
});
export type PlaceOrder = z.infer<typeof placeOrderRequest>;

/** Any string: a wrong token is 403, never 422. */
const token = text(1, 256);

export const verifyOrderRequest = z.strictObject({
  type: z.literal('order.verification'),
  orderNo,
  token,
  quantity,
  amount,
});
export type VerifyOrder = z.infer<typeof verifyOrderRequest>;

export const code = z
  .strictObject({
    itemId: text(1, 64),
    value: text(1, 512),
    secret: text(1, 512).optional(),
    format: z.enum(['text', 'url', 'qr', 'code128', 'ean13', 'pdf417', 'aztec', 'datamatrix']).default('text'),
    expiresAt: instant.optional(),
  })
  .refine((item) => fitsFormat(item.format, item.value), { path: ['value'], error: 'does not fit its format' });
export type Code = z.infer<typeof code>;

export const codes = z
  .array(code)
  .min(1)
  .max(200)
  .superRefine((items, context) => {
    for (const key of ['itemId', 'value'] as const) {
      const seen = new Set<string>();
      items.forEach((item, index) => {
        if (seen.has(item[key])) {
          context.addIssue({ code: 'custom', path: [index, key], message: `is repeated in this call` });
        }
        seen.add(item[key]);
      });
    }
  });

export const submitCodesRequest = z.strictObject({ type: z.literal('order.codes'), orderNo, token, codes });
export type SubmitCodes = z.infer<typeof submitCodesRequest>;

const refusalReason = z.enum(['out_of_stock', 'price_changed', 'product_unknown', 'account_invalid', 'other']);

export const refuseOrderRequest = z.strictObject({
  type: z.literal('order.refusal'),
  orderNo,
  token,
  reason: refusalReason,
  detail: text(0, 512).optional(),
});
export type RefuseOrder = z.infer<typeof refuseOrderRequest>;

export const cancelOrderRequest = z.strictObject({
  type: z.literal('order.cancellation'),
  orderNo,
  reason: text(1, 512),
});
export type CancelOrder = z.infer<typeof cancelOrderRequest>;

export const echoRequest = anyObject;

/** The issuer's answer to `order.code_requested`. */
export const codeAnswer = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('issued'), codes }),
  z.strictObject({ status: z.literal('issuing') }),
  z.strictObject({ status: z.literal('refused'), reason: refusalReason, detail: text(0, 512).optional() }),
]);
export type CodeAnswer = z.infer<typeof codeAnswer>;

const limit = z.coerce.number().int().min(1).max(100).default(20);
const cursor = z.string().min(1).max(512);

export const listOrdersQuery = z.strictObject({
  state: z.enum(orderStates).optional(),
  createdAfter: z.iso.datetime({ offset: true }).optional(),
  limit,
  cursor: cursor.optional(),
});

export const operatorListQuery = z.strictObject({
  issuerId: z.string().min(1).max(64).optional(),
  state: z.enum(orderStates).optional(),
  q: z.string().min(1).max(64).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  limit,
  cursor: cursor.optional(),
});

export const pageQuery = z.strictObject({ limit, cursor: cursor.optional() });
/** Its cursor is the last product's id. */
export const productsQuery = z.strictObject({ limit, cursor: text(1, 64).optional() });
export const callsQuery = z.strictObject({ limit, failed: z.enum(['true', 'false']).optional() });
export const emptyQuery = z.strictObject({});
