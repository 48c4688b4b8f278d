import type { Answer, AskedMessage } from '../../domain/messages';
import { isFinal } from '../../domain/order';
import type { OrderRow } from '../../store/orders';
import { askOrder, expectNotRefused, type OrderDeps } from '../ask-order';
import { changeRow, type RowMessage } from '../change-row';

interface Said {
  readonly answer: Exclude<Answer, { kind: 'refused' }>;
  readonly row: OrderRow;
}

/**
 * What may be said while a delivery is under way and after it: to the order's workflow, or from its row. Resolves to
 * 'unavailable' when the engine did not answer in time.
 */
export const askOrChange = async (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  messageFor: (row: OrderRow) => Promise<RowMessage & { readonly message: AskedMessage }>,
): Promise<Said | 'unavailable'> => {
  if (row.facts.state === 'issued' || row.facts.state === 'undeliverable') {
    const judged = await askOrder(deps, row, updateId, (await messageFor(row)).message);
    if (judged === 'unavailable') return judged;
    const answer = expectNotRefused(judged.answer, judged.row.facts, deps.nowMs());
    // Delivered meanwhile, it was judged from its row, and nothing was written.
    if (!isFinal(judged.row.facts.state) || judged.row.facts.state === 'cancelled') return { answer, row: judged.row };
  }
  return changeRow(deps, row, messageFor);
};
