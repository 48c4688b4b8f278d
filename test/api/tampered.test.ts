import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { UpdateFilter } from 'mongodb';
import { ownMessageId } from '../../src/first-interface/message-id';
import { publicKeyToWhpk } from '../../src/signing/keys';
import type { ConformanceOrderRow } from '../../src/store/conformance';
import type { InboxRow } from '../../src/store/inbox';
import type { OrderRow } from '../../src/store/orders';
import { startPlatform } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reconcileOnce } from '../support/reconcile';
import { revealItems } from '../support/reveal';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { until } from '../support/until';

/** What somebody does who can write to the database and has no MASTER_KEY: no code comes out, and nothing is lost. */
const file = platformOfFile();
let thief: TestTerminal;
let buyer: TestTerminal;
beforeAll(async () => {
  [thief, buyer] = await Promise.all([startTerminal(), startTerminal()]);
});
afterAll(() => Promise.all([thief.stop(), buyer.stop()]));

const ordersInDatabase = () => file.platform.core.database.orders;
const why = async (_id: string): Promise<string> =>
  (await file.platform.operator('GET', `/orders/${_id}/why`)).body.why;
const trouble = async (): Promise<number> => {
  const text = await (await fetch(`${file.platform.baseUrl}/metrics`)).text();
  return Number(/^codeferry_trouble\{kind="tampered"\} (\d+)$/m.exec(text)?.[1]);
};
const b64url = (text: string): string => createHash('sha256').update(text).digest('base64url');

test('whatever of an order is written by somebody else, nobody is called and no code is given; put back, all goes on', async () => {
  const issuer = await file.issuer({ codeMode: 'request' });
  issuer.on('order.paid', async ({ data: { orderNo } }) => {
    await issuer.verify(orderNo);
    return { status: 204 };
  });
  issuer.on('order.code_requested', async ({ data: { orderNo } }) => ({
    status: 200,
    body: { status: 'issued', codes: [{ itemId: '1', value: `CODE-${orderNo}` }] },
  }));
  const other = await file.issuer();
  await other.place('other');
  const foreign = await ordersInDatabase().findOne({ _id: `${other.issuerId}/other` });
  const writes: Record<string, UpdateFilter<OrderRow>['$set']> = {
    link: { pickupHash: b64url('thief') },
    terminal: { 'terminal.url': thief.urlOf('/stolen') },
    channel: { terminal: { channel: 'page' } },
    terminal_and_channel: { terminal: { channel: 'page' }, 'facts.channel': 'page' },
    price: { 'amount.value': 1, 'facts.amount.value': 1 },
    number: { quantity: 9, 'facts.quantity': 9 },
    facts_alone: { 'facts.quantity': 9 },
    token: { tokenHash: b64url('token') },
    product: { 'product.id': 'dearer' },
    account: { metadata: [['account', 'thief']] },
    addresses: { baseUrl: thief.urlOf('') },
    key: { wrappedKey: foreign?.wrappedKey },
    mac: { mac: foreign?.mac },
  };
  await file.platform.stopWorkers();
  const before = new Map<string, OrderRow | null>();
  for (const [orderNo, $set] of Object.entries(writes)) {
    await issuer.place(orderNo, { terminal: { channel: 'webhook', url: buyer.urlOf(`/${orderNo}`) } });
    const _id = `${issuer.issuerId}/${orderNo}`;
    before.set(_id, await ordersInDatabase().findOne({ _id }));
    await ordersInDatabase().updateOne({ _id }, { $set });
  }
  await issuer.place('untouched', { terminal: { channel: 'webhook', url: buyer.urlOf('/untouched') } });
  await file.platform.startWorkers();
  await issuer.inState('untouched', 'delivered');
  for (const _id of before.keys()) {
    expect([_id, await why(_id)]).toEqual([_id, expect.stringMatching(/^Held: its row in the database is not what/)]);
  }
  await until('the metric counts them', async () => (await trouble()) === before.size);
  expect(issuer.received.filter(({ data }) => data.orderNo !== 'untouched')).toEqual([]);
  const { data } = (await file.platform.operator('GET', '/failures?limit=100')).body;
  expect(data.filter(({ kind }: { kind: string }) => kind === 'tampered')).toHaveLength(before.size);
  await until('the log tells', () => file.platform.logText().includes('tampered: the row in the database'));

  for (const [_id, row] of before) {
    const { terminal, pickupHash, amount, quantity, product, metadata, baseUrl, wrappedKey, mac, facts, tokenHash } =
      row as OrderRow;
    await ordersInDatabase().updateOne(
      { _id },
      {
        $set: {
          ...{ terminal, pickupHash, amount, quantity, product, metadata, baseUrl, wrappedKey, mac },
          'facts.amount': facts.amount,
          'facts.quantity': facts.quantity,
          tokenHash,
          'facts.channel': facts.channel,
        },
      },
    );
  }
  for (const orderNo of Object.keys(writes)) {
    await until(`${orderNo} is delivered`, () => buyer.received.some(({ path }) => path === `/${orderNo}`), 60_000);
  }
  for (const _id of before.keys()) expect(await why(_id)).not.toMatch(/^Held/);
  expect(thief.received).toEqual([]);
});

