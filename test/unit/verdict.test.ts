import { decide, isUndoneByTime } from '../../src/domain/judge/decide';
import { refundDue } from '../../src/domain/judge/ruling';
import type { OrderMessage } from '../../src/domain/messages';
import { type HeldCode, moves, type OrderFacts, openFacts, orderStates } from '../../src/domain/order';

const createdAtMs = 1_800_000_000_000;
const nowMs = createdAtMs + 60_000;

const opened = openFacts({
  quantity: 2,
  amount: { value: 1_001, currency: 'EUR' },
  codeMode: 'request',
  channel: 'webhook',
  createdAtMs,
  verifyWindowMs: 600_000,
  issueWindowMs: 600_000,
});
const verification = { verifiedAtMs: createdAtMs + 1_000, issueByMs: createdAtMs + 601_000 };

const item = (itemId: string, value = itemId) => ({
  itemId,
  fingerprint: `whole-${itemId}-${value}`,
  valueFingerprint: `value-${value}`,
});
const heldOf = (...ids: string[]): HeldCode[] => ids.map((id) => ({ ...item(id), submissionId: `submission-${id}` }));

interface Situation {
  readonly facts: OrderFacts;
  readonly held: readonly HeldCode[];
}
const at = (change: Partial<OrderFacts>, held: readonly HeldCode[] = []): Situation => ({
  facts: { ...opened, ...change, issued: change.issued ?? held.length },
  held,
});
const pending = { delivery: { state: 'pending' as const, tries: 0 }, deliveryMessage: { n: 1, atMs: nowMs } };

/** Every state that an order can be in, and the two that a window's end makes of a partly issued one. */
const situations = {
  accepted: at({ state: 'accepted' }),
  notified: at({ state: 'notified' }),
  locked: at({ state: 'notified', failures: 10 }),
  verified: at({ state: 'verified', verification }),
  'verified, push': at({ state: 'verified', verification, codeMode: 'push' }),
  partially_issued: at({ state: 'partially_issued', verification }, heldOf('a')),
  issued: at({ state: 'issued', verification, ...pending }, heldOf('a', 'b')),
  'issued, short': at({ state: 'issued', verification, short: true, ...pending }, heldOf('a')),
  undeliverable: at({ state: 'undeliverable', verification, ...pending }, heldOf('a', 'b')),
  delivered: at({ state: 'delivered', verification, ...pending }, heldOf('a', 'b')),
  'delivered, short': at({ state: 'delivered', verification, short: true, ...pending }, heldOf('a')),
  refused: at({ state: 'refused', closedReason: 'issuer_refused' }),
  expired: at({ state: 'expired', closedReason: 'verify_window' }),
  cancelled: at({ state: 'cancelled', closedReason: 'issuer_cancelled' }),
};
type Name = keyof typeof situations;

const right = { kind: 'verify', isRightToken: true, quantity: 2, amount: opened.amount } as const;
const codes = (...items: ReturnType<typeof item>[]) =>
  ({ kind: 'codes', isRightToken: true, submissionId: 'new', items, reused: false }) as const;
const corrected = { ref: 'other', channel: 'webhook' } as const;

const messages = {
  'right facts': right,
  'wrong token': { ...right, isRightToken: false },
  'wrong quantity': { ...right, quantity: 3 },
  'wrong amount': { ...right, amount: { value: 1_000, currency: 'EUR' } },
  'wrong currency': { ...right, amount: { value: 1_001, currency: 'USD' } },
  'held code': codes(item('a')),
  'both codes': codes(item('a'), item('b')),
  'other value': codes(item('a', 'other')),
  'value under another item': codes(item('z', 'a')),
  'three codes': codes(item('a'), item('b'), item('c')),
  'reused value': { ...codes(item('x')), reused: true },
  'codes, wrong token': { ...codes(item('a')), isRightToken: false },
  refusal: { kind: 'refuse', isRightToken: true, reason: 'out_of_stock' },
  'refusal, wrong token': { kind: 'refuse', isRightToken: false, reason: 'out_of_stock' },
  cancellation: { kind: 'cancel', by: 'issuer' },
  "operator's cancellation": { kind: 'cancel', by: 'operator' },
  renotify: { kind: 'renotify' },
  redeliver: { kind: 'redeliver' },
  'redeliver elsewhere': { kind: 'redeliver', terminal: corrected },
  'redeliver elsewhere, it has failed': { kind: 'redeliver', terminal: corrected, hasFailed: true },
  extend: { kind: 'extend', extensionMs: 5_000 },
  notified: { kind: 'notified' },
  'window ended': { kind: 'window_ended' },
  'last call due': { kind: 'last_call_due', closesByMs: nowMs },
  'last call answered': { kind: 'last_call_answered' },
  'was delivered': { kind: 'delivered', tries: 1 },
  'was not delivered': { kind: 'undeliverable', tries: 7 },
} as const satisfies Record<string, OrderMessage>;
type Message = keyof typeof messages;

