import { z } from 'zod';
import { terminal } from '../../channels/terminals';
import { voidDecisions } from '../../domain/messages';
import { code } from '../code';
import { amount, instant, integer, moment, orderNo, text } from '../fields';
import { order, queued } from '../order';
import { cursor, limit, pageOf } from '../query';
import { declareRoute } from '../route';
import { voidRefusal } from '../void-answer';

/** The life of an order after its sale: what an issuer's server says of its codes, and reads of them. */
const base = '/v1/issuers/{issuerId}/orders/{orderNo}';
/** Of a replacement, whose 200 codes may be long. */
const codesLimitBytes = 1024 * 1024;

const token = text(1, 256);
const tokenExample = 'qkq0Z3kKk0m4mE5Yb6yq1dZ0n3o2vV8w5sQmX9a7L1c';
const itemId = text(1, 64);
const operationId = text(1, 64).meta({
  description: 'Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it',
});
const reason = text(1, 512);
const uses = integer(1, 1_000_000);
const count = integer(0, 1_000_000);

const distinct = (items: readonly string[]): boolean => new Set(items).size === items.length;
const ofEveryCall = ['order_unknown', 'order_closed', 'token_mismatch', 'verification_locked'] as const;

export const itemIds = z
  .array(itemId)
  .min(1)
  .max(10_000, { abort: true })
  .refine(distinct, { error: 'names an item twice' })
  .meta({ uniqueItems: true });

const notJudgedYet = { says: 'The engine is away: the same request again gets the judgement', body: queued };

export const completeOrder = declareRoute({
  method: 'post',
  path: `${base}/completion`,
  name: 'completeOrder',
  who: 'issuer',
  inPortal: true,
  summary: 'Ends the issue window now: what came is delivered, and the rest is owed',
  body: z
    .strictObject({ type: z.literal('order.completion'), orderNo, token, reason: reason.optional() })
    .meta({ examples: [{ type: 'order.completion', orderNo: 'A-1', token: tokenExample, reason: 'no more seats' }] }),
  answers: { 200: { says: 'The order is delivered short', body: order }, 202: notJudgedYet },
  problems: [...ofEveryCall, 'not_verified', 'nothing_issued', 'already_delivered'],
});

export const voidItems = declareRoute({
  method: 'post',
  path: `${base}/void`,
  name: 'voidItems',
  who: 'issuer',
  inPortal: true,
  summary: 'The issuer has destroyed codes: all good ones where none is named',
  body: z
    .strictObject({ type: z.literal('order.void'), orderNo, token, itemIds: itemIds.optional(), reason })
    .meta({ examples: [{ type: 'order.void', orderNo: 'A-1', token: tokenExample, itemIds: ['1'], reason: 'lost' }] }),
  answers: { 200: { says: 'They are void', body: order }, 202: notJudgedYet },
  problems: [...ofEveryCall, 'not_issued', 'item_unknown', 'code_redeemed'],
});

export const deliverAgain = declareRoute({
  method: 'post',
  path: `${base}/delivery`,
  name: 'deliverAgain',
  who: 'issuer',
  inPortal: true,
  summary: 'Sends the good codes again, five times a day at most',
  body: z
    .strictObject({
      type: z.literal('order.delivery'),
      orderNo,
      token,
      terminal: terminal.optional().meta({ description: 'Another one only after a failed attempt' }),
      newLink: z.boolean().optional().meta({ description: 'Ends the pick-up link that the order has' }),
    })
    .meta({ examples: [{ type: 'order.delivery', orderNo: 'A-1', token: tokenExample, newLink: true }] }),
  answers: { 200: { says: 'They are on their way', body: order } },
  problems: [...ofEveryCall, 'not_issued', 'terminal_fixed', 'code_void'],
});