test('a link that is written into a delivered order shows no code, and neither does the right one until it is put back', async () => {
  const issuer = await file.issuer();
  const { pickupUrl } = (await issuer.place('page')).body;
  await issuer.message('order.paid', 'page');
  await issuer.verify('page');
  await issuer.submit('page', [{ itemId: '1', value: 'PAGE-CODE' }]);
  await issuer.inState('page', 'delivered');
  const _id = `${issuer.issuerId}/page`;
  const row = await ordersInDatabase().findOne({ _id });
  await ordersInDatabase().updateOne({ _id }, { $set: { pickupHash: b64url('thief') } });
  const link = `${file.platform.baseUrl}/p/thief`;
  for (const asked of [fetch(link), fetch(`${link}/events`), fetch(`${link}/voucher.pdf`), revealItems(link)]) {
    const answer = await asked;
    expect([answer.status, await answer.text()]).toEqual([503, expect.not.stringContaining('PAGE-CODE')]);
  }
  expect((await revealItems(pickupUrl)).status).toBe(404);
  await ordersInDatabase().updateOne(
    { _id },
    { $set: { pickupHash: String(row?.pickupHash), 'facts.items': [], 'terminal.sealed': 'AAAA' } },
  );
  expect((await revealItems(pickupUrl)).status).toBe(503);
  expect((await issuer.order('page')).status).toBe(503);
  await ordersInDatabase().updateOne({ _id }, { $unset: { 'terminal.sealed': 1 } });
  const shown = await revealItems(pickupUrl);
  expect([shown.status, await shown.json()]).toMatchObject([200, { items: [{ value: 'PAGE-CODE' }] }]);
});

test('whatever a query for a link finds in a gift, a secret that the order’s own key did not make shows no code', async () => {
  const issuer = await file.issuer();
  const { pickupUrl } = (await issuer.placeVerified('given')).body;
  await issuer.submit('given', [{ itemId: '1', value: 'GIVEN-CODE' }]);
  await issuer.inState('given', 'delivered');
  const _id = `${issuer.issuerId}/given`;
  const asked = { method: 'POST', headers: { accept: 'application/json' } };
  const { url } = await (await fetch(`${pickupUrl}/gift`, asked)).json();
  const row = (await ordersInDatabase().findOne({ _id })) as OrderRow;
  const hash = b64url('thief');
  const { orders } = file.platform.core.orderDeps;
  // As between two writes, or where the query finds it within a list.
  const looked = jest.spyOn(orders, 'findByPickup').mockImplementation(() => orders.find({ ...row }));
  for (const gift of [[{ hash }], [{ n: 1, hash }], { n: 1, hash: [hash] }, { hash }, { n: 1, hash }, undefined]) {
    const write = gift === undefined ? { $unset: { gift: 1 } } : { $set: { gift } };
    await ordersInDatabase().updateOne({ _id }, write as UpdateFilter<OrderRow>);
    const answer = await revealItems(`${file.platform.baseUrl}/p/thief`);
    expect([gift, answer.status < 400, await answer.text()]).toEqual([
      gift,
      false,
      expect.not.stringContaining('GIVEN-CODE'),
    ]);
  }
  looked.mockRestore();
  for (const gift of [[row.gift], { ...row.gift, more: 1 }]) {
    await ordersInDatabase().updateOne({ _id }, { $set: { gift } } as UpdateFilter<OrderRow>);
    expect((await revealItems(pickupUrl)).status).toBe(503);
  }
  await ordersInDatabase().updateOne({ _id }, { $set: { gift: row.gift } } as UpdateFilter<OrderRow>);
  expect(await (await revealItems(url)).json()).toMatchObject({ items: [{ value: 'GIVEN-CODE' }] });
});

