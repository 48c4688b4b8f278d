import type { FailureCode } from '../failures';
import {
  goodCount,
  hasExpired,
  hasRoom,
  hasRoomForEnd,
  hasStarted,
  heldItems,
  isGood,
  isUsed,
  itemOf,
  itemsInRequest,
  pendingRequest,
  usesLeft,
} from '../items';
import type { KnownRedemption, OrderMessage, VoidDecider } from '../messages';
import { type ItemFacts, isClosed, type OrderFacts, type Settled } from '../order';
import { type Decision, type Detail, type Judges, notWithItems, type Ruling, textOf } from './ruling';

const notDelivered = ({ state }: OrderFacts): FailureCode | undefined => {
  if (isClosed(state)) return 'order_closed';
  return state === 'delivered' ? undefined : 'not_delivered';
};

/** Where in the asker's list the first is that the order does not have. */
export const unknownItem = (
  ruling: Ruling,
  itemIds: readonly string[],
): { path: string; itemIds: string[] } | undefined => {
  const at = itemIds.findIndex((itemId) => !ruling.has(itemId));
  return at < 0 ? undefined : { path: `/itemIds/${at}`, itemIds: [String(itemIds[at])] };
};

export const itemsOf = ({ facts }: Ruling, itemIds: readonly string[]): ItemFacts[] =>
  itemIds.map((itemId) => itemOf(facts, itemId));

export const named = (items: readonly ItemFacts[]) => ({ itemIds: items.map(({ itemId }) => itemId) });

/** The issuer has destroyed them, or an operator takes them back: readable nowhere from the answer on. */
const judgeVoid = (ruling: Ruling, message: OrderMessage & { kind: 'void' }): Decision => {
  const { facts } = ruling;
  if (!message.isRightToken) return ruling.countFailure().refuse('token_mismatch');
  if (facts.closedReason === 'all_void') return ruling.done();
  const notNow = notWithItems(facts);
  if (notNow) return ruling.refuse(notNow);
  const unknown = unknownItem(ruling, message.itemIds ?? []);
  if (unknown) return ruling.refuse('item_unknown', unknown);
  const items = itemsOf(ruling, message.itemIds ?? ruling.goodItemIds()).filter(isGood);
  if (items.length === 0) return ruling.done();
  const used = items.filter(isUsed);
  if (used.length > 0) return ruling.refuse('code_redeemed', named(used));
  declareVoid(ruling, items, message.by, textOf(message));
  const request = pendingRequest(ruling.facts);
  const isWholeRequest = request?.itemIds.every((itemId) => !isGood(itemOf(ruling.facts, itemId)));
  if (isWholeRequest) ruling.endVoidRequest('destroyed', message.by);
  return ruling.done();
};

/** Their items are good and unused. What is owed for them is told, and an order that was not delivered and has none left ends. */
export const declareVoid = (ruling: Ruling, items: readonly ItemFacts[], by: VoidDecider, said: Detail = {}): void => {
  const { facts } = ruling;
  const isLast = items.length === goodCount(facts);
  ruling.setItems(items.map(({ itemId }) => ({ itemId, state: 'void' as const })));
  for (const { itemId } of items) ruling.enter({ kind: 'void', itemId, state: 'void', usesLeft: 0 }, by);
  ruling.note('item_void', { items: items.length, by, ...said }).tell('order.codes_void', named(items));
  if (isLast && facts.state !== 'delivered') {
    ruling.close('cancelled', 'all_void', { by });
    return;
  }
  if (facts.state !== 'delivered') {
    // The message to the terminal is another one without them.
    ruling.newDeliveryMessage();
  }
  ruling.oweForWhatIsVoid();
};

/** A later end for codes that have one; also makes an expired one usable again. */
const judgeValidity = (ruling: Ruling, message: OrderMessage & { kind: 'validity' }): Decision => {
  const { facts } = ruling;
  const { expiresAtMs } = message;
  if (!message.isRightToken) return ruling.countFailure().refuse('token_mismatch');
  const notNow = notWithItems(facts);
  if (notNow) return ruling.refuse(notNow);
  const unknown = unknownItem(ruling, message.itemIds ?? []);
  if (unknown) return ruling.refuse('item_unknown', unknown);
  const items = itemsOf(ruling, message.itemIds ?? ruling.goodItemIds());
  const ended = items.filter((item) => !isGood(item));
  if (ended.length > 0 || items.length === 0) return ruling.refuse('code_void', named(ended));
  if (items.every((item) => item.expiresAtMs === expiresAtMs)) return ruling.done();
  const endless = items.filter((item) => item.expiresAtMs === undefined);
  const isEarlier = items.some((item) => item.expiresAtMs !== undefined && item.expiresAtMs > expiresAtMs);
  if (endless.length > 0 || isEarlier || expiresAtMs <= ruling.nowMs) {
    return ruling.refuse('body_invalid', { path: '/expiresAt', ...named(endless) });
  }
  const later = items.filter((item) => item.expiresAtMs !== expiresAtMs);
  ruling.setItems(later.map(({ itemId }) => ({ itemId, expiresAtMs })));
  for (const { itemId } of later) ruling.enter({ kind: 'validity', itemId }, 'issuer');
  return ruling
    .note('validity_changed', { items: later.length, expiresAt: new Date(expiresAtMs).toISOString() })
    .done();
};

