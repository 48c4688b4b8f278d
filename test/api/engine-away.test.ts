import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { createProject } from '../../activities/project';
import { decide } from '../../src/domain/judge/decide';
import { createOrderMeter } from '../../src/metrics/order-meter';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { type Platform, read, startPlatform } from '../support/platform';
import { expectProblem } from '../support/problem';
import { reconciledUntil, reconcileOnce } from '../support/reconcile';
import { revealItems } from '../support/reveal';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { until } from '../support/until';

/** The same platform twice: one whose engine is there, and one whose engine does not answer at its address. */
let there: Platform;
let away: Platform;
let issuer: TestIssuer;
let terminal: TestTerminal;
/** Where the issuer's requests go. */
let door: Omit<Platform, 'baseUrl' | 'isWorking'> & { baseUrl: string; isWorking: () => boolean };

beforeAll(async () => {
  there = await startPlatform();
  away = await startPlatform({ temporalAddress: '127.0.0.1:1', databaseName: there.databaseName, worker: false });
  door = { ...there };
  issuer = await startIssuer(door);
  terminal = await startTerminal();
});
afterAll(async () => {
  await issuer.stop();
  await terminal.stop();
  await away.stop();
  await there.stop();
});

const whileAway = async <T>(act: () => Promise<T>): Promise<T> => {
  Object.assign(door, { baseUrl: away.baseUrl, isWorking: away.isWorking });
  try {
    return await act();
  } finally {
    Object.assign(door, { baseUrl: there.baseUrl, isWorking: there.isWorking });
  }
};
const reconcile = () => reconcileOnce(there);
/** By one pass, and only once. */
const isDoneOnce = (what: 'codesJudged' | 'inboxJudged' | 'afterSalesStarted') =>
  reconciledUntil(there, what, (pass) => pass[what] === 1);

