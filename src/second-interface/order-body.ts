import { maskedTerminal } from '../channels/terminals';
import type { Order } from '../contract/order';
import { goodCount, itemCounts, type ListedFacts } from '../domain/items';
import { allowedActions } from '../domain/judge/actions';
import type { Asker } from '../domain/messages';
import { type DeliveryState, isFinal, issueByMs, outstanding, verifyByMs } from '../domain/order';
import { type Hold, heldMs } from '../store/issuers';
import type { ListedOrder } from '../store/orders';

type ShownOrder = Pick<
  ListedOrder,
  'issuerId' | 'orderNo' | 'product' | 'quantity' | 'amount' | 'terminal' | 'metadata' | 'payment' | 'facts' | 'receipt'
>;

/** The Order of the wire. Codes are never in it; the terminal is masked; `pickupUrl` only where the caller gives it. */
export const orderBody = (
  row: ShownOrder,
  holds: readonly Hold[],
  nowMs: number,
  pickupUrl?: string,
  who: Asker = 'issuer',
): Order => {
  const { facts } = row;
  const endMs = isFinal(facts.state) ? facts.updatedAtMs : nowMs;
  const verifiedAtMs = facts.verification?.verifiedAtMs;
  const verifyBy = verifyByMs(facts) + heldMs(holds, facts.createdAtMs, verifiedAtMs ?? endMs);
  const issueBy = issueByMs(facts);
  const iso = (ms: number): string => new Date(ms).toISOString();
  return {
    issuerId: row.issuerId,
    orderNo: row.orderNo,
    state: facts.state,
    product: row.product,
    quantity: row.quantity,
    amount: row.amount,
    terminal: maskedTerminal(row.terminal),
    codes: { issued: goodCount(facts), outstanding: outstanding(facts) },
    items: itemCounts(facts),
    delivery: { ...facts.delivery, state: deliveryState(row) },
    ...(pickupUrl !== undefined ? { pickupUrl } : {}),
    createdAt: iso(facts.createdAtMs),
    updatedAt: iso(facts.updatedAtMs),
    verifyBy: iso(verifyBy),
    ...(issueBy !== undefined && verifiedAtMs !== undefined
      ? { issueBy: iso(issueBy + heldMs(holds, verifiedAtMs, endMs)) }
      : {}),
    ...(facts.closedReason ? { closedReason: facts.closedReason } : {}),
    ...(facts.refundDueValue ? { refundDue: { value: facts.refundDueValue, currency: row.amount.currency } } : {}),
    ...(facts.refundSettledValue
      ? { refundSettled: { value: facts.refundSettledValue, currency: row.amount.currency } }
      : {}),
    ...(facts.voidRequest ? { voidRequest: voidRequestBody(facts.voidRequest, holds, nowMs) } : {}),
    ...(row.metadata.length > 0 ? { metadata: Object.fromEntries(row.metadata) } : {}),
    ...(row.payment ? { payment: row.payment } : {}),
    sequence: facts.sequence,
    actions: allowedActions(facts, who, nowMs),
  };
};

/** A pause of the issuer stops its time, as it stops windows. */
const voidRequestBody = (
  { requestId, itemIds = [], state, startedAtMs, decideByMs, endedAtMs }: NonNullable<ListedFacts['voidRequest']>,
  holds: readonly Hold[],
  nowMs: number,
) => ({
  requestId,
  itemIds: [...itemIds],
  state,
  decideBy: new Date(decideByMs + heldMs(holds, startedAtMs, endedAtMs ?? nowMs)).toISOString(),
});

/** Of the newest message: where a server on the way took it, a receipt tells the rest. */
export const deliveryState = ({ facts, receipt }: Pick<ListedOrder, 'facts' | 'receipt'>): DeliveryState =>
  facts.delivery.state === 'sent' && receipt ? receipt.event : facts.delivery.state;
