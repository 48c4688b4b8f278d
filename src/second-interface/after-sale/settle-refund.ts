import { decide } from '../../domain/judge/decide';
import type { LedgerEntry, OrderMessage } from '../../domain/messages';
import { isInDelivery, type Settled } from '../../domain/order';
import type { OrderRow } from '../../store/orders';
import { askOrder, expectNotRefused, type OrderDeps } from '../ask-order';
import { changeRow } from '../change-row';
import { expectPlainId } from '../said-text';

interface Settlement {
  readonly isRightToken: boolean;
  readonly settlementId: string;
  readonly value: number;
  readonly currency: string;
  readonly settledAtMs?: number;
}

/**
 * Money was paid back elsewhere; the order is told, by itself while its delivery is under way. Resolves to 'unavailable'
 * when the engine did not answer in time.
 */
export const settleRefund = async (
  deps: OrderDeps,
  row: OrderRow,
  updateId: string,
  settlement: Settlement,
): Promise<{ row: OrderRow; isNew: boolean } | 'unavailable'> => {
  const message = { kind: 'settle', ...settlement } as const;
  if (isInDelivery(row.facts.state)) {
    const early = { ...message, isEarly: true } as const;
    await expectPlain(deps, row, early);
    const judged = await askOrder(deps, row, updateId, early);
    if (judged === 'unavailable') return judged;
    const answer = expectNotRefused(judged.answer, judged.row.facts, deps.nowMs());
    if (answer.kind !== 'settled') throw new RangeError(`a settlement was answered with ${answer.kind}`);
    // Else the order was delivered meanwhile, and the question came back from its row.
    const { settlementId } = settlement;
    const isTaken = judged.row.facts.earlySettlements?.some(({ id }) => id === settlementId) ?? false;
    if (isTaken) return { row: judged.row, isNew: answer.isNew };
  }
  const changed = await changeRow(deps, row, async (newest) => {
    const entries = await deps.ledger.ofOperation(newest, settlement.settlementId);
    const known = entries.find(({ kind }) => kind === 'settled');
    const asked = { ...message, ...(known ? { known: settledOf(known) } : {}) };
    await expectPlain(deps, newest, asked);
    return { message: asked, itemIds: [] };
  });
  return { row: changed.row, isNew: changed.isChanged };
};

/** Codes are opened for the id of one that is new and taken: what is refused, or repeated, enters nothing. */
const expectPlain = async (
  deps: OrderDeps,
  row: OrderRow,
  message: OrderMessage & { kind: 'settle' },
): Promise<void> => {
  const isTaken = decide(row.facts, [], message, deps.nowMs()).ledger.length > 0;
  if (isTaken) await expectPlainId(deps, row, 'settlementId', message.settlementId);
};

const settledOf = ({ value = 0, settledAtMs }: Pick<LedgerEntry, 'value' | 'settledAtMs'>): Settled => ({
  value,
  ...(settledAtMs !== undefined ? { settledAtMs } : {}),
});
