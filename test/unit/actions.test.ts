import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { BSON } from 'mongodb';
import { itemCount, itemCounts, itemSums, type ListedFacts } from '../../src/domain/items';
import { actionNames, allowedActions } from '../../src/domain/judge/actions';
import { type Decision, decide } from '../../src/domain/judge/decide';
import { takesOtherTerminal } from '../../src/domain/judge/delivery';
import { whyNotAgain } from '../../src/domain/judge/replay';
import type { Asker, OrderMessage, TimelineEntry } from '../../src/domain/messages';
import {
  deliveryStates,
  type HeldCode,
  moves,
  type OrderFacts,
  openFacts,
  runningWindow,
} from '../../src/domain/order';
import { whyNoCode } from '../../src/domain/words/why-no-code';
import { often } from '../support/long-form';
import { seedOf } from '../support/seed';

const quantity = 3;
const amount = { value: 1_000, currency: 'EUR' };
const dayMs = 86_400_000;
const createdAtMs = Date.UTC(2026, 0, 1);

interface State {
  readonly facts: OrderFacts;
  readonly held: readonly HeldCode[];
}

const opening = (codeMode: 'push' | 'request', channel: string): State => ({
  facts: openFacts({
    quantity,
    amount,
    codeMode,
    channel,
    createdAtMs,
    verifyWindowMs: dayMs,
    issueWindowMs: dayMs,
  }),
  held: [],
});

const code = (itemId: string, nowMs: number, extra: object = {}) => ({
  itemId,
  fingerprint: `f-${itemId}`,
  valueFingerprint: `v-${itemId}`,
  ...extra,
  ...(itemId === 'b' ? { uses: 2, expiresAtMs: nowMs + dayMs } : {}),
});

const right = { isRightToken: true } as const;
const by = 'issuer' as const;

const given = (...ids: string[]): OrderMessage => ({
  kind: 'codes',
  isRightToken: true,
  submissionId: 's',
  items: ids.map((id) => code(id, createdAtMs)),
  reused: false,
});
const verified: OrderMessage = { kind: 'verify', isRightToken: true, quantity, amount };
const issued = [verified, given('a', 'b', 'c')];

/** Orders seldom get far by chance: each state that must be seen is a start. */
const starts: Readonly<Partial<Record<OrderFacts['state'], readonly OrderMessage[]>>> = {
  accepted: [],
  verified: [verified],
  partially_issued: [verified, given('a')],
  issued,
  undeliverable: [...issued, { kind: 'undeliverable', tries: 1 }],
  delivered: [...issued, { kind: 'delivered', tries: 1 }],
  cancelled: [{ kind: 'cancel', by: 'issuer' }],
};
const startStates = Object.keys(starts) as OrderFacts['state'][];

const startOf = (mode: 'push' | 'request', channel: string, start: OrderFacts['state']): State => {
  let state = opening(mode, channel);
  for (const one of starts[start] ?? []) state = decide(state.facts, state.held, one, createdAtMs);
  return state;
};

