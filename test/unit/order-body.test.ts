import { maskedTerminal } from '../../src/channels/terminals';
import { type OrderFacts, openFacts, type Terminal } from '../../src/domain/order';
import { orderBody } from '../../src/second-interface/order-body';
import { timelineBody } from '../../src/second-interface/timeline-body';
import { heldMs } from '../../src/store/issuers';
import type { OrderRow } from '../../src/store/orders';

const createdAtMs = Date.parse('2026-03-01T10:00:00.000Z');
const at = (seconds: number): Date => new Date(createdAtMs + seconds * 1_000);

const rowOf = (change: Partial<OrderFacts> = {}, terminal: Terminal = { channel: 'page' }): OrderRow => {
  const opening = {
    quantity: 3,
    amount: { value: 1_000, currency: 'EUR' },
    codeMode: 'push' as const,
    channel: terminal.channel,
    createdAtMs,
    verifyWindowMs: 600_000,
    issueWindowMs: 300_000,
  };
  const facts = { ...openFacts(opening), ...change };
  return {
    _id: 'acme/A-1',
    issuerId: 'acme',
    orderNo: 'A-1',
    position: `${at(0).toISOString()}/acme/A-1`,
    product: { id: 'coffee', name: 'Coffee' },
    quantity: 3,
    amount: { value: 1_000, currency: 'EUR' },
    metadata: [['note', 'given back']],
    terminal,
    terminalGiven: true,
    baseUrl: 'https://codes.example',
    mac: 'SECRET',
    wrappedKey: Buffer.from('SECRET'),
    tokenHash: 'token-hash-SECRET',
    pickupHash: 'pickup-SECRET',
    createdAt: at(0),
    state: facts.state,
    facts,
    version: facts.version,
    projected: 0,
    timeline: [],
    events: [],
  };
};

test('an order that was just taken has all fields of the protocol and no other', () => {
  expect(orderBody(rowOf(), [], createdAtMs, 'https://codes.example/p/x')).toEqual({
    issuerId: 'acme',
    orderNo: 'A-1',
    state: 'accepted',
    product: { id: 'coffee', name: 'Coffee' },
    quantity: 3,
    amount: { value: 1_000, currency: 'EUR' },
    terminal: { channel: 'page', hint: 'pick-up page' },
    codes: { issued: 0, outstanding: 3 },
    items: { issued: 0, delivered: 0, void: 0, replaced: 0, redeemed: 0 },
    actions: ['verification', 'refusal', 'cancellation'],
    metadata: { note: 'given back' },
    delivery: { state: 'none', tries: 0 },
    pickupUrl: 'https://codes.example/p/x',
    createdAt: '2026-03-01T10:00:00.000Z',
    updatedAt: '2026-03-01T10:00:00.000Z',
    verifyBy: '2026-03-01T10:10:00.000Z',
    sequence: 0,
  });
});

test('the pick-up link is only where the caller gives it, and nothing secret is anywhere', () => {
  const text = JSON.stringify(orderBody(rowOf(), [], createdAtMs));
  expect(text).not.toContain('pickupUrl');
  expect(text).not.toContain('SECRET');
});

test('what an order knows by and by is told: issueBy, closedReason, refundDue, payment', () => {
  const row = {
    ...rowOf({
      state: 'delivered',
      verification: { verifiedAtMs: createdAtMs + 60_000, issueByMs: createdAtMs + 360_000 },
      issued: 1,
      short: true,
      closedReason: 'partially_issued',
      refundDueValue: 667,
      delivery: { state: 'delivered', tries: 1 },
      sequence: 2,
    }),
    payment: { id: 'pay-1' },
  };
  expect(orderBody(row, [], createdAtMs)).toMatchObject({
    codes: { issued: 1, outstanding: 2 },
    issueBy: '2026-03-01T10:06:00.000Z',
    closedReason: 'partially_issued',
    refundDue: { value: 667, currency: 'EUR' },
    payment: { id: 'pay-1' },
    sequence: 2,
  });
});

