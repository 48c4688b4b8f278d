import type { Terminal } from '../../src/domain/order';
import { ownMessageId } from '../../src/first-interface/message-id';
import { unwrapOrderKey } from '../../src/sealing/order-keys';
import { macOfTerminal, openOrder } from '../../src/sealing/order-row';
import type { TestIssuer } from '../support/issuer';
import type { Answer } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reconcileOnce } from '../support/reconcile';
import { startTerminal } from '../support/terminal';
import { until } from '../support/until';

const vera = { name: 'vera', role: 'viewer', token: 'a-token-of-vera-1234' } as const;
const otto = { name: 'otto', role: 'operator', token: 'a-token-of-otto-1234' } as const;
const file = platformOfFile({ operators: [vera, otto] });

interface Call {
  callId: string;
  kind: string;
  ok: boolean;
  direction: string;
  message?: string;
  replay?: true;
  try?: number;
}

const callsPath = ({ issuerId }: TestIssuer) => `/issuers/${issuerId}/calls`;
const callsOf = async (issuer: TestIssuer): Promise<Call[]> =>
  (await file.platform.operator('GET', `${callsPath(issuer)}?limit=100`)).body.data.reverse();
const open = (issuer: TestIssuer, callId: string): Promise<Answer> =>
  file.platform.operator('GET', `${callsPath(issuer)}/${callId}`, undefined, vera.token);
const replay = (issuer: TestIssuer, callId: string, token: string = otto.token): Promise<Answer> =>
  file.platform.operator('POST', `${callsPath(issuer)}/${callId}/replay`, undefined, token);

/** The n-th call of a kind, once it is written down. */
const callOf = (issuer: TestIssuer, kind: string, n = 1): Promise<Call> =>
  until(`call ${n} of ${kind}`, async () => (await callsOf(issuer)).filter((call) => call.kind === kind)[n - 1]);
const opened = async (issuer: TestIssuer, kind: string, n = 1) => {
  const { status, body } = await open(issuer, (await callOf(issuer, kind, n)).callId);
  expect(status).toBe(200);
  return body;
};
const rowOf = async ({ issuerId }: TestIssuer, orderNo: string) => {
  const row = await file.platform.core.orderDeps.orders.find({ issuerId, orderNo });
  if (!row) throw new Error(`${orderNo} has no row`);
  return row;
};
/** As the platform would write it. */
const setTerminal = async (issuer: TestIssuer, orderNo: string, terminal: Terminal): Promise<void> => {
  const { database, orderDeps } = file.platform.core;
  const row = await rowOf(issuer, orderNo);
  const mac = macOfTerminal(openOrder(orderDeps.ring, row), row._id, terminal);
  await database.orders.updateOne({ _id: row._id }, { $set: { terminal: { ...terminal, mac } } });
};

/** All that must not be seen has this word in it, also where it is escaped. */
const secretWord = /never/i;
const code = (n: number) => ({ itemId: `item-${n}`, value: `VALUE-NEVER-SHOWN-${n}`, secret: `PIN-NEVER-SHOWN-${n}` });
const facts = {
  product: { id: 'card', name: 'name never shown' },
  metadata: { 'metadata-never-shown': 'metadata-never-shown', note: 'buyer.never.shown@mail.example' },
  payment: { id: 'metadata-never-shown-pay', payer: 'buyer.never.shown@mail.example', paidAt: '2026-01-02T03:04:05Z' },
};

/** Each call of the issuer, opened: no answer of these paths holds what it may not. */
const expectNothingSecret = async (issuer: TestIssuer, orderNo: string): Promise<void> => {
  const row = await rowOf(issuer, orderNo);
  const { token, pickupSecret } = unwrapOrderKey(file.platform.core.ring, row._id, row.wrappedKey);
  const calls = await callsOf(issuer);
  const texts = await Promise.all(calls.map(async ({ callId }) => JSON.stringify((await open(issuer, callId)).body)));
  const all = [JSON.stringify(calls), ...texts].join('\n');
  expect(all).not.toMatch(secretWord);
  for (const secret of [token, pickupSecret, issuer.secret, '/p/', 'http://', 'whsec_']) {
    expect([secret, all.includes(secret)]).toEqual([secret, false]);
  }
};

