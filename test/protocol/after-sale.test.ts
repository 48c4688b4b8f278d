import { randomUUID } from 'node:crypto';
import { Failure } from '../../src/domain/failures';
import { replaceCodes } from '../../src/second-interface/after-sale/replace-codes';
import { submissionRow } from '../../src/second-interface/claim-codes';
import type { OrderRow } from '../../src/store/orders';
import type { TestIssuer } from '../support/issuer';
import type { Answer } from '../support/platform';
import { read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal, revealItems } from '../support/reveal';
import { startTerminals } from '../support/terminal';
import { until } from '../support/until';

const file = platformOfFile();
const terminals = startTerminals();
afterAll(() => terminals.stop());

const codeOf = (itemId: string, extra: object = {}) => ({ itemId, value: `VALUE-${randomUUID()}`, ...extra });

/** A call about an order, with its right token. */
const ask = (issuer: TestIssuer, orderNo: string, call: string, body: object): Promise<Answer> =>
  issuer.post(`/orders/${orderNo}/${call}`, {
    type: `order.${types[call as keyof typeof types]}`,
    orderNo,
    token: issuer.tokenOf(orderNo),
    ...body,
  });
const types = {
  void: 'void',
  completion: 'completion',
  redemptions: 'redemption',
  reversals: 'reversal',
  validity: 'validity',
  replacement: 'replacement',
  'refund-settlement': 'refund_settlement',
  delivery: 'delivery',
  'void-decision': 'void_decision',
} as const;

/** An answer that comes when it is given. */
const withheld = () => {
  let give: (status: number) => void = () => undefined;
  const answer = new Promise<number>((resolve) => {
    give = resolve;
  });
  return { answer, give: (status: number) => give(status) };
};

const voidToldAt = (path: string) =>
  until('the word of what is void', async () =>
    (await terminals.deliveries(path)).map(({ raw }) => JSON.parse(raw)).find(({ type }) => type === 'code.void'),
  );

/** The words that its lines of this event have. */
const saidWith = async (issuer: TestIssuer, orderNo: string, event: string): Promise<unknown[]> =>
  (await issuer.get(`/orders/${orderNo}/timeline`)).body.data
    .filter((line: { event: string }) => line.event === event)
    .map(({ detail }: { detail: { text?: string } }) => detail.text);

const delivered = async (
  issuer: TestIssuer,
  orderNo: string,
  codes: readonly object[] = [codeOf('a')],
  changes: object = {},
): Promise<Answer> => {
  const placed = await issuer.placeVerified(orderNo, { quantity: codes.length, ...changes });
  expect((await issuer.submit(orderNo, [...codes])).status).toBe(201);
  await issuer.inState(orderNo, 'delivered');
  return placed;
};

describe('actions and items', () => {
  test.concurrent('every Order says what it can be asked now, and how its items are', async () => {
    const issuer = await file.issuer();
    const placed = await issuer.place('o-1', { metadata: { shop: '7' }, payment: { id: 'pay-1' } });
    expect(placed.body).toMatchObject({
      items: { issued: 0, delivered: 0, void: 0, replaced: 0, redeemed: 0 },
      metadata: { shop: '7' },
      payment: { id: 'pay-1' },
      actions: ['verification', 'refusal', 'cancellation'],
    });
    await issuer.message('order.paid', 'o-1');
    await issuer.verify('o-1');
    expect((await issuer.order('o-1')).body.actions).toEqual(['codes', 'refusal', 'cancellation']);
    await issuer.submit('o-1', [codeOf('a')]);
    const { body } = await issuer.inState('o-1', 'delivered');
    expect(body).toMatchObject({
      items: { issued: 0, delivered: 1, void: 0, replaced: 0, redeemed: 0 },
      actions: ['delivery', 'void', 'replacement', 'redemptions'],
    });
    const operated = (await file.platform.operator('GET', `/orders/${issuer.issuerId}/o-1`)).body;
    expect(operated.actions).toEqual(['redeliver', 'void', 'refund', 'redeem', 'note']);
  });
});

