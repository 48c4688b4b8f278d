import type { OrderRow } from '../../store/orders';
import type { OrderDeps } from '../ask-order';
import { changeRow } from '../change-row';

interface Settlement {
  readonly isRightToken: boolean;
  readonly settlementId: string;
  readonly value: number;
  readonly currency: string;
}

/** Money was paid back elsewhere; the order is told. */
export const settleRefund = async (
  deps: OrderDeps,
  row: OrderRow,
  settlement: Settlement,
): Promise<{ row: OrderRow; isNew: boolean }> => {
  const changed = await changeRow(deps, row, async (newest) => {
    const entries = await deps.ledger.ofOperation(newest, settlement.settlementId);
    const known = entries.find(({ kind }) => kind === 'settled');
    return {
      message: { kind: 'settle', ...settlement, ...(known ? { known: { value: known.value ?? 0 } } : {}) },
      itemIds: [],
    };
  });
  return { row: changed.row, isNew: changed.isChanged };
};