export const decideVoid = declareRoute({
  method: 'post',
  path: `${base}/void-decision`,
  name: 'decideVoid',
  who: 'issuer',
  inPortal: true,
  summary: 'Decides whether codes that somebody wants money back for are destroyed',
  body: z
    .strictObject({
      type: z.literal('order.void_decision'),
      orderNo,
      token,
      requestId: text(1, 64),
      decision: z.enum(voidDecisions),
      reason: voidRefusal.optional().meta({ description: 'Needed when refused' }),
      detail: text(0, 512).optional(),
    })
    .refine(({ decision, reason: given }) => decision === 'destroyed' || given !== undefined, {
      path: ['reason'],
      error: 'is needed when refused',
    })
    .meta({
      examples: [
        {
          type: 'order.void_decision',
          orderNo: 'A-1',
          token: tokenExample,
          requestId: 'Zc2r0y1mQk6b8nHs4tXv5A',
          decision: 'destroyed',
        },
      ],
    }),
  answers: { 200: { says: 'It is decided so', body: order } },
  problems: [...ofEveryCall, 'request_unknown', 'already_decided'],
});

export const changeValidity = declareRoute({
  method: 'post',
  path: `${base}/validity`,
  name: 'changeValidity',
  who: 'issuer',
  inPortal: true,
  summary: 'Gives codes that have an end a later one',
  body: z
    .strictObject({
      type: z.literal('order.validity'),
      orderNo,
      token,
      itemIds: itemIds.optional(),
      expiresAt: moment,
    })
    .meta({
      examples: [{ type: 'order.validity', orderNo: 'A-1', token: tokenExample, expiresAt: '2027-01-01T00:00:00Z' }],
    }),
  answers: { 200: { says: 'They end then', body: order } },
  problems: [...ofEveryCall, 'not_issued', 'item_unknown', 'code_void', 'body_invalid'],
});

const redeemed = z.strictObject({ redemptionId: operationId, itemId, uses, usesLeft: count }).meta({ id: 'Redeemed' });

export const redeemItem = declareRoute({
  method: 'post',
  path: `${base}/redemptions`,
  name: 'redeemItem',
  who: 'issuer',
  inPortal: true,
  summary: 'A code was used; each redemptionId counts once',
  body: z
    .strictObject({
      type: z.literal('order.redemption'),
      orderNo,
      token,
      redemptionId: operationId,
      itemId,
      uses: uses.default(1),
      redeemedAt: moment.optional(),
      place: text(0, 200).optional(),
    })
    .meta({
      examples: [
        {
          type: 'order.redemption',
          orderNo: 'A-1',
          token: tokenExample,
          redemptionId: 'till-7-000123',
          itemId: '1',
          place: 'Main entrance',
        },
      ],
    }),
  answers: {
    201: { says: 'Redeemed', body: redeemed },
    200: { says: 'The same again', body: redeemed },
  },
  problems: [
    ...ofEveryCall,
    'not_delivered',
    'item_unknown',
    'code_void',
    'code_held',
    'code_not_started',
    'code_expired',
    'uses_exhausted',
    'redemption_conflict',
    'body_invalid',
  ],
});

export const reverseRedemption = declareRoute({
  method: 'post',
  path: `${base}/reversals`,
  name: 'reverseRedemption',
  who: 'issuer',
  inPortal: true,
  summary: 'Takes a whole redemption back',
  body: z
    .strictObject({
      type: z.literal('order.reversal'),
      orderNo,
      token,
      redemptionId: operationId,
      reason: reason.optional(),
    })
    .meta({
      examples: [{ type: 'order.reversal', orderNo: 'A-1', token: tokenExample, redemptionId: 'till-7-000123' }],
    }),
  answers: {
    200: {
      says: 'Taken back; the same again gets the same answer',
      body: z.strictObject({ redemptionId: operationId, itemId, usesLeft: count }).meta({ id: 'Reversed' }),
    },
  },
  problems: [...ofEveryCall, 'not_delivered', 'redemption_unknown'],
});

const replacements = z
  .array(z.strictObject({ itemId, code, stillLive: z.boolean().optional() }))
  .min(1)
  .max(200, { abort: true })
  .superRefine((pairs, context) => {
    const seen = { old: new Set<string>(), new: new Set<string>(), value: new Set<string>() };
    pairs.forEach((pair, at) => {
      const fields = [
        [seen.old, pair.itemId, ['itemId']],
        [seen.new, pair.code.itemId, ['code', 'itemId']],
        [seen.value, pair.code.value, ['code', 'value']],
      ] as const;
      for (const [set, text_, path] of fields) {
        if (set.has(text_))
          context.addIssue({ code: 'custom', path: [at, ...path], message: 'is repeated in this call' });
        set.add(text_);
      }
    });
  });

