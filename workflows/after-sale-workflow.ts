import type { AfterSaleInput } from '../src/order-messages/order-messages';
import { callsOut } from './effects';

/** After the close: the terminal gets the codes again, those in place of bad ones, or hears which are void. */
export async function afterSaleWorkflow(input: AfterSaleInput): Promise<string> {
  const { issuerId, orderNo, kind, itemIds } = input;
  const { n, atMs } = input.delivery;
  const calls = callsOut(input.callsOutQueue, issuerId, summaries[kind](orderNo));
  try {
    if (kind === 'void') return (await calls.tellVoid({ issuerId, orderNo, n, atMs, itemIds: itemIds ?? [] })).kind;
    return (await calls.deliverCodes({ issuerId, orderNo, n, atMs, ...(itemIds ? { itemIds } : {}) })).kind;
  } catch {
    return 'undeliverable';
  }
}

const summaries = {
  redeliver: (orderNo: string) => `Deliver the codes of order ${orderNo} again`,
  void: (orderNo: string) => `Tell the terminal which codes of order ${orderNo} are void`,
  replacement: (orderNo: string) => `Deliver the codes of order ${orderNo} that replace others`,
} as const;
