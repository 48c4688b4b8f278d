import { isGood, itemOf } from '../../domain/items';
import type { Asker } from '../../domain/messages';
import { isClosed, isInDelivery } from '../../domain/order';
import type { OrderRow } from '../../store/orders';
import { askOrder, expectNotRefused, type OrderDeps } from '../ask-order';
import { changeRow } from '../change-row';
import { startAfterSale } from './start-after-sale';

interface VoidItems {
  readonly by: Asker;
  readonly isRightToken: boolean;
  readonly itemIds?: readonly string[] | undefined;
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
  { itemIds, by, isRightToken, textRef }: VoidItems,
): Promise<OrderRow | 'unavailable'> => {
  const message = {
    kind: 'void',
    by,
    isRightToken,
    ...(itemIds ? { itemIds } : {}),
    ...(textRef === undefined ? {} : { textRef }),
  } as const;
  if (isInDelivery(row.facts.state)) {
    const judged = await askOrder(deps, row, updateId, message);
    if (judged === 'unavailable') {
      await deps.inbox.put(row, updateId, message, new Date(deps.nowMs()));
      return judged;
    }
    expectNotRefused(judged.answer, judged.row.facts, deps.nowMs());
    // The order was delivered meanwhile, and the question came back from its row.
    if (judged.row.facts.state !== 'delivered') {
      await tellTerminal(deps, row, judged.row);
      return judged.row;
    }
  }
  const changed = await changeRow(deps, row, async () => ({ message, ...(itemIds ? { itemIds } : {}) }));
  await tellTerminal(deps, row, changed.row);
  return changed.row;
};

/**
 * Of a terminal that may have them: an attempt is counted once it has ended, and one may be under way as long as the order
 * is issued. The void stands whether or not this can be started now: a terminal that is not told asks nothing of us.
 */
export const tellTerminal = async (deps: OrderDeps, before: OrderRow, after: OrderRow): Promise<void> => {
  const { state, delivery } = before.facts;
  const mayHaveThem = after.terminal.channel === 'webhook' && (state === 'issued' || delivery.tries > 0);
  if (!mayHaveThem || isClosed(state)) return;
  // All are void with an order that closes, whatever its items say.
  const all = isClosed(after.facts.state) ? await deps.codes.references(after) : (after.facts.items ?? []);
  const itemIds = all.flatMap(({ itemId }) => {
    const isVoid = isClosed(after.facts.state) || itemOf(after.facts, itemId).state === 'void';
    return isVoid && isGood(itemOf(before.facts, itemId)) ? [itemId] : [];
  });
  if (itemIds.length > 0) await startAfterSale(deps, after, { kind: 'void', itemIds }).catch(() => undefined);
};
