import type { Asker, KnownRedemption, LedgerEntry } from '../../domain/messages';
import type { OrderRow } from '../../store/orders';
import type { OrderDeps } from '../ask-order';
import { changeRow } from '../change-row';
import { saidText } from '../said-text';

interface Redeem {
  readonly by: Asker;
  readonly isRightToken: boolean;
  readonly redemptionId: string;
  readonly itemId: string;
  readonly uses: number;
  readonly redeemedAtMs?: number | undefined;
  readonly place?: string | undefined;
}

export const redeemItem = async (deps: OrderDeps, row: OrderRow, { redeemedAtMs, place, ...redeem }: Redeem) => {
  const isHeard = place !== undefined && redeem.isRightToken;
  const said = isHeard ? await saidText(deps, row, place, [redeem.itemId]) : undefined;
  const { answer } = await changeRow(deps, row, async (newest) => {
    const { known } = await knownOf(deps, newest, redeem.redemptionId);
    return {
      message: {
        kind: 'redeem',
        ...redeem,
        // As the ledger has it, where that is from a time when nothing was cut.
        ...(place !== undefined ? { place: known?.place === place ? place : said } : {}),
        redeemedAtMs: redeemedAtMs ?? known?.redeemedAtMs ?? deps.nowMs(),
        ...(known ? { known } : {}),
      },
      itemIds: [redeem.itemId],
    };
  });
  if (answer.kind !== 'redeemed') throw new RangeError(`a redemption was answered with ${answer.kind}`);
  return answer;
};

/** The whole redemption is taken back. */
export const reverseRedemption = async (
  deps: OrderDeps,
  row: OrderRow,
  reverse: { readonly by: Asker; readonly isRightToken: boolean; readonly redemptionId: string },
) => {
  const { answer } = await changeRow(deps, row, async (newest) => ({
    message: { kind: 'reverse', ...reverse, ...(await knownOf(deps, newest, reverse.redemptionId)) },
    itemIds: [],
  }));
  if (answer.kind !== 'reversed') throw new RangeError(`a reversal was answered with ${answer.kind}`);
  return answer;
};

const knownOf = async (deps: OrderDeps, row: OrderRow, id: string): Promise<{ known?: KnownRedemption }> => {
  const entries: readonly LedgerEntry[] = await deps.ledger.ofOperation(row, id);
  const redeemed = entries.find(({ kind }) => kind === 'redeemed');
  const reversed = entries.find(({ kind }) => kind === 'reversed');
  if (redeemed?.itemId === undefined || redeemed.uses === undefined) return {};
  const { itemId, uses, usesLeft = 0, place, redeemedAtMs } = redeemed;
  return {
    known: {
      itemId,
      uses,
      usesLeft,
      ...(place !== undefined ? { place } : {}),
      ...(redeemedAtMs !== undefined ? { redeemedAtMs } : {}),
      ...(reversed ? { reversed: { usesLeft: reversed.usesLeft ?? 0 } } : {}),
    },
  };
};