describe('void', () => {
  test.concurrent('some of them, then the rest: the refund grows, and no page shows what is void from the answer on', async () => {
    const issuer = await file.issuer();
    const codes = [codeOf('a'), codeOf('b'), codeOf('c')];
    const { body: placed } = await delivered(issuer, 'v-1', codes);
    const first = await ask(issuer, 'v-1', 'void', { itemIds: ['a'], reason: 'lost' });
    expect(first.body).toMatchObject({
      state: 'delivered',
      codes: { issued: 2, outstanding: 0 },
      items: { delivered: 2, void: 1 },
      refundDue: { value: 334, currency: 'EUR' },
    });
    const { items } = (await read(revealItems(placed.pickupUrl))).body;
    expect(items[0]).toEqual({ itemId: 'a', state: 'void', format: 'text', usesLeft: 0, expired: false });
    const page = await (await reveal(placed.pickupUrl)).text();
    expect(page).not.toContain(codes[0]?.value);
    expect(page).toContain(codes[1]?.value);
    const again = await ask(issuer, 'v-1', 'void', { itemIds: ['a'], reason: 'lost' });
    expect([again.status, again.body.items, again.body.refundDue]).toEqual([
      200,
      first.body.items,
      first.body.refundDue,
    ]);
    const rest = await ask(issuer, 'v-1', 'void', { reason: 'all of them' });
    expect(rest.body).toMatchObject({
      items: { delivered: 0, void: 3 },
      refundDue: { value: 1_000 },
      actions: ['refund-settlement'],
    });
    expect(await saidWith(issuer, 'v-1', 'item_void')).toEqual(['lost', 'all of them']);
    const told = await issuer.message('order.codes_void', 'v-1', 2);
    expect(told.data.itemIds).toEqual(['b', 'c']);
    expect((await issuer.message('order.refund_due', 'v-1', 2)).data.refundDue).toEqual({
      value: 1_000,
      currency: 'EUR',
    });
  });

  test.each(['reveal', 'items', 'codes.csv'] as const)(
    'a code that is void while %s is made is not in the answer',
    async (what) => {
      const issuer = await file.issuer();
      const orderNo = `v-while-${what}`;
      const [a, b] = [codeOf('a'), codeOf('b')];
      const { pickupUrl } = (await delivered(issuer, orderNo, [a, b])).body;
      const cookie = (await reveal(pickupUrl)).headers.get('set-cookie')?.split(';')[0] ?? '';
      const { codes } = file.platform.core.orderDeps;
      const { accepted } = codes;
      // The codes are read, and the void is answered before they are given out.
      const asked = { times: 0 };
      const meanwhile = jest.spyOn(codes, 'accepted').mockImplementation(async (order) => {
        const read = await accepted(order);
        if (order.orderNo === orderNo && asked.times++ === 0) {
          expect((await ask(issuer, orderNo, 'void', { itemIds: ['a'], reason: 'x' })).status).toBe(200);
        }
        return read;
      });
      const answer = await {
        reveal: () => reveal(pickupUrl),
        items: () => revealItems(pickupUrl),
        'codes.csv': () => fetch(`${pickupUrl}/codes.csv`, { headers: { cookie } }),
      }[what]();
      meanwhile.mockRestore();
      const text = await answer.text();
      expect([answer.status, asked.times, text.includes(a.value), text.includes(b.value)]).toEqual([
        200,
        // Once for the reason of the void.
        3,
        false,
        true,
      ]);
    },
  );

  test('an order that is delivered while it is asked finds its codes, and says once what became of them', async () => {
    const issuer = await file.issuer();
    const ends = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    await delivered(issuer, 'v-9', [codeOf('a'), codeOf('b', { expiresAt: ends(1) })]);
    const { orders } = file.platform.core.orderDeps;
    const { find } = orders;
    const whileDelivered = async (call: () => Promise<Answer>): Promise<number> => {
      const asked = { times: 0 };
      const before = jest.spyOn(orders, 'find').mockImplementation(async (order) => {
        const row = await find(order);
        const isFirst = row?.orderNo === 'v-9' && asked.times++ === 0;
        return isFirst ? { ...row, state: 'issued', facts: { ...row.facts, state: 'issued' } } : row;
      });
      const { status } = await call();
      before.mockRestore();
      return status;
    };
    const refund = `/orders/${issuer.issuerId}/v-9/refund`;
    const calls = [
      () => ask(issuer, 'v-9', 'void', { itemIds: ['a'], reason: 'lost' }),
      () => ask(issuer, 'v-9', 'validity', { expiresAt: ends(2) }),
      () => file.platform.operator('POST', refund, { reason: 'a mistake' }),
    ];
    const statuses: number[] = [];
    for (const call of calls) statuses.push(await whileDelivered(call));
    expect(statuses).toEqual([200, 200, 200]);
    const events = (await issuer.get('/orders/v-9/timeline')).body.data.map(({ event }: { event: string }) => event);
    for (const event of ['item_void', 'validity_changed']) {
      expect(events.filter((one: string) => one === event)).toHaveLength(1);
    }
  });

  test.concurrent('refusals: not issued, an unknown item, one that was used, a wrong token; none of them is void then', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('v-2');
    expectProblem(await ask(issuer, 'v-2', 'void', { reason: 'x' }), 409, 'not_issued');
    await delivered(issuer, 'v-3', [codeOf('a'), codeOf('b')]);
    const unknown = await ask(issuer, 'v-3', 'void', { itemIds: ['a', 'z'], reason: 'x' });
    expectProblem(unknown, 422, 'item_unknown', '/itemIds/1');
    expect(unknown.body.itemIds).toEqual(['z']);
    await ask(issuer, 'v-3', 'redemptions', { redemptionId: 'r', itemId: 'b' });
    const used = await ask(issuer, 'v-3', 'void', { reason: 'x' });
    expectProblem(used, 409, 'code_redeemed');
    expect(used.body.itemIds).toEqual(['b']);
    expectProblem(await ask(issuer, 'v-3', 'void', { reason: 'x', token: 'wrong' }), 403, 'token_mismatch');
    expect((await issuer.order('v-3')).body.items).toMatchObject({ delivered: 2, void: 0, redeemed: 1 });
  });

  test.concurrent('the last good code of an order that is not delivered closes it', async () => {
    const issuer = await file.issuer({ terminal: { channel: 'webhook', url: await terminals.urlOf('/gone') } });
    await terminals.answer('/gone', () => 410);
    await issuer.placeVerified('v-4');
    await issuer.submit('v-4', [codeOf('a')]);
    await issuer.inState('v-4', 'undeliverable');
    const { status, body } = await ask(issuer, 'v-4', 'void', { reason: 'x' });
    expect([status, body.state, body.closedReason, body.refundDue.value]).toEqual([
      200,
      'cancelled',
      'all_void',
      1_000,
    ]);
    const events = await Promise.all(
      ['order.codes_void', 'order.cancelled', 'order.refund_due'].map((type) => issuer.message(type, 'v-4')),
    );
    expect(events.map(({ data }) => data.sequence)).toEqual([2, 3, 4]);
    expect((await ask(issuer, 'v-4', 'void', { reason: 'x' })).status).toBe(200);
  });

  test.concurrent('a webhook terminal that has the codes hears which are void', async () => {
    const issuer = await file.issuer({ terminal: { channel: 'webhook', url: await terminals.urlOf('/told') } });
    await delivered(issuer, 'v-5', [codeOf('a'), codeOf('b')]);
    await ask(issuer, 'v-5', 'void', { itemIds: ['b'], reason: 'x' });
    const told = await terminals.delivery('/told', 2);
    expect(JSON.parse(told.raw)).toMatchObject({
      type: 'code.void',
      data: { issuerId: issuer.issuerId, orderNo: 'v-5', itemIds: ['b'] },
    });
  });

  test.concurrent('what a webhook terminal hears of codes after their delivery is dated when it became so, on every attempt', async () => {
    const issuer = await file.issuer({
      terminal: { channel: 'webhook', url: await terminals.urlOf('/dated') },
      deliveryDelaysSeconds: [1],
    });
    // The second message is taken at its second attempt.
    await terminals.answer('/dated', (n) => (n === 2 ? 500 : 204));
    await delivered(issuer, 'v-8', [codeOf('a'), codeOf('b')]);
    const voidedMs = Date.now();
    await ask(issuer, 'v-8', 'void', { itemIds: ['b'], reason: 'x' });
    const [first, second] = [await terminals.delivery('/dated', 2), await terminals.delivery('/dated', 3)];
    expect(Date.parse(JSON.parse(first.raw).timestamp)).toBeGreaterThanOrEqual(voidedMs);
    expect(second.raw).toBe(first.raw);
    const replacedMs = Date.now();
    await ask(issuer, 'v-8', 'replacement', { reason: 'x', replacements: [{ itemId: 'a', code: codeOf('a2') }] });
    const replacement = JSON.parse((await terminals.delivery('/dated', 4)).raw);
    expect(replacement).toMatchObject({ type: 'code.delivered', data: { replaces: [{ itemId: 'a', by: 'a2' }] } });
    expect(Date.parse(replacement.timestamp)).toBeGreaterThanOrEqual(replacedMs);
  });

  test.concurrent.each([
    ['one of two codes', 'v-6', ['b']],
    ['all of them', 'v-7', ['a', 'b']],
  ])('a webhook terminal whose first answer is under way hears it too: %s', async (_what, orderNo, itemIds) => {
    const path = `/under-way-${orderNo}`;
    const issuer = await file.issuer({ terminal: { channel: 'webhook', url: await terminals.urlOf(path) } });
    const first = withheld();
    await terminals.answer(path, (n) => (n === 1 ? first.answer : 204));
    await issuer.placeVerified(orderNo, { quantity: 2 });
    await issuer.submit(orderNo, [codeOf('a'), codeOf('b')]);
    await terminals.delivery(path);
    expect((await ask(issuer, orderNo, 'void', { itemIds, reason: 'x' })).status).toBe(200);
    first.give(204);
    expect((await voidToldAt(path)).data).toEqual({ issuerId: issuer.issuerId, orderNo, itemIds });
  });

  test.concurrent('a void of some codes is told at once, though the order waits for a person', async () => {
    const issuer = await file.issuer({ terminal: { channel: 'webhook', url: await terminals.urlOf('/waits') } });
    await terminals.answer('/waits', () => 410);
    await issuer.placeVerified('v-10', { quantity: 2 });
    await issuer.submit('v-10', [codeOf('a'), codeOf('b')]);
    await issuer.inState('v-10', 'undeliverable');
    expect((await ask(issuer, 'v-10', 'void', { itemIds: ['a'], reason: 'x' })).body.state).toBe('undeliverable');
    expect((await issuer.message('order.codes_void', 'v-10')).data.itemIds).toEqual(['a']);
    expect((await issuer.message('order.refund_due', 'v-10')).data.refundDue.value).toBe(500);
  });

  test.concurrent('a webhook terminal that may have them hears that the codes of a cancelled order are void', async () => {
    const terminal = { channel: 'webhook', url: await terminals.urlOf('/cancelled') };
    const issuer = await file.issuer({ terminal, deliveryDelaysSeconds: [1] });
    await terminals.answer('/cancelled', (n) => (n <= 2 ? 500 : 204));
    await issuer.placeVerified('v-8', { quantity: 2 });
    await issuer.submit('v-8', [codeOf('a'), codeOf('b')]);
    await issuer.inState('v-8', 'undeliverable');
    expect((await issuer.cancel('v-8')).body.state).toBe('cancelled');
    expect((await voidToldAt('/cancelled')).data.itemIds).toEqual(['a', 'b']);
  });
});

