import { isFinal, isInDelivery } from '../../domain/order';
import type { OrderRow } from '../../store/orders';
import { askOrder, expectNotRefused, type OrderDeps } from '../ask-order';
import { changeRow } from '../change-row';

/** Codes that have an end get a later one. Resolves to 'unavailable' when the engine did not answer in time. */
export const changeValidity = async (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  validity: {
    readonly isRightToken: boolean;
    readonly itemIds?: readonly string[] | undefined;
    readonly expiresAtMs: number;
  },
): Promise<OrderRow | 'unavailable'> => {
  const { isRightToken, itemIds, expiresAtMs } = validity;
  const message = { kind: 'validity', isRightToken, expiresAtMs, ...(itemIds ? { itemIds } : {}) } as const;
  if (isInDelivery(row.facts.state)) {
    const judged = await askOrder(deps, row, updateId, message);
    if (judged === 'unavailable') return judged;
    expectNotRefused(judged.answer, judged.row.facts, deps.nowMs());
    if (!isFinal(judged.row.facts.state)) return judged.row;
  }
  return (await changeRow(deps, row, async () => ({ message, ...(itemIds ? { itemIds } : {}) }))).row;
};
