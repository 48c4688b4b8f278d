import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import type { OrderName } from '../domain/ids';
import { type OrderFacts, type OrderOpening, type OrderState, waitsFor } from '../domain/order';

const { KEYWORD, INT } = SearchAttributeType;

/** Readable by everyone who may read the Temporal UI: never a code, a token or a person's address. */
const keys = {
  issuerId: defineSearchAttributeKey('IssuerId', KEYWORD),
  orderNo: defineSearchAttributeKey('OrderNo', KEYWORD),
  productId: defineSearchAttributeKey('ProductId', KEYWORD),
  amountValue: defineSearchAttributeKey('AmountValue', INT),
  amountCurrency: defineSearchAttributeKey('AmountCurrency', KEYWORD),
  terminalChannel: defineSearchAttributeKey('TerminalChannel', KEYWORD),
  orderState: defineSearchAttributeKey('OrderState', KEYWORD),
  waitsFor: defineSearchAttributeKey('WaitsFor', KEYWORD),
  closedReason: defineSearchAttributeKey('ClosedReason', KEYWORD),
} as const;

/** What must be registered before a worker runs; a server on PostgreSQL has room for ten Keywords and three Ints. */
export const searchAttributes = Object.values(keys);
export const searchAttributeNames = searchAttributes.map(({ name }) => name);

/** Of everything that belongs to an order, its after-sales and events too. */
export const nameAttributes = ({ issuerId, orderNo }: OrderName): SearchAttributePair[] => [
  { key: keys.issuerId, value: issuerId },
  { key: keys.orderNo, value: orderNo },
];

/** Set by the start, which costs no event: what stays, and the first of what changes. */
export const openingAttributes = (
  order: OrderName & OrderOpening & { readonly productId: string; readonly resumed?: { readonly facts: OrderFacts } },
): SearchAttributePair[] => [
  ...nameAttributes(order),
  { key: keys.productId, value: order.productId },
  { key: keys.amountValue, value: order.amount.value },
  { key: keys.amountCurrency, value: order.amount.currency },
  ...(order.resumed ? stateAttributes(order.resumed.facts) : changingAttributes('accepted', order.channel)),
];

/** One upsert, one event, however many attributes: all that may have changed go together. */
export const stateAttributes = ({ state, channel, closedReason }: OrderFacts): SearchAttributePair[] => [
  ...changingAttributes(state, channel),
  ...(closedReason ? [{ key: keys.closedReason, value: closedReason }] : []),
];

const changingAttributes = (state: OrderState, channel: OrderFacts['channel']): SearchAttributePair[] => [
  { key: keys.orderState, value: state },
  { key: keys.waitsFor, value: waitsFor[state] },
  { key: keys.terminalChannel, value: channel },
];