const isSameRedemption = (known: KnownRedemption, message: OrderMessage & { kind: 'redeem' }): boolean =>
  known.itemId === message.itemId &&
  known.uses === message.uses &&
  known.place === message.place &&
  (known.redeemedAtMs ?? message.redeemedAtMs) === message.redeemedAtMs;

/** Once for each id, whatever the number of calls. */
const judgeRedemption = (ruling: Ruling, message: OrderMessage & { kind: 'redeem' }): Decision => {
  const { facts } = ruling;
  const { redemptionId, itemId, uses, known, redeemedAtMs } = message;
  if (!message.isRightToken) return ruling.countFailure().refuse('token_mismatch');
  if (known && (known.reversed || !isSameRedemption(known, message))) return ruling.refuse('redemption_conflict');
  if (known) return ruling.answer({ kind: 'redeemed', itemId, uses, usesLeft: known.usesLeft, isNew: false });
  const notNow = notDelivered(facts);
  if (notNow) return ruling.refuse(notNow);
  if (!ruling.has(itemId)) return ruling.refuse('item_unknown', { path: '/itemId', itemIds: [itemId] });
  const item = itemOf(facts, itemId);
  const isHeld = heldItems(facts).has(itemId);
  if (message.by !== 'issuer' && !hasRoom(facts)) return ruling.refuse('order_closed');
  const refusal = isHeld && isGood(item) ? 'code_held' : notRedeemable(item, redeemedAtMs, uses);
  if (refusal) return ruling.refuse(refusal, { itemIds: [itemId] });
  const left = usesLeft(item) - uses;
  ruling
    .setItems([{ itemId, used: (item.used ?? 0) + uses }])
    .enter(
      {
        kind: 'redeemed',
        operationId: redemptionId,
        itemId,
        uses,
        usesLeft: left,
        redeemedAtMs,
        ...(message.place !== undefined ? { place: message.place } : {}),
      },
      message.by,
    )
    .note('item_redeemed', { itemId, redemptionId, uses, usesLeft: left, by: message.by });
  if (message.by !== 'issuer') ruling.tell('order.redeemed', { redemptionId, itemIds: [itemId] });
  if (itemsInRequest(facts).has(itemId)) ruling.endVoidRequest('refused', 'redemption', 'redeemed');
  return ruling.answer({ kind: 'redeemed', itemId, uses, usesLeft: left, isNew: true });
};

const notRedeemable = (item: ItemFacts, atMs: number, uses: number): FailureCode | undefined => {
  if (!isGood(item)) return 'code_void';
  if (!hasStarted(item, atMs)) return 'code_not_started';
  if (hasExpired(item, atMs)) return 'code_expired';
  return usesLeft(item) < uses ? 'uses_exhausted' : undefined;
};

/** The whole redemption is taken back, also of an item that has expired since. */
const judgeReversal = (ruling: Ruling, message: OrderMessage & { kind: 'reverse' }): Decision => {
  const { facts } = ruling;
  const { redemptionId, known } = message;
  if (!message.isRightToken) return ruling.countFailure().refuse('token_mismatch');
  if (known?.reversed) {
    return ruling.answer({ kind: 'reversed', itemId: known.itemId, usesLeft: known.reversed.usesLeft, isNew: false });
  }
  const notNow = notDelivered(facts);
  if (notNow) return ruling.refuse(notNow);
  if (!known) return ruling.refuse('redemption_unknown');
  if (message.by !== 'issuer' && !hasRoomForEnd(facts)) return ruling.refuse('order_closed');
  const { itemId, uses } = known;
  const item = itemOf(facts, itemId);
  const after = { ...item, used: (item.used ?? 0) - uses };
  ruling
    .setItems([{ itemId, used: after.used }])
    .enter({ kind: 'reversed', operationId: redemptionId, itemId, uses, usesLeft: usesLeft(after) }, message.by)
    .note('item_reversed', { itemId, redemptionId, uses, usesLeft: usesLeft(after), by: message.by });
  if (message.by !== 'issuer') ruling.tell('order.reversed', { redemptionId, itemIds: [itemId] });
  return ruling.answer({ kind: 'reversed', itemId, usesLeft: usesLeft(after), isNew: true });
};

