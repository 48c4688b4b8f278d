import { isFinal, issueByMs, outstanding, type Terminal, verifyByMs } from '../domain/order';
import { type Hold, heldMs } from '../store/issuers';
import type { OrderRow } from '../store/orders';

/** The Order of the wire. Codes are never in it; the terminal is masked; `pickupUrl` only where the caller gives it. */
export const orderBody = (
  row: OrderRow,
  holds: readonly Hold[],
  nowMs: number,
  pickupUrl?: string,
): Record<string, unknown> => {
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
    codes: { issued: facts.issued, outstanding: outstanding(facts) },
    delivery: facts.delivery,
    ...(pickupUrl !== undefined ? { pickupUrl } : {}),
    createdAt: iso(facts.createdAtMs),
    updatedAt: iso(facts.updatedAtMs),
    verifyBy: iso(verifyBy),
    ...(issueBy !== undefined && verifiedAtMs !== undefined
      ? { issueBy: iso(issueBy + heldMs(holds, verifiedAtMs, endMs)) }
      : {}),
    ...(facts.closedReason ? { closedReason: facts.closedReason } : {}),
    ...(facts.refundDueValue ? { refundDue: { value: facts.refundDueValue, currency: row.amount.currency } } : {}),
    ...(row.payment ? { payment: row.payment } : {}),
    sequence: facts.sequence,
  };
};

/** Enough to recognise the terminal, too little to reach it. */
export const maskedTerminal = (terminal: Terminal): { channel: string; hint: string } => {
  switch (terminal.channel) {
    case 'page':
      return { channel: 'page', hint: 'pick-up page' };
    case 'webhook':
      return { channel: 'webhook', hint: new URL(terminal.url).host };
    case 'email': {
      const [name = '', domain = ''] = terminal.address.split('@');
      return { channel: 'email', hint: `${name.slice(0, 1)}***@${domain.slice(0, 1)}***` };
    }
    case 'sms':
      return { channel: 'sms', hint: `${terminal.number.slice(0, 3)}***${terminal.number.slice(-2)}` };
    default:
      return terminal satisfies never;
  }
};