/** Every message that could be right, whatever the state: what `actions` lists, one of them changes something. */
const messagesOf = (name: string, { facts, held }: State, nowMs: number): OrderMessage[] => {
  const all = held.map(({ itemId }) => itemId);
  const ids = [...new Set([...all, ...(facts.items ?? []).map(({ itemId }) => itemId)])];
  const fresh = ['a', 'b', 'c'].filter((id) => !all.includes(id));
  switch (name) {
    case 'verification':
      return [{ kind: 'verify', isRightToken: true, quantity, amount }];
    case 'codes':
      return fresh.map((id) => ({
        kind: 'codes',
        ...right,
        submissionId: id,
        items: [code(id, nowMs)],
        reused: false,
      }));
    case 'refusal':
      return [{ kind: 'refuse', isRightToken: true, reason: 'other' }];
    case 'cancellation':
    case 'cancel':
      return [{ kind: 'cancel', by }];
    case 'renotify':
      return [{ kind: 'renotify' }];
    case 'extend':
      return [{ kind: 'extend', extensionMs: 1_000 }];
    case 'completion':
    case 'complete':
      return [{ kind: 'complete', by, ...right }];
    case 'delivery':
    case 'redeliver':
      return [{ kind: 'redeliver', by: name === 'delivery' ? 'issuer' : 'operator', ...right }];
    case 'refund':
      return ids.map((id) => ({
        kind: 'requestVoid',
        by: 'operator',
        requestId: `v-${id}-${nowMs}`,
        itemIds: [id],
        decideWithinMs: dayMs,
        undecided: nowMs % 2 === 0 ? 'approve' : 'person',
        holdsItems: nowMs % 3 === 0,
      }));
    case 'void-decision':
      return (['destroyed', 'refused'] as const).map((decision) => ({
        kind: 'decideVoid',
        by,
        ...right,
        requestId: facts.voidRequest?.requestId ?? 'none',
        decision,
      }));
    case 'void':
      return ids.map((id) => ({ kind: 'void', by, ...right, itemIds: [id] }));
    case 'validity':
      return ids.map((id) => ({ kind: 'validity', ...right, itemIds: [id], expiresAtMs: nowMs + 500 * dayMs }));
    case 'replacement':
      return ids.map((id) => ({
        kind: 'replace',
        ...right,
        replacements: [{ itemId: id, by: { itemId: `new-${id}-${nowMs}` }, stillLive: false }],
        conflicts: false,
        reused: false,
      }));
    case 'redemptions':
    case 'redeem':
      return ids.map((id) => ({
        kind: 'redeem',
        by,
        ...right,
        redemptionId: `r-${id}-${nowMs}`,
        itemId: id,
        uses: 1,
        redeemedAtMs: nowMs,
      }));
    case 'reversals':
    case 'reverse':
      return (facts.items ?? [])
        .filter(({ used = 0 }) => used > 0)
        .map(({ itemId }) => ({
          kind: 'reverse',
          by,
          ...right,
          redemptionId: `r-${itemId}`,
          known: { itemId, uses: 1, usesLeft: 0 },
        }));
    case 'refund-settlement':
      return [{ kind: 'settle', ...right, settlementId: `s-${nowMs}`, value: 1, currency: 'EUR' }];
    default:
      throw new RangeError(`no message for ${name}`);
  }
};

const inner: OrderMessage[] = [
  { kind: 'notified' },
  { kind: 'window_ended' },
  { kind: 'last_call_due', closesByMs: 0 },
  { kind: 'last_call_answered' },
  { kind: 'delivered', tries: 1 },
  { kind: 'undeliverable', tries: 1 },
  { kind: 'opened' },
];

const ofRequest = ({ facts: { voidRequest } }: State): OrderMessage[] =>
  voidRequest
    ? [
        { kind: 'voidUnknown', requestId: voidRequest.requestId },
        { kind: 'voidTimeOver', by: 'timeout', requestId: voidRequest.requestId },
      ]
    : [];

const without = ({ version: _v, updatedAtMs: _u, ...facts }: OrderFacts): object => facts;

/** A repeat leaves a line at most. Limits are set aside. */
const hasEffect = ({ facts: before }: State, { facts, answer }: Decision): boolean =>
  answer.kind === 'refused' ? answer.code === 'rate_limited' : !isDeepStrictEqual(without(facts), without(before));

/** Lists read sums in place of items. */
const asListed = ({ items: _items, voidRequest, ...facts }: OrderFacts): ListedFacts => {
  const { itemIds: _itemIds, ...request } = voidRequest ?? {};
  const sums = itemSums({ ...facts, items: _items, voidRequest } as OrderFacts);
  return { ...facts, ...(voidRequest ? { voidRequest: request } : {}), itemSums: sums } as ListedFacts;
};

/** A note is a line, whatever the order is like: nothing is judged. */
const names: readonly (readonly [Asker, string])[] = (['issuer', 'operator'] as const).flatMap((who) =>
  actionNames(who).flatMap((name) => (name === 'note' ? [] : [[who, name] as const])),
);