/** Bad codes get new ones in their place; the old ones stay claimed for ever. */
const judgeReplacement = (ruling: Ruling, message: OrderMessage & { kind: 'replace' }): Decision => {
  const { facts } = ruling;
  const { replacements } = message;
  if (!message.isRightToken) return ruling.countFailure().refuse('token_mismatch');
  const taken = new Map(ruling.held.map((code) => [code.itemId, code.fingerprint]));
  const isRepeat = replacements.every(
    ({ itemId, by, fingerprint }) =>
      itemOf(facts, itemId).replacedBy === by.itemId && taken.get(by.itemId) === (fingerprint ?? taken.get(by.itemId)),
  );
  if (isRepeat) {
    return ruling.answer({ kind: 'replaced', count: replacements.length, isNew: false });
  }
  const notNow = notDelivered(facts);
  if (notNow) return ruling.refuse(notNow);
  if (!hasRoom(facts, replacements.length)) return ruling.refuse('order_closed');
  const at = replacements.findIndex(({ itemId }) => !ruling.has(itemId));
  if (at >= 0) {
    const itemIds = [String(replacements[at]?.itemId)];
    return ruling.refuse('item_unknown', { path: `/replacements/${at}/itemId`, itemIds });
  }
  const items = replacements.map(({ itemId }) => itemOf(facts, itemId));
  const ended = items.filter((item) => !isGood(item));
  if (ended.length > 0) return ruling.refuse('code_void', named(ended));
  const used = items.filter(isUsed);
  if (used.length > 0) return ruling.refuse('code_redeemed', named(used));
  const asked = itemsInRequest(facts);
  const pending = items.filter(({ itemId }) => asked.has(itemId));
  if (pending.length > 0) return ruling.refuse('void_pending', named(pending));
  const isTaken = replacements.some(({ by }) => ruling.has(by.itemId));
  if (isTaken || message.conflicts) return ruling.refuse('code_conflict');
  if (message.reused) return ruling.refuse('code_reused');
  ruling.setItems(
    replacements.flatMap(({ itemId, by, stillLive }): ItemFacts[] => [
      { itemId, state: 'replaced', replacedBy: by.itemId, ...(stillLive ? { maybeLive: true } : {}) },
      { ...by, replaces: itemId, ...(stillLive ? { maybeLive: true } : {}) },
    ]),
  );
  for (const { itemId, by } of replacements) {
    ruling.enter({ kind: 'replaced', itemId, operationId: by.itemId, state: 'replaced', usesLeft: 0 }, 'issuer');
  }
  ruling
    .note('item_replaced', { items: replacements.length, mayBeLive: replacements.some(({ stillLive }) => stillLive) })
    .tell('order.item_replaced', { replaces: replacements.map(({ itemId, by }) => ({ itemId, by: by.itemId })) });
  return ruling.answer({ kind: 'replaced', count: replacements.length, isNew: true });
};

/** A time that one of them leaves out is no other one. */
const isSameSettlement = ({ value, settledAtMs }: Settled, told: Settled): boolean =>
  value === told.value && (settledAtMs ?? told.settledAtMs) === (told.settledAtMs ?? settledAtMs);

/** They stay in the order's facts; the next one is taken when the delivery is over. */
const earlySettlementsMax = 100;

/** Money was paid back elsewhere: the platform moves none, it is told. */
const judgeSettlement = (ruling: Ruling, message: OrderMessage & { kind: 'settle' }): Decision => {
  const { facts } = ruling;
  const { settlementId, value, settledAtMs, isEarly } = message;
  const early = facts.earlySettlements ?? [];
  const known = message.known ?? early.find(({ id }) => id === settlementId);
  if (!message.isRightToken) return ruling.countFailure().refuse('token_mismatch');
  if (message.currency !== facts.amount.currency) return ruling.refuse('amount_mismatch');
  if (known && !isSameSettlement(known, message)) return ruling.refuse('settlement_conflict');
  if (known) return ruling.answer({ kind: 'settled', isNew: false });
  const settled = (facts.refundSettledValue ?? 0) + value;
  if (settled > (facts.refundDueValue ?? 0)) return ruling.refuse('refund_exceeded');
  if (isEarly && early.length >= earlySettlementsMax) return ruling.refuse('in_progress');
  const told = { value, ...(settledAtMs !== undefined ? { settledAtMs } : {}) };
  ruling
    .change({
      refundSettledValue: settled,
      ...(isEarly ? { earlySettlements: [...early, { id: settlementId, ...told }] } : {}),
    })
    .enter({ kind: 'settled', operationId: settlementId, ...told }, 'issuer')
    .note('refund_settled', { value, settled, currency: facts.amount.currency });
  return ruling.answer({ kind: 'settled', isNew: true });
};

export const afterSaleJudges = {
  void: judgeVoid,
  validity: judgeValidity,
  redeem: judgeRedemption,
  reverse: judgeReversal,
  replace: judgeReplacement,
  settle: judgeSettlement,
} satisfies Partial<Judges>;