/** `answer -> state`, or only the answer where the state stays. Rows are messages, columns are states. */
const closed = { refused: 'order_closed', expired: 'order_closed', cancelled: 'order_closed' } as const;
const early = ['accepted', 'notified', 'locked'] as const;
const every = (names: readonly Name[], outcome: string) => Object.fromEntries(names.map((name) => [name, outcome]));
const awaiting = ['verified', 'verified, push', 'partially_issued'] as const;
const begun = ['issued', 'issued, short', 'undeliverable', 'delivered', 'delivered, short'] as const;
const late = { 'issued, short': 'order_closed', 'delivered, short': 'order_closed' } as const;
const whole = ['issued', 'undeliverable', 'delivered'] as const;

const wrongFacts = (code: string) => ({
  ...every([...early, ...awaiting, ...begun], code),
  locked: 'verification_locked',
  ...closed,
});
const wrongCodes = (code: string) => ({
  ...every(early, 'not_verified'),
  ...every([...awaiting, ...whole], code),
  ...late,
  ...closed,
});
const cancellation = {
  ...every([...early, ...awaiting, 'undeliverable'], 'done -> cancelled'),
  ...every(['issued', 'issued, short', 'delivered', 'delivered, short'], 'already_delivered'),
  ...closed,
  cancelled: 'done',
};
const nothing = every(Object.keys(situations) as Name[], 'done');

const table: Record<Message, Record<Name, string>> = {
  'right facts': {
    ...every([...awaiting, ...begun], 'verified'),
    ...every(early, 'verified -> verified'),
    locked: 'verification_locked',
    ...closed,
  },
  'wrong token': wrongFacts('token_mismatch'),
  'wrong quantity': wrongFacts('quantity_mismatch'),
  'wrong amount': wrongFacts('amount_mismatch'),
  'wrong currency': wrongFacts('amount_mismatch'),
  'held code': {
    ...every(early, 'not_verified'),
    verified: 'codes 1 new, 1 left -> partially_issued',
    'verified, push': 'codes 1 new, 1 left -> partially_issued',
    partially_issued: 'codes 1 old, 1 left',
    ...every(whole, 'codes 1 old, 0 left'),
    ...late,
    ...closed,
  },
  'both codes': {
    ...every(early, 'not_verified'),
    ...every(awaiting, 'codes 2 new, 0 left -> issued'),
    ...every(whole, 'codes 2 old, 0 left'),
    ...late,
    ...closed,
  },
  'other value': {
    ...wrongCodes('code_conflict'),
    verified: 'codes 1 new, 1 left -> partially_issued',
    'verified, push': 'codes 1 new, 1 left -> partially_issued',
  },
  'value under another item': {
    ...wrongCodes('code_conflict'),
    verified: 'codes 1 new, 1 left -> partially_issued',
    'verified, push': 'codes 1 new, 1 left -> partially_issued',
  },
  'three codes': wrongCodes('code_conflict'),
  'reused value': { ...wrongCodes('code_conflict'), ...every(awaiting, 'code_reused') },
  'codes, wrong token': {
    ...every([...early, ...awaiting, ...whole], 'token_mismatch'),
    ...late,
    ...closed,
  },
  refusal: {
    ...every([...early, ...awaiting], 'done -> refused'),
    ...every(begun, 'already_delivered'),
    ...closed,
    refused: 'done',
  },
  'refusal, wrong token': {
    ...every([...early, ...awaiting, ...begun, 'refused'], 'token_mismatch'),
    expired: 'order_closed',
    cancelled: 'order_closed',
  },
  cancellation,
  "operator's cancellation": cancellation,
  renotify: {
    ...every([...early, 'verified', 'partially_issued'], 'done'),
    'verified, push': 'already_verified',
    ...every(begun, 'already_delivered'),
    ...closed,
  },
  redeliver: {
    ...every([...early, ...awaiting], 'not_issued'),
    ...every(begun, 'done'),
    undeliverable: 'done -> issued',
    ...closed,
  },
  'redeliver elsewhere': {
    ...every([...early, ...awaiting], 'not_issued'),
    ...every(begun, 'terminal_fixed'),
    undeliverable: 'done -> issued',
    ...closed,
  },
  'redeliver elsewhere, it has failed': {
    ...every([...early, ...awaiting], 'not_issued'),
    ...every(begun, 'done'),
    undeliverable: 'done -> issued',
    ...closed,
  },
  extend: { ...every([...early, ...awaiting], 'done'), ...every(begun, 'already_delivered'), ...closed },
  notified: { ...nothing, accepted: 'done -> notified' },
  'window ended': {
    ...nothing,
    ...every([...early, 'verified', 'verified, push'], 'done -> expired'),
    partially_issued: 'done -> issued',
  },
  'last call due': nothing,
  'last call answered': nothing,
  'was delivered': { ...nothing, ...every(['issued', 'issued, short'], 'done -> delivered') },
  'was not delivered': { ...nothing, ...every(['issued', 'issued, short'], 'done -> undeliverable') },
} as Record<Message, Record<Name, string>>;

