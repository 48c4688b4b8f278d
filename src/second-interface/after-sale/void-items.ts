import type { Asker } from '../../domain/messages';
import { isInDelivery } from '../../domain/order';
import type { OrderRow } from '../../store/orders';
import { askOrder, expectNotRefused, type OrderDeps } from '../ask-order';
import { type Changed, changeRow } from '../change-row';
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
      if (row.facts.delivery.tries > 0) await tellTerminal(deps, row, judged.row);
      return judged.row;
    }
  }
  const changed: Changed = await changeRow(deps, row, async () => ({ message, ...(itemIds ? { itemIds } : {}) }));
  if (changed.isChanged) await tellTerminal(deps, row, changed.row);
  return changed.row;
};

/** The void stands whether or not this can be started now: a terminal that is not told asks nothing of us. */
export const tellTerminal = async (deps: OrderDeps, before: OrderRow, after: OrderRow): Promise<void> => {
  const wasVoid = new Set(before.facts.items?.flatMap(({ itemId, state }) => (state ? [itemId] : [])));
  const itemIds = (after.facts.items ?? []).flatMap(({ itemId, state }) =>
    state === 'void' && !wasVoid.has(itemId) ? [itemId] : [],
  );
  if (after.terminal.channel !== 'webhook' || itemIds.length === 0) return;
  await startAfterSale(deps, after, { kind: 'void', itemIds }).catch(() => undefined);
};