test('each call of an order is opened with its two bodies, and no code, token, address or free text is in any of them', async () => {
  const issuer = await file.issuer();
  const orderNo = 'seen.whole';
  await issuer.place(orderNo, { ...facts, quantity: 3, terminal: { channel: 'page' } });
  await issuer.message('order.paid', orderNo);
  await issuer.verify(orderNo, { quantity: 3, amount: { value: 1, currency: 'EUR' } });
  await issuer.verify(orderNo, { quantity: 3 });
  await issuer.submit(orderNo, [code(1)], { token: 'a wrong token' });
  await issuer.submit(orderNo, [code(1)]);
  await issuer.submit(orderNo, [code(2), code(3)]);
  await issuer.message('order.delivered', orderNo);
  await callOf(issuer, 'order.delivered');

  expect(await opened(issuer, 'order.payment')).toMatchObject({
    issuerId: issuer.issuerId,
    orderNo,
    direction: 'from_issuer',
    ok: true,
    request: {
      notKept: [],
      body: {
        type: 'order.payment',
        orderNo,
        product: { id: 'card', name: '•••' },
        quantity: 3,
        amount: { value: 1_000, currency: 'EUR' },
        terminal: { channel: 'page' },
        metadata: '•••',
        payment: { id: '•••', payer: '•••', paidAt: '2026-01-02T03:04:05Z' },
      },
    },
    answer: {
      status: 201,
      body: { state: 'accepted', codes: { issued: 0, outstanding: 3 }, pickupUrl: '•••', sequence: 0 },
    },
  });
  const paid = await opened(issuer, 'order.paid');
  const sent = JSON.parse((await issuer.message('order.paid', orderNo)).raw);
  expect(paid.request).toEqual({
    notKept: ['/timestamp'],
    body: {
      type: 'order.paid',
      data: {
        ...sent.data,
        token: '•••',
        product: { id: 'card', name: '•••' },
        metadata: '•••',
        payment: { id: '•••', payer: '•••', paidAt: '2026-01-02T03:04:05Z' },
        verificationUrl: '•••',
        codesUrl: '•••',
        refusalUrl: '•••',
      },
    },
  });
  expect(paid.answer).toEqual({ status: 204, notKept: [] });
  const wrong = await opened(issuer, 'order.verification');
  expect(wrong.request).toEqual({
    notKept: ['/amount'],
    body: { type: 'order.verification', orderNo, token: '•••', quantity: 3 },
  });
  expect(wrong.answer).toMatchObject({ status: 422, body: { code: 'amount_mismatch', retryable: false } });
  const right = await opened(issuer, 'order.verification', 2);
  expect(right.request.body).toMatchObject({ quantity: 3, amount: { value: 1_000, currency: 'EUR' } });
  const again = await issuer.verify(orderNo, { quantity: 3 });
  expect(right.answer).toEqual({ status: 200, notKept: [], body: again.body });
  const refused = await opened(issuer, 'order.codes');
  expect(refused.request).toMatchObject({ notKept: ['/codes/0/itemId'], body: { codes: [{ value: '•••' }] } });
  expect(refused.answer).toMatchObject({ status: 403, body: { code: 'token_mismatch' } });
  const taken = await opened(issuer, 'order.codes', 3);
  expect(taken.request).toEqual({
    notKept: [],
    body: {
      type: 'order.codes',
      orderNo,
      token: '•••',
      codes: [
        { itemId: 'item-2', value: '•••' },
        { itemId: 'item-3', value: '•••' },
      ],
    },
  });
  expect(taken.answer).toEqual({ status: 201, notKept: [], body: { accepted: 2, outstanding: 0 } });
  const told = await opened(issuer, 'order.delivered');
  expect(told.request).toEqual({
    notKept: [],
    body: JSON.parse((await issuer.message('order.delivered', orderNo)).raw),
  });
  expect(told.resend).toEqual({ as: 'same_message' });

  await expectNothingSecret(issuer, orderNo);
  for (const terminal of [
    { channel: 'email', address: 'buyer.never.shown@mail.example' },
    { channel: 'webhook', url: 'https://user.example/buyer.never.shown?token=text%20never%20shown' },
  ] as const) {
    await setTerminal(issuer, orderNo, terminal);
    expect((await opened(issuer, 'order.payment')).request.body.terminal.channel).toBe(terminal.channel);
    await expectNothingSecret(issuer, orderNo);
  }
});

