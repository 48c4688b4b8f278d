import type { OrderEventMessage } from '../contract/callbacks/events';
import type {
  ClosingMessage,
  CodeRequestMessage,
  PaidMessage,
  VoidRequestMessage,
} from '../contract/callbacks/first-interface';
import type { VoidRequest } from '../domain/order';
import type { OrderRow, PendingEvent } from '../store/orders';

/** The facts of a message that no row holds: its order's workflow had them when it made the message. */
export interface NoticeFacts {
  readonly token: string;
  readonly atMs: number;
  readonly verifyByMs: number;
}

export interface CodeRequestFacts extends NoticeFacts {
  readonly outstanding: number;
  readonly issueByMs: number;
}

/** What of an order stands in its messages. */
type Told = Pick<
  OrderRow,
  'issuerId' | 'orderNo' | 'product' | 'quantity' | 'amount' | 'metadata' | 'payment' | 'baseUrl'
>;

const iso = (ms: number): string => new Date(ms).toISOString();

/** How both calls that an issuer answers with the token begin. */
const named = ({ issuerId, orderNo, product, quantity }: Told, token: string) => ({
  issuerId,
  orderNo,
  token,
  product,
  quantity,
});

export const paidMessage = (row: Told, { token, atMs, verifyByMs }: NoticeFacts): PaidMessage => ({
  type: 'order.paid',
  timestamp: iso(atMs),
  data: {
    ...named(row, token),
    amount: row.amount,
    metadata: Object.fromEntries(row.metadata),
    ...(row.payment ? { payment: row.payment } : {}),
    verifyBy: iso(verifyByMs),
    ...orderUrls(row),
  },
});

export const codeRequestMessage = (row: Told, facts: CodeRequestFacts): CodeRequestMessage => ({
  type: 'order.code_requested',
  timestamp: iso(facts.atMs),
  data: codeRequestData(row, facts),
});

export const closingMessage = (
  row: Told,
  { closesByMs, ...facts }: CodeRequestFacts & { readonly closesByMs: number },
): ClosingMessage => ({
  type: 'order.closing',
  timestamp: iso(facts.atMs),
  data: { ...codeRequestData(row, facts), closesBy: iso(closesByMs) },
});

const codeRequestData = (row: Told, { token, outstanding, verifyByMs, issueByMs }: CodeRequestFacts) => ({
  ...named(row, token),
  outstanding,
  metadata: Object.fromEntries(row.metadata),
  verifyBy: iso(verifyByMs),
  issueBy: iso(issueByMs),
  ...orderUrls(row),
});

/** Its times are those of its start: all tries send the same bytes. */
export const voidRequestMessage = (
  row: Told,
  { requestId, itemIds, startedAtMs, decideByMs }: VoidRequest,
  { token, reason }: { readonly token: string; readonly reason: string },
): VoidRequestMessage => ({
  type: 'order.void_requested',
  timestamp: iso(startedAtMs),
  data: {
    issuerId: row.issuerId,
    orderNo: row.orderNo,
    token,
    requestId,
    itemIds,
    reason,
    decideBy: iso(decideByMs),
    decisionUrl: `${row.baseUrl}/v1/issuers/${row.issuerId}/orders/${row.orderNo}/void-decision`,
  },
});

/** Source: rule 7. Never a code in it. A replay sends the same bytes, so nothing in it may come from a clock. */
export const eventMessage = (
  row: Pick<OrderRow, 'issuerId' | 'orderNo' | 'amount' | 'payment'>,
  event: PendingEvent,
): OrderEventMessage => ({
  type: event.type,
  timestamp: iso(event.atMs),
  data: {
    issuerId: row.issuerId,
    orderNo: row.orderNo,
    sequence: event.sequence,
    at: iso(event.atMs),
    state: event.state,
    ...(event.closedReason ? { closedReason: event.closedReason } : {}),
    ...(event.refundDueValue !== undefined
      ? { refundDue: { value: event.refundDueValue, currency: row.amount.currency } }
      : {}),
    ...(event.itemIds ? { itemIds: event.itemIds } : {}),
    ...(event.replaces ? { replaces: event.replaces } : {}),
    ...(event.redemptionId !== undefined ? { redemptionId: event.redemptionId } : {}),
    ...(event.requestId !== undefined ? { requestId: event.requestId } : {}),
    ...(event.decision !== undefined ? { decision: event.decision } : {}),
    ...(event.reason !== undefined ? { reason: event.reason } : {}),
    ...(event.by !== undefined ? { by: event.by } : {}),
    ...(event.terminal ? { terminal: event.terminal } : {}),
    ...(event.secretsSet ? { secretsSet: event.secretsSet } : {}),
    ...(event.secretsDropped ? { secretsDropped: event.secretsDropped } : {}),
    ...(event.type === 'order.refund_due' && row.payment ? { payment: row.payment } : {}),
  },
});

/** The order's own addresses of the second interface, so that an issuer needs no configuration but its keys. */
const orderUrls = ({ baseUrl, issuerId, orderNo }: Told) => {
  const base = `${baseUrl}/v1/issuers/${issuerId}/orders/${orderNo}`;
  return { verificationUrl: `${base}/verification`, codesUrl: `${base}/codes`, refusalUrl: `${base}/refusal` };
};
