import { z } from 'zod';
import { terminal } from '../../channels/terminals';
import { voidDecisions } from '../../domain/messages';
import type { OperatorActionName } from '../../domain/operator-actions';
import { closeReasons, orderStates } from '../../domain/order';
import { nextActions } from '../../domain/words/why-no-code';
import { instant, integer, orderNo, text, windowSeconds } from '../fields';
import { itemIds, redeemItem, reverseRedemption } from '../issuer/after-sale';
import { order, queued, timeline } from '../order';
import { noBody, pageOf } from '../query';
import { type AnswerOf, declareRoute, type Route, type Wire } from '../route';

/** What an operator may see of an order and do to it. */
const base = '/v1/operator/orders';
const one = `${base}/{issuerId}/{orderNo}` as const;

const voidCodes = z.strictObject({
  codes: integer(0, 10_000),
  at: instant,
  /** Why the order was closed before its delivery, or who took codes back, or that nobody decided about a refund in time. */
  because: z.enum([...closeReasons, 'operator_voided', 'issuer_voided', 'refund_undecided']),
});
export type VoidCodes = Wire<typeof voidCodes>;

const operatorOrder = order
  .safeExtend({
    deliveredAt: instant.optional().meta({ description: 'When its terminal first had the codes' }),
    codesVoid: voidCodes.optional().meta({ description: 'Which of its codes are void' }),
  })
  .meta({ id: 'OperatorOrder' });
export type OperatorOrder = Wire<typeof operatorOrder>;

export const operatorOrderPage = pageOf(operatorOrder).meta({ id: 'OperatorOrderPage' });

export const readOperatorOrder = declareRoute({
  method: 'get',
  path: one,
  name: 'readOperatorOrder',
  who: 'viewer',
  summary: 'One order, and which of its codes are void',
  answers: { 200: { says: 'The order', body: operatorOrder } },
  problems: ['order_unknown'],
});

export const readOperatorTimeline = declareRoute({
  method: 'get',
  path: `${one}/timeline`,
  name: 'readOperatorTimeline',
  who: 'viewer',
  summary: 'Every attempt and answer of an order',
  answers: { 200: { says: 'The timeline, oldest first', body: timeline } },
  problems: ['order_unknown'],
});

export const readWhy = declareRoute({
  method: 'get',
  path: `${one}/why`,
  name: 'readWhy',
  costs: 10,
  who: 'viewer',
  summary: 'Why the order has no code yet, and what to do',
  answers: {
    200: {
      says: 'Sentences for a person',
      body: z
        .strictObject({
          orderNo,
          state: z.enum(orderStates),
          why: z.string(),
          next: z.strictObject({ text: z.string(), action: z.enum(nextActions).optional() }).optional(),
        })
        .meta({
          id: 'Why',
          examples: [
            {
              orderNo: 'A-1',
              state: 'notified',
              why: 'The order waits for its issuer to verify it.',
              next: { text: 'Tell the issuer again.', action: 'renotify' },
            },
          ],
        }),
    },
  },
  problems: ['order_unknown'],
});

/** A POST that does one thing to an order and is answered with it: what most actions are. */
export interface OrderAction<Body extends object = object> extends Route {
  readonly method: 'post';
  readonly path: `${typeof one}/${string}`;
  readonly who: 'operator';
  readonly body: z.ZodType<Body>;
  readonly answers: { readonly 200: { readonly says: string; readonly body: typeof operatorOrder } };
}

/** One that waits for the engine while that is away, and is done then. */
export interface QueuedAction<Body extends object = object> extends OrderAction<Body> {
  readonly answers: OrderAction['answers'] & { readonly 202: { readonly says: string; readonly body: typeof queued } };
}

const orderAction = <Body extends object>(
  name: OperatorActionName,
  {
    says = 'The order',
    ...declared
  }: Pick<OrderAction<Body>, 'name' | 'summary' | 'body' | 'problems'> & { says?: string },
): OrderAction<Body> => ({
  method: 'post',
  path: `${one}/${name}`,
  who: 'operator',
  answers: { 200: { says, body: operatorOrder } },
  ...declared,
});

const queuedAction = <Body extends object>(...declared: Parameters<typeof orderAction<Body>>): QueuedAction<Body> => {
  const route = orderAction(...declared);
  const says = 'Durable, not judged yet: done once the engine answers';
  return { ...route, answers: { ...route.answers, 202: { says, body: queued } } };
};

export const renotifyOrder = orderAction('renotify', {
  name: 'renotifyOrder',
  summary: 'Tells the issuer anew and ends a lock',
  body: noBody,
  problems: ['order_unknown', 'order_closed', 'already_verified', 'already_delivered', 'rate_limited'],
});

