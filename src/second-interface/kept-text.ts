import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { saidText } from './said-text';

/** What a person said with a call stands in the row before the order hears of it, by reference: no history has free text. */
export const keptText = async (
  deps: Pick<OrderDeps, 'orders' | 'codes' | 'ring'>,
  row: OrderRow,
  updateId: string,
  text: string | undefined,
  itemIds?: readonly string[],
): Promise<{ readonly textRef?: string }> => {
  if (!text) return {};
  await deps.orders.keepText(row, { ref: updateId, text: await saidText(deps, row, text, itemIds) });
  return { textRef: updateId };
};
