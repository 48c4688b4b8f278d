import type { Asker } from '../../domain/messages';
import type { OrderRow } from '../../store/orders';
import { askOrder, expectNotRefused, type OrderDeps } from '../ask-order';
import { askWithText } from '../kept-text';

/** The issue window ends now. While the engine is away it waits in the inbox, and the reconciler brings it. */
export const completeOrder = async (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  { reason, ...asked }: { readonly by: Asker; readonly isRightToken: boolean; readonly reason?: string | undefined },
): Promise<OrderRow | 'unavailable'> =>
  askWithText(deps, row, updateId, { kind: 'complete', ...asked }, reason, async (message) => {
    const judged = await askOrder(deps, row, updateId, message);
    if (judged === 'unavailable') {
      await deps.inbox.put(row, updateId, message, new Date(deps.nowMs()));
      return judged;
    }
    expectNotRefused(judged.answer, judged.row.facts, deps.nowMs());
    return judged.row;
  });
