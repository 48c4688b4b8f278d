import type { OrderRow } from '../store/orders';
import type { StartableOrder } from '../temporal/order-gateway';

/** What a workflow starts from, read off its row: used right after the insert and by the reconciler alike. */
export const startableOrder = ({ issuerId, orderNo, quantity, amount, product, facts }: OrderRow): StartableOrder => ({
  issuerId,
  orderNo,
  quantity,
  amount,
  codeMode: facts.codeMode,
  channel: facts.channel,
  createdAtMs: facts.createdAtMs,
  verifyWindowMs: facts.verifyWindowMs,
  issueWindowMs: facts.issueWindowMs,
  ...(facts.lastCallMs !== undefined ? { lastCallMs: facts.lastCallMs } : {}),
  ...(facts.forced ? { forced: facts.forced } : {}),
  productId: product.id,
  summary: `${quantity} x ${product.id} for ${issuerId}, order ${orderNo}`,
});