test('what `actions` lists some right message changes; what it does not list every message is refused or repeats', () => {
  const seed = seedOf('actions');
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom('push' as const, 'request' as const),
      fc.constantFrom('page', 'webhook'),
      fc.constantFrom(...startStates),
      fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 25 }),
      (mode, channel, start, steps) => {
        let state = startOf(mode, channel, start);
        let nowMs = createdAtMs;
        for (const [which, pick] of [...steps, [0, 0] as const]) {
          nowMs += 60_000;
          for (const [who, name] of names) {
            const decisions = messagesOf(name, state, nowMs).map((said) =>
              decide(state.facts, state.held, said, nowMs),
            );
            const isListed = allowedActions(state.facts, who, nowMs).includes(name);
            expect(allowedActions(asListed(state.facts), who, nowMs).includes(name)).toBe(isListed);
            const isPossible = decisions.some((decision) => hasEffect(state, decision));
            expect([state.facts.state, who, name, isPossible]).toEqual([state.facts.state, who, name, isListed]);
          }
          expectOthersToAsk(state, nowMs);
          expect(itemCounts(asListed(state.facts))).toEqual(itemCounts(state.facts));
          seen.add(state.facts.state);
          const possible = [
            ...names.flatMap(([, name]) => messagesOf(name, state, nowMs)),
            ...inner,
            ...ofRequest(state),
          ];
          const said = possible[(which * 31 + pick) % possible.length] as OrderMessage;
          const { facts, held } = decide(state.facts, state.held, said, nowMs);
          state = { facts, held: withReplacements(held, facts) };
        }
      },
    ),
    { seed, numRuns: often(150, 400) },
  );
  expect([...seen]).toEqual(expect.arrayContaining(startStates));
});

const line = (event: TimelineEntry['event'], detail: TimelineEntry['detail']): TimelineEntry => ({
  key: event,
  atMs: createdAtMs,
  event,
  detail,
});
const troubles: readonly TimelineEntry[] = [
  line('verification_judged', { verdict: 'token_mismatch' }),
  line('verification_judged', { verdict: 'amount_mismatch' }),
  line('notice_answered', { ok: false, problem: 'timeout' }),
  line('code_request_answered', { ok: false, problem: 'timeout' }),
  line('codes_judged', { verdict: 'code_conflict' }),
  line('delivery_tried', { ok: false, problem: 'status_404' }),
  line('delivery_tried', { ok: false, problem: 'status_503' }),
];

/** What is sent again, gets more time, goes elsewhere or is suggested: never but by what `actions` and the judge say. */
const expectOthersToAsk = ({ facts, held }: State, nowMs: number): void => {
  const listed = allowedActions(facts, 'operator', nowMs);
  const again = (['order.paid', 'order.code_requested', 'code.delivered'] as const).filter(
    (message) => whyNotAgain(facts, message, nowMs) === undefined,
  );
  // One that is under way is sent by its own schedule.
  const isReplayable = listed.includes('redeliver') && facts.state !== 'issued';
  expect(again.includes('code.delivered')).toBe(isReplayable);
  expect(again.some((message) => message !== 'code.delivered')).toBe(listed.includes('renotify'));
  expect(runningWindow(facts.state) !== undefined).toBe(listed.includes('extend'));
  for (const delivery of deliveryStates) {
    const goesElsewhere = takesOtherTerminal(facts.state, delivery);
    const said: OrderMessage = { kind: 'redeliver', terminal: { ref: 'other', channel: 'webhook' } };
    const known = { ...facts, delivery: { ...facts.delivery, state: delivery } };
    const isTaken = decide(known, held, said, nowMs).answer.kind === 'done';
    if (listed.includes('redeliver'))
      expect([facts.state, delivery, isTaken]).toEqual([facts.state, delivery, goesElsewhere]);
  }
  for (const trouble of troubles) {
    const action = whyNoCode(facts, [trouble]).next?.action;
    if (action) expect(listed).toContain(action === 'correct_terminal' ? 'redeliver' : action);
  }
};