describe('completion', () => {
  test.concurrent('what came is delivered, and the rest is owed', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('c-1', { quantity: 3 });
    expectProblem(await ask(issuer, 'c-1', 'completion', {}), 409, 'nothing_issued');
    await issuer.submit('c-1', [codeOf('a')]);
    expect((await ask(issuer, 'c-1', 'completion', { reason: 'no more' })).status).toBe(200);
    const { body } = await issuer.inState('c-1', 'delivered');
    expect(body).toMatchObject({
      closedReason: 'completed_short',
      codes: { issued: 1, outstanding: 2 },
      refundDue: { value: 667, currency: 'EUR' },
    });
    expect(await saidWith(issuer, 'c-1', 'completed')).toEqual(['no more']);
    expect((await ask(issuer, 'c-1', 'completion', {})).status).toBe(200);
    expectProblem(await issuer.submit('c-1', [codeOf('b')]), 409, 'order_closed');
  });
});

describe('delivery', () => {
  const idOf = ({ headers }: { headers: Record<string, string> }): string | undefined => headers['webhook-id'];

  test.concurrent('the same codes go to the same terminal under the same id, five times a day', async () => {
    const issuer = await file.issuer({ terminal: { channel: 'webhook', url: await terminals.urlOf('/again') } });
    await delivered(issuer, 'e-1', [codeOf('a'), codeOf('b')]);
    for (let n = 1; n <= 5; n += 1) {
      const answer = await ask(issuer, 'e-1', 'delivery', {});
      expect([answer.status, answer.body.state]).toEqual([200, 'delivered']);
      await terminals.delivery('/again', 1 + n);
    }
    const sixth = await ask(issuer, 'e-1', 'delivery', {});
    expectProblem(sixth, 429, 'rate_limited');
    const untilMidnight = 86_400 - ((Date.now() / 1_000) % 86_400);
    expect(Math.abs(Number(sixth.headers.get('retry-after')) - untilMidnight)).toBeLessThan(600);
    const again = await file.platform.operator('POST', `/orders/${issuer.issuerId}/e-1/redeliver`);
    expect(again.status).toBe(200);
    await terminals.delivery('/again', 7);
    const tries = await terminals.deliveries('/again');
    expect([new Set(tries.map(idOf)).size, new Set(tries.map(({ raw }) => raw)).size]).toEqual([1, 1]);
  });

  test.concurrent('other codes than before, or another terminal, are another message', async () => {
    const issuer = await file.issuer({ terminal: { channel: 'webhook', url: await terminals.urlOf('/fewer') } });
    await delivered(issuer, 'e-2', [codeOf('a'), codeOf('b')]);
    const elsewhere = { terminal: { channel: 'webhook', url: await terminals.urlOf('/elsewhere') } };
    expectProblem(await ask(issuer, 'e-2', 'delivery', elsewhere), 409, 'terminal_fixed');
    const bad = { terminal: { channel: 'webhook', url: 'https://10.0.0.1/' } };
    expectProblem(await ask(issuer, 'e-2', 'delivery', bad), 422, 'body_invalid', '/terminal/url');
    expectProblem(await ask(issuer, 'e-2', 'delivery', { token: 'wrong' }), 403, 'token_mismatch');
    const first = await terminals.delivery('/fewer');
    await ask(issuer, 'e-2', 'void', { itemIds: ['a'], reason: 'x' });
    await terminals.delivery('/fewer', 2);
    expect((await ask(issuer, 'e-2', 'delivery', {})).status).toBe(200);
    const third = await terminals.delivery('/fewer', 3);
    expect(idOf(third)).not.toBe(idOf(first));
    expect(JSON.parse(third.raw).data.codes).toMatchObject([{ itemId: 'b' }]);
    await ask(issuer, 'e-2', 'void', { reason: 'x' });
    expectProblem(await ask(issuer, 'e-2', 'delivery', {}), 409, 'code_void');
  });

  test.concurrent('a delivery that fails is mended by the issuer, while it is tried and after it', async () => {
    const issuer = await file.issuer({ terminal: { channel: 'webhook', url: await terminals.urlOf('/failing') } });
    await terminals.answer('/failing', () => 500);
    await issuer.placeVerified('e-3');
    expectProblem(await ask(issuer, 'e-3', 'delivery', {}), 409, 'not_issued');
    await issuer.submit('e-3', [codeOf('a')]);
    await terminals.delivery('/failing', 2);
    const right = { terminal: { channel: 'webhook', url: await terminals.urlOf('/mended') } };
    expect((await ask(issuer, 'e-3', 'delivery', right)).status).toBe(200);
    expect(JSON.parse((await terminals.delivery('/mended')).raw).data.codes).toMatchObject([{ itemId: 'a' }]);
    const { body } = await issuer.inState('e-3', 'delivered');
    expect(body.delivery.state).toBe('delivered');
    const told = (await issuer.message('order.terminal_changed', 'e-3')).data;
    expect(told).toMatchObject({ by: 'issuer', terminal: body.terminal });
    const { data } = (await issuer.get('/orders/e-3/timeline')).body;
    expect(data).toContainEqual(expect.objectContaining({ event: 'terminal_changed' }));
    expectProblem(await ask(issuer, 'e-3', 'delivery', { terminal: { channel: 'page' } }), 409, 'terminal_fixed');
  });

  test.concurrent('a new link ends the one before, which shows codes no more', async () => {
    const issuer = await file.issuer();
    const { body: placed } = await delivered(issuer, 'e-4');
    expect((await reveal(placed.pickupUrl)).status).toBe(200);
    expect((await ask(issuer, 'e-4', 'delivery', { newLink: true })).status).toBe(200);
    const { body } = await issuer.order('e-4');
    expect(body.pickupUrl).not.toBe(placed.pickupUrl);
    expect((await reveal(placed.pickupUrl)).status).toBe(404);
    expect((await fetch(placed.pickupUrl)).status).toBe(404);
    expect((await reveal(body.pickupUrl)).status).toBe(200);
    expect((await ask(issuer, 'e-4', 'delivery', { newLink: true })).status).toBe(200);
    expect((await reveal(body.pickupUrl)).status).toBe(404);
  });
});

