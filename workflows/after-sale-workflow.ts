import type { AfterSaleInput } from '../src/order-messages/order-messages';
import { callsOut, keepTrying, own } from './effects';

/** What happens after the close: an operator sends delivered codes again, or declares them void. */
export async function afterSaleWorkflow(input: AfterSaleInput): Promise<string> {
  const { issuerId, orderNo } = input;
  if (input.kind === 'void') {
    const { itemIds, sequence, state } = input;
    const event = { sequence, type: 'order.codes_void', atMs: Date.now(), state, itemIds } as const;
    await keepTrying(() => own.addEvent({ order: { issuerId, orderNo }, event }));
    return 'void';
  }
  const { n, atMs } = input.delivery;
  const summary = `Deliver the codes of order ${orderNo} again`;
  try {
    const { kind } = await callsOut(input.callsOutQueue, issuerId, summary).deliverCodes({
      issuerId,
      orderNo,
      n,
      atMs,
    });
    return kind;
  } catch {
    return 'undeliverable';
  }
}
