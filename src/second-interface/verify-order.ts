import type { VerifiedAnswer, VerifyOrder } from '../contract/issuer/order-operations';
import type { AskedMessage } from '../domain/messages';
import type { OrderRow } from '../store/orders';
import { askOrder, engineUnavailable, expectNotRefused, type OrderDeps } from './ask-order';
import { isTokenOf } from './order-token';
import { repeatedVerification } from './repeated-calls';

/**
 * The second interface itself: the issuer asks whether the order that it was told of is real and paid.
 *
 * @throws Failure `token_mismatch`, `amount_mismatch`, `quantity_mismatch`, `order_closed`, `verification_locked`; never
 * an answer without a verdict: `unavailable` when the order could not be asked.
 */
export const verifyOrder = async (
  deps: OrderDeps,
  row: OrderRow,
  messageId: string,
  { token, quantity, amount }: VerifyOrder,
): Promise<VerifiedAnswer> => {
  const message = { kind: 'verify' as const, isRightToken: isTokenOf(deps, row, token), quantity, amount };
  const answer =
    (await repeatedVerification(deps, row, message)) ?? (await askVerification(deps, row, messageId, message));
  return {
    status: 200,
    body: {
      verdict: 'verified',
      orderNo: row.orderNo,
      verifiedAt: new Date(answer.verifiedAtMs).toISOString(),
      issueBy: new Date(answer.issueByMs).toISOString(),
    },
  };
};

const askVerification = async (deps: OrderDeps, row: OrderRow, messageId: string, message: AskedMessage) => {
  const judged = await askOrder(deps, row, `verify/${messageId}`, message);
  if (judged === 'unavailable') throw engineUnavailable();
  const answer = expectNotRefused(judged.answer, judged.row.facts, deps.nowMs());
  if (answer.kind !== 'verified') throw new RangeError(`a verification was answered with ${answer.kind}`);
  return answer;
};