describe('redemptions', () => {
  test.concurrent('each id counts once, uses are spent, and a reversal gives them back', async () => {
    const issuer = await file.issuer();
    await delivered(issuer, 'r-1', [codeOf('a', { uses: 3 })]);
    const redeem = (redemptionId: string, more: object = {}) =>
      ask(issuer, 'r-1', 'redemptions', { redemptionId, itemId: 'a', ...more });
    const first = await redeem('one', { uses: 2, place: 'door' });
    expect([first.status, first.body]).toEqual([201, { redemptionId: 'one', itemId: 'a', uses: 2, usesLeft: 1 }]);
    const again = await redeem('one', { uses: 2, place: 'door' });
    expect([again.status, again.body]).toEqual([200, first.body]);
    expectProblem(await redeem('one', { uses: 1 }), 409, 'redemption_conflict');
    const redeemedAt = new Date(Date.now() + 60_000).toISOString();
    expectProblem(await redeem('one', { uses: 2, place: 'door', redeemedAt }), 409, 'redemption_conflict');
    expectProblem(await redeem('two', { uses: 2 }), 409, 'uses_exhausted');
    expect((await redeem('two')).body.usesLeft).toBe(0);
    const reversed = await ask(issuer, 'r-1', 'reversals', { redemptionId: 'one' });
    expect([reversed.status, reversed.body]).toEqual([200, { redemptionId: 'one', itemId: 'a', usesLeft: 2 }]);
    expect((await ask(issuer, 'r-1', 'reversals', { redemptionId: 'one' })).body).toEqual(reversed.body);
    expectProblem(await redeem('one', { uses: 2, place: 'door' }), 409, 'redemption_conflict');
    expectProblem(await ask(issuer, 'r-1', 'reversals', { redemptionId: 'none' }), 404, 'redemption_unknown');
    const { data } = (await issuer.get('/orders/r-1/redemptions')).body;
    expect(data).toEqual([
      {
        redemptionId: 'one',
        itemId: 'a',
        uses: 2,
        usesLeft: 1,
        at: expect.any(String),
        place: 'door',
        reversedAt: expect.any(String),
      },
      { redemptionId: 'two', itemId: 'a', uses: 1, usesLeft: 0, at: expect.any(String) },
    ]);
    const items = (await issuer.get('/orders/r-1/items')).body.data;
    expect(items).toEqual([
      { itemId: 'a', state: 'delivered', uses: 3, usesLeft: 2, held: false, deliveredAt: expect.any(String) },
    ]);
  });

  test.concurrent('64 callers at once spend exactly the uses that there are', async () => {
    const issuer = await file.issuer();
    await delivered(issuer, 'r-2', [codeOf('a', { uses: 20 })]);
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, n) =>
        ask(issuer, 'r-2', 'redemptions', { redemptionId: `id-${n % 32}`, itemId: 'a' }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(answers.filter(({ status, body }) => status === 409 && body.code !== 'uses_exhausted')).toEqual([]);
    expect((await issuer.get('/orders/r-2/items')).body.data[0].usesLeft).toBe(0);
    expect((await issuer.get('/orders/r-2/redemptions?limit=100')).body.data).toHaveLength(20);
  });

  test.concurrent('a code that has not started, has expired, is void, or is of another order is not redeemed', async () => {
    const issuer = await file.issuer();
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const later = new Date(Date.now() + 7_200_000).toISOString();
    await delivered(issuer, 'r-3', [
      codeOf('a', { startsAt: soon, expiresAt: later }),
      codeOf('b', { expiresAt: soon }),
      codeOf('c'),
    ]);
    const redeem = (itemId: string, more: object = {}) =>
      ask(issuer, 'r-3', 'redemptions', { redemptionId: randomUUID(), itemId, ...more });
    expectProblem(await redeem('a'), 409, 'code_not_started');
    expectProblem(await redeem('z'), 422, 'item_unknown', '/itemId');
    await ask(issuer, 'r-3', 'void', { itemIds: ['c'], reason: 'x' });
    expectProblem(await redeem('c'), 409, 'code_void');
    const ahead = new Date(Date.now() + 600_000).toISOString();
    expectProblem(await redeem('b', { redeemedAt: ahead }), 422, 'body_invalid', '/redeemedAt');
    await issuer.placeVerified('r-4');
    expectProblem(await ask(issuer, 'r-4', 'redemptions', { redemptionId: 'x', itemId: 'a' }), 409, 'not_delivered');
  });

  test.concurrent('an operator redeems and reverses, and the issuer is told', async () => {
    const issuer = await file.issuer();
    await delivered(issuer, 'r-5');
    const at = `/orders/${issuer.issuerId}/r-5`;
    const { operator } = file.platform;
    expect((await operator('POST', `${at}/redeem`, { redemptionId: 'till', itemId: 'a' })).status).toBe(201);
    expect((await issuer.message('order.redeemed', 'r-5')).data).toMatchObject({
      redemptionId: 'till',
      itemIds: ['a'],
    });
    expect((await operator('POST', `${at}/reverse`, { redemptionId: 'till' })).body.usesLeft).toBe(1);
    expect((await issuer.message('order.reversed', 'r-5')).data).toMatchObject({ redemptionId: 'till' });
  });
});

describe('validity', () => {
  test.concurrent('only later, and only of a code that ends', async () => {
    const issuer = await file.issuer();
    const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    const ends = inHours(1);
    await delivered(issuer, 'd-1', [codeOf('a', { expiresAt: ends }), codeOf('b')]);
    const change = (itemIds: string[] | undefined, expiresAt: string) =>
      ask(issuer, 'd-1', 'validity', { ...(itemIds ? { itemIds } : {}), expiresAt });
    const later = inHours(5);
    expect((await change(['a'], later)).status).toBe(200);
    expect((await change(['a'], later)).status).toBe(200);
    const earlier = await change(['a'], ends);
    expectProblem(earlier, 422, 'body_invalid', '/expiresAt');
    expect(earlier.body.errors[0].message).toContain('no earlier than the end');
    expect(earlier.body.itemIds).toBeUndefined();
    for (const itemIds of [['b'], ['a', 'b'], undefined]) {
      const endless = await change(itemIds, later);
      expectProblem(endless, 422, 'body_invalid', '/expiresAt');
      expect(endless.body.itemIds).toEqual(['b']);
      expect(endless.body.errors[0].message).toContain('have no end');
    }
    const { data } = (await issuer.get('/orders/d-1/items')).body;
    expect(data[0].expiresAt).toBe(later);
  });
});