test('a code request shows what was asked and that codes came, never one of them', async () => {
  const issuer = await file.issuer({ codeMode: 'request' });
  issuer.on('order.code_requested', async () => ({ status: 200, body: { status: 'issued', codes: [code(7)] } }));
  await issuer.placeVerified('asked', facts);
  await issuer.inState('asked', 'delivered');
  const asked = await opened(issuer, 'order.code_requested');
  const sent = JSON.parse((await issuer.message('order.code_requested', 'asked')).raw);
  expect(asked.request.notKept).toEqual(['/timestamp']);
  expect(asked.request.body.data).toMatchObject({
    outstanding: 1,
    issueBy: sent.data.issueBy,
    verifyBy: sent.data.verifyBy,
    token: '•••',
  });
  const given = { status: 'issued', codes: [{ itemId: 'item-7', value: '•••' }] };
  expect(asked.answer).toEqual({ status: 200, notKept: [], body: given });
  expect(await opened(issuer, 'order.codes')).toMatchObject({
    partOf: 'order.code_requested',
    request: { notKept: [], body: given },
  });
  await expectNothingSecret(issuer, 'asked');
});

test('a refusal, a cancellation and a refusal in an answer are told apart, without their free text', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('refuses');
  await issuer.refuse('refuses', { reason: 'out_of_stock', detail: 'text never shown' });
  expect(await opened(issuer, 'order.refusal')).toMatchObject({
    request: {
      notKept: ['/detail'],
      body: { type: 'order.refusal', orderNo: 'refuses', token: '•••', reason: 'out_of_stock' },
    },
    answer: { status: 200, body: { state: 'refused', closedReason: 'issuer_refused' } },
  });
  await expectNothingSecret(issuer, 'refuses');

  const cancels = await file.issuer();
  await cancels.placeVerified('cancels');
  await cancels.post('/orders/cancels/cancellation', {
    type: 'order.cancellation',
    orderNo: 'cancels',
    reason: 'text never shown',
  });
  expect((await opened(cancels, 'order.cancellation')).request.body).toEqual({
    type: 'order.cancellation',
    orderNo: 'cancels',
    reason: '•••',
  });
  await expectNothingSecret(cancels, 'cancels');

  const answers = await file.issuer({ codeMode: 'request' });
  answers.on('order.code_requested', async () => ({
    status: 200,
    body: { status: 'refused', reason: 'price_changed', detail: 'text never shown' },
  }));
  await answers.placeVerified('answers');
  await answers.inState('answers', 'refused');
  expect((await opened(answers, 'order.code_requested')).answer).toEqual({
    status: 200,
    notKept: ['/detail'],
    body: { status: 'refused', reason: 'price_changed' },
  });
  await callOf(answers, 'order.refused');
  expect((await callsOf(answers)).map(({ kind }) => kind)).not.toContain('order.refusal');
  await expectNothingSecret(answers, 'answers');
});

