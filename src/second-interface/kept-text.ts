import type { OrderName } from '../domain/ids';
import type { OrderDeps } from './ask-order';

/** What a person said with a call stands in the row before the order hears of it, by reference: no history has free text. */
export const keptText = async (
  { orders }: Pick<OrderDeps, 'orders'>,
  order: OrderName,
  updateId: string,
  text: string | undefined,
): Promise<{ readonly textRef?: string }> => {
  if (!text) return {};
  await orders.keepText(order, { ref: updateId, text });
  return { textRef: updateId };
};
