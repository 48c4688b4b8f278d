import type { CodesAnswer, SubmitCodes } from '../contract/issuer/order-operations';
import { Failure } from '../domain/failures';
import type { OrderRow } from '../store/orders';
import { askOrder, engineUnavailable, expectNotRefused, type OrderDeps } from './ask-order';
import { type ClaimedCodes, claimCodes, keepLate, referenceOnly, settleClaim, takingTurns } from './claim-codes';
import { queued } from './operation-answer';
import { isTokenOf } from './order-token';
import { repeatedCodes } from './repeated-calls';

/**
 * The issuer gives codes. They are sealed and claimed first; the order alone decides whether it takes them.
 *
 * @throws Failure `order_closed`, `token_mismatch`, `not_verified`, `code_conflict`, `code_reused`.
 */
export const submitCodes = async (
  deps: OrderDeps,
  row: OrderRow,
  messageId: string,
  { token, codes }: SubmitCodes,
): Promise<CodesAnswer> => {
  const updateId = `codes/${messageId}`;
  const endMs = performance.now() + takingTurns.limitMs;
  // Another call that holds the same codes may ask in between: this one asks again, so that its answer is the last word.
  for (let n = 0; n < takingTurns.triesMax && performance.now() < endMs; n += 1) {
    const claimed: ClaimedCodes = isTokenOf(deps, row, token)
      ? await claimCodes(deps, row, updateId, codes)
      : { message: referenceOnly(deps, row, updateId, codes) };
    const repeated = await repeatedCodes(deps, row, claimed);
    if (repeated) return repeated;
    const judged = await askOrder(deps, row, updateId, claimed.message);
    if (judged === 'unavailable') {
      if (!claimed.submission) throw engineUnavailable();
      await deps.codes.keepUnjudged(claimed.submission._id, new Date(deps.nowMs()));
      return queued;
    }
    const { answer } = judged;
    if (!claimed.submission && answer.kind === 'refused' && answer.late) await keepLate(deps, row, updateId, codes);
    if (claimed.submission && !(await settleClaim(deps, claimed.submission, judged))) continue;
    const taken = expectNotRefused(answer, judged.row.facts, deps.nowMs());
    if (taken.kind !== 'codes') throw new RangeError(`codes were answered with ${taken.kind}`);
    return {
      status: taken.isNew ? 201 : 200,
      body: { accepted: taken.accepted, outstanding: taken.outstanding },
    };
  }
  throw new Failure('unavailable', { retryAfterSeconds: 1 });
};
