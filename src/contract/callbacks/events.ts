import { z } from 'zod';
import { type EventType, eventTypes, voidDecisions, voidRefusals } from '../../domain/messages';
import { closeReasons, orderStates } from '../../domain/order';
import { type Callback, messageOf } from '../callback';
import { amount, instant, integer, issuerId, orderNo } from '../fields';
import { changedSecrets, maskedTerminal, payment } from '../order';
import type { Wire } from '../route';

/** What happened to an order, for its issuer: nobody waits on it. Never a code in it. */
const says = {
  'order.delivered': 'The terminal has the codes',
  'order.undeliverable': 'The terminal did not get the codes: a person must act',
  'order.refused': 'The issuer refused the order',
  'order.expired': 'A window ended',
  'order.cancelled': 'The order is cancelled',
  'order.refund_due': 'Money is owed to the buyer: the new total',
  'order.codes_void': 'Codes became void',
  'order.item_replaced': 'New codes took the place of others',
  'order.redeemed': 'A code was used, as an operator says',
  'order.reversed': 'A redemption was taken back by an operator',
  'order.opened': 'The buyer saw the codes for the first time',
  'order.terminal_changed': 'The codes go to another terminal',
  'order.void_decided': 'A request for money back was decided',
} as const satisfies Record<EventType, string>;

const data = z
  .strictObject({
    issuerId,
    orderNo,
    sequence: integer(1, Number.MAX_SAFE_INTEGER).meta({
      description: 'Counts the events of the order from 1 without gaps; they may arrive out of order',
    }),
    at: instant,
    state: z.enum(orderStates).meta({ description: 'Of the order, after it' }),
    closedReason: z.enum(closeReasons).optional(),
    refundDue: amount.optional(),
    payment: payment.optional().meta({ description: 'Of `order.refund_due`' }),
    itemIds: z.array(z.string()).optional().meta({ description: 'The items that it is about' }),
    replaces: z
      .array(z.strictObject({ itemId: z.string(), by: z.string() }))
      .optional()
      .meta({ description: 'Of `order.item_replaced`' }),
    redemptionId: z.string().optional().meta({ description: 'Of `order.redeemed` and `order.reversed`' }),
    requestId: z.string().optional().meta({ description: 'Of `order.void_decided`' }),
    decision: z.enum(voidDecisions).optional(),
    reason: z.enum(voidRefusals).optional().meta({ description: 'Why it was refused' }),
    by: z
      .enum(['issuer', 'operator', 'redemption', 'timeout'])
      .optional()
      .meta({ description: 'Who changed the terminal, or what ended the request' }),
    terminal: maskedTerminal.optional().meta({ description: 'Of `order.terminal_changed`' }),
    ...changedSecrets,
  })
  .meta({ id: 'OrderEventData' });

export const orderEvent = z.strictObject({ type: z.enum(eventTypes), timestamp: instant, data });
export type OrderEventMessage = Wire<typeof orderEvent>;

/** `order.refund_due` is `orderRefundDue`. */
const nameOf = (type: string): string => type.replaceAll(/[._](\w)/g, (_, letter: string) => letter.toUpperCase());

const example = {
  issuerId: 'acme',
  orderNo: 'A-1',
  sequence: 1,
  at: '2026-01-01T00:10:03.000Z',
  state: 'delivered',
};

const refundDue = { value: 1000, currency: 'EUR' };
const cancelled = { state: 'cancelled', closedReason: 'issuer_cancelled', refundDue };
const redemption = { sequence: 2, itemIds: ['1'], redemptionId: 'till-7-000123' };
/** What an order is like after the event, and what it is about. */
const examples: Readonly<Record<EventType, object>> = {
  'order.delivered': { itemIds: ['1', '2', '3'] },
  'order.undeliverable': { state: 'undeliverable' },
  'order.refused': { state: 'refused', closedReason: 'issuer_refused', refundDue },
  'order.expired': { state: 'expired', closedReason: 'verify_window', refundDue },
  'order.cancelled': cancelled,
  'order.refund_due': { ...cancelled, sequence: 2, payment: { id: 'pay-7' } },
  'order.codes_void': { sequence: 2, itemIds: ['1'] },
  'order.item_replaced': { sequence: 2, replaces: [{ itemId: '1', by: '1b' }] },
  'order.redeemed': redemption,
  'order.reversed': { ...redemption, sequence: 3 },
  'order.opened': { sequence: 2 },
  'order.terminal_changed': {
    ...{ sequence: 2, state: 'issued', by: 'operator' },
    terminal: { channel: 'email', hint: 'a***@e***' },
  },
  'order.void_decided': { sequence: 4, requestId: 'vr_1', decision: 'destroyed', by: 'issuer' },
};

export const events: readonly Callback[] = eventTypes.map((type) => ({
  type,
  name: nameOf(type),
  to: 'issuer',
  summary: `Event: ${says[type]}`,
  body: messageOf(type, data).meta({
    examples: [{ type, timestamp: example.at, data: { ...example, ...examples[type] } }],
  }),
}));