/** The store has them; the judge is told of them as held. */
const withReplacements = (held: readonly HeldCode[], facts: OrderFacts): readonly HeldCode[] => {
  if (itemCount(facts) <= held.length) return held;
  const known = new Set(held.map(({ itemId }) => itemId));
  const fresh = (facts.items ?? []).filter(({ itemId, replaces }) => replaces !== undefined && !known.has(itemId));
  return [
    ...held,
    ...fresh.map(({ itemId }) => ({ itemId, fingerprint: itemId, valueFingerprint: itemId, submissionId: itemId })),
  ];
};

test('uses never fall below zero or rise above what the code has, whatever comes in which order', () => {
  const seed = seedOf('uses');
  const uses = 3;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 4 }), fc.nat(5)), { maxLength: 40 }),
      (steps) => {
        const held = [{ itemId: 'a', fingerprint: 'a', valueFingerprint: 'a', submissionId: 'a' }];
        let facts: OrderFacts = {
          ...opening('push', 'page').facts,
          quantity: 1,
          issued: 1,
          state: 'delivered',
          items: [{ itemId: 'a', uses }],
        };
        const ledger = new Map<
          string,
          { itemId: string; uses: number; usesLeft: number; reversed?: { usesLeft: number } }
        >();
        let left = uses;
        for (const [isReversal, asked, id] of steps) {
          const redemptionId = `r-${id}`;
          const known = ledger.get(redemptionId);
          const message: OrderMessage = isReversal
            ? { kind: 'reverse', by, ...right, redemptionId, ...(known ? { known } : {}) }
            : {
                kind: 'redeem',
                by,
                ...right,
                redemptionId,
                itemId: 'a',
                uses: asked,
                redeemedAtMs: createdAtMs,
                ...(known ? { known } : {}),
              };
          const { answer, facts: after } = decide(facts, held, message, createdAtMs);
          facts = after;
          if (answer.kind === 'redeemed' && answer.isNew) {
            left -= asked;
            ledger.set(redemptionId, { itemId: 'a', uses: asked, usesLeft: answer.usesLeft });
          }
          if (answer.kind === 'reversed' && answer.isNew && known) {
            left += known.uses;
            ledger.set(redemptionId, { ...known, reversed: { usesLeft: answer.usesLeft } });
          }
          expect(left).toBeGreaterThanOrEqual(0);
          expect(left).toBeLessThanOrEqual(uses);
          expect(facts.items?.[0]?.used ?? 0).toBe(uses - left);
        }
      },
    ),
    { seed, numRuns: 500 },
  );
});

test('each settlement counts once, and all of them are never more than what is due, whatever comes twice', () => {
  const seed = seedOf('settlements');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 500 }), fc.nat(5)), { maxLength: 40 }),
      fc.constantFrom(true as const, undefined),
      (steps, isEarly) => {
        const held = ['a', 'b', 'c'].map((id) => code(id, createdAtMs)).map((one) => ({ ...one, submissionId: 's' }));
        let { facts } = startOf('push', 'page', isEarly ? 'undeliverable' : 'delivered');
        const ledger = new Map<string, number>();
        for (const [kind, value, id] of steps) {
          const settlementId = `s-${id}`;
          const known = ledger.get(settlementId);
          const settlement = {
            kind: 'settle',
            ...right,
            settlementId,
            value: known ?? value,
            currency: 'EUR',
            // The ledger may not have those that an order took before its delivery was over.
            ...(isEarly ? { isEarly } : {}),
          } as const;
          const said: OrderMessage =
            kind === 0
              ? { kind: 'void', by, ...right, itemIds: [['a', 'b', 'c'][id % 3] as string] }
              : { ...settlement, ...(known && !isEarly ? { known: { value: known } } : {}) };
          const { answer, facts: after } = decide(facts, held, said, createdAtMs);
          facts = after;
          if (answer.kind === 'settled') {
            expect(answer.isNew).toBe(known === undefined);
            ledger.set(settlementId, known ?? value);
          }
          const settled = [...ledger.values()].reduce((sum, one) => sum + one, 0);
          expect(facts.refundSettledValue ?? 0).toBe(settled);
          expect(settled).toBeLessThanOrEqual(facts.refundDueValue ?? 0);
        }
      },
    ),
    { seed, numRuns: 500 },
  );
});