export const replaceCodes = declareRoute({
  method: 'post',
  path: `${base}/replacement`,
  name: 'replaceCodes',
  who: 'issuer',
  summary: 'Puts new codes in the place of bad ones',
  body: z.strictObject({ type: z.literal('order.replacement'), orderNo, token, replacements, reason }).meta({
    examples: [
      {
        type: 'order.replacement',
        orderNo: 'A-1',
        token: tokenExample,
        replacements: [{ itemId: '1', code: { itemId: '1b', value: 'NEW-CODE' } }],
        reason: 'rejected at the till',
      },
    ],
  }),
  limitBytes: codesLimitBytes,
  answers: {
    201: { says: 'Replaced', body: z.strictObject({ replaced: count }).meta({ id: 'Replaced' }) },
    200: { says: 'The same pairs again', body: z.strictObject({ replaced: count }).meta({ id: 'ReplacedBefore' }) },
  },
  problems: [
    ...ofEveryCall,
    'not_delivered',
    'item_unknown',
    'code_void',
    'code_redeemed',
    'void_pending',
    'code_conflict',
    'code_reused',
  ],
});

export const settleRefund = declareRoute({
  method: 'post',
  path: `${base}/refund-settlement`,
  name: 'settleRefund',
  who: 'issuer',
  inPortal: true,
  summary: 'Money that was owed was paid back',
  body: z
    .strictObject({
      type: z.literal('order.refund_settlement'),
      orderNo,
      token,
      settlementId: operationId,
      amount: amount.extend({ value: integer(1, Number.MAX_SAFE_INTEGER) }),
      settledAt: moment.optional(),
    })
    .meta({
      examples: [
        {
          type: 'order.refund_settlement',
          orderNo: 'A-1',
          token: tokenExample,
          settlementId: 'refund-99',
          amount: { value: 667, currency: 'EUR' },
        },
      ],
    }),
  answers: { 201: { says: 'Noted', body: order }, 200: { says: 'The same again', body: order } },
  problems: [...ofEveryCall, 'amount_mismatch', 'settlement_conflict', 'refund_exceeded', 'body_invalid'],
});

const item = z
  .strictObject({
    itemId,
    state: z.enum(['issued', 'delivered', 'void', 'replaced']),
    uses,
    usesLeft: count,
    held: z.boolean(),
    startsAt: instant.optional(),
    expiresAt: instant.optional(),
    deliveredAt: instant.optional(),
    openedAt: instant.optional(),
    replacedBy: itemId.optional(),
    replaces: itemId.optional(),
    maybeLive: z.boolean().optional().meta({ description: 'It was replaced, and its code could not be destroyed' }),
  })
  .meta({ id: 'Item' });

const listQuery = z.strictObject({ limit, cursor: cursor.optional() });

export const listItems = declareRoute({
  method: 'get',
  path: `${base}/items`,
  name: 'listItems',
  who: 'issuer',
  inPortal: true,
  summary: 'The items of an order, oldest first; never a code',
  query: listQuery,
  answers: { 200: { says: 'A page of items', body: pageOf(item).meta({ id: 'ItemPage' }) } },
  problems: ['order_unknown', 'body_invalid'],
});

const redemption = z
  .strictObject({
    redemptionId: operationId,
    itemId,
    uses,
    usesLeft: count.meta({ description: 'Once it was redeemed, as its call was told' }),
    at: instant,
    place: z.string().optional(),
    reversedAt: instant.optional(),
  })
  .meta({ id: 'Redemption' });

export const listRedemptions = declareRoute({
  method: 'get',
  path: `${base}/redemptions`,
  name: 'listRedemptions',
  who: 'issuer',
  inPortal: true,
  summary: 'The redemptions of an order, oldest first',
  query: listQuery,
  answers: { 200: { says: 'A page of redemptions', body: pageOf(redemption).meta({ id: 'RedemptionPage' }) } },
  problems: ['order_unknown', 'body_invalid'],
});