test('a token’s hash that somebody else wrote refuses no right token for good', async () => {
  const issuer = await file.issuer();
  await issuer.place('hash');
  await issuer.message('order.paid', 'hash');
  const _id = `${issuer.issuerId}/hash`;
  const row = await ordersInDatabase().findOne({ _id });
  await ordersInDatabase().updateOne({ _id }, { $set: { tokenHash: b64url('token') } });
  expectProblem(await issuer.verify('hash'), 503, 'unavailable');
  expectProblem(await issuer.submit('hash', [{ itemId: '1', value: 'HASH' }]), 503, 'unavailable');
  await ordersInDatabase().updateOne({ _id }, { $set: { tokenHash: String(row?.tokenHash) } });
  expect((await issuer.verify('hash')).status).toBe(200);
  expect((await issuer.submit('hash', [{ itemId: '1', value: 'HASH' }])).status).toBe(201);
});

test('whatever of an issuer is written by somebody else, it is neither called nor believed; put back, it is', async () => {
  const issuer = await file.issuer({ voidUndecided: 'person' });
  const issuers = file.platform.core.database.issuers;
  const _id = issuer.issuerId;
  const row = await issuers.findOne({ _id });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signedByThief = async (): Promise<number> => {
    const raw = JSON.stringify({ type: 'order.cancellation', orderNo: 'first', reason: 'x' });
    const [id, timestamp] = [randomUUID(), String(Math.floor(Date.now() / 1_000))];
    const signature = sign(null, Buffer.from(`${id}.${timestamp}.${raw}`), privateKey).toString('base64');
    const headers = {
      'content-type': 'application/json',
      ...{ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1a,${signature}` },
    };
    const path = `/v1/issuers/${_id}/orders/first/cancellation`;
    return (await fetch(`${file.platform.baseUrl}${path}`, { method: 'POST', headers, body: raw })).status;
  };
  expect((await issuer.place('first')).status).toBe(201);
  expect(await signedByThief()).toBe(401);
  const foreign = await issuers.findOne({ _id: (await file.issuer()).issuerId });
  for (const $set of [
    { publicKey: publicKeyToWhpk(publicKey) },
    { callback: { kind: 'url' as const, url: thief.urlOf('/callback') } },
    { terminal: { channel: 'webhook', url: thief.urlOf('/stolen') } },
    { codeInMessage: true },
    { secrets: foreign?.secrets ?? [] },
    { 'secrets.0.endsAt': new Date(Date.now() + 1e9) },
    { seal: foreign?.seal ?? Buffer.alloc(0) },
    { voidUndecided: 'approve' as const },
    { voidDecisionSeconds: 60 },
    { buyerRefunds: true },
    { ordersPerSecond: 1_000 },
    { name: 'Thief' },
    { holds: [{ from: new Date(0) }] },
    { endsAt: new Date(Date.now() + 1e9) },
  ]) {
    await issuers.updateOne({ _id }, { $set });
    // Where the row's own keys do not believe it, the signature is wrong before anything else.
    expect([$set, await signedByThief()]).toEqual([$set, 'publicKey' in $set || 'secrets' in $set ? 503 : 401]);
    const { body, status } = await issuer.place('second');
    expect([$set, status, body.code]).toEqual([$set, 503, 'unavailable']);
    expect((await file.platform.operator('PATCH', `/issuers/${_id}`, { name: 'New' })).status).toBe(503);
    await issuers.replaceOne({ _id }, row as NonNullable<typeof row>);
  }
  await issuers.updateOne({ _id }, { $set: { callback: { kind: 'url', url: thief.urlOf('/callback') } } });
  await file.platform.operator('POST', `/orders/${_id}/first/renotify`);
  await until('the order says so', async () =>
    (await why(`${_id}/first`)).includes('what the database says of its issuer'),
  );
  await issuers.replaceOne({ _id }, row as NonNullable<typeof row>);
  expect((await issuer.place('second')).status).toBe(201);
  expect(thief.received).toEqual([]);
  // One that is deleted does not come back to life by a write.
  await file.platform.operator('DELETE', `/issuers/${_id}?confirm=${_id}`);
  await issuers.updateOne({ _id }, { $unset: { deletedAt: 1 } });
  expect((await issuer.place('third')).status).toBe(503);
});

test('an issuer that may not sell is not let go live in the database, nor is its refund decided by what stands there', async () => {
  await file.platform.operator('PUT', '/settings', { goLive: 'conformance' });
  const issuer = await file.issuer();
  await file.platform.operator('PUT', '/settings', {});
  const issuers = file.platform.core.database.issuers;
  expectProblem(await issuer.place('sold'), 409, 'not_live');
  await issuers.updateOne({ _id: issuer.issuerId }, { $unset: { isNotLive: 1 } });
  expectProblem(await issuer.place('sold'), 503, 'unavailable');
  await issuers.updateOne({ _id: issuer.issuerId }, { $set: { isNotLive: true } });
  expect((await file.platform.operator('POST', `/issuers/${issuer.issuerId}/go-live`, { reason: 'r' })).status).toBe(
    200,
  );
  expect((await issuer.place('sold')).status).toBe(201);
  await issuers.updateOne({ _id: issuer.issuerId }, { $set: { voidUndecided: 'approve' } });
  await expect(file.platform.core.orderDeps.voidPolicyOf(issuer.issuerId)).rejects.toThrow(issuer.issuerId);
});

test('rules of the platform that somebody else takes away count as the strictest until a person sets them anew', async () => {
  const { orderSettings } = file.platform.core.database;
  const rules = async () => (await file.platform.operator('GET', '/settings')).body.settings;
  const strictest = { twoPersons: true, goLive: 'conformance', callbackOwnership: 'required' };
  const before = await trouble();
  await file.platform.operator('PUT', '/settings', { twoPersons: true });
  const row = await orderSettings.findOne({ _id: 'platform' });
  const { seal, ...unsealed } = row as NonNullable<typeof row>;
  await file.issuer();
  for (const write of [
    () => orderSettings.updateOne({ _id: 'platform' }, { $unset: { 'settings.twoPersons': 1 } }),
    () => orderSettings.deleteOne({ _id: 'platform' }),
    () => orderSettings.insertOne({ ...unsealed, settings: {} }),
  ]) {
    await write();
    expect(await rules()).toEqual(strictest);
  }
  // What one start has taken as it stood no later one takes again.
  const next = await startPlatform({ databaseName: file.platform.databaseName, worker: false });
  await next.stop();
  expect(await rules()).toEqual(strictest);
  await until('a person hears of it', async () => (await trouble()) > before);
  await file.platform.operator('PUT', '/settings', {});
  expect(await rules()).toEqual({});
});

test('with the platform’s rules gone sales and calls to today’s hosts go on, and no other host is called', async () => {
  const { orderSettings } = file.platform.core.database;
  const issuer = await file.issuer();
  const { operator } = file.platform;
  await operator('PUT', '/settings', { verifyWindowSeconds: 700 });
  await orderSettings.deleteOne({ _id: 'platform' });
  expect((await issuer.place('today')).status).toBe(201);
  await issuer.message('order.paid', 'today');
  await issuer.inState('today', 'notified');
  const path = `/issuers/${issuer.issuerId}`;
  const { callback, state } = (await operator('GET', path)).body;
  expect(state).toBe('active');
  const elsewhere = { kind: 'url', url: 'https://elsewhere.example/callback' };
  expectProblem(await operator('PATCH', path, { callback: elsewhere }), 409, 'callback_not_proved');
  expect((await operator('PATCH', path, { callback })).status).toBe(200);
  const made = { issuerId: `new-${issuer.issuerId}`, name: 'New', codeMode: 'push', callback: elsewhere };
  expectProblem(await operator('POST', '/issuers', made), 503, 'unavailable');
  expect((await operator('GET', '/settings')).body.effective.verifyWindowSeconds.value).toBe(700);
  await operator('PUT', '/settings', {});
  expect((await operator('POST', '/issuers', made)).status).toBe(201);
  expect((await operator('PATCH', path, { callback: elsewhere })).status).toBe(200);
});

test('no maintenance begins, and none goes on, by a row that somebody else wrote', async () => {
  const { settings } = file.platform.core.database;
  const issuer = await file.issuer();
  const seen = async () => (await file.platform.operator('GET', '/maintenance')).body;
  await settings.insertOne({ _id: 'maintenance', on: true, since: new Date(), by: 'operator' });
  expect(await seen()).toEqual({ on: false });
  expect((await issuer.place('sold')).status).toBe(201);
  await file.platform.operator('PUT', '/maintenance', { on: true, reason: 'a move' });
  expectProblem(await issuer.place('waits'), 503, 'unavailable');
  await settings.updateOne({ _id: 'maintenance' }, { $set: { by: 'admin' } });
  expect(await seen()).toEqual({ on: false });
  // As a platform of before there were seals has it, at its first start since.
  await settings.updateOne({ _id: 'maintenance' }, { $unset: { seal: '' } });
  await file.platform.core.orderDeps.maintenance.sealAll();
  expect(await seen()).toMatchObject({ on: true, by: 'admin' });
  await file.platform.operator('PUT', '/maintenance', { on: false });
  expect((await issuer.place('waits')).status).toBe(201);
});

test('a message that somebody else puts into the inbox of an order says nothing in its issuer’s name', async () => {
  const issuer = await file.issuer();
  await issuer.placeVerified('asked');
  const { inbox } = file.platform.core.database;
  const message = { kind: 'cancel', by: 'issuer', reason: 'r' } as unknown as InboxRow['message'];
  const row = {
    _id: `${issuer.issuerId}/asked/x`,
    issuerId: issuer.issuerId,
    orderNo: 'asked',
    updateId: 'x',
    message,
  };
  await inbox.insertOne({ ...row, at: new Date(0) });
  await reconcileOnce(file.platform);
  expect(await inbox.countDocuments({ _id: row._id })).toBe(1);
  expect(await ordersInDatabase().findOne({ _id: `${issuer.issuerId}/asked` })).toHaveProperty('tamperedAt');
  expect((await issuer.order('asked')).body.state).toBe('verified');
  await inbox.deleteOne({ _id: row._id });
});

test('a call to a terminal that somebody else writes into a row is not made, and those that are due are', async () => {
  const issuer = await file.issuer();
  for (const orderNo of ['forged', 'foreign']) {
    await issuer.placeVerified(orderNo, { terminal: { channel: 'webhook', url: buyer.urlOf(`/due-${orderNo}`) } });
    await issuer.submit(orderNo, [{ itemId: 'a', value: `DUE-${orderNo}` }]);
    await issuer.inState(orderNo, 'delivered');
  }
  const { gateway } = file.platform.core;
  const starting = jest.spyOn(gateway, 'startAfterSale').mockResolvedValue('unavailable');
  await file.platform.operator('POST', `/orders/${issuer.issuerId}/foreign/redeliver`);
  starting.mockRestore();
  const due = (await ordersInDatabase().findOne({ _id: `${issuer.issuerId}/foreign` }))?.afterSalesDue ?? [];
  expect(due).toHaveLength(1);
  const forged = [
    { kind: 'redeliver', name: 'again' },
    { kind: 'void', itemIds: ['a'], name: 'void' },
    { ...due[0], issuerId: issuer.issuerId, orderNo: 'forged' },
    due[0],
  ] as OrderRow['afterSalesDue'] & object;
  const put = (orderNo: string, afterSalesDue: typeof forged) =>
    ordersInDatabase().updateOne(
      { _id: `${issuer.issuerId}/${orderNo}` },
      { $set: { afterSalesDue, afterSalesDueSince: new Date(0) } },
    );
  await put('forged', forged);
  await put('foreign', [...forged.slice(0, 2), ...due]);
  const heard = (orderNo: string) => buyer.received.filter(({ path }) => path === `/due-${orderNo}`).length;
  await until('what is due is done', async () => {
    await reconcileOnce(file.platform);
    return heard('foreign') === 2;
  });
  await reconcileOnce(file.platform);
  expect([heard('forged'), heard('foreign')]).toEqual([1, 2]);
  // A person is told, and goes on being told once the rest of the order was looked at.
  const isTold = async (orderNo: string) =>
    (await ordersInDatabase().findOne({ _id: `${issuer.issuerId}/${orderNo}` }))?.tamperedAt !== undefined;
  await file.platform.operator('GET', `/orders/${issuer.issuerId}/forged/why`);
  expect([await isTold('forged'), await isTold('foreign')]).toEqual([true, true]);
  await Promise.all(['forged', 'foreign'].map((orderNo) => put(orderNo, [])));
  await file.platform.operator('GET', `/orders/${issuer.issuerId}/forged/why`);
  expect(await isTold('forged')).toBe(false);
});

test('an order that is put into the queue of another issuer is not given there, and its token stays with its own', async () => {
  const [own, other] = await Promise.all([
    file.issuer({ callback: { kind: 'pull' } }),
    file.issuer({ callback: { kind: 'pull' } }),
  ]);
  await own.place('queued');
  const _id = `${own.issuerId}/queued`;
  const isOffered = async () => (await ordersInDatabase().findOne({ _id }))?.toGive !== undefined;
  await until('it is offered', isOffered);
  const put = (to: string) => ordersInDatabase().updateOne({ _id }, { $set: { toGive: `${to}/2000-01-01/x` } });
  await put(other.issuerId);
  expect((await other.get('/messages')).body).toEqual({ data: [] });
  await put(own.issuerId);
  const { data } = (await own.get('/messages')).body;
  expect(data).toMatchObject([{ type: 'order.paid', data: { orderNo: 'queued' } }]);
  // Nor as an order of the other one, of which there is an event to tell.
  await own.cancel('queued');
  await until('its end is to be told', async () => {
    const row = await ordersInDatabase().findOne({ _id });
    return row?.events.some(({ status }) => status === 'pending') && isOffered();
  });
  const belongsTo = (issuerId: string) => ordersInDatabase().updateOne({ _id }, { $set: { issuerId } });
  await belongsTo(other.issuerId);
  await put(other.issuerId);
  expect((await other.get('/messages')).body).toEqual({ data: [] });
  await belongsTo(own.issuerId);
  await put(own.issuerId);
  expect((await own.get('/messages')).body.data).toMatchObject([{ type: 'order.cancelled' }, {}]);
});

test('what an issuer answers to a message goes to no other order that somebody else gave its id', async () => {
  const issuer = await file.issuer({ callback: { kind: 'pull' }, codeMode: 'request' });
  for (const orderNo of ['cheap', 'dear']) {
    await issuer.place(orderNo);
    type Given = { readonly type: string; readonly data: { readonly orderNo: string; readonly token: string } };
    const paid: Given = await until('its payment is told', async () => {
      const { data } = (await issuer.get('/messages?waitSeconds=2')).body;
      return data.find((one: Given) => one.type === 'order.paid' && one.data.orderNo === orderNo);
    });
    expect((await issuer.verify(orderNo, { token: paid.data.token })).status).toBe(200);
  }
  const idOf = (orderNo: string) =>
    until('its codes are asked for', async () => {
      const row = await ordersInDatabase().findOne({ _id: `${issuer.issuerId}/${orderNo}` });
      return row?.messages?.find(({ kind }) => kind === 'code')?.id;
    });
  const [cheap, dear] = [await idOf('cheap'), await idOf('dear')];
  const swap = (orderNo: string, from: string, to: string) =>
    ordersInDatabase().updateOne(
      { _id: `${issuer.issuerId}/${orderNo}`, 'messages.id': from },
      { $set: { 'messages.$.id': to } },
    );
  const acknowledge = (id: string) =>
    issuer.post('/messages/acknowledgement', {
      type: 'messages.acknowledgement',
      results: [{ id, answer: { status: 'issued', codes: [{ itemId: '1', value: 'DEAR-1' }] } }],
    });
  await swap('dear', dear, 'cf_elsewhere');
  await swap('cheap', cheap, dear);
  const event = { id: dear, sequence: 77, status: 'sent' } as unknown as OrderRow['events'][number];
  await ordersInDatabase().updateOne({ _id: `${issuer.issuerId}/cheap` }, { $push: { events: event } });
  expect((await acknowledge(dear)).body).toMatchObject({ problems: [{ id: dear, code: 'message_unknown' }] });
  expectProblem(await issuer.post(`/messages/${dear}/replay`, { type: 'message.replay' }), 404, 'message_unknown');
  // Nor is it in the way of the right one.
  await swap('dear', 'cf_elsewhere', dear);
  expect((await acknowledge(dear)).body).toMatchObject({ acknowledged: 1 });
  await issuer.inState('dear', 'delivered');
  expect((await issuer.order('cheap')).body.state).toBe('verified');
});

test('however many orders somebody else gave the id of a message before there was one, it is answered', async () => {
  const issuer = await file.issuer({ callback: { kind: 'pull' } });
  const { issuerId } = issuer;
  const ids = [0, 1, 2].map((n) => ownMessageId({ issuerId, orderNo: 'foreseen' }, 'paid', n));
  const forged = ids.flatMap((id) =>
    Array.from({ length: 50 }, (_, n) => ({
      ...{ _id: `${n < 25 ? 'zz' : issuerId}/${id}.${n}`, issuerId: n < 25 ? 'zz' : issuerId, orderNo: `${id}.${n}` },
      ...{ pickupHash: randomUUID(), messages: [{ id, kind: 'paid' }], events: [{ id, sequence: 1 }] },
    })),
  );
  await ordersInDatabase().insertMany(forged as unknown as OrderRow[]);
  await issuer.place('foreseen');
  const paid = await until('its payment is told', async () => {
    const { data = [] } = (await issuer.get('/messages?waitSeconds=2')).body;
    return data.find((one: { type: string }) => one.type === 'order.paid');
  });
  expect(ids).toContain(paid.id);
  const results = [{ id: paid.id }];
  const answer = await issuer.post('/messages/acknowledgement', { type: 'messages.acknowledgement', results });
  expect(answer.body).toEqual({ acknowledged: 1, problems: [] });
  expect((await issuer.post(`/messages/${paid.id}/replay`, { type: 'message.replay' })).status).toBe(202);
  await ordersInDatabase().deleteMany({ _id: { $in: forged.map(({ _id }) => _id) } });
});

test('a message that somebody else puts into a conformance run is given to nobody', async () => {
  const issuer = await file.issuer({ callback: { kind: 'pull' }, codeMode: 'request' });
  const { issuerId } = issuer;
  const { conformanceRuns, conformanceOrders } = file.platform.core.database;
  const [prefix, messageId, at] = ['conform-01234567', 'cf_conform_of-a-thief', new Date()];
  const contentOf = (orderNo: string): string => {
    const data = { issuerId, orderNo, token: 'token', quantity: 1, codesUrl: thief.urlOf('/codes') };
    const message = {
      ...{ id: messageId, content: { type: 'order.code_requested', timestamp: at.toISOString(), data } },
      ...{ givingsMin: 1, unheard: 0, isOnce: false, leaseMs: 1_000, givings: 0, dueAtMs: 0, acknowledgements: [] },
    };
    return JSON.stringify({ issuerId, orderNo, messages: [message], script: [], heard: [], held: [], changes: 1 });
  };
  await conformanceRuns.insertOne({
    ...{ _id: `${issuerId}/r`, issuerId, runId: 'r', at, by: 'thief', codeMode: 'request', results: [] },
    ...{ running: issuerId, prefix, state: 'running' },
  });
  const row = { prefix, changes: 1, values: [], messages: [messageId], dueAt: new Date(0), at };
  for (const [n, kind] of ['as JSON', 'as bytes', 'as both'].entries()) {
    const orderNo = `${prefix}-${n}`;
    const content = contentOf(orderNo);
    const inJson = kind === 'as bytes' ? {} : { content };
    const inBytes = kind === 'as JSON' ? {} : { sealed: Buffer.from(content) };
    const written = { _id: `${issuerId}/${orderNo}`, ...row, ...inJson, ...inBytes };
    await conformanceOrders.insertOne(written as unknown as ConformanceOrderRow);
    expect([kind, (await issuer.get('/messages')).body]).toEqual([kind, { data: [] }]);
  }
  await conformanceRuns.deleteOne({ _id: `${issuerId}/r` });
});

test('a run whose row somebody else wrote calls its issuer and nobody else, and sends no code elsewhere', async () => {
  const issuer = await file.issuer({ codeMode: 'request', callHeaders: { 'x-key': 'of-the-issuer' } });
  const { conformanceRuns } = file.platform.core.database;
  const played = async ($set: object): Promise<string> => {
    await file.platform.stopWorkers();
    const begun = await issuer.post('/conformance', { type: 'issuer.conformance', only: ['paid-verified'] });
    expect(begun.status).toBe(202);
    await conformanceRuns.updateOne({ _id: `${issuer.issuerId}/${begun.body.runId}` }, { $set });
    await file.platform.startWorkers();
    return until(
      'the end of the run',
      async () => {
        const { state } = (await issuer.get(`/conformance/${begun.body.runId}`)).body;
        return state !== 'running' && state;
      },
      60_000,
    );
  };
  for (const $set of [{ url: thief.urlOf('/callback') }, { codeMode: 'push' }, { baseUrl: thief.urlOf('') }]) {
    expect([$set, await played($set)]).toEqual([$set, 'stopped']);
  }
  expect([thief.received, issuer.received]).toEqual([[], []]);
}, 120_000);

test('a conformance run that somebody else wrote, or made to have passed, is in no list', async () => {
  const issuer = await file.issuer();
  const { issuerId } = issuer;
  const { conformanceRuns } = file.platform.core.database;
  const runs = async () =>
    (await file.platform.operator('GET', `/issuers/${issuerId}/conformance`)).body.data.map(
      ({ state }: { state: string }) => state,
    );
  const begun = await issuer.post('/conformance', { type: 'issuer.conformance', only: ['paid-verified'] });
  await until('its end', async () => !(await runs()).includes('running'), 60_000);
  const [state] = await runs();
  expect(['passed', 'failed']).toContain(state);
  const row = await conformanceRuns.findOne({ issuerId });
  const passed = { state: 'passed' as const, at: new Date(), results: [] };
  const other = await file.issuer();
  // Its own row, made another's, made another one of its own, and taken for another end.
  await conformanceRuns.insertMany([
    { ...(row as NonNullable<typeof row>), _id: `${other.issuerId}/r`, issuerId: other.issuerId },
    { ...(row as NonNullable<typeof row>), ...passed, _id: `${issuerId}/r`, runId: 'r' },
  ]);
  expect(await runs()).toEqual([state]);
  expect((await file.platform.operator('GET', `/issuers/${other.issuerId}/conformance`)).body.data).toEqual([]);
  expectProblem(await issuer.get('/conformance/r'), 404, 'run_unknown');
  await conformanceRuns.updateOne({ _id: row?._id ?? '' }, { $set: { state: 'stopped', 'results.0.name': 'x' } });
  expect(await runs()).toEqual([]);
  // Nor does one that seems to run keep the next one from beginning.
  const seems = { issuerId, runId: 's', by: 'thief', codeMode: 'push' as const, results: [], at: new Date(2e12) };
  await conformanceRuns.insertOne({ ...seems, _id: `${issuerId}/s`, state: 'running', running: issuerId });
  const next = await issuer.post('/conformance', { type: 'issuer.conformance', only: ['paid-verified'] });
  expect([begun.status, next.status]).toEqual([202, 202]);
  await until('its end', async () => !(await runs()).includes('running'), 60_000);
}, 120_000);

test('the key by which codes are compared, once taken away, is not made anew', async () => {
  const { keys, issuers } = file.platform.core.database;
  await (await file.issuer()).place('kept');
  // Also where nothing is left of issuers.
  await issuers.updateMany({}, { $set: { deletedAt: new Date() } });
  const key = await keys.findOneAndDelete({ _id: 'fingerprint' });
  const start = startPlatform({ databaseName: file.platform.databaseName, worker: false });
  const { error, stop } = await start.then(
    (started) => ({ error: undefined, stop: started.stop }),
    (thrown: Error) => ({ error: thrown.message, stop: undefined }),
  );
  await stop?.();
  await keys.replaceOne({ _id: 'fingerprint' }, key as NonNullable<typeof key>, { upsert: true });
  expect(error).toContain('`fingerprint` is gone');
});

test('the key that signs deliveries, once taken away, is not made anew, neither by who runs nor by a start', async () => {
  const { keys } = file.platform.core.database;
  await (await file.issuer()).place('signed');
  const published = () => fetch(`${file.platform.baseUrl}/v1/keys`);
  const before = await (await published()).json();
  const key = await keys.findOneAndDelete({ _id: 'delivery' });
  const answers = [(await published()).status, (await file.platform.operator('POST', '/keys/delivery', {})).status];
  const start = startPlatform({ databaseName: file.platform.databaseName, worker: false });
  const { error, stop } = await start.then(
    (started) => ({ error: undefined, stop: started.stop }),
    (thrown: Error) => ({ error: thrown.message, stop: undefined }),
  );
  await stop?.();
  await keys.replaceOne({ _id: 'delivery' }, key as NonNullable<typeof key>, { upsert: true });
  expect([answers, error]).toEqual([[503, 503], expect.stringContaining('`delivery` is gone')]);
  expect(await (await published()).json()).toEqual(before);
});