const outcomeOf = ({ facts, held }: Situation, message: OrderMessage): string => {
  const decision = decide(facts, held, message, nowMs);
  const { answer } = decision;
  const said =
    answer.kind === 'refused'
      ? answer.code
      : answer.kind === 'codes'
        ? `codes ${answer.accepted} ${answer.isNew ? 'new' : 'old'}, ${answer.outstanding} left`
        : answer.kind;
  return decision.facts.state === facts.state ? said : `${said} -> ${decision.facts.state}`;
};

describe.each(Object.keys(messages) as Message[])('what an order says to: %s', (message) => {
  test.each(Object.keys(situations) as Name[])('%s', (name) => {
    expect(outcomeOf(situations[name], messages[message])).toBe(table[message][name]);
  });
});

test('no message moves an order along a way that the table of moves does not have, and versions rise by one', () => {
  for (const [name, situation] of Object.entries(situations)) {
    for (const [kind, message] of Object.entries(messages)) {
      const { facts: after } = decide(situation.facts, situation.held, message, nowMs);
      const { facts: before } = situation;
      if (after.state !== before.state) {
        expect([name, kind, moves[before.state] as readonly string[]]).toEqual([
          name,
          kind,
          expect.arrayContaining([after.state]),
        ]);
      }
      expect([name, kind, after.version - before.version]).toEqual([name, kind, after === before ? 0 : 1]);
    }
  }
});

test('the moves are those of the protocol, and nothing leaves a closed state', () => {
  expect(moves).toEqual({
    accepted: ['notified', 'verified', 'refused', 'expired', 'cancelled'],
    notified: ['verified', 'refused', 'expired', 'cancelled'],
    verified: ['partially_issued', 'issued', 'refused', 'expired', 'cancelled'],
    partially_issued: ['issued', 'refused', 'cancelled'],
    issued: ['delivered', 'undeliverable', 'cancelled'],
    undeliverable: ['issued', 'cancelled'],
    delivered: [],
    refused: [],
    expired: [],
    cancelled: [],
  });
  expect(Object.keys(moves).sort()).toEqual([...orderStates].sort());
});

test('what is wrong is named in the order of rule 2: token, then quantity, then amount', () => {
  const all = { ...right, isRightToken: false, quantity: 9, amount: { value: 1, currency: 'USD' } };
  expect(outcomeOf(situations.notified, all)).toBe('token_mismatch');
  expect(outcomeOf(situations.notified, { ...all, isRightToken: true })).toBe('quantity_mismatch');
});