test('a void request ends once, by whatever comes first; no code is void and redeemed, and none that is held is redeemed', () => {
  const seed = seedOf('void requests');
  const ended = new Set<string>();
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(11), fc.nat(2)), { maxLength: 30 }), (steps) => {
      const held = ['a', 'b', 'c'].map((id) => code(id, createdAtMs)).map((one) => ({ ...one, submissionId: 's' }));
      let { facts } = startOf('push', 'page', 'delivered');
      let nowMs = createdAtMs;
      const redeemed = new Set<string>();
      const bothLive = new Set<string>();
      for (const [n, [which, pick]] of steps.entries()) {
        nowMs += 60_000;
        const itemId = ['a', 'b', 'c'][pick] as string;
        const said = racing(which, itemId, n, facts, nowMs);
        const { facts: after, answer, events } = decide(facts, held, said, nowMs);
        const before = facts;
        facts = after;
        const pending = ['open', 'undecided'].includes(before.voidRequest?.state ?? '');
        const isDone = answer.kind !== 'refused';
        if (said.kind === 'redeem' && isDone) {
          redeemed.add(itemId);
          // A held one is never redeemed; one that waits ends its request.
          expect(pending && before.voidRequest?.holdsItems && before.voidRequest.itemIds.includes(itemId)).toBeFalsy();
          if (pending && before.voidRequest?.itemIds.includes(itemId)) expect(facts.voidRequest?.state).toBe('refused');
        }
        if (said.kind === 'requestVoid' && isDone) expect(pending).toBe(false);
        if (said.kind === 'replace' && isDone && pending) expect(before.voidRequest?.itemIds).not.toContain(itemId);
        if (said.kind === 'replace' && isDone && said.replacements[0]?.stillLive)
          for (const id of [itemId, `new-${n}`]) bothLive.add(id);
        // Whoever reads either of the two is told for ever that both may be live, and of no other code.
        const marked = (facts.items ?? []).filter(({ maybeLive }) => maybeLive).map((one) => one.itemId);
        expect(marked.sort()).toEqual([...bothLive].sort());
        const decided = events.filter(({ type }) => type === 'order.void_decided');
        // Once for each request, with what it became; never before its end, and never after it.
        const isEnded = pending && !['open', 'undecided'].includes(facts.voidRequest?.state ?? '');
        expect(decided.map(({ requestId, decision }) => [requestId, decision])).toEqual(
          isEnded ? [[before.voidRequest?.requestId, facts.voidRequest?.state]] : [],
        );
        for (const { by: who } of decided) ended.add(String(who));
        const isVoid = (id: string) => facts.items?.find((one) => one.itemId === id)?.state === 'void';
        for (const id of redeemed) expect(isVoid(id)).toBe(false);
        if (facts.voidRequest?.state === 'destroyed') expect(facts.voidRequest.itemIds.every(isVoid)).toBe(true);
      }
    }),
    { seed, numRuns: 500 },
  );
  expect([...ended].sort()).toEqual(['issuer', 'operator', 'redemption', 'timeout']);
});