describe('replacement', () => {
  test.concurrent('the new code takes the place of the old one, whose value stays claimed', async () => {
    const issuer = await file.issuer();
    const [old, other] = [codeOf('a'), codeOf('b')];
    const { body: placed } = await delivered(issuer, 'p-1', [old, other]);
    const fresh = codeOf('a2');
    const replacements = [{ itemId: 'a', code: fresh }];
    const replace = (body: object) => ask(issuer, 'p-1', 'replacement', { reason: 'rejected', ...body });
    const replacedMs = Date.now();
    const first = await replace({ replacements });
    expect([first.status, first.body]).toEqual([201, { replaced: 1 }]);
    const listed = (await issuer.get('/orders/p-1/items')).body.data as { itemId: string; deliveredAt: string }[];
    const later = listed.filter(({ deliveredAt }) => Date.parse(deliveredAt) >= replacedMs);
    expect(later.map(({ itemId }) => itemId)).toEqual(['a2']);
    expect((await replace({ replacements })).status).toBe(200);
    const corrected = [{ itemId: 'a', code: { ...fresh, value: `${fresh.value}-CORRECTED` } }];
    expectProblem(await replace({ replacements: corrected }), 409, 'code_void');
    expect((await issuer.order('p-1')).body.items).toEqual({
      issued: 0,
      delivered: 2,
      void: 0,
      replaced: 1,
      redeemed: 0,
    });
    const { items } = (await read(revealItems(placed.pickupUrl))).body;
    const shown = items.map(({ itemId, state, value }: Record<string, string>) => [itemId, state, value]);
    expect(shown).toEqual([
      ['a', 'replaced', undefined],
      ['b', 'delivered', other.value],
      ['a2', 'delivered', fresh.value],
    ]);
    expect((await issuer.message('order.item_replaced', 'p-1')).data.replaces).toEqual([{ itemId: 'a', by: 'a2' }]);
    expectProblem(await replace({ replacements: [{ itemId: 'a', code: codeOf('a3') }] }), 409, 'code_void');
    expectProblem(
      await replace({ replacements: [{ itemId: 'b', code: { ...codeOf('b2'), value: old.value } }] }),
      409,
      'code_conflict',
    );
    await delivered(issuer, 'p-2');
    const stolen = await ask(issuer, 'p-2', 'replacement', {
      reason: 'x',
      replacements: [{ itemId: 'a', code: { itemId: 'n', value: other.value } }],
    });
    expectProblem(stolen, 409, 'code_reused');
    expect((await ask(issuer, 'p-1', 'redemptions', { redemptionId: 'r', itemId: 'a2' })).status).toBe(201);
    expectProblem(await replace({ replacements: [{ itemId: 'a2', code: codeOf('a4') }] }), 409, 'code_redeemed');
  });

  test.concurrent('a call’s name with other codes is another call, and puts none of them in place', async () => {
    const issuer = await file.issuer();
    await delivered(issuer, 'p-6');
    const { orderDeps } = file.platform.core;
    const row = (await orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo: 'p-6' })) as OrderRow;
    const first = { ...codeOf('a2'), format: 'text' as const };
    await orderDeps.codes.claimFor(submissionRow(orderDeps, row, 'replacement/m', [first]));
    const code = { ...codeOf('a3'), format: 'text' as const };
    const asked = { isRightToken: true, replacements: [{ itemId: 'a', code, stillLive: false }] };
    await expect(replaceCodes(orderDeps, row, 'm', asked)).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    expect((await orderDeps.orders.find(row))?.version).toBe(row.version);
  });

  test.each([
    ['the claim is marked', 'markAccepted', false],
    ['the answer of the database comes', 'applyDecision', true],
  ] as const)('an api that dies before %s loses no new code: the same call again shows it', async (_, part, isDone) => {
    const issuer = await file.issuer();
    const orderNo = `p-lost-${part}`;
    const { pickupUrl } = (await delivered(issuer, orderNo)).body;
    const { codes, ledger, orders } = file.platform.core.orderDeps;
    const parts = { markAccepted: codes, applyDecision: orders };
    const holder = parts[part] as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const real = holder[part] as (...args: unknown[]) => Promise<unknown>;
    const dies = jest.spyOn(holder, part).mockImplementationOnce(async (...args) => {
      if (isDone) await real(...args);
      throw new Error('it is gone');
    });
    const fresh = codeOf('a2');
    const body = {
      type: 'order.replacement',
      orderNo,
      token: issuer.tokenOf(orderNo),
      reason: 'x',
      replacements: [{ itemId: 'a', code: fresh }],
    };
    const webhookId = randomUUID();
    const replace = () => issuer.post(`/orders/${orderNo}/replacement`, body, { webhookId });
    expect((await replace()).status).toBe(500);
    dies.mockRestore();
    // A repeat that finds too many others waiting has not looked at the row: it lets go of nothing that the row took.
    const busy = new Failure('rate_limited', { retryAfterSeconds: 1 });
    const refused = jest.spyOn(ledger, 'keep').mockRejectedValueOnce(busy);
    expectProblem(await replace(), 429, 'rate_limited');
    refused.mockRestore();
    expect(await (await reveal(pickupUrl)).text()).toContain(fresh.value);
    expect([200, 201]).toContain((await replace()).status);
    expect(await (await reveal(pickupUrl)).text()).toContain(fresh.value);
  });

  test.concurrent('a webhook terminal gets the new codes alone, with what they replace', async () => {
    const issuer = await file.issuer({ terminal: { channel: 'webhook', url: await terminals.urlOf('/replaced') } });
    await delivered(issuer, 'p-3', [codeOf('a'), codeOf('b')]);
    const fresh = codeOf('b2');
    await ask(issuer, 'p-3', 'replacement', {
      reason: 'x',
      replacements: [{ itemId: 'b', code: fresh, stillLive: true }],
    });
    const told = await terminals.delivery('/replaced', 2);
    expect(JSON.parse(told.raw)).toMatchObject({
      type: 'code.delivered',
      data: { replaces: [{ itemId: 'b', by: 'b2' }], codes: [{ itemId: 'b2', value: fresh.value }] },
    });
    const { data } = (await issuer.get('/orders/p-3/items')).body;
    expect(data.map(({ itemId, maybeLive }: Record<string, unknown>) => [itemId, maybeLive])).toEqual([
      ['a', undefined],
      ['b', true],
      ['b2', true],
    ]);
  });

  test.concurrent('one that no terminal took is a failed delivery, of which the issuer hears, and goes elsewhere', async () => {
    const issuer = await file.issuer({ terminal: { channel: 'webhook', url: await terminals.urlOf('/lost') } });
    await delivered(issuer, 'p-4', [codeOf('a'), codeOf('b')]);
    await terminals.answer('/lost', () => 410);
    const fresh = codeOf('a2');
    const replacements = [{ itemId: 'a', code: fresh }];
    expect((await ask(issuer, 'p-4', 'replacement', { reason: 'x', replacements })).status).toBe(201);
    const told = (await issuer.message('order.undeliverable', 'p-4')).data;
    const { body } = await issuer.order('p-4');
    expect([told.state, body.state, body.delivery.state]).toEqual(['delivered', 'delivered', 'failed']);
    const terminal = { channel: 'webhook', url: await terminals.urlOf('/found') };
    expect((await ask(issuer, 'p-4', 'delivery', { terminal })).status).toBe(200);
    expect((await terminals.delivery('/found')).raw).toContain(fresh.value);
  });

  test.concurrent('a value that another process is about to give this order is in progress, and no conflict for ever', async () => {
    const issuer = await file.issuer();
    await delivered(issuer, 'p-5');
    const { orderDeps } = file.platform.core;
    const fresh = { ...codeOf('a2'), format: 'text' as const };
    const row = await orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo: 'p-5' });
    const claim = await orderDeps.codes.claimFor(
      submissionRow(orderDeps, row as OrderRow, 'replacement/of-another-process', [fresh]),
    );
    const replace = () =>
      ask(issuer, 'p-5', 'replacement', { reason: 'x', replacements: [{ itemId: 'a', code: fresh }] });
    expectProblem(await replace(), 409, 'in_progress');
    if (claim.kind === 'claimed') await orderDeps.codes.release(claim.row);
    expect((await replace()).status).toBe(201);
  });
});