test('failures count over verification, codes and refusal, the tenth locks, and renotify ends the lock', () => {
  let facts = situations.notified.facts;
  const wrong = [
    'wrong token',
    'codes, wrong token',
    'refusal, wrong token',
    'wrong amount',
    'wrong quantity',
  ] as const;
  for (let n = 0; n < 10; n += 1) {
    expect(facts.failures).toBe(n);
    facts = decide(facts, [], messages[wrong[n % wrong.length] as Message], nowMs).facts;
  }
  const locked = decide(facts, [], right, nowMs);
  expect(locked.answer).toEqual({ kind: 'refused', code: 'verification_locked' });
  expect(isUndoneByTime(locked.answer)).toBe(true);
  expect(locked.facts).toBe(facts);
  const unlocked = decide(facts, [], { kind: 'renotify' }, nowMs).facts;
  expect(unlocked).toMatchObject({ failures: 0, renotifications: 1 });
  expect(decide(unlocked, [], right, nowMs).answer.kind).toBe('verified');
});

test('after the verification wrong facts no longer count', () => {
  const { facts } = decide(situations.verified.facts, [], messages['wrong token'], nowMs);
  expect(facts.failures).toBe(0);
});

test('the first verification fixes verifiedAt and issueBy for every later answer', () => {
  const first = decide(situations.accepted.facts, [], right, nowMs);
  expect(first.answer).toEqual({ kind: 'verified', verifiedAtMs: nowMs, issueByMs: nowMs + 600_000 });
  expect(decide(first.facts, [], right, nowMs + 5_000).answer).toEqual(first.answer);
});

describe('events of a close, rule 6', () => {
  const eventsOf = ({ facts, held }: Situation, message: OrderMessage) => decide(facts, held, message, nowMs).events;

  test.each([
    ['refusal', 'refused', 'issuer_refused'],
    ['cancellation', 'cancelled', 'issuer_cancelled'],
    ["operator's cancellation", 'cancelled', 'operator_cancelled'],
    ['window ended', 'expired', 'verify_window'],
  ] as const)('%s: order.%s, then the whole refund', (message, state, closedReason) => {
    const common = { atMs: nowMs, state, closedReason, refundDueValue: 1_001 };
    expect(eventsOf(situations.notified, messages[message])).toEqual([
      { ...common, sequence: 1, type: `order.${state}` },
      { ...common, sequence: 2, type: 'order.refund_due' },
    ]);
  });

  test('codes that were held are void, and count for nothing', () => {
    const { events, facts } = decide(
      situations.partially_issued.facts,
      situations.partially_issued.held,
      messages.cancellation,
      nowMs,
    );
    expect(events.map(({ type }) => type)).toEqual(['order.cancelled', 'order.refund_due', 'order.codes_void']);
    expect(events[2]?.itemIds).toEqual(['a']);
    expect(facts).toMatchObject({ issued: 0, refundDueValue: 1_001 });
  });

  test('the last call is due once, says what is outstanding then, and owes nobody a word', () => {
    const due = (situation: Situation, atMs = nowMs) =>
      decide(situation.facts, situation.held, { kind: 'last_call_due', closesByMs: nowMs + 9 }, atMs);
    const called = due(situations.partially_issued);
    expect(called.facts.lastCall).toEqual({ atMs: nowMs, outstanding: 1, closesByMs: nowMs + 9 });
    expect(called).toMatchObject({ events: [], entries: [] });
    expect(due(called, nowMs + 1).facts).toBe(called.facts);
    const answered = decide(called.facts, called.held, { kind: 'last_call_answered' }, nowMs + 1);
    expect(answered.facts.lastCall).toEqual({ ...called.facts.lastCall, isAnswered: true });
    expect(due(situations.issued).facts).toBe(situations.issued.facts);
  });

  test('an order that costs nothing owes nothing', () => {
    const free = at({ state: 'notified', amount: { value: 0, currency: 'EUR' } });
    expect(eventsOf(free, messages.refusal).map(({ type }) => type)).toEqual(['order.refused']);
  });

  test('delivered in part: order.delivered with the items that came, then the rest of the refund', () => {
    const short = decide(
      situations.partially_issued.facts,
      situations.partially_issued.held,
      { kind: 'window_ended' },
      nowMs,
    );
    const { facts, events } = decide(short.facts, short.held, { kind: 'delivered', tries: 1 }, nowMs);
    expect(facts).toMatchObject({ state: 'delivered', closedReason: 'partially_issued', refundDueValue: 501 });
    expect(events).toMatchObject([
      { sequence: 1, type: 'order.delivered', itemIds: ['a'], closedReason: 'partially_issued' },
      { sequence: 2, type: 'order.refund_due', refundDueValue: 501 },
    ]);
  });

  test('undeliverable sends only its own, and delivered whole owes nothing', () => {
    expect(eventsOf(situations.issued, messages['was not delivered']).map(({ type }) => type)).toEqual([
      'order.undeliverable',
    ]);
    const whole = decide(situations.issued.facts, situations.issued.held, messages['was delivered'], nowMs);
    expect(whole.events.map(({ type }) => type)).toEqual(['order.delivered']);
    expect(whole.facts.refundDueValue).toBeUndefined();
  });
});