test('voids and what comes of a delivery, in any order: what is void stays void and is owed, and the order closes once', () => {
  const seed = seedOf('voids against a delivery');
  const ends = new Set<string>();
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(7), fc.nat(2)), { maxLength: 20 }), (steps) => {
      let { facts, held } = startOf('push', 'webhook', 'issued');
      const closes: string[] = [];
      const messageOf = ({ deliveryMessage }: OrderFacts) => deliveryMessage?.n ?? 1;
      const isVoid = ({ itemId }: { itemId: string }) =>
        facts.items?.find((one) => one.itemId === itemId)?.state === 'void';
      for (const [n, [which, pick]] of steps.entries()) {
        const before = facts;
        const voidBefore = held.filter(isVoid);
        const itemIds = [held[pick % held.length]?.itemId as string];
        const requestId = facts.voidRequest?.requestId ?? 'none';
        const request = {
          by: 'operator',
          decideWithinMs: dayMs,
          undecided: 'person',
          holdsItems: n % 2 === 0,
        } as const;
        const said = [
          { kind: 'void', by: 'issuer', ...right, itemIds },
          { kind: 'void', by: 'operator', ...right },
          { kind: 'delivered', tries: n },
          { kind: 'delivered', tries: n },
          { kind: 'undeliverable', tries: n },
          { kind: 'redeliver', by: 'operator', ...right },
          { kind: 'requestVoid', requestId: `v-${n}`, itemIds, ...request },
          { kind: 'decideVoid', by: 'issuer', ...right, requestId, decision: 'destroyed' },
        ][which] as OrderMessage;
        const decision = decide(facts, held, said, createdAtMs + n);
        ({ facts, held } = decision);
        closes.push(...decision.events.map(({ type }) => type).filter((type) => /\.(delivered|cancelled)$/.test(type)));
        const voids = held.filter(isVoid);
        for (const { itemId } of voidBefore) expect(voids.map((one) => one.itemId)).toContain(itemId);
        const good = held.length - voids.length;
        expect(facts.refundDueValue ?? 0).toBe(amount.value - Math.floor((amount.value * good) / facts.quantity));
        // The message that is under way names a code that is void by now: the next one is another message.
        const isOpen = moves[facts.state].length > 0;
        if (isOpen && voids.length > voidBefore.length) expect(messageOf(facts)).toBeGreaterThan(messageOf(before));
        expect(facts.state === 'cancelled').toBe(closes[0] === 'order.cancelled');
        if (facts.state === 'cancelled') expect([good, facts.closedReason]).toEqual([0, 'all_void']);
      }
      expect(closes.length).toBe(moves[facts.state].length > 0 ? 0 : 1);
      ends.add(`${facts.state} ${held.some(isVoid)}`);
    }),
    { seed, numRuns: often(150, 500) },
  );
  expect([...ends]).toEqual(expect.arrayContaining(['delivered true', 'delivered false', 'cancelled true']));
});

const racing = (which: number, itemId: string, n: number, facts: OrderFacts, nowMs: number): OrderMessage => {
  const requestId = facts.voidRequest?.requestId ?? 'none';
  const redemption = { redemptionId: `r-${n}`, itemId, uses: 1, redeemedAtMs: nowMs };
  const request = { kind: 'requestVoid', by: 'operator', requestId: `v-${n}`, decideWithinMs: dayMs } as const;
  const all: OrderMessage[] = [
    { ...request, undecided: 'person', holdsItems: false },
    { ...request, itemIds: [itemId], undecided: 'approve', holdsItems: n % 2 === 0 },
    { ...request, itemIds: [itemId], undecided: 'person', holdsItems: false },
    { kind: 'decideVoid', by: 'issuer', ...right, requestId, decision: 'destroyed' },
    { kind: 'decideVoid', by: 'operator', ...right, requestId, decision: 'refused' },
    { kind: 'voidUnknown', requestId },
    { kind: 'voidTimeOver', by: 'timeout', requestId },
    { kind: 'redeem', by, ...right, ...redemption },
    { kind: 'redeem', by, ...right, ...redemption },
    { kind: 'void', by: 'operator', ...right, itemIds: [itemId] },
    {
      kind: 'replace',
      ...right,
      replacements: [{ itemId, by: { itemId: `new-${n}` }, stillLive: n % 2 === 1 }],
      conflicts: false,
      reused: false,
    },
    { kind: 'validity', ...right, expiresAtMs: nowMs + 500 * dayMs },
  ];
  return all[which] as OrderMessage;
};