test('a delivery to a webhook is opened without its codes and its address, and sent again under its id', async () => {
  const terminal = await startTerminal();
  try {
    const issuer = await file.issuer();
    await issuer.placeVerified('hooked', {
      terminal: { channel: 'webhook', url: terminal.urlOf('/never-shown?pin=never') },
    });
    await issuer.submit('hooked', [code(1)]);
    await issuer.inState('hooked', 'delivered');
    const seen = await opened(issuer, 'code.delivered');
    const [first] = terminal.received;
    expect(seen.request).toEqual({
      notKept: [],
      body: {
        type: 'code.delivered',
        timestamp: JSON.parse(first?.raw ?? '{}').timestamp,
        data: {
          issuerId: issuer.issuerId,
          orderNo: 'hooked',
          product: { id: 'coffee', name: '•••' },
          codes: [{ itemId: 'item-1', value: '•••' }],
        },
      },
    });
    await expectNothingSecret(issuer, 'hooked');
    expect(seen.resend).toEqual({ as: 'same_message' });
    expect((await replay(issuer, seen.callId)).status).toBe(202);
    await until('it came again', () => terminal.received.length === 2);
    expect(terminal.received.map(({ headers, raw }) => [headers['webhook-id'], raw])).toEqual([
      [first?.headers['webhook-id'], first?.raw],
      [first?.headers['webhook-id'], first?.raw],
    ]);
  } finally {
    await terminal.stop();
  }
});

test('an event that was told is told exactly once more, with the same id and the same bytes, and it is seen who did it', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('told', facts);
  await issuer.cancel('told');
  const first = await issuer.message('order.refund_due', 'told');
  const { callId } = await callOf(issuer, 'order.refund_due');
  expectProblem(await replay(issuer, callId, vera.token), 403, 'operator_forbidden');
  expectProblem(await replay(issuer, callId, 'no-token'), 401, 'operator_unauthorized');
  const answer = await replay(issuer, callId);
  expect([answer.status, answer.body]).toEqual([
    202,
    { callId, orderNo: 'told', kind: 'order.refund_due', as: 'same_message' },
  ]);
  const second = await issuer.message('order.refund_due', 'told', 2);
  expect([second.id, second.raw]).toEqual([first.id, first.raw]);
  expect(second.id).toBe(ownMessageId({ issuerId: issuer.issuerId, orderNo: 'told' }, 'event', second.data.sequence));
  expect(await callOf(issuer, 'order.refund_due', 2)).toMatchObject({ ok: true, try: 2, replay: true });
  const { data } = (await file.platform.operator('GET', `/orders/${issuer.issuerId}/told/timeline`)).body;
  expect(data.filter(({ detail }: { detail: { replay?: true } }) => detail.replay === true)).toHaveLength(1);
  expect((await file.platform.operator('GET', '/audit?limit=1')).body.data[0]).toMatchObject({
    actor: 'otto',
    action: 'call.replayed',
    target: `${issuer.issuerId}/told`,
    after: { callId, kind: 'order.refund_due', as: 'same_message' },
  });
  expect(issuer.received.filter(({ type }) => type.startsWith('order.refund')).length).toBe(2);
  expect(issuer.received.filter(({ type }) => type === 'order.cancelled').length).toBe(1);
});

test('a replay that fails is one try; while one runs there is no second; one that is taken ends the trouble of a given-up event', async () => {
  const issuer = await file.issuer({ eventDelaysSeconds: [1] });
  let endSchedule: () => void = () => undefined;
  const secondTry = new Promise<void>((resolve) => {
    endSchedule = resolve;
  });
  issuer.on('order.cancelled', async () => {
    if (issuer.received.filter(({ type }) => type === 'order.cancelled').length === 2) await secondTry;
    return { status: 500 };
  });
  await issuer.placeVerified('untold');
  await issuer.cancel('untold');
  const { callId } = await callOf(issuer, 'order.cancelled');
  // Between its first try and its last one the schedule has the event.
  expectProblem(await replay(issuer, callId), 409, 'call_pending');
  expect((await open(issuer, callId)).body.resend).toMatchObject({ refused: 'call_pending' });
  endSchedule();
  await until('it is given up', async () => (await rowOf(issuer, 'untold')).eventsGivenUpAt !== undefined);
  const failing = async () =>
    (await file.platform.core.stats.givenUpSince(new Date(0), 100)).filter((one) => one.issuerId === issuer.issuerId);
  expect(await failing()).toHaveLength(1);

  expect((await replay(issuer, callId)).status).toBe(202);
  expect(await callOf(issuer, 'order.cancelled', 3)).toMatchObject({ ok: false, problem: 'status_500', replay: true });
  expect(await failing()).toHaveLength(1);

  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  issuer.on('order.cancelled', async () => {
    await held;
    return { status: 204 };
  });
  await until('the failed replay has ended', async () => (await replay(issuer, callId)).status === 202);
  await issuer.message('order.cancelled', 'untold', 4);
  expectProblem(await replay(issuer, callId), 409, 'in_progress');
  letGo();
  expect(await callOf(issuer, 'order.cancelled', 4)).toMatchObject({ ok: true, replay: true });
  // The call is recorded first, then its order's trouble ends.
  await until('its trouble has ended', async () => (await failing()).length === 0);
  expect(
    new Set(issuer.received.filter(({ type }) => type === 'order.cancelled').map(({ id, raw }) => id + raw)).size,
  ).toBe(1);
  expect(issuer.received.filter(({ type }) => type === 'order.cancelled')).toHaveLength(4);
});