describe('while the engine is away', () => {
  test('a payment request is answered 201 at once; the order runs once the engine is back', async () => {
    const placed = await whileAway(() => issuer.place('away-1'));
    expect(placed.status).toBe(201);
    const seen = await whileAway(() => issuer.order('away-1'));
    expect([seen.status, seen.body.state]).toEqual([200, 'accepted']);
    expect((await whileAway(() => issuer.place('away-1'))).status).toBe(200);

    await reconciledUntil(there, 'it is started', ({ started }) => started >= 1);
    await issuer.message('order.paid', 'away-1');
    expect((await issuer.verify('away-1')).status).toBe(200);
    expect((await reconcile()).started).toBe(0);
  });

  test('a verification gets no verdict and no 202: 503, and the same request gets it later', async () => {
    await issuer.place('away-2');
    await issuer.message('order.paid', 'away-2');
    expectProblem(await whileAway(() => issuer.verify('away-2')), 503, 'unavailable');
    expect((await issuer.order('away-2')).body.state).not.toBe('verified');
    expect((await issuer.verify('away-2')).status).toBe(200);
  });

  test('codes are durable and queued: delivered by the reconciler, and the same request hears of it', async () => {
    await issuer.placeVerified('away-3');
    const webhookId = randomUUID();
    const token = issuer.tokenOf('away-3');
    const body = { type: 'order.codes', orderNo: 'away-3', token, codes: [{ itemId: 'a', value: 'AWAY-3' }] };
    const submit = () => issuer.post('/orders/away-3/codes', body, { webhookId });
    for (let n = 0; n < 2; n += 1) {
      const queued = await whileAway(submit);
      expect([queued.status, queued.body]).toEqual([202, { status: 'queued' }]);
      expect(queued.headers.get('retry-after')).toMatch(/^[1-9][0-9]*$/);
      expect(queued.headers.get('idempotency-replayed')).toBeNull();
    }
    // The same codes under another name wait for the first verdict: the order is asked once, and not again and again.
    const asking = jest.spyOn(away.core.orderDeps.gateway, 'ask');
    const other = await whileAway(() => issuer.post('/orders/away-3/codes', body));
    expectProblem(other, 503, 'unavailable');
    expect(asking).toHaveBeenCalledTimes(1);
    // The claim holds: the value is this order's, although nothing was judged yet.
    await issuer.placeVerified('away-3b');
    const stolen = await issuer.submit('away-3b', [{ itemId: 'a', value: 'AWAY-3' }]);
    expectProblem(stolen, 409, 'code_reused');

    await isDoneOnce('codesJudged');
    await issuer.inState('away-3', 'delivered');
    const judged = await submit();
    expect([[200, 201], judged.body]).toEqual([
      expect.arrayContaining([judged.status]),
      { accepted: 1, outstanding: 0 },
    ]);
    expect((await issuer.order('away-3')).body.codes).toEqual({ issued: 1, outstanding: 0 });
    expect((await reconcile()).codesJudged).toBe(0);
  });

  test('codes with a wrong token are not kept: 503', async () => {
    await issuer.placeVerified('away-4');
    const wrong = await whileAway(() =>
      issuer.submit('away-4', [{ itemId: 'a', value: 'AWAY-4' }], { token: 'wrong' }),
    );
    expectProblem(wrong, 503, 'unavailable');
    expect(await there.core.database.submissions.countDocuments({ orderNo: 'away-4' })).toBe(0);
  });

  test.each([
    ['refusal', 'refused', { reason: 'out_of_stock' }],
    ['cancellation', 'cancelled', { reason: 'changed my mind' }],
  ])('a %s is queued, judged by the reconciler, and told to who asks again', async (name, state, extra) => {
    const orderNo = `away-${name}`;
    await issuer.placeVerified(orderNo);
    const webhookId = randomUUID();
    const body = {
      type: `order.${name}`,
      orderNo,
      ...(name === 'refusal' ? { token: issuer.tokenOf(orderNo) } : {}),
      ...extra,
    };
    const send = () => issuer.post(`/orders/${orderNo}/${name}`, body, { webhookId });
    const queued = await whileAway(send);
    expect([queued.status, queued.body]).toEqual([202, { status: 'queued' }]);
    expect(queued.headers.get('retry-after')).toMatch(/^[1-9][0-9]*$/);
    // The inbox holds the name and the message, nothing else of the order.
    const inbox = await there.core.database.inbox.find({ orderNo }).toArray();
    expect(inbox.map((row) => Object.keys(row).sort())).toEqual([
      ['_id', 'at', 'issuerId', 'message', 'orderNo', 'seal', 'updateId'],
    ]);

    await isDoneOnce('inboxJudged');
    await issuer.inState(orderNo, state);
    await issuer.message(`order.${state}`, orderNo);
    const judged = await send();
    expect([judged.status, judged.body.state]).toEqual([200, state]);
    expect((await reconcile()).inboxJudged).toBe(0);
  });

  test('an operator and a self-test are told so: 503', async () => {
    await issuer.place('away-5');
    const renotified = await away.operator('POST', `/orders/${issuer.issuerId}/away-5/renotify`);
    expectProblem(renotified, 503, 'unavailable');
    expectProblem(await whileAway(() => issuer.post('/echo', { a: 1 })), 503, 'unavailable');
  });

  test('an operator’s end of an order is queued as well, and done once the engine is back, with its reason', async () => {
    await issuer.placeVerified('away-short', { quantity: 2 });
    await issuer.submit('away-short', [{ itemId: 'a', value: 'AWAY-SHORT' }]);
    const path = `/orders/${issuer.issuerId}/away-short`;
    const ended = await away.operator('POST', `${path}/complete`, { reason: 'the doors are open' });
    expect([ended.status, ended.body]).toEqual([202, { status: 'queued' }]);
    await isDoneOnce('inboxJudged');
    await issuer.inState('away-short', 'delivered');
    const lines = (await there.operator('GET', `${path}/timeline`)).body.data;
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'completed', detail: expect.objectContaining({ text: 'the doors are open' }) }),
    );
    const { data } = (await there.operator('GET', `/audit?target=${issuer.issuerId}/away-short`)).body;
    expect(data).toMatchObject([
      { action: 'order.completed', after: { state: 'queued' }, reason: 'the doors are open' },
    ]);
  });

  test('codes are declared void without the engine, and its events are sent once it is back', async () => {
    await issuer.placeVerified('away-void');
    await issuer.submit('away-void', [{ itemId: 'a', value: 'AWAY-VOID' }]);
    await issuer.message('order.delivered', 'away-void');
    const path = `/orders/${issuer.issuerId}/away-void/void`;
    expect((await away.operator('POST', path, { reason: 'lost' })).status).toBe(200);
    expect((await there.operator('POST', path, { reason: 'lost' })).status).toBe(200);
    expect((await issuer.order('away-void')).body.items).toMatchObject({ void: 1, delivered: 0 });
    await reconcile();
    await issuer.message('order.codes_void', 'away-void');
    expectProblem(await there.operator('POST', `/orders/${issuer.issuerId}/away-void/redeliver`), 409, 'code_void');
  });

  test('a void that was answered 202 comes before the next try of the delivery, and the terminal gets the rest', async () => {
    await terminal.answer('/away-try', (n) => (n === 1 ? 410 : 204));
    const url = terminal.urlOf('/away-try');
    await issuer.placeVerified('away-try', { quantity: 2, terminal: { channel: 'webhook', url } });
    await issuer.submit('away-try', [
      { itemId: 'a', value: 'AWAY-TRY-A' },
      { itemId: 'b', value: 'AWAY-TRY-B' },
    ]);
    await issuer.inState('away-try', 'undeliverable');
    const path = `/orders/${issuer.issuerId}/away-try`;
    const queued = await away.operator('POST', `${path}/void`, { itemIds: ['a'], reason: 'sold out' });
    expect([queued.status, queued.body]).toEqual([202, { status: 'queued' }]);
    expect((await there.operator('POST', `${path}/redeliver`)).status).toBe(200);
    const { raw } = await until(
      'the second delivery',
      () => terminal.received.filter((one) => one.raw.includes('code.delivered'))[1],
    );
    expect(raw).not.toContain('AWAY-TRY-A');
    expect(raw).toContain('AWAY-TRY-B');
    expect((await issuer.inState('away-try', 'delivered')).body.items).toMatchObject({ void: 1, delivered: 1 });
    expect((await reconcile()).inboxJudged).toBe(0);
  });

  test('a void that was answered 202 just before its order was delivered is done before a page shows the codes', async () => {
    const { pickupUrl } = (await issuer.placeVerified('away-page', { quantity: 2 })).body;
    await issuer.submit('away-page', [
      { itemId: 'a', value: 'AWAY-PAGE-A' },
      { itemId: 'b', value: 'AWAY-PAGE-B' },
    ]);
    await issuer.inState('away-page', 'delivered');
    const { inbox } = there.core.orderDeps;
    const voided = (itemId: string) =>
      inbox.put(
        { issuerId: issuer.issuerId, orderNo: 'away-page' },
        `void/${itemId}`,
        { kind: 'void', by: 'operator', isRightToken: true, itemIds: [itemId] },
        new Date(),
      );
    await voided('a');
    const revealed = await revealItems(pickupUrl);
    const cookie = revealed.headers.get('set-cookie')?.split(';')[0] ?? '';
    const shown = await read(Promise.resolve(revealed));
    expect(shown.body.items).toMatchObject([
      { itemId: 'a', state: 'void' },
      { itemId: 'b', state: 'delivered', value: 'AWAY-PAGE-B' },
    ]);
    expect(JSON.stringify(shown.body)).not.toContain('AWAY-PAGE-A');
    await voided('b');
    expectProblem(await read(fetch(`${pickupUrl}/codes.csv`, { headers: { cookie } })), 409, 'code_void');
  });

  test('what a terminal has to hear after the sale stands in the row: brought once the engine is back, each once', async () => {
    const url = terminal.urlOf('/away-later');
    await issuer.placeVerified('away-later', { quantity: 2, terminal: { channel: 'webhook', url } });
    await issuer.submit('away-later', [
      { itemId: 'a', value: 'AWAY-LATER-A' },
      { itemId: 'b', value: 'AWAY-LATER-B' },
    ]);
    await issuer.inState('away-later', 'delivered');
    const call = (name: string, body: object) =>
      whileAway(() =>
        issuer.post(`/orders/away-later/${name}`, {
          ...{ type: `order.${name}`, orderNo: 'away-later', token: issuer.tokenOf('away-later') },
          ...body,
        }),
      );
    const replacements = [{ itemId: 'a', code: { itemId: 'c', value: 'AWAY-LATER-C' } }];
    expect((await call('replacement', { replacements, reason: 'it was sold' })).status).toBe(201);
    expect((await call('void', { itemIds: ['b'], reason: 'lost' })).status).toBe(200);
    expect((await call('delivery', {})).status).toBe(200);
    const heard = () =>
      terminal.received
        .filter(({ raw }) => raw.includes('"away-later"'))
        .slice(1)
        .map(({ raw }) => JSON.parse(raw))
        .map(({ type, data }) => [type, data.itemIds ?? data.codes.map(({ itemId }: { itemId: string }) => itemId)])
        .sort();
    expect(heard()).toEqual([]);
    await isDoneOnce('afterSalesStarted');
    await until('the terminal has heard all', () => heard().length === 3);
    const row = () => there.core.orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo: 'away-later' });
    await until('nothing is due', async () => (await row())?.afterSalesDue === undefined);
    expect((await reconcile()).afterSalesStarted).toBe(0);
    expect(heard()).toEqual([
      ['code.delivered', ['c']],
      ['code.delivered', ['c']],
      ['code.void', ['b']],
    ]);
  });

  test('a terminal hears what is void of an order that its own workflow ended while the engine could begin nothing', async () => {
    await terminal.answer('/away-ended', () => 410);
    const url = terminal.urlOf('/away-ended');
    await issuer.placeVerified('away-ended', { terminal: { channel: 'webhook', url } });
    await issuer.submit('away-ended', [{ itemId: 'a', value: 'AWAY-ENDED' }]);
    await issuer.inState('away-ended', 'undeliverable');
    await terminal.answer('/away-ended', () => 204);
    const { orderDeps, issuers } = there.core;
    const name = { issuerId: issuer.issuerId, orderNo: 'away-ended' };
    const row = await orderDeps.orders.find(name);
    if (!row) throw new Error('no row');
    const held = await orderDeps.codes.references(row);
    const cancelled = decide(row.facts, held, { kind: 'cancel', by: 'operator' }, Date.now());
    await createProject({
      orderDeps: { ...orderDeps, gateway: away.core.gateway },
      issuers,
      meter: createOrderMeter(new Registry()),
      tellEvent: () => undefined,
      nowMs: Date.now,
    }).project({ ...name, ...cancelled, accepted: [], late: [] });
    await isDoneOnce('afterSalesStarted');
    await until('the terminal has heard it', () =>
      terminal.received.some(({ raw }) => raw.includes('code.void') && raw.includes('"away-ended"')),
    );
  });

  test('a replacement whose api dies right after its write is delivered, and is void with all others', async () => {
    const url = terminal.urlOf('/died');
    await issuer.placeVerified('died', { quantity: 2, terminal: { channel: 'webhook', url } });
    await issuer.submit('died', [
      { itemId: 'a', value: 'DIED-A' },
      { itemId: 'b', value: 'DIED-B' },
    ]);
    await issuer.inState('died', 'delivered');
    const dying = jest.spyOn(there.core.orderDeps.codes, 'markAccepted').mockRejectedValueOnce(new Error('it died'));
    const said = { orderNo: 'died', token: issuer.tokenOf('died'), reason: 'it was sold' };
    const replacements = [{ itemId: 'a', code: { itemId: 'c', value: 'DIED-C' } }];
    const replaced = await issuer.post('/orders/died/replacement', {
      type: 'order.replacement',
      ...said,
      replacements,
    });
    expect([replaced.status, dying.mock.calls.length]).toEqual([500, 1]);
    dying.mockRestore();
    await until('the terminal has the new code', () => terminal.received.some(({ raw }) => raw.includes('DIED-C')));
    const voided = await issuer.post('/orders/died/void', { type: 'order.void', ...said });
    expect([voided.status, voided.body.items]).toEqual([200, expect.objectContaining({ void: 2, delivered: 0 })]);
  });

  test('a batch ends after three orders that could not be asked, and says where it would go on', async () => {
    const shop = await startIssuer(there);
    for (let n = 0; n < 5; n += 1) await shop.placeVerified(`batch-${n}`);
    const batch = { filter: { issuerId: shop.issuerId }, action: 'cancel' };
    const renotify = { ...batch, action: 'renotify' };
    const stopped = (await away.operator('POST', '/batches', renotify)).body;
    expect(stopped).toMatchObject({ matched: 3, changed: 0, nextCursor: expect.any(String) });
    expect(stopped.failed.map(({ code }: { code: string }) => code)).toEqual(Array(3).fill('unavailable'));
    const { body: rest } = await away.operator('POST', '/batches', { ...renotify, cursor: stopped.nextCursor });
    expect(rest).toMatchObject({ matched: 2, changed: 0 });
    expect(rest.nextCursor).toBeUndefined();
    await shop.stop();
  });

  test('the api is alive, says that it is not ready, and which part is away', async () => {
    expect((await fetch(`${away.baseUrl}/healthz`)).status).toBe(200);
    const ready = await fetch(`${away.baseUrl}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: 'not ready',
      parts: { mongodb: 'ok', temporal: 'unavailable' },
    });
  });
});

test('an engine that is there is never called away: an order cancelled right after it was placed is cancelled', async () => {
  const answers = new Set<string>();
  for (let n = 0; n < 25; n += 1) {
    expect((await issuer.place(`quick-${n}`)).status).toBe(201);
    const { status, body } = await issuer.cancel(`quick-${n}`);
    answers.add(`${status} ${body.state}`);
  }
  expect([...answers]).toEqual(['200 cancelled']);
}, 120_000);

test('events that the outbox still holds are sent by the reconciler, each once', async () => {
  await issuer.place('outbox-1');
  await issuer.message('order.paid', 'outbox-1');
  const starting = jest.spyOn(there.core.gateway, 'startEvent');
  await issuer.cancel('outbox-1');
  await issuer.message('order.refund_due', 'outbox-1');
  await until('both events are marked sent', async () => {
    const row = await there.core.orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo: 'outbox-1' });
    return row?.events.every(({ status }) => status === 'sent');
  });
  await reconcile();
  expect(starting.mock.calls.filter(([{ orderNo }]) => orderNo === 'outbox-1')).toEqual([]);
  expect(
    issuer.received
      .filter(({ data }) => data.orderNo === 'outbox-1')
      .map(({ type }) => type)
      .sort(),
  ).toEqual(['order.cancelled', 'order.paid', 'order.refund_due']);
});