describe('refund settlement', () => {
  test.concurrent('each id once, never more than is owed', async () => {
    const issuer = await file.issuer();
    await delivered(issuer, 's-1', [codeOf('a'), codeOf('b')]);
    const settle = (settlementId: string, value: number, currency = 'EUR', at = {}) =>
      ask(issuer, 's-1', 'refund-settlement', { settlementId, amount: { value, currency }, ...at });
    expectProblem(await settle('one', 1), 409, 'refund_exceeded');
    await ask(issuer, 's-1', 'void', { itemIds: ['a'], reason: 'x' });
    const first = await settle('two', 300);
    expect([first.status, first.body.refundSettled]).toEqual([201, { value: 300, currency: 'EUR' }]);
    expect((await settle('two', 300)).status).toBe(200);
    expectProblem(await settle('two', 200), 409, 'settlement_conflict');
    expectProblem(await settle('three', 201), 409, 'refund_exceeded');
    expectProblem(await settle('three', 200, 'USD'), 422, 'amount_mismatch');
    const [settledAt, later] = ['2026-01-02T03:04:05Z', '2026-01-02T03:04:06Z'];
    expect((await settle('four', 200, 'EUR', { settledAt })).body).toMatchObject({
      refundSettled: { value: 500 },
      refundDue: { value: 500 },
    });
    expect((await settle('four', 200, 'EUR', { settledAt })).status).toBe(200);
    expect((await settle('four', 200)).status).toBe(200);
    expectProblem(await settle('four', 200, 'EUR', { settledAt: later }), 409, 'settlement_conflict');
  });
});