export const redeliverOrder = declareRoute({
  method: 'post',
  path: `${one}/redeliver`,
  name: 'redeliverOrder',
  who: 'operator',
  summary: 'Delivers again, to a corrected terminal if given',
  body: z
    .strictObject({
      terminal: terminal.optional(),
      newLink: z.boolean().optional().meta({ description: 'Ends the pick-up link that the order has' }),
    })
    .meta({ examples: [{ terminal: { channel: 'page' } }] }),
  answers: {
    200: { says: 'The order', body: operatorOrder },
    202: {
      says: 'With `twoPersons`: another operator decides whether the codes go to another terminal',
      body: z
        .strictObject({ approvalId: z.string() })
        .meta({ id: 'ApprovalAsked', examples: [{ approvalId: 'c2FtcGxlLWFwcHJvdmFsLTE' }] }),
    },
  },
  problems: [
    'order_unknown',
    'terminal_fixed',
    'not_issued',
    'code_void',
    'order_closed',
    'in_progress',
    'rate_limited',
  ],
});

export const operatorCancelOrder = declareRoute({
  method: 'post',
  path: `${one}/cancel`,
  name: 'operatorCancelOrder',
  who: 'operator',
  summary: 'Cancels an order',
  body: z.strictObject({ reason: text(1, 512).default('operator') }).meta({ examples: [{ reason: 'paid twice' }] }),
  answers: {
    200: { says: 'Cancelled', body: order },
    202: { says: 'Durable, not judged yet: cancelled once the engine answers', body: queued },
  },
  problems: ['order_unknown', 'already_delivered', 'order_closed', 'rate_limited'],
});
export type OperatorCancelAnswer = AnswerOf<typeof operatorCancelOrder>;

export const extendRequest = z.strictObject({ seconds: windowSeconds }).meta({ examples: [{ seconds: 600 }] });

export const extendOrder = orderAction('extend', {
  name: 'extendOrder',
  summary: 'Lengthens the running window',
  body: extendRequest,
  problems: ['order_unknown', 'order_closed', 'already_delivered', 'rate_limited'],
});

const reason = text(1, 512);

export const voidOrder = queuedAction('void', {
  name: 'voidOrder',
  summary: 'Declares codes void: all good ones where none is named',
  body: z
    .strictObject({ itemIds: itemIds.optional(), reason })
    .meta({ examples: [{ itemIds: ['1'], reason: 'printed twice' }] }),
  says: 'They are void',
  problems: [
    'order_unknown',
    'order_closed',
    'not_issued',
    'item_unknown',
    'code_redeemed',
    'in_progress',
    'rate_limited',
  ],
});

export const refundOrder = orderAction('refund', {
  name: 'refundOrder',
  summary: 'Asks the issuer to destroy codes, all good ones where none is named, so that money can go back',
  body: z.strictObject({ itemIds: itemIds.optional(), reason }).meta({ examples: [{ reason: 'bought by mistake' }] }),
  says: 'The issuer is being asked',
  problems: [
    'order_unknown',
    'order_closed',
    'not_issued',
    'item_unknown',
    'void_pending',
    'code_void',
    'code_redeemed',
    'in_progress',
    'rate_limited',
  ],
});

export const decideVoidByOperator = orderAction('void-decision', {
  name: 'decideVoidByOperator',
  summary: 'Decides a void request in place of the issuer',
  body: z
    .strictObject({ requestId: text(1, 64), decision: z.enum(voidDecisions), reason })
    .meta({ examples: [{ requestId: 'Zc2r0y1mQk6b8nHs4tXv5A', decision: 'refused', reason: 'the event is over' }] }),
  says: 'It is decided so',
  problems: ['order_unknown', 'request_unknown', 'already_decided', 'in_progress', 'rate_limited'],
});

export const noteOnOrder = orderAction('note', {
  name: 'noteOnOrder',
  summary: 'Writes a line into the timeline that only operators see',
  body: z.strictObject({ text: text(1, 2_000) }).meta({ examples: [{ text: 'The buyer called: ticket 4711.' }] }),
  problems: ['order_unknown'],
});

export const completeShort = queuedAction('complete', {
  name: 'completeShort',
  summary: 'Ends the issue window now: what came is delivered, and the rest is owed',
  body: z.strictObject({ reason: reason.optional() }).meta({ examples: [{ reason: 'the event begins' }] }),
  problems: ['order_unknown', 'order_closed', 'not_verified', 'nothing_issued', 'already_delivered', 'rate_limited'],
});

export const redeemByOperator = declareRoute({
  method: 'post',
  path: `${one}/redeem`,
  name: 'redeemByOperator',
  who: 'operator',
  summary: 'A code was used; each redemptionId counts once',
  body: redeemItem.body
    .pick({ redemptionId: true, itemId: true, uses: true, place: true })
    .meta({ examples: [{ redemptionId: 'desk-1', itemId: '1' }] }),
  answers: redeemItem.answers,
  problems: redeemItem.problems,
});

export const reverseByOperator = declareRoute({
  method: 'post',
  path: `${one}/reverse`,
  name: 'reverseByOperator',
  who: 'operator',
  summary: 'Takes a whole redemption back',
  body: reverseRedemption.body
    .pick({ redemptionId: true, reason: true })
    .meta({ examples: [{ redemptionId: 'desk-1' }] }),
  answers: reverseRedemption.answers,
  problems: reverseRedemption.problems,
});
