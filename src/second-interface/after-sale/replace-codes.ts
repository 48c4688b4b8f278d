import type { Code } from '../../contract/code';
import { Failure } from '../../domain/failures';
import type { Replacement } from '../../domain/messages';
import { isCalled } from '../../domain/order';
import type { SubmissionRow } from '../../store/codes';
import type { OrderRow } from '../../store/orders';
import type { OrderDeps } from '../ask-order';
import { changeRow } from '../change-row';
import { replacementPrefix, requireNotExpired, settleReplacement, submissionRow } from '../claim-codes';
import { markTaken } from '../codes-in-place';

export interface ReplaceCodes {
  readonly isRightToken: boolean;
  readonly replacements: readonly { readonly itemId: string; readonly code: Code; readonly stillLive: boolean }[];
}

/**
 * Puts new codes in the place of bad ones. The new ones are sealed and claimed first, as all codes are; a refusal lets go
 * of them again.
 *
 * @throws Failure `token_mismatch`, `not_delivered`, `order_closed`, `item_unknown`, `code_void`, `code_redeemed`,
 * `code_conflict`, `code_reused`.
 */
export const replaceCodes = async (
  deps: OrderDeps,
  row: OrderRow,
  messageId: string,
  { isRightToken, replacements }: ReplaceCodes,
): Promise<{ readonly count: number; readonly isNew: boolean }> => {
  const updateId = `${replacementPrefix}${messageId}`;
  const codes = replacements.map(({ code }) => code);
  const draft = submissionRow(deps, row, updateId, codes);
  const byItem = new Map(draft.codes.map((code) => [code.itemId, code]));
  const claim = isRightToken ? await deps.codes.claimFor(draft) : undefined;
  if (claim?.kind === 'mismatch') throw new Failure('idempotency_mismatch');
  if (claim?.kind === 'claimed') await requireNotExpired(deps, claim.row, (n) => `/replacements/${n}/code`);
  const isOurs = claim?.kind === 'claimed' || claim?.kind === 'same';
  const isOwnValue =
    claim?.kind === 'pending' || claim?.kind === 'held' || (isOurs && (claim.row.claims ?? []).length < codes.length);
  try {
    const changed = await changeRow(deps, row, async ({ terminal }) => ({
      message: {
        kind: 'replace',
        isRightToken,
        replacements: replacements.map(({ itemId, code, stillLive }): Replacement => {
          const { uses, startsAtMs, expiresAtMs, fingerprint } = byItem.get(code.itemId) ?? {};
          return {
            itemId,
            ...(fingerprint === undefined ? {} : { fingerprint }),
            stillLive,
            by: {
              itemId: code.itemId,
              ...(uses !== undefined ? { uses } : {}),
              ...(startsAtMs !== undefined ? { startsAtMs } : {}),
              ...(expiresAtMs !== undefined ? { expiresAtMs } : {}),
            },
          };
        }),
        conflicts: isOwnValue,
        reused: claim?.kind === 'reused',
      },
      afterSale: isCalled(terminal.channel)
        ? { kind: 'replacement', itemIds: codes.map(({ itemId }) => itemId) }
        : undefined,
      itemIds: replacements.flatMap(({ itemId, code }) => [itemId, code.itemId]),
      change: { takenClaim: draft._id },
    }));
    if (changed.answer.kind !== 'replaced') {
      throw new RangeError(`a replacement was answered with ${changed.answer.kind}`);
    }
    if (changed.isChanged) {
      await markTaken(deps, changed.row);
    } else if (claim?.kind === 'same') await settleReplacement(deps, changed.row, claim.row);
    else if (isOurs) await deps.codes.release(claim.row);
    return { count: changed.answer.count, isNew: changed.isChanged };
  } catch (error) {
    // After any other error the row may have taken them: it tells the next try, or the reconciler.
    if (isOurs && error instanceof Failure) await letGo(deps, row, claim.row);
    // Another call holds the value until it is judged, and may be these very pairs.
    const isHalfDone = claim?.kind === 'pending' && error instanceof Failure && error.code === 'code_conflict';
    throw isHalfDone ? new Failure('in_progress', { retryAfterSeconds: 1 }) : error;
  }
};

/** A refusal may come before the row is looked at, which a call that died has changed: it says whether it took them. */
const letGo = async (deps: OrderDeps, row: OrderRow, claim: SubmissionRow): Promise<void> => {
  const newest = await deps.orders.find(row);
  if (newest) await settleReplacement(deps, newest, claim);
  else await deps.codes.release(claim);
};