describe('refund settlement of an order whose delivery is not over', () => {
  test.concurrent('is taken at once, each id once, also when the order is delivered afterwards', async () => {
    const issuer = await file.issuer({ terminal: { channel: 'webhook', url: await terminals.urlOf('/settled') } });
    let isAway = true;
    await terminals.answer('/settled', () => (isAway ? 410 : 204));
    await issuer.placeVerified('s-2', { quantity: 2 });
    await issuer.submit('s-2', [codeOf('a'), codeOf('b')]);
    await issuer.inState('s-2', 'undeliverable');
    await ask(issuer, 's-2', 'void', { itemIds: ['a'], reason: 'x' });
    const settle = (settlementId: string, value: number) =>
      ask(issuer, 's-2', 'refund-settlement', { settlementId, amount: { value, currency: 'EUR' } });
    const same = await Promise.all(Array.from({ length: 4 }, () => settle('early', 300)));
    expect(same.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
    expectProblem(await settle('early', 200), 409, 'settlement_conflict');
    expectProblem(await settle('more', 201), 409, 'refund_exceeded');
    expect((await issuer.order('s-2')).body).toMatchObject({ state: 'undeliverable', refundSettled: { value: 300 } });

    isAway = false;
    const redelivery = await file.platform.operator('POST', `/orders/${issuer.issuerId}/s-2/redeliver`);
    expect(redelivery.status).toBe(200);
    await issuer.inState('s-2', 'delivered');
    expect((await settle('early', 300)).status).toBe(200);
    expect((await settle('late', 200)).status).toBe(201);
    expect((await issuer.order('s-2')).body.refundSettled.value).toBe(500);
    const { data } = (await issuer.get('/orders/s-2/timeline')).body;
    expect(data.filter(({ event }: { event: string }) => event === 'refund_settled')).toHaveLength(2);
    const { ledger } = file.platform.core.orderDeps;
    expect(await ledger.ofOperation({ issuerId: issuer.issuerId, orderNo: 's-2' }, 'early')).toHaveLength(1);
  });
});

describe('a refund that somebody else asks for', () => {
  const operator = (method: string, path: string, body?: object) => file.platform.operator(method, path, body);
  const refund = (issuer: TestIssuer, orderNo: string, body: object = {}) =>
    operator('POST', `/orders/${issuer.issuerId}/${orderNo}/refund`, { reason: 'bought by mistake', ...body });
  const answering = (body: unknown) => async () => ({ status: 200, body });
  const ended = (issuer: TestIssuer, orderNo: string) =>
    until('the request ended', async () => {
      const { voidRequest } = (await issuer.order(orderNo)).body;
      return voidRequest.state !== 'open' && voidRequest;
    });

  test.concurrent('the issuer destroys the codes: they are void, and the money is owed', async () => {
    const issuer = await file.issuer();
    issuer.on('order.void_requested', answering({ status: 'destroyed' }));
    const { body: placed } = await delivered(issuer, 'w-1', [codeOf('a'), codeOf('b')]);
    const asked = await refund(issuer, 'w-1', { itemIds: ['a'] });
    expect(asked.status).toBe(200);
    const { data } = await issuer.message('order.void_requested', 'w-1');
    expect(data).toEqual({
      issuerId: issuer.issuerId,
      orderNo: 'w-1',
      token: issuer.tokenOf('w-1'),
      requestId: expect.any(String),
      itemIds: ['a'],
      reason: 'bought by mistake',
      decideBy: asked.body.voidRequest.decideBy,
      decisionUrl: `${file.platform.baseUrl}/v1/issuers/${issuer.issuerId}/orders/w-1/void-decision`,
    });
    expect(await ended(issuer, 'w-1')).toMatchObject({ state: 'destroyed', itemIds: ['a'] });
    const { body } = await issuer.order('w-1');
    expect(body).toMatchObject({ items: { delivered: 1, void: 1 }, refundDue: { value: 500 } });
    const told = (await issuer.message('order.void_decided', 'w-1')).data;
    expect(told).toMatchObject({ requestId: data.requestId, decision: 'destroyed', by: 'issuer' });
    const { items } = (await read(revealItems(placed.pickupUrl))).body;
    expect(items.map(({ state }: { state: string }) => state)).toEqual(['void', 'delivered']);
    const again = { requestId: data.requestId, decision: 'destroyed' };
    expect((await ask(issuer, 'w-1', 'void-decision', again)).status).toBe(200);
    const otherwise = { ...again, decision: 'refused', reason: 'other' };
    expectProblem(await ask(issuer, 'w-1', 'void-decision', otherwise), 409, 'already_decided');
    // Also once there is a newer one.
    issuer.on('order.void_requested', answering({ status: 'refused', reason: 'not_refundable' }));
    expect((await refund(issuer, 'w-1')).status).toBe(200);
    expect(await ended(issuer, 'w-1')).toMatchObject({ state: 'refused', itemIds: ['b'] });
    expectProblem(await ask(issuer, 'w-1', 'void-decision', otherwise), 409, 'already_decided');
    const second = (await issuer.message('order.void_decided', 'w-1', 2)).data;
    expect(second).toMatchObject({ decision: 'refused', reason: 'not_refundable', by: 'issuer' });
    expect(JSON.stringify((await issuer.get('/orders/w-1/timeline')).body)).not.toContain('by mistake');
  });

  test.concurrent('the issuer decides later, by a call; one request at a time', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('w-2');
    expectProblem(await refund(issuer, 'w-2'), 409, 'not_issued');
    await delivered(issuer, 'w-3', [codeOf('a'), codeOf('b')]);
    expectProblem(await refund(issuer, 'w-3', { itemIds: ['z'] }), 422, 'item_unknown', '/itemIds/0');
    const { requestId } = (await refund(issuer, 'w-3', { itemIds: ['a'] })).body.voidRequest;
    expectProblem(await refund(issuer, 'w-3'), 409, 'void_pending');
    const replacements = [{ itemId: 'a', code: codeOf('a2') }];
    expectProblem(await ask(issuer, 'w-3', 'replacement', { replacements, reason: 'x' }), 409, 'void_pending');
    expect((await issuer.order('w-3')).body.actions).toContain('void-decision');
    const decide = (body: object) => ask(issuer, 'w-3', 'void-decision', { requestId, decision: 'refused', ...body });
    expectProblem(await decide({}), 422, 'body_invalid', '/reason');
    expectProblem(await decide({ reason: 'other', token: 'wrong' }), 403, 'token_mismatch');
    expectProblem(await decide({ reason: 'other', requestId: 'none' }), 404, 'request_unknown');
    const refused = await decide({ reason: 'not_refundable', detail: 'read the terms' });
    expect([refused.status, refused.body.voidRequest.state]).toEqual([200, 'refused']);
    expect((await decide({ reason: 'not_refundable' })).status).toBe(200);
    expect(await saidWith(issuer, 'w-3', 'void_decided')).toEqual(['read the terms']);
    expect(refused.body.items).toMatchObject({ delivered: 2, void: 0 });
    expect(refused.body.actions).not.toContain('void-decision');
    await until('its workflow ends', async () => {
      const id = `void-request/${issuer.issuerId}/w-3/${requestId}`;
      return (await file.platform.client.workflow.getHandle(id).describe()).status.name === 'COMPLETED';
    });
  });

  test.concurrent('a code that nobody knows the fate of is neither redeemed nor replaced, until a person decides', async () => {
    const issuer = await file.issuer();
    issuer.on('order.void_requested', answering({ status: 'unknown' }));
    await delivered(issuer, 'w-4', [codeOf('a'), codeOf('b')]);
    const { requestId } = (await refund(issuer, 'w-4', { itemIds: ['a'] })).body.voidRequest;
    const items = async () => (await issuer.get('/orders/w-4/items')).body.data;
    await until('it is held', async () => (await items())[0].held === true);
    expect((await items())[1].held).toBe(false);
    const redeem = (itemId: string, redemptionId: string) =>
      ask(issuer, 'w-4', 'redemptions', { redemptionId, itemId });
    expectProblem(await redeem('a', 'one'), 409, 'code_held');
    expect((await redeem('b', 'two')).status).toBe(201);
    const at = `/orders/${issuer.issuerId}/w-4/void-decision`;
    const decided = await operator('POST', at, { requestId, decision: 'refused', reason: 'asked by phone' });
    expect([decided.status, decided.body.voidRequest.state]).toEqual([200, 'refused']);
    expect(await saidWith(issuer, 'w-4', 'void_decided')).toEqual(['asked by phone']);
    expect((await issuer.message('order.void_decided', 'w-4')).data).toMatchObject({ by: 'operator' });
    expect((await redeem('a', 'three')).status).toBe(201);
    expectProblem(
      await operator('POST', at, { requestId, decision: 'destroyed', reason: 'x' }),
      409,
      'already_decided',
    );
  });

  test.concurrent('a redemption, or a void of all its items, ends a request', async () => {
    const issuer = await file.issuer();
    await delivered(issuer, 'w-5', [codeOf('a'), codeOf('b')]);
    await refund(issuer, 'w-5', { itemIds: ['a'] });
    await issuer.message('order.void_requested', 'w-5');
    expect((await ask(issuer, 'w-5', 'redemptions', { redemptionId: 'r', itemId: 'a' })).status).toBe(201);
    expect((await issuer.message('order.void_decided', 'w-5')).data).toMatchObject({
      decision: 'refused',
      reason: 'redeemed',
      by: 'redemption',
    });
    expectProblem(await refund(issuer, 'w-5'), 409, 'code_redeemed');
    await refund(issuer, 'w-5', { itemIds: ['b'] });
    const { body } = await ask(issuer, 'w-5', 'void', { itemIds: ['b'], reason: 'x' });
    expect(body.voidRequest.state).toBe('destroyed');
  });

  test.concurrent('nobody decides in time: the codes are void, or a person is asked, as the issuer has it', async () => {
    const issuer = await file.issuer({ voidDecisionSeconds: 5, voidUndecided: 'approve', holdWhileDeciding: true });
    await delivered(issuer, 'w-6');
    const asked = (await refund(issuer, 'w-6')).body.voidRequest;
    expectProblem(await ask(issuer, 'w-6', 'redemptions', { redemptionId: 'r', itemId: 'a' }), 409, 'code_held');
    expect((await issuer.message('order.void_decided', 'w-6')).data).toMatchObject({
      requestId: asked.requestId,
      decision: 'destroyed',
      by: 'timeout',
    });
    const other = await file.issuer({ voidDecisionSeconds: 5 });
    await delivered(other, 'w-7');
    const { requestId } = (await refund(other, 'w-7')).body.voidRequest;
    expect((await ended(other, 'w-7')).state).toBe('undecided');
    const failures = (await operator('GET', '/failures?limit=100')).body.data;
    expect(failures).toContainEqual(expect.objectContaining({ orderNo: 'w-7', kind: 'void_undecided' }));
    const why = (await operator('GET', `/orders/${other.issuerId}/w-7/why`)).body;
    expect(why.why).toContain('refund');
    expect((await ask(other, 'w-7', 'void-decision', { requestId, decision: 'destroyed' })).status).toBe(200);
    expect((await other.order('w-7')).body.items.void).toBe(1);
  });

  test.concurrent('an answer of another shape is a failed attempt; an order without a terminal ends with its last code', async () => {
    const issuer = await file.issuer({
      terminal: { channel: 'webhook', url: await terminals.urlOf('/no-refund') },
      noticeDelaysSeconds: [1],
    });
    await terminals.answer('/no-refund', () => 410);
    let tries = 0;
    issuer.on('order.void_requested', async () => {
      tries += 1;
      return { status: 200, body: { status: tries === 1 ? 'maybe' : 'destroyed' } };
    });
    await issuer.placeVerified('w-8');
    await issuer.submit('w-8', [codeOf('a')]);
    await issuer.inState('w-8', 'undeliverable');
    expect((await refund(issuer, 'w-8')).status).toBe(200);
    const { body } = await issuer.inState('w-8', 'cancelled');
    expect(body).toMatchObject({ closedReason: 'all_void', voidRequest: { state: 'destroyed' } });
    const [first, second] = [
      await issuer.message('order.void_requested', 'w-8'),
      await issuer.message('order.void_requested', 'w-8', 2),
    ];
    expect([second.id, second.raw]).toEqual([first.id, first.raw]);
    const { data } = (await issuer.get('/orders/w-8/timeline')).body;
    expect(data).toContainEqual(
      expect.objectContaining({ detail: expect.objectContaining({ problem: 'answer_unreadable' }) }),
    );
  });
});

