import { timelineWords } from '../../src/domain/words/timeline-words';

const words = (
  event: Parameters<typeof timelineWords>[0]['event'],
  detail: Record<string, string | number | boolean>,
) => timelineWords({ event, detail }).text;

test('a last call is told apart from a request for codes', () => {
  expect(words('code_requested', { try: 2, lastCall: true })).toBe('Last call for codes, try 2');
  expect(words('code_request_answered', { lastCall: true, answer: 'issuing' })).toBe(
    'Issuer answered the last call: they will come',
  );
});

test.each([
  [{ type: 'order.paid' }, 'the payment notice'],
  [{ type: 'code.delivered' }, 'the delivery'],
  [{ sequence: 3 }, 'the telling of event 3'],
  [{}, 'a step of this order'],
])('an attempt that ended with its worker says what was under way: %j', (detail, what) => {
  expect(words('attempt_lost', detail)).toBe(`A worker stopped during ${what}: another one goes on`);
});

test('codes that the order has already came again, and are not accepted twice', () => {
  expect(words('codes_judged', { verdict: 'accepted', codes: 3, fresh: 3, outstanding: 0 })).toBe('3 codes accepted');
  expect(words('codes_judged', { verdict: 'accepted', codes: 3, fresh: 0, outstanding: 0 })).toBe('3 codes came again');
});

test('what was paid back is said as money, and of lines of before that it was', () => {
  expect(words('refund_settled', { value: 1000, settled: 1000, currency: 'EUR' })).toBe('10.00 EUR paid back');
  expect(words('refund_settled', { value: 1000, settled: 1000 })).toBe('A refund was paid back');
});

describe('a line of the timeline reads as a sentence', () => {
  test.each([
    [
      { ok: false, problem: 'breaker_open', try: 2 },
      'Delivery, try 2 failed: the terminal was not called any more, as it failed too often',
    ],
    [
      { ok: false, problem: 'over_limit' },
      'Delivery failed: the terminal was not called, as too many other calls to it ran',
    ],
    [
      { ok: false, problem: 'codes_missing' },
      'Delivery failed: the terminal was not called, as the database lacks codes that the order was given',
    ],
    [
      { ok: false, problem: 'status_302', tookMs: 12 },
      'Delivery failed: the terminal answered HTTP 302, a redirect, which is not followed (12 ms)',
    ],
    [
      { ok: true, status: 204, tookMs: 1_250, part: 2, of: 3 },
      'Terminal took the delivery, part 2 of 3 (HTTP 204, 1.3 s)',
    ],
  ])('%j', (detail, text) => {
    expect(words('delivery_tried', detail)).toBe(text);
  });

  test('an issuer that asked with other money is told with the digits of its currency', () => {
    expect(words('verification_judged', { verdict: 'amount_mismatch', givenValue: 1_000, givenCurrency: 'HUF' })).toBe(
      'Verification refused: the issuer asked with another amount than was paid: 10.00 HUF',
    );
  });
});

test('a line stands under whoever acted; what nobody decided is the platform’s', () => {
  const who = (...of: Parameters<typeof words>) => timelineWords({ event: of[0], detail: of[1] }).who;
  for (const by of ['operator', 'issuer'] as const) {
    expect(who('item_void', { items: 2, by })).toBe(by);
    expect(who('void_requested', { items: 2, by })).toBe(by);
    expect(who('void_decided', { decision: 'refused', by })).toBe(by);
    expect(who('completed', { codes: 1, by })).toBe(by);
    expect(who('item_redeemed', { itemId: 'a', usesLeft: 0, by })).toBe(by);
    expect(who('item_reversed', { itemId: 'a', by })).toBe(by);
    expect(who('terminal_changed', { channel: 'page', by })).toBe(by);
  }
  expect(who('void_requested', { items: 2, by: 'buyer' })).toBe('buyer');
  expect(who('void_decided', { decision: 'destroyed', by: 'timeout' })).toBe('platform');
  expect(who('item_void', { items: 2 })).toBe('issuer');
  expect(who('note', { text: 'called' })).toBe('operator');
});
