import { goodCount, hasRoomForEnd, isGood, isUsed, itemOf, pendingRequest } from '../items';
import type { OrderMessage } from '../messages';
import { declareVoid, itemsOf, named, unknownItem } from './after-sale';
import { type Decision, type Detail, type Judges, notWithItems, type Ruling, textOf } from './ruling';

/** An operator or a buyer wants money back; whether the codes can be destroyed, their issuer knows. Source: rule 17. */
const judgeVoidRequest = (ruling: Ruling, message: OrderMessage & { kind: 'requestVoid' }): Decision => {
  const { facts, nowMs } = ruling;
  const notNow = notWithItems(facts);
  if (notNow) return ruling.refuse(notNow);
  const unknown = unknownItem(ruling, message.itemIds ?? []);
  if (unknown) return ruling.refuse('item_unknown', unknown);
  if (pendingRequest(facts)) return ruling.refuse('void_pending');
  if (!hasRoomForEnd(facts)) return ruling.refuse('order_closed');
  const items = itemsOf(ruling, message.itemIds ?? ruling.goodItemIds()).filter(isGood);
  if (items.length === 0) return ruling.refuse('code_void');
  const used = items.filter(isUsed);
  if (used.length > 0) return ruling.refuse('code_redeemed', named(used));
  const { requestId, undecided, holdsItems, by } = message;
  return ruling
    .change({
      voidRequest: {
        requestId,
        ...named(items),
        state: 'open',
        startedAtMs: nowMs,
        decideByMs: nowMs + message.decideWithinMs,
        undecided,
        ...(holdsItems ? { holdsItems } : {}),
      },
    })
    .note('void_requested', { items: items.length, by })
    .done();
};

/** The issuer's answer or call, or an operator's: the first durable one counts, and another one after it does not. */
const judgeVoidDecision = (ruling: Ruling, message: OrderMessage & { kind: 'decideVoid' }): Decision => {
  const { facts } = ruling;
  const { requestId, decision, by } = message;
  if (!message.isRightToken) return ruling.countFailure().refuse('token_mismatch');
  const newest = facts.voidRequest?.requestId === requestId ? facts.voidRequest : undefined;
  const decided = newest?.state ?? message.known?.decision;
  if (decided === undefined) return ruling.refuse('request_unknown');
  if (decided === decision) return ruling.done();
  if (decided === 'destroyed' || decided === 'refused') return ruling.refuse('already_decided');
  if (decision === 'refused') return ruling.endVoidRequest('refused', by, message.reason, textOf(message)).done();
  return destroy(ruling, by, textOf(message));
};

/** Those of its items that are good yet; a redemption of one would have ended it. */
const destroy = (ruling: Ruling, by: 'issuer' | 'operator' | 'timeout', said: Detail = {}): Decision => {
  const request = pendingRequest(ruling.facts);
  const items = (request?.itemIds ?? []).map((itemId) => itemOf(ruling.facts, itemId)).filter(isGood);
  if (items.length > 0 && goodCount(ruling.facts) > 0) declareVoid(ruling, items, by);
  return ruling.endVoidRequest('destroyed', by, undefined, said).done();
};

const recordVoidUnknown = (ruling: Ruling, { requestId }: OrderMessage & { kind: 'voidUnknown' }): Decision => {
  const request = pendingRequest(ruling.facts);
  if (request?.requestId !== requestId || request.holdsItems) return ruling.nothing();
  return ruling.change({ voidRequest: { ...request, holdsItems: true } }).done();
};

/** Its time is over without a decision: as the issuer's settings were when it began. */
const endVoidTime = (ruling: Ruling, { requestId }: OrderMessage & { kind: 'voidTimeOver' }): Decision => {
  const request = pendingRequest(ruling.facts);
  if (request?.requestId !== requestId || request.state !== 'open') return ruling.nothing();
  if (request.undecided === 'approve') return destroy(ruling, 'timeout');
  return ruling.change({ voidRequest: { ...request, state: 'undecided' } }).done();
};

export const voidRequestJudges = {
  requestVoid: judgeVoidRequest,
  decideVoid: judgeVoidDecision,
  voidUnknown: recordVoidUnknown,
  voidTimeOver: endVoidTime,
} satisfies Partial<Judges>;
