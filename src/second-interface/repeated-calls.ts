import type { CodesAnswer } from '../contract/issuer/order-operations';
import { decide } from '../domain/judge/decide';
import type { Answer, OrderMessage } from '../domain/messages';
import { type HeldCode, isFinal } from '../domain/order';
import type { OrderRow } from '../store/orders';
import type { OrderDeps } from './ask-order';
import { type ClaimedCodes, heldCodesOf } from './claim-codes';
import { callsInPlace, noteInPlace } from './codes-in-place';

/**
 * What changes nothing is answered from the row of a running order, and never reaches its workflow, whose questions are
 * limited. The row may be behind. But nobody was told of what it lacks: a view is written before its answer, and a close
 * before its event. And what the order once took (its verification, a code) it keeps until it closes.
 */
const fromRow = (
  { facts }: Pick<OrderRow, 'facts'>,
  held: readonly HeldCode[],
  message: OrderMessage,
  nowMs: number,
): Answer | undefined => {
  if (isFinal(facts.state) || !facts.verification) return undefined;
  const { answer } = decide(facts, held, message, nowMs);
  return answer.kind === 'refused' ? undefined : answer;
};

/** After a restore a workflow may lack what its row shows, and has to hear the call anew. Looking leaves nothing in its history. */
const isBehind = async ({ gateway }: OrderDeps, row: OrderRow): Promise<boolean> => {
  const facts = await gateway.readFacts(row);
  return facts !== undefined && facts.version < row.version;
};

export const repeatedVerification = async (
  deps: OrderDeps,
  row: OrderRow,
  message: OrderMessage & { kind: 'verify' },
) => {
  const answer = fromRow(row, [], message, deps.nowMs());
  return answer?.kind === 'verified' && !(await isBehind(deps, row)) ? answer : undefined;
};

/**
 * 201 where this very call gave the codes, and its first answer was lost. Claims are the order's before its row says so,
 * and stay so where the engine loses the task that made them: the order itself says how many it has. Where that is fewer
 * than are claimed, it has to hear the call anew. Claims are read first, as a call may come between.
 */
export const repeatedCodes = async (
  deps: OrderDeps,
  row: OrderRow,
  { message, heldBy, submission }: ClaimedCodes,
): Promise<CodesAnswer | undefined> => {
  if (!heldBy || isFinal(row.facts.state)) return undefined;
  const known = callsInPlace(deps, row);
  const held = heldBy.every(({ _id }) => known?.has(_id)) ? undefined : await deps.codes.references(row);
  const facts = await deps.gateway.readFacts(row);
  if (!facts || facts.version < row.version) return undefined;
  // What was counted lately counts where the order itself stands as its row did then.
  const isSame = facts.version === row.version && facts.updatedAtMs === row.facts.updatedAtMs;
  if (held ? facts.issued < held.length : !isSame) return undefined;
  if (held) noteInPlace(deps, { _id: row._id, facts }, held);
  const answer = fromRow({ facts }, heldBy.flatMap(heldCodesOf), message, deps.nowMs());
  if (answer?.kind !== 'codes' || answer.isNew) return undefined;
  const { accepted, outstanding } = answer;
  return { status: submission ? 201 : 200, body: { accepted, outstanding } };
};
