import type { FailureCode } from '../failures';
import type { Answer, OrderMessage } from '../messages';
import type { HeldCode, OrderFacts } from '../order';
import { afterSaleJudges } from './after-sale';
import { clockJudges } from './clock';
import { codeJudges } from './codes';
import { deliveryJudges } from './delivery';
import { type Decision, type Judges, Ruling } from './ruling';
import { saleJudges } from './sale';
import { verificationJudges } from './verification';
import { voidRequestJudges } from './void-request';

export type { Decision };

/** Refusals that time can undo: thrown by the Update's validator, never recorded, judged anew. */
const undoneByTime = new Set<FailureCode>(['not_verified', 'verification_locked', 'rate_limited', 'in_progress']);
export const isUndoneByTime = (answer: Answer): boolean => answer.kind === 'refused' && undoneByTime.has(answer.code);

const judges: Judges = {
  ...verificationJudges,
  ...codeJudges,
  ...saleJudges,
  ...deliveryJudges,
  ...afterSaleJudges,
  ...voidRequestJudges,
  ...clockJudges,
};

/** Their judges ask which codes an order holds only of one that these do not speak of. */
const refusedWithoutCodes = new Set<FailureCode>(['token_mismatch', 'not_issued', 'order_closed']);

/** Of a call about all codes of an order: refused whichever it holds, so that nobody reads them for it. */
export const isRefusedAtOnce = (facts: OrderFacts, message: OrderMessage, nowMs: number): boolean => {
  if (message.kind !== 'void' && message.kind !== 'validity' && message.kind !== 'requestVoid') return false;
  const { answer } = decide(facts, [], message, nowMs);
  return answer.kind === 'refused' && refusedWithoutCodes.has(answer.code);
};

/**
 * The one judge of everything that an order can be asked, before and after its close: by its workflow while it is open,
 * from its row afterwards. Source: rules 2, 3, 6 and 13 to 18 of the protocol.
 */
export const decide = (
  facts: OrderFacts,
  held: readonly HeldCode[],
  message: OrderMessage,
  nowMs: number,
): Decision => {
  const judge = judges[message.kind] as (ruling: Ruling, message: OrderMessage) => Decision;
  return judge(new Ruling(facts, held, nowMs), message);
};
