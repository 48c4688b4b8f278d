import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { itemCount } from '../../src/domain/items';
import { actionNames, allowedActions } from '../../src/domain/judge/actions';
import { type Decision, decide } from '../../src/domain/judge/decide';
import { takesOtherTerminal } from '../../src/domain/judge/delivery';
import { whyNotAgain } from '../../src/domain/judge/replay';
import type { Asker, OrderMessage, TimelineEntry } from '../../src/domain/messages';
import { deliveryStates, type HeldCode, type OrderFacts, openFacts, runningWindow } from '../../src/domain/order';
import { whyNoCode } from '../../src/domain/words/why-no-code';
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
    tokenHash: 'right',
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

/** Orders seldom get far by chance. */
const startOf = (mode: 'push' | 'request', channel: string, start: string): State => {
  let state = opening(mode, channel);
  if (start === 'new') return state;
  const said: OrderMessage[] = [
    { kind: 'verify', tokenHash: 'right', quantity, amount },
    {
      kind: 'codes',
      submissionId: 's',
      items: ['a', 'b', 'c'].map((id) => code(id, createdAtMs)),
      reused: false,
    },
    ...(start === 'issued' ? [] : [{ kind: start as 'delivered' | 'undeliverable', tries: 1 }]),
  ];
  for (const one of said) state = decide(state.facts, state.held, one, createdAtMs);
  return state;
};

/** Every message that could be right, whatever the state: what `actions` lists, one of them changes something. */
const messagesOf = (name: string, { facts, held }: State, nowMs: number): OrderMessage[] => {
  const all = held.map(({ itemId }) => itemId);
  const ids = [...new Set([...all, ...(facts.items ?? []).map(({ itemId }) => itemId)])];
  const fresh = ['a', 'b', 'c'].filter((id) => !all.includes(id));
  switch (name) {
    case 'verification':
      return [{ kind: 'verify', tokenHash: 'right', quantity, amount }];
    case 'codes':
      return fresh.map((id) => ({ kind: 'codes', submissionId: id, items: [code(id, nowMs)], reused: false }));
    case 'refusal':
      return [{ kind: 'refuse', tokenHash: 'right', reason: 'other' }];
    case 'cancellation':
    case 'cancel':
      return [{ kind: 'cancel', by, reason: 'x' }];
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
  { kind: 'delivered', tries: 1 },
  { kind: 'undeliverable', tries: 1 },
  { kind: 'opened' },
];

const without = ({ version: _v, updatedAtMs: _u, ...facts }: OrderFacts): object => facts;

/** A repeat leaves a line at most. Limits are set aside. */
const hasEffect = ({ facts: before }: State, { facts, answer }: Decision): boolean =>
  answer.kind === 'refused' ? answer.code === 'rate_limited' : !isDeepStrictEqual(without(facts), without(before));

const names: readonly (readonly [Asker, string])[] = (['issuer', 'operator'] as const).flatMap((who) =>
  actionNames(who).map((name) => [who, name] as const),
);

test('what `actions` lists some right message changes; what it does not list every message is refused or repeats', () => {
  const seed = seedOf('actions');
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom('push' as const, 'request' as const),
      fc.constantFrom('page', 'webhook'),
      fc.constantFrom('new' as const, 'issued' as const, 'undeliverable' as const, 'delivered' as const),
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
            const isPossible = decisions.some((decision) => hasEffect(state, decision));
            expect([state.facts.state, who, name, isPossible]).toEqual([state.facts.state, who, name, isListed]);
          }
          expectOthersToAsk(state, nowMs);
          seen.add(state.facts.state);
          const possible = [...names.flatMap(([, name]) => messagesOf(name, state, nowMs)), ...inner];
          const said = possible[(which * 31 + pick) % possible.length] as OrderMessage;
          const { facts, held } = decide(state.facts, state.held, said, nowMs);
          state = { facts, held: withReplacements(held, facts) };
        }
      },
    ),
    { seed, numRuns: 400 },
  );
  for (const reached of [
    'accepted',
    'verified',
    'partially_issued',
    'issued',
    'delivered',
    'undeliverable',
    'cancelled',
  ]) {
    expect(seen).toContain(reached);
  }
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
    const said: OrderMessage = { kind: 'redeliver', terminal: { channel: 'webhook', url: 'https://other.example/' } };
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
