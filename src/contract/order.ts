import { z } from 'zod';
import { timelineEvents } from '../domain/messages';
import { closeReasons, deliveryStates, orderStates } from '../domain/order';
import { amount, count, instant, integer, issuerId, moment, orderNo, product, quantity, text } from './fields';
import { pageOf } from './query';
import type { Wire } from './route';

export const payment = z.strictObject({ id: text(1, 64), paidAt: moment.optional(), payer: text(1, 64).optional() });

/** A terminal as it is shown: enough to recognise it. */
export const maskedTerminal = z.strictObject({ channel: z.string(), hint: z.string() });

const secretNames = z.array(z.string()).optional();
/** Of a changed terminal; never what stands in them. */
export const changedSecrets = {
  secretsSet: secretNames.meta({ description: 'What it has that the one before had not, or not so, such as `pin`' }),
  secretsDropped: secretNames.meta({ description: 'What the one before had, and it has not' }),
};

/** The Order, as answered everywhere. Codes are never in it. */
export const order = z
  .strictObject({
    issuerId,
    orderNo,
    state: z.enum(orderStates),
    product,
    quantity,
    amount,
    terminal: maskedTerminal,
    codes: z.strictObject({ issued: integer(0, 10_000), outstanding: integer(0, 10_000) }),
    items: z
      .strictObject({ issued: count, delivered: count, void: count, replaced: count, redeemed: count })
      .meta({ description: 'Items by state; redeemed are the good ones with a use spent' }),
    delivery: z.strictObject({ state: z.enum(deliveryStates), tries: count }),
    pickupUrl: z.string().optional().meta({ description: 'Whoever has it will see the codes' }),
    createdAt: instant,
    updatedAt: instant,
    verifyBy: instant.optional(),
    issueBy: instant.optional().meta({ description: 'From the verification on' }),
    closedReason: z.enum(closeReasons).optional(),
    refundDue: amount.optional().meta({ description: 'Absent when nothing is due' }),
    refundSettled: amount.optional().meta({ description: 'What the issuer said was paid back' }),
    voidRequest: z
      .strictObject({
        requestId: z.string(),
        itemIds: z.array(z.string()),
        state: z.enum(['open', 'undecided', 'destroyed', 'refused']),
        decideBy: instant,
      })
      .optional()
      .meta({ description: 'The newest request to destroy codes, which their issuer decides' }),
    metadata: z.record(z.string(), z.string()).optional(),
    payment: payment.optional(),
    sequence: count.meta({ description: 'Of the last event; 0 before the first' }),
    actions: z.array(z.string()).meta({ description: 'Calls that would now change or send something' }),
  })
  .meta({
    id: 'Order',
    examples: [
      {
        issuerId: 'acme',
        orderNo: 'A-1',
        state: 'delivered',
        product: { id: 'card', name: 'Gift card' },
        quantity: 3,
        amount: { value: 1000, currency: 'EUR' },
        terminal: { channel: 'page', hint: 'pick-up page' },
        codes: { issued: 1, outstanding: 2 },
        items: { issued: 0, delivered: 1, void: 0, replaced: 0, redeemed: 0 },
        delivery: { state: 'delivered', tries: 1 },
        pickupUrl: 'https://codes.example.com/p/zTk0CqYp2mB1hX8uQ3vR5w',
        createdAt: '2026-01-01T00:00:00.000Z',
        updatedAt: '2026-01-01T00:10:03.000Z',
        verifyBy: '2026-01-01T00:10:00.000Z',
        issueBy: '2026-01-01T00:10:02.000Z',
        closedReason: 'partially_issued',
        refundDue: { value: 667, currency: 'EUR' },
        payment: { id: 'pay-7' },
        sequence: 2,
        actions: ['void', 'replacement', 'redemptions', 'refund-settlement'],
      },
    ],
  });
export type Order = Wire<typeof order>;

export const orderPage = pageOf(order).meta({ id: 'OrderPage' });

/** Numbers, names of closed lists and ids; never a code, a token or an address. */
const detail = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.strictObject({ path: z.string(), code: z.string() }))]),
);

export const timeline = z
  .strictObject({
    data: z.array(z.strictObject({ at: instant, event: z.enum(timelineEvents), detail })),
  })
  .meta({
    id: 'Timeline',
    examples: [
      {
        data: [
          { at: '2026-01-01T00:00:00.000Z', event: 'accepted', detail: { quantity: 3 } },
          { at: '2026-01-01T00:00:02.000Z', event: 'verification_judged', detail: { verdict: 'verified' } },
        ],
      },
    ],
  });
export type Timeline = Wire<typeof timeline>;

/** Durable and not judged yet: the same request again gets the judgement. */
export const queued = z.strictObject({ status: z.literal('queued') }).meta({ id: 'Queued' });