describe('an order has room for its end', () => {
  const goOn = (from: State, messagesAt: (n: number, facts: OrderFacts) => readonly OrderMessage[]) => {
    let state = from;
    for (let n = 0; n < 3_000; n += 1) {
      for (const message of messagesAt(n, state.facts)) {
        const decision = decide(state.facts, state.held, message, createdAtMs);
        if (decision.answer.kind === 'refused') return { ...state, code: decision.answer.code };
        state = decision;
      }
    }
    return { ...state, code: 'never' };
  };
  const use = { itemId: 'b', uses: 1 } as const;
  const known = { ...use, usesLeft: 1 };
  const redeem = { kind: 'redeem', ...right, ...use, redeemedAtMs: createdAtMs } as const;
  const replace = (pairs: readonly (readonly [string, string])[]): OrderMessage => ({
    ...{ kind: 'replace', ...right, conflicts: false, reused: false },
    replacements: pairs.map(([itemId, to]) => ({ itemId, by: { itemId: to, expiresAtMs: 1 }, stillLive: true })),
  });
  const request = { decideWithinMs: dayMs, undecided: 'person', holdsItems: false } as const;

  test('2,000 events before, and as many of requests', () => {
    const used = goOn(startOf('push', 'page', 'delivered'), (n) => [
      { ...redeem, by: 'operator', redemptionId: `r-${n}` },
      { kind: 'reverse', by: 'operator', ...right, redemptionId: `r-${n}`, known },
    ]);
    expect([used.code, used.facts.sequence]).toEqual(['order_closed', 2_001]);
    const refused = [replace([['a', 'z']]), { kind: 'redeliver', by: 'operator', ...right } as const];
    for (const message of refused) {
      expect(decide(used.facts, used.held, message, createdAtMs).answer).toMatchObject({ code: 'order_closed' });
    }
    const own = decide(used.facts, used.held, { ...redeem, by: 'issuer', redemptionId: 'own' }, createdAtMs);
    expect(own.answer).toMatchObject({ kind: 'redeemed', isNew: true });
    const asked = goOn(used, (n) => [
      { kind: 'requestVoid', by: 'operator', requestId: `v-${n}`, itemIds: ['a'], ...request },
      { kind: 'decideVoid', by: 'issuer', ...right, requestId: `v-${n}`, decision: 'refused' },
    ]);
    expect([asked.code, asked.facts.sequence]).toEqual(['order_closed', 4_000]);
    const end = decide(asked.facts, asked.held, { kind: 'void', by: 'issuer', ...right }, createdAtMs);
    expect([end.answer.kind, end.facts.refundDueValue]).toEqual(['done', amount.value]);
  });

  test('10,000 replaced codes, and less than 16 MB, though each of 10,000 codes is void for itself', () => {
    const named = (n: number, batch: number): string => `${batch}-${n}`.padEnd(64, '-');
    const all = Array.from({ length: 10_000 }, (_, n) => n);
    const held = all.map((n) => ({ ...code(named(n, 0), 0), submissionId: 's' }));
    const dated = all.map((n) => ({ itemId: named(n, 0), startsAtMs: 0, expiresAtMs: createdAtMs + n }));
    const { facts } = startOf('push', 'page', 'delivered');
    const start = { held, facts: { ...facts, quantity: 10_000, issued: 10_000, items: dated } };
    const events = all
      .slice(0, 2_000)
      .map(() => ({ type: 'order.redeemed', id: 'i'.repeat(64), itemIds: [named(1, 0)] }));
    const told: unknown[] = [{ itemIds: held.map(({ itemId }) => itemId) }, ...events];
    const replaced = goOn(start, (batch) => [replace(all.map((n) => [named(n, batch), named(n, batch + 1)]))]);
    expect([replaced.code, replaced.facts.items?.length]).toEqual(['order_closed', 20_000]);
    const one = { kind: 'void', by: 'issuer', ...right, itemIds: [named(0, 1)] } as const;
    const size = (value: object): number => BSON.calculateObjectSize(value);
    const outbox = (list: readonly object[]) =>
      list.map((event) => ({ ...event, id: 'i'.repeat(64), status: 'pending', writtenAt: new Date() }));
    const voided = decide(replaced.facts, replaced.held, one, createdAtMs);
    const whole = decide(replaced.facts, replaced.held, { kind: 'void', by: 'issuer', ...right }, createdAtMs);
    const pairs = { replaces: all.map((n) => ({ itemId: named(n, 0), by: named(n, 1) })) };
    const before = size({ told, ...pairs, asked: held.map(({ itemId }) => itemId) });
    const oneByOne = size({ of: outbox(voided.events) }) * 10_000;
    const atOnce = size({ of: outbox(whole.events), ledger: whole.ledger });
    expect(before + size(whole.facts) + Math.max(oneByOne, atOnce)).toBeLessThan(16 * 1024 * 1024);
  });
});