test('a notice is sent again as a new message while its order waits for it, and not after', async () => {
  const issuer = await file.issuer({ codeMode: 'request' });
  issuer.on('order.code_requested', async () => ({ status: 200, body: { status: 'issuing' } }));
  await issuer.place('waits');
  const first = await issuer.message('order.paid', 'waits');
  const { callId } = await callOf(issuer, 'order.paid');
  expect((await replay(issuer, callId)).body).toMatchObject({ kind: 'order.paid', as: 'new_message' });
  expect((await issuer.message('order.paid', 'waits', 2)).id).not.toBe(first.id);
  expect((await issuer.verify('waits')).status).toBe(200);
  expectProblem(await replay(issuer, callId), 409, 'already_verified');
  const asked = await callOf(issuer, 'order.code_requested');
  expect((await opened(issuer, 'order.code_requested')).answer.body).toEqual({ status: 'issuing' });
  expect((await replay(issuer, asked.callId)).body).toMatchObject({ as: 'new_message' });
  await issuer.message('order.code_requested', 'waits', 2);
  expectProblem(await replay(issuer, (await callOf(issuer, 'order.payment')).callId), 409, 'not_replayable');
  await issuer.cancel('waits');
  await issuer.inState('waits', 'cancelled');
  expectProblem(await replay(issuer, callId), 409, 'order_closed');
  expectProblem(await replay(issuer, asked.callId), 409, 'order_closed');
});

test('nothing is sent again to a paused issuer, of a purged order, or of what is not there', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('old');
  await issuer.cancel('old');
  const { callId } = await callOf(issuer, 'order.refund_due');
  await callOf(issuer, 'order.cancelled');
  // A debt is not forgotten.
  const settled = { settlementId: 's', amount: { value: 1_000, currency: 'EUR' } };
  const settlement = { type: 'order.refund_settlement', orderNo: 'old', token: issuer.tokenOf('old'), ...settled };
  expect((await issuer.post('/orders/old/refund-settlement', settlement)).status).toBe(201);
  await file.platform.operator('POST', `/issuers/${issuer.issuerId}/pause`);
  expectProblem(await replay(issuer, callId), 409, 'issuer_paused');
  await file.platform.operator('POST', `/issuers/${issuer.issuerId}/resume`);
  for (const ask of [open, replay]) {
    expectProblem(await ask(issuer, 'old:no-such-line'), 404, 'call_unknown');
    expectProblem(await ask(issuer, 'no-name-of-a-call'), 404, 'call_unknown');
    expectProblem(await ask(issuer, 'not-there:aaaa'), 404, 'order_unknown');
    expectProblem(await ask({ ...issuer, issuerId: 'nobody' }, callId), 404, 'issuer_unknown');
  }
  const other = await file.issuer();
  expectProblem(await open(other, callId), 404, 'order_unknown');

  const row = await until('all events are told', async () => {
    const seen = await rowOf(issuer, 'old');
    return !seen.eventsPendingSince && seen;
  });
  const purgeAfterMs = 86_400_000;
  await reconcileOnce(file.platform, { nowMs: () => row.facts.updatedAtMs + purgeAfterMs, purgeAfterMs });
  expectProblem(await open(issuer, callId), 404, 'order_unknown');
  expectProblem(await replay(issuer, callId), 404, 'order_unknown');
});
