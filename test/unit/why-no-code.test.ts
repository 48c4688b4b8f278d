import type { TimelineEntry, TimelineEvent } from '../../src/domain/messages';
import { type OrderFacts, openFacts } from '../../src/domain/order';
import { detailsOf, type Surroundings, whyNoCode } from '../../src/domain/words/why-no-code';

const atMs = Date.UTC(2026, 0, 2, 12, 3, 0);
const facts = (changes: Partial<OrderFacts> = {}): OrderFacts => ({
  ...openFacts({
    quantity: 1,
    amount: { value: 1_000, currency: 'EUR' },
    codeMode: 'request',
    channel: 'webhook',
    createdAtMs: atMs - 60_000,
    verifyWindowMs: 600_000,
    issueWindowMs: 600_000,
  }),
  ...changes,
});
const line = (event: TimelineEvent, detail: TimelineEntry['detail'], afterMs = 0): TimelineEntry => ({
  key: `${event}-${afterMs}`,
  atMs: atMs + afterMs,
  event,
  detail,
});
const wrong = (verdict: string, given: TimelineEntry['detail'] = {}, afterMs = 0) =>
  line('verification_judged', { verdict, ...given }, afterMs);

describe('why an order has no code, and what to do', () => {
  test('a wrong verification inside the callback is told although the notice was answered well after it', () => {
    const told = whyNoCode(facts({ state: 'notified', failures: 2 }), [
      wrong('token_mismatch'),
      wrong('token_mismatch', {}, 1_000),
      line('notice_answered', { ok: true, try: 1 }, 2_000),
    ]);
    expect(told.why).toContain(
      "a token that is not this order's: 2 times, last at 2026-01-02T12:03:01.000Z; it must use",
    );
    expect(told.why).toContain('that was 2.');
    expect(told.next).toEqual({ text: expect.stringMatching(/^Tell the people/), action: 'renotify' });
  });

  test('what a renotify forgave is told no more', () => {
    const { why, next } = whyNoCode(facts({ state: 'notified', failures: 0 }), [wrong('token_mismatch')]);
    expect(why).toMatch(/^The issuer took the payment notice; waits for its verification until \S+\.$/);
    expect(next?.action).toBeUndefined();
  });

  test('only the wrong tries since the last renotify are counted', () => {
    const timeline = [0, 1, 2].map((n) => wrong('token_mismatch', {}, n));
    expect(whyNoCode(facts({ state: 'notified', failures: 1 }), timeline).why).toContain("order's: 1 time, last");
  });

  test('both amounts are told; without a kept one the paid amount alone', () => {
    const given = { givenValue: 5, givenCurrency: 'JPY' };
    const failing = facts({ state: 'notified', failures: 1 });
    expect(whyNoCode(failing, [wrong('amount_mismatch', given)]).why).toContain(
      '5 JPY, but 10.00 EUR were paid: 1 time',
    );
    expect(whyNoCode(failing, [wrong('amount_mismatch')]).why).toContain('another amount than the 10.00 EUR');
    const quantity = whyNoCode(failing, [wrong('quantity_mismatch', { givenQuantity: 3 })]).why;
    expect(quantity).toContain('a quantity of 3, but 1 was paid for');
  });

  test('a lock says that it is one, and what ends it', () => {
    const { why } = whyNoCode(facts({ state: 'notified', failures: 10 }), [wrong('token_mismatch')]);
    expect(why).toContain('It is locked out after 10 wrong tries, until it is told again.');
  });

  test('an issuer that is down: its answer, the next try, the circuit', () => {
    const notice = line('notice_answered', { ok: false, problem: 'status_503', try: 3 });
    const around: Surroundings = {
      call: { to: 'issuer', nextTryAtMs: atMs + 60_000 },
      circuit: { state: 'closed', calls: 4, failures: 3 },
    };
    const { why, next } = whyNoCode(facts(), [notice], around);
    expect(why).toContain(
      'it answered HTTP 503 at 2026-01-02T12:03:00.000Z, try 3. The next try to call the issuer is at',
    );
    expect(why).toContain('at 2026-01-02T12:04:00.000Z. 3 of 4 calls to it failed');
    expect(next?.action).toBe('renotify');
    const late = whyNoCode(facts(), [notice], { call: { to: 'issuer', nextTryAtMs: atMs + 540_000 } });
    expect(late.why).toContain(
      'It is not called again before the window ends: the next try to call the issuer would be',
    );
    expect(late.next).toEqual({ text: expect.stringMatching(/extend the window\.$/), action: 'renotify' });
    const open: Surroundings = {
      call: { to: 'issuer', held: 'breaker_open' },
      circuit: { ...around.circuit, state: 'open', calls: 10, failures: 10 },
    };
    expect(whyNoCode(facts(), [notice], open).why).toMatch(
      /Held: calls to the issuer .* It is not called for now, as 10 of 10/,
    );
  });

  test.each<[string, Surroundings, RegExp, string | undefined]>([
    ['the engine', { isEngineUnavailable: true, noWorker: {} }, /engine does not answer/, undefined],
    [
      'no worker',
      { noWorker: { lastSeenAtMs: atMs }, stuck: {} },
      /none has reported since 2026-01-02T12:03/,
      'see_workers',
    ],
    ['no worker for long', { noWorker: {} }, /none has reported for more than ten minutes/, 'see_workers'],
    ['unfit code', { stuck: { tries: 3, triedAtMs: atMs, failure: 'X' } }, /unfit: X, try 3 at 2026/, 'see_workflow'],
    ['a pause', { call: { to: 'issuer', held: 'held' } }, /Held: the issuer is paused/, 'resume_issuer'],
    [
      'TLS',
      { call: { to: 'terminal', held: 'tls_failing' } },
      /Held: TLS failed so often in calls to the terminal/,
      'renotify',
    ],
  ])('what stops everything comes before what the issuer did: %s', (_, around, words, action) => {
    const { why, next } = whyNoCode(facts({ failures: 1 }), [wrong('token_mismatch')], around);
    expect(why).toMatch(words);
    expect(next?.text).toMatch(/./);
    expect(next?.action).toBe(action);
  });

  test('codes that could not be taken are asked for again; an issuer that pushes is not', () => {
    const verified = { state: 'verified', verification: { verifiedAtMs: atMs, issueByMs: atMs + 600_000 } } as const;
    const answer = line('code_request_answered', {
      ...{ ok: false, problem: 'answer_unreadable', try: 2 },
      errors: [{ path: '/codes/0/value', code: 'invalid_type' }],
    });
    expect(whyNoCode(facts(verified), [answer])).toEqual({
      why: expect.stringContaining(
        'it sent an answer that is none of the three shapes (/codes/0/value: invalid_type) at 2026-01-02T12:03:00.000Z, try 2.',
      ),
      next: expect.objectContaining({ action: 'renotify' }),
    });
    const pushed = line('codes_judged', { verdict: 'code_reused', codes: 1 });
    const ofPush = whyNoCode(facts({ ...verified, codeMode: 'push' }), [pushed]);
    expect(ofPush.why).toContain('it gave a code that another order holds');
    expect(ofPush.next?.action).toBeUndefined();
    expect(whyNoCode(facts(verified), [answer, line('codes_judged', { verdict: 'accepted' }, 1)]).next).toBeUndefined();
  });

  test.each([
    ['status_410', 'correct_terminal'],
    ['name_unresolved', 'correct_terminal'],
    ['status_500', 'redeliver'],
  ])('a terminal that bounced with %s: %s', (problem, action) => {
    const bounced = facts({ state: 'undeliverable', delivery: { state: 'failed', tries: 1 } });
    const { next } = whyNoCode(bounced, [line('delivery_tried', { ok: false, problem, try: 1 })]);
    expect(next?.action).toBe(action);
  });

  test.each([
    ['timeout', 'redeliver'],
    ['status_404', 'correct_terminal'],
  ])('a terminal that failed with %s is mended from the first failed try on: %s', (problem, action) => {
    const trying = facts({ state: 'issued', issued: 1 });
    const { next } = whyNoCode(trying, [line('delivery_tried', { ok: false, problem, try: 1 })]);
    expect(next).toEqual({ text: expect.stringContaining('correct the terminal now'), action });
  });

  test('a refused order: the reason, the refund, and whether the issuer heard of it', () => {
    const refused = facts({ state: 'refused', closedReason: 'issuer_refused', refundDueValue: 1_000 });
    const closed = line('closed', { state: 'refused', reason: 'out_of_stock' });
    expect(whyNoCode(refused, [closed]).why).toContain('out of stock, at 2026-01-02T12:03:00.000Z. 10.00 EUR are');
    const sent = (ok: boolean) => line('event_sent', { type: 'order.refund_due', ok }, 1_000);
    expect(whyNoCode(refused, [closed, sent(true)]).why).toContain('the issuer was told at 2026-01-02T12:03:01.000Z');
    expect(whyNoCode(refused, [closed, sent(false)]).why).toContain('the issuer did not take');
    expect(whyNoCode(refused, [closed]).next?.text).toMatch(/^See that the buyer gets 10\.00 EUR back\./);
  });

  test('an expired order keeps what its issuer did wrong', () => {
    const expired = facts({ state: 'expired', closedReason: 'verify_window', refundDueValue: 0 });
    const { why, next } = whyNoCode(expired, [line('notice_answered', { ok: false, problem: 'timeout', try: 9 })]);
    expect(why).toContain('it gave no answer in time at');
    expect(next?.text).toBe('The order is closed for good: a code needs a new order.');
  });

  test('a delivered order has nothing to be done', () => {
    expect(whyNoCode(facts({ state: 'delivered', issued: 1 }), [])).toEqual({
      why: 'Delivered. It waits for nothing.',
    });
  });

  test('the details of the Temporal UI say the same, and where the tries of calls stand', () => {
    const failing = facts({ state: 'notified', failures: 1 });
    const timeline = [wrong('token_mismatch')];
    const { why, next } = whyNoCode(failing, timeline);
    expect(detailsOf(failing, timeline)).toBe(
      `${why}\n\n${next?.text}\n\nA call that fails stands under "Pending Activities" with its last failure and the time of its next try.`,
    );
  });
});
