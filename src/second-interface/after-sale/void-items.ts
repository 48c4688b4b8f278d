import type { Asker } from '../../domain/messages';
import { isInDelivery } from '../../domain/order';
import type { OrderRow } from '../../store/orders';
import { askOrder, expectNotRefused, type OrderDeps } from '../ask-order';
import { changeRow } from '../change-row';
import { askWithText } from '../kept-text';

interface VoidItems {
  readonly by: Asker;
  readonly isRightToken: boolean;
  readonly itemIds?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  /** Of words that are kept already. */
  readonly textRef?: string;
}

/**
 * Declares codes void: by the order itself while its delivery is under way, from the row once it is delivered. From the
 * answer on no page, file or new attempt holds them. Resolves to 'unavailable' when the engine did not answer in time:
 * then it waits in the inbox, and the reconciler brings it.
 *
 * @throws Failure `token_mismatch`, `not_issued`, `order_closed`, `item_unknown`, `code_redeemed`.
 */
export const voidItems = async (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  { itemIds, by, isRightToken, reason, textRef }: VoidItems,
): Promise<OrderRow | 'unavailable'> => {
  const asked = {
    kind: 'void',
    by,
    isRightToken,
    ...(itemIds ? { itemIds } : {}),
    ...(textRef === undefined ? {} : { textRef }),
  } as const;
  return askWithText(deps, row, updateId, asked, reason, async (message) => {
    if (isInDelivery(row.facts.state)) {
      const judged = await askOrder(deps, row, updateId, message);
      if (judged === 'unavailable') {
        await deps.inbox.put(row, updateId, message, new Date(deps.nowMs()));
        return judged;
      }
      expectNotRefused(judged.answer, judged.row.facts, deps.nowMs());
      // The order was delivered meanwhile, and the question came back from its row.
      if (judged.row.facts.state !== 'delivered') return judged.row;
    }
    return (await changeRow(deps, row, async () => ({ message, ...(itemIds ? { itemIds } : {}) }))).row;
  });
};