test('a refund of nothing is no refund', () => {
  expect(orderBody(rowOf({ state: 'delivered', refundDueValue: 0 }), [], createdAtMs)).not.toHaveProperty('refundDue');
});

describe('windows stand still while the issuer is paused', () => {
  const byAt = (seconds: number, holds: { from: Date; to?: Date }[], change: Partial<OrderFacts> = {}) => {
    const { verifyBy, issueBy } = orderBody(rowOf(change), holds, createdAtMs + seconds * 1_000);
    const left = (text: unknown) => (Date.parse(String(text)) - createdAtMs) / 1_000;
    return { verifyBy: left(verifyBy), ...(issueBy === undefined ? {} : { issueBy: left(issueBy) }) };
  };

  test('a pause that is over counts in full, one that runs counts so far, one from before the order not at all', () => {
    expect(byAt(100, [{ from: at(10), to: at(40) }])).toEqual({ verifyBy: 630 });
    expect(byAt(100, [{ from: at(10) }])).toEqual({ verifyBy: 690 });
    expect(byAt(100, [{ from: at(-50), to: at(-10) }])).toEqual({ verifyBy: 600 });
    expect(byAt(100, [{ from: at(-50), to: at(20) }])).toEqual({ verifyBy: 620 });
    expect(byAt(100, [{ from: at(10), to: at(20) }, { from: at(90) }])).toEqual({ verifyBy: 620 });
  });

  test('the pause counts for the window that was running', () => {
    const verification = { verifiedAtMs: createdAtMs + 50_000, issueByMs: createdAtMs + 350_000 };
    const change = { state: 'verified' as const, verification };
    expect(byAt(200, [{ from: at(20), to: at(80) }], change)).toEqual({ verifyBy: 630, issueBy: 380 });
  });

  test('extensions of an operator are added', () => {
    expect(byAt(0, [], { verifyExtensionMs: 60_000 })).toEqual({ verifyBy: 660 });
  });

  test('once an order is over its windows no longer move', () => {
    const change = { state: 'expired' as const, updatedAtMs: createdAtMs + 600_000 };
    expect(byAt(5_000, [{ from: at(700) }], change)).toEqual({ verifyBy: 600 });
  });

  test('heldMs counts only what lies within the asked time', () => {
    const holds = [{ from: at(0), to: at(10) }, { from: at(20), to: at(30) }, { from: at(40) }];
    expect(heldMs(holds, at(5).getTime(), at(45).getTime())).toBe(20_000);
    expect(heldMs(holds, at(11).getTime(), at(19).getTime())).toBe(0);
  });
});

test.each<[Terminal, string]>([
  [{ channel: 'webhook', url: 'https://user-data.example:8443/secret/path?token=1' }, 'user-data.example:8443'],
  [{ channel: 'email', address: 'maria.huber@mail.example' }, 'm***@m***'],
  [{ channel: 'sms', number: '+436641234567' }, '+43***67'],
])('a terminal is shown masked: %j', (terminal, hint) => {
  expect(maskedTerminal(terminal)).toEqual({ channel: terminal.channel, hint });
});

test('an issuer cannot tell by its timeline what there is inside of our network, an operator can', () => {
  const insideOut = [
    'address_forbidden',
    'name_unresolved',
    'connection_refused',
    'unreachable',
    'reset',
    'answer_malformed',
  ];
  const told = ['timeout', 'tls', 'status_400'];
  const timeline = [...insideOut, ...told].map((problem) => ({
    key: problem,
    atMs: createdAtMs,
    event: 'notice' as const,
    detail: { ok: false, problem },
  }));
  const problems = (who: 'issuer' | 'operator') =>
    timelineBody({ ...rowOf(), timeline } as unknown as OrderRow, who).data.map(({ detail }) => detail.problem);
  expect(problems('issuer')).toEqual([...insideOut.map(() => 'unreachable'), ...told]);
  expect(problems('operator')).toEqual([...insideOut, ...told]);
});