test('a corrected terminal is a new message to the terminal, the same terminal keeps its message', () => {
  const same = decide(situations.undeliverable.facts, situations.undeliverable.held, messages.redeliver, nowMs + 9);
  expect(same.facts.deliveryMessage).toEqual({ n: 1, atMs: nowMs });
  const other = decide(
    situations.undeliverable.facts,
    situations.undeliverable.held,
    messages['redeliver elsewhere'],
    nowMs + 9,
  );
  expect(other.facts.deliveryMessage).toEqual({ n: 2, atMs: nowMs + 9 });
});

test('late codes are marked so only when the token was right', () => {
  for (const [name, lateOf] of [
    ['held code', true],
    ['codes, wrong token', false],
  ] as const) {
    const { answer } = decide(situations.expired.facts, [], messages[name], nowMs);
    expect(answer).toEqual({ kind: 'refused', code: 'order_closed', late: lateOf });
  }
});

describe('refundDue = amount - floor(amount x issued / quantity)', () => {
  const max = Number.MAX_SAFE_INTEGER;
  test.each([
    [1_000, 0, 3, 1_000],
    [1_000, 1, 3, 667],
    [1_000, 2, 3, 334],
    [1_000, 3, 3, 0],
    [1, 9_999, 10_000, 1],
    [0, 1, 2, 0],
    // Floating point would round these products: 2^53 x 10^4 has no exact double.
    [max, 1, 10_000, 9_006_298_534_815_517],
    [max, 9_999, 10_000, 900_719_925_475],
    [max, 3_333, 10_000, 6_005_099_743_135_819],
    [max, 10_000, 10_000, 0],
    [max, 0, 1, max],
  ])('%d of which %d of %d codes were issued leaves %d', (value, issued, quantity, due) => {
    const exact = BigInt(value) - (BigInt(value) * BigInt(issued)) / BigInt(quantity);
    expect(BigInt(due)).toBe(exact);
    expect(refundDue({ ...opened, amount: { value, currency: 'EUR' }, issued, quantity })).toBe(due);
  });
});

describe('a call that names all 10,000 codes of an order', () => {
  const ids = Array.from({ length: 10_000 }, (_, n) => `item-${n}`);
  let reads = 0;
  const counted = <T extends { readonly itemId: string }>(one: T): T =>
    Object.defineProperty({ ...one }, 'itemId', {
      enumerable: true,
      get: () => {
        reads += 1;
        return one.itemId;
      },
    });
  const large = at(
    {
      state: 'delivered',
      quantity: ids.length,
      verification,
      items: ids.map((itemId) => counted({ itemId, expiresAtMs: nowMs + 1_000 })),
    },
    heldOf(...ids).map(counted),
  );

  test.each<[string, OrderMessage]>([
    ['void', { kind: 'void', by: 'issuer', isRightToken: true, itemIds: [...ids.slice(1), 'unknown'] }],
    ['validity', { kind: 'validity', isRightToken: true, itemIds: ids, expiresAtMs: nowMs + 2_000 }],
    ['all of them void', { kind: 'void', by: 'issuer', isRightToken: true }],
    [
      'a request for money back',
      {
        ...{ kind: 'requestVoid', by: 'buyer', requestId: 'r', itemIds: ids },
        ...{ decideWithinMs: 1_000, undecided: 'person', holdsItems: true },
      },
    ],
  ])('%s looks at each a few times, and not at each for each', (_name, message) => {
    reads = 0;
    decide(large.facts, large.held, message, nowMs);
    expect(reads).toBeLessThan(30 * ids.length);
  });
});