test('a note is a line for operators alone', async () => {
  const issuer = await file.issuer();
  await issuer.place('n-1');
  const at = `/orders/${issuer.issuerId}/n-1`;
  const noted = await file.platform.operator('POST', `${at}/note`, { text: 'The buyer called.' });
  expect([noted.status, noted.body.actions.includes('note')]).toEqual([200, true]);
  const { data } = (await file.platform.operator('GET', `${at}/timeline`)).body;
  expect(data).toContainEqual(expect.objectContaining({ event: 'note', detail: { text: 'The buyer called.' } }));
  expect(JSON.stringify((await issuer.get('/orders/n-1/timeline')).body)).not.toContain('The buyer called');
  expectProblem(await file.platform.operator('POST', `${at}/note`, { text: '' }), 422, 'body_invalid', '/text');
});

test('a buyer asks for money back on the page, where the issuer lets its buyers ask', async () => {
  const issuer = await file.issuer();
  const { body: placed } = await delivered(issuer, 'b-1');
  const post = (headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${placed.pickupUrl}/refund`, {
      method: 'POST',
      redirect: 'manual',
      headers: { accept: 'text/html', ...headers },
    });
  expect(await (await fetch(placed.pickupUrl)).text()).not.toContain('/refund"');
  expect((await post()).status).toBe(404);
  const at = `/issuers/${issuer.issuerId}`;
  expect((await file.platform.operator('PATCH', at, { buyerRefunds: true })).body.buyerRefunds).toBe(true);
  expect(await (await fetch(placed.pickupUrl)).text()).toContain(`${new URL(placed.pickupUrl).pathname}/refund"`);
  expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
  const asked = await post();
  expect([asked.status, asked.headers.get('location')]).toEqual([303, new URL(placed.pickupUrl).pathname]);
  const { data } = await issuer.message('order.void_requested', 'b-1');
  expect(data).toMatchObject({ itemIds: ['a'], reason: 'asked for on the pick-up page' });
  expect(await (await fetch(placed.pickupUrl)).text()).not.toContain('/refund"');
  const again = await read(fetch(`${placed.pickupUrl}/refund`, { method: 'POST' }));
  expectProblem(again, 409, 'void_pending');
});

test('why a buyer wants money back is told and kept without the code that stands in it', async () => {
  const issuer = await file.issuer({ buyerRefunds: true });
  await issuer.placeVerified('b-why');
  expect((await issuer.submit('b-why', [{ itemId: 'a', value: 'WHY-CODE-1', secret: '90210' }])).status).toBe(201);
  const { pickupUrl } = (await issuer.inState('b-why', 'delivered')).body;
  const asked = await read(
    fetch(`${pickupUrl}/refund`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ reason: 'no till takes WHY-CODE-1 with 90210' }),
    }),
  );
  expect(asked.status).toBe(200);
  const { data } = await issuer.message('order.void_requested', 'b-why');
  expect(data.reason).toBe('no till takes … with …');
  const row = await file.platform.core.orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo: 'b-why' });
  expect(JSON.stringify(row)).not.toMatch(/WHY-CODE-1|90210/);
});

test.each([
  ['not_refundable', 'this purchase is not refundable'],
  ['other', 'Ask the seller why'],
] as const)('the page says that a refund was refused, and why in our words alone: %s', async (reason, words) => {
  const issuer = await file.issuer({ buyerRefunds: true });
  const detail = 'Never, by rule 7';
  issuer.on('order.void_requested', async () => ({ status: 200, body: { status: 'refused', reason, detail } }));
  const { body: placed } = await delivered(issuer, `b-${reason}`);
  const page = () => fetch(placed.pickupUrl).then((answer) => answer.text());
  expect(await page()).not.toContain('refused');
  expect((await read(fetch(`${placed.pickupUrl}/refund`, { method: 'POST' }))).status).toBe(200);
  await issuer.message('order.void_decided', `b-${reason}`);
  expect(await page()).toContain(words);
  expect(await page()).not.toContain('rule 7');
});

test('a buyer asks ten times a day, however often the issuer refuses', async () => {
  const issuer = await file.issuer({ buyerRefunds: true });
  issuer.on('order.void_requested', async () => ({
    status: 200,
    body: { status: 'refused', reason: 'not_refundable' },
  }));
  const { body: placed } = await delivered(issuer, 'b-2');
  const asked = () => read(fetch(`${placed.pickupUrl}/refund`, { method: 'POST' }));
  for (let n = 1; n <= 10; n += 1) {
    expect((await asked()).status).toBe(200);
    await issuer.message('order.void_decided', 'b-2', n);
  }
  const over = await asked();
  expectProblem(over, 429, 'rate_limited');
  expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(issuer.received.filter(({ type }) => type === 'order.void_requested')).toHaveLength(10);
});
