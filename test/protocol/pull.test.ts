import { createHash, randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { orderId } from '../../src/domain/ids';
import { ownMessageId } from '../../src/first-interface/message-id';
import type { PendingEvent } from '../../src/store/orders';
import { historyJson } from '../replay/histories';
import type { TestIssuer } from '../support/issuer';
import type { Answer } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';
import { until } from '../support/until';
import { anInstant } from './wire-shapes';

const file = platformOfFile();

interface Given {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came over the wire
  readonly data: any;
  readonly attempt: number;
}

const pullIssuer = (settings: Record<string, unknown> = {}): Promise<TestIssuer> =>
  file.issuer({ callback: { kind: 'pull' }, codeMode: 'request', ...settings });

const fetchNow = async (issuer: TestIssuer, query = ''): Promise<Given[]> => {
  const { status, body } = await issuer.get(`/messages${query}`);
  if (status === 503) return [];
  expect([status, Object.keys(body)]).toEqual([200, ['data']]);
  return body.data;
};

/** The next messages; those of other types stay with this reader. */
const fetchOne = (issuer: TestIssuer, type: string, orderNo?: string): Promise<Given> =>
  until(`${type} of ${orderNo}`, async () => {
    const all = await fetchNow(issuer, '?waitSeconds=2');
    return all.find((one) => one.type === type && (orderNo === undefined || one.data.orderNo === orderNo));
  });

const acknowledge = async (issuer: TestIssuer, ...results: { id: string; answer?: unknown }[]) => {
  const webhookId = randomUUID();
  return until('the acknowledgement to be judged', async () => {
    const answer = await issuer.post(
      '/messages/acknowledgement',
      { type: 'messages.acknowledgement', results },
      { webhookId },
    );
    return answer.status !== 503 && answer;
  });
};
const taken = (acknowledged = 1) => ({ acknowledged, problems: [] });

const verify = ({ data }: Given, issuer: TestIssuer) =>
  issuer.verify(data.orderNo, { token: data.token, quantity: data.quantity });

/** Placed, fetched and verified: resolves to the fetched order.paid. */
const placeVerified = async (issuer: TestIssuer, orderNo: string, changes = {}): Promise<Given> => {
  expect((await issuer.place(orderNo, changes)).status).toBe(201);
  const paid = await fetchOne(issuer, 'order.paid', orderNo);
  expect((await verify(paid, issuer)).status).toBe(200);
  return paid;
};

const timeline = async (
  issuer: TestIssuer,
  orderNo: string,
): Promise<{ event: string; detail: Record<string, unknown> }[]> =>
  (await issuer.get(`/orders/${orderNo}/timeline`)).body.data;

/** As if the minute of its reader were over. */
const endLease = (issuer: TestIssuer, orderNo: string): Promise<unknown> =>
  file.platform.core.database.orders.updateOne({ _id: `${issuer.issuerId}/${orderNo}` }, [
    {
      $set: {
        toGive: `${issuer.issuerId}/2000-01-01T00:00:00.000Z/x`,
        messages: {
          $map: { input: '$messages', in: { $mergeObjects: ['$$this', { given: { attempt: 1, atMs: 1 } }] } },
        },
        events: { $map: { input: '$events', in: { $mergeObjects: ['$$this', { given: { attempt: 1, atMs: 1 } }] } } },
      },
    },
  ]);

test.concurrent('an order is sold by fetching alone: told, asked for its code, told of its delivery', async () => {
  const issuer = await pullIssuer();
  const placed = await issuer.place('sold-1', { metadata: { a: 'b' } });
  const paid = await fetchOne(issuer, 'order.paid');
  expect(paid).toEqual({
    id: expect.stringMatching(/^cf_paid_/),
    type: 'order.paid',
    timestamp: anInstant(),
    attempt: 1,
    data: expect.objectContaining({ orderNo: 'sold-1', token: expect.any(String), metadata: { a: 'b' }, quantity: 1 }),
  });
  expect((await acknowledge(issuer, { id: paid.id })).body).toEqual(taken());
  expect((await issuer.order('sold-1')).body.state).toBe('notified');
  expect((await verify(paid, issuer)).status).toBe(200);
  const asked = await fetchOne(issuer, 'order.code_requested');
  expect(asked).toMatchObject({ attempt: 1, data: { orderNo: 'sold-1', outstanding: 1, token: paid.data.token } });
  const codes = [{ itemId: 'a', value: 'FETCHED-1' }];
  const answered = await acknowledge(issuer, { id: asked.id, answer: { status: 'issued', codes } });
  expect(answered.body).toEqual(taken());
  await issuer.inState('sold-1', 'delivered');
  expect(await (await reveal(placed.body.pickupUrl)).text()).toContain('FETCHED-1');
  const told = await fetchOne(issuer, 'order.delivered');
  expect(told).toMatchObject({
    id: expect.stringMatching(/^cf_event_/),
    attempt: 1,
    data: { sequence: 1, itemIds: ['a'] },
  });
  expect((await acknowledge(issuer, { id: told.id })).body).toEqual(taken());
  expect(await fetchNow(issuer)).toEqual([]);
  expect(issuer.received).toEqual([]);
  const lines = (await timeline(issuer, 'sold-1')).map(({ event }) => event);
  for (const event of ['notice_sent', 'notice_answered', 'code_requested', 'code_request_answered', 'event_sent']) {
    expect(lines.filter((one) => one === event)).toEqual([event]);
  }
  expect(JSON.stringify(await timeline(issuer, 'sold-1'))).not.toContain('FETCHED-1');
});

test.concurrent('whoever reads database and history cannot try which short code was acknowledged', async () => {
  const issuer = await pullIssuer();
  await placeVerified(issuer, 'short-1');
  const asked = await fetchOne(issuer, 'order.code_requested');
  const answer = { status: 'issued', codes: [{ itemId: 'a', value: '4711' }] };
  const body = { type: 'messages.acknowledgement', results: [{ id: asked.id, answer }] };
  expect((await acknowledge(issuer, ...body.results)).body).toEqual(taken());
  await issuer.inState('short-1', 'delivered');
  const { core, client } = file.platform;
  const order = `${issuer.issuerId}/short-1`;
  const { requests, submissions, orders } = core.database;
  const rows = [
    ...(await requests.find({ _id: { $regex: `^${issuer.issuerId}/` } }).toArray()),
    ...(await submissions.find({ orderId: order }).toArray()),
    ...(await orders.find({ _id: order }).toArray()),
  ];
  const history = await client.workflow.getHandle(`order/${order}`).fetchHistory();
  const seen = JSON.stringify([rows, historyJson(history)]);
  expect(seen.includes('codes/')).toBe(true);
  const said = JSON.stringify(answer);
  for (const tried of [JSON.stringify(body), said, `acknowledgement:${asked.id}:${said}`]) {
    expect(seen.includes(createHash('sha256').update(tried).digest('base64url'))).toBe(false);
  }
});

test.concurrent('a message is given to one reader, and again once its minute is over, with the same bytes', async () => {
  const issuer = await pullIssuer();
  await issuer.place('again-1');
  const first = await fetchOne(issuer, 'order.paid');
  const readers = await Promise.all([fetchNow(issuer), fetchNow(issuer), fetchNow(issuer)]);
  expect(readers.flat()).toEqual([]);
  await endLease(issuer, 'again-1');
  const second = (await Promise.all([fetchNow(issuer), fetchNow(issuer), fetchNow(issuer)])).flat();
  expect(second).toEqual([{ ...first, attempt: 2 }]);
  // No acknowledgement, and yet it is needed no more.
  expect((await verify(first, issuer)).status).toBe(200);
  await endLease(issuer, 'again-1');
  expect((await fetchNow(issuer)).filter(({ type }) => type === 'order.paid')).toEqual([]);
});

test.concurrent('many readers at once share many messages without a double', async () => {
  const issuer = await pullIssuer({ codeMode: 'push' });
  const orders = Array.from({ length: 12 }, (_, n) => `many-${n}`);
  await Promise.all(orders.map((orderNo) => issuer.place(orderNo)));
  const seen: Given[] = [];
  await until('all of them', async () => {
    const pages = await Promise.all(Array.from({ length: 4 }, () => fetchNow(issuer, '?limit=2')));
    expect(pages.every(({ length }) => length <= 2)).toBe(true);
    seen.push(...pages.flat());
    return seen.length >= orders.length;
  });
  expect(seen.map(({ data }) => data.orderNo).sort()).toEqual([...orders].sort());
});

test.concurrent('an answer that cannot be used is a problem and acknowledges nothing', async () => {
  const issuer = await pullIssuer();
  await placeVerified(issuer, 'first-of-two');
  const held = await fetchOne(issuer, 'order.code_requested', 'first-of-two');
  const good = { status: 'issued', codes: [{ itemId: 'a', value: 'HELD-ALREADY' }] };
  expect((await acknowledge(issuer, { id: held.id, answer: good })).body).toEqual(taken());
  await placeVerified(issuer, 'bad-1');
  const asked = await fetchOne(issuer, 'order.code_requested', 'bad-1');
  const tries: [unknown, string][] = [
    ['text', 'answer_unreadable'],
    [{ status: 'later' }, 'answer_unreadable'],
    [{ status: 'issued', codes: [] }, 'answer_unreadable'],
    [{ status: 'issued', codes: [{ itemId: 'a', value: '123', format: 'ean13' }] }, 'answer_unreadable'],
    [
      { status: 'issued', codes: [{ itemId: 'a', value: 'X', expiresAt: '2020-01-01T00:00:00Z' }] },
      'answer_unreadable',
    ],
    [good, 'code_reused'],
    [{ status: 'issued', codes: ['a', 'b'].map((itemId) => ({ itemId, value: `V-${itemId}` })) }, 'code_conflict'],
  ];
  for (const [answer, code] of tries) {
    const { status, body } = await acknowledge(issuer, { id: asked.id, answer });
    expect([answer, status, body]).toEqual([answer, 200, { acknowledged: 0, problems: [{ id: asked.id, code }] }]);
  }
  const failures = (await issuer.get('/failures')).body.data;
  expect(failures).toMatchObject([{ orderNo: 'bad-1', kind: 'answer_unreadable' }]);
  await endLease(issuer, 'bad-1');
  const again = await fetchOne(issuer, 'order.code_requested', 'bad-1');
  expect(again.id).toBe(asked.id);
  const mixed = await acknowledge(
    issuer,
    { id: 'cf_code_nobody' },
    { id: again.id, answer: { status: 'issued', codes: [{ itemId: 'a', value: 'GOOD-1' }] } },
  );
  expect(mixed.body).toEqual({ acknowledged: 1, problems: [{ id: 'cf_code_nobody', code: 'message_unknown' }] });
  await issuer.inState('bad-1', 'delivered');
});

test.concurrent('refusal, later codes and nothing at all are answers; second and late ones count', async () => {
  const issuer = await pullIssuer();
  await placeVerified(issuer, 'refused-1');
  const refused = await fetchOne(issuer, 'order.code_requested', 'refused-1');
  const no = { status: 'refused', reason: 'out_of_stock', detail: 'none left' };
  expect((await acknowledge(issuer, { id: refused.id, answer: no })).body).toEqual(taken());
  expect((await issuer.order('refused-1')).body).toMatchObject({ state: 'refused', closedReason: 'issuer_refused' });
  expect((await acknowledge(issuer, { id: refused.id, answer: no })).body).toEqual(taken());
  const late = await acknowledge(issuer, {
    id: refused.id,
    answer: { status: 'issued', codes: [{ itemId: 'a', value: 'TOO-LATE' }] },
  });
  expect(late.body).toEqual({ acknowledged: 0, problems: [{ id: refused.id, code: 'order_closed' }] });

  const paid = await placeVerified(issuer, 'later-1', { quantity: 2 });
  const asked = await fetchOne(issuer, 'order.code_requested', 'later-1');
  expect((await acknowledge(issuer, { id: asked.id }, { id: paid.id })).body).toEqual(taken(2));
  await endLease(issuer, 'later-1');
  expect((await fetchNow(issuer)).filter(({ data }) => data.orderNo === 'later-1')).toEqual([]);
  const half = { status: 'issued', codes: [{ itemId: 'a', value: 'LATER-a' }] };
  expect((await acknowledge(issuer, { id: asked.id, answer: half })).body).toEqual(taken());
  expect((await issuer.order('later-1')).body).toMatchObject({ state: 'partially_issued', codes: { outstanding: 1 } });
  expect((await acknowledge(issuer, { id: asked.id, answer: half })).body).toEqual(taken());
  const { token } = paid.data;
  expect((await issuer.submit('later-1', [{ itemId: 'b', value: 'LATER-b' }], { token })).status).toBe(201);
  await issuer.inState('later-1', 'delivered');
});

test.concurrent('what follows codes given by a call is fetched as soon as the answer to them has left', async () => {
  const issuer = await pullIssuer();
  const paid = await placeVerified(issuer, 'told-1');
  await fetchOne(issuer, 'order.code_requested', 'told-1');
  const { token } = paid.data;
  expect((await issuer.submit('told-1', [{ itemId: 'a', value: 'BY-CALL' }], { token })).status).toBe(201);
  await until('the event to be offered', async () => {
    const row = await file.platform.core.database.orders.findOne({ _id: `${issuer.issuerId}/told-1` });
    const now = `${issuer.issuerId}/${new Date().toISOString()}`;
    return row && row.events.length > 0 && row.toGive !== undefined && row.toGive < now;
  });
  expect((await fetchNow(issuer)).map(({ type }) => type)).toEqual(['order.delivered']);
});

test.concurrent('an event that is offered late stays with the reader that was faster', async () => {
  const issuer = await pullIssuer();
  const { pulls } = file.platform.core.orderDeps;
  const order = { issuerId: issuer.issuerId, orderNo: 'faster-1' };
  const offer = () => pulls.offerEvent(order, 1, Date.now());
  await placeVerified(issuer, order.orderNo);
  const asked = await fetchOne(issuer, 'order.code_requested');
  const codes = [{ itemId: 'a', value: 'FASTER' }];
  expect((await acknowledge(issuer, { id: asked.id, answer: { status: 'issued', codes } })).body).toEqual(taken());
  const told = await fetchOne(issuer, 'order.delivered');
  await offer();
  expect(await fetchNow(issuer)).toEqual([]);
  expect((await acknowledge(issuer, { id: told.id })).body).toEqual(taken());
  await offer();
  expect(await fetchNow(issuer)).toEqual([]);
  const row = await file.platform.core.database.orders.findOne({ _id: `${issuer.issuerId}/${order.orderNo}` });
  expect(row?.events.map(({ status }) => status)).toEqual(['sent']);
  expect(row?.eventsPendingSince).toBeUndefined();
});

test.concurrent('a void request is fetched, decided by its answer, and decided once', async () => {
  const issuer = await pullIssuer();
  const order = `/orders/${issuer.issuerId}/void-1`;
  await placeVerified(issuer, 'void-1');
  const asked = await fetchOne(issuer, 'order.code_requested', 'void-1');
  const codes = [{ itemId: 'a', value: 'VOID-ME' }];
  await acknowledge(issuer, { id: asked.id, answer: { status: 'issued', codes } });
  await issuer.inState('void-1', 'delivered');
  expect((await file.platform.operator('POST', `${order}/refund`, { reason: 'wants money back' })).status).toBe(200);
  const request = await fetchOne(issuer, 'order.void_requested', 'void-1');
  expect(request).toMatchObject({ attempt: 1, data: { itemIds: ['a'], reason: 'wants money back' } });
  const unread = await acknowledge(issuer, { id: request.id, answer: { status: 'issuing' } });
  expect(unread.body).toEqual({ acknowledged: 0, problems: [{ id: request.id, code: 'answer_unreadable' }] });
  expect((await acknowledge(issuer, { id: request.id, answer: { status: 'unknown' } })).body).toEqual(taken());
  expect((await acknowledge(issuer, { id: request.id, answer: { status: 'destroyed' } })).body).toEqual(taken());
  expect((await issuer.order('void-1')).body.voidRequest.state).toBe('destroyed');
  const other = await acknowledge(issuer, { id: request.id, answer: { status: 'refused', reason: 'redeemed' } });
  expect(other.body).toEqual({ acknowledged: 0, problems: [{ id: request.id, code: 'already_decided' }] });
  await fetchOne(issuer, 'order.void_decided', 'void-1');
});

test.concurrent('a paused issuer is given nothing, and may acknowledge', async () => {
  const issuer = await pullIssuer();
  await issuer.place('paused-1');
  const paid = await fetchOne(issuer, 'order.paid');
  await issuer.place('paused-2');
  await until('the second one to wait', async () => {
    const row = await file.platform.core.database.orders.findOne({ _id: `${issuer.issuerId}/paused-2` });
    return row?.toGive !== undefined;
  });
  await file.platform.operator('POST', `/issuers/${issuer.issuerId}/pause`);
  expect(await fetchNow(issuer)).toEqual([]);
  expect((await acknowledge(issuer, { id: paid.id })).body).toEqual(taken());
  expect((await issuer.order('paused-1')).body.state).toBe('notified');
  await file.platform.operator('POST', `/issuers/${issuer.issuerId}/resume`);
  expect((await fetchOne(issuer, 'order.paid')).data.orderNo).toBe('paused-2');
});

test.concurrent('what is pending is taken over when the kind of the callback changes, both ways', async () => {
  const issuer = await file.issuer({ codeMode: 'push', noticeDelaysSeconds: [3_600], eventDelaysSeconds: [3_600] });
  const { callback: url } = (await issuer.get('/self')).body;
  issuer.on('*', async () => ({ status: 503 }));
  await issuer.place('over-1');
  const called = await issuer.message('order.paid', 'over-1');
  await issuer.place('over-2');
  await issuer.cancel('over-2');
  const event = await issuer.message('order.cancelled', 'over-2');
  await until('both attempts to be written down', async () => {
    const lines = [...(await timeline(issuer, 'over-1')), ...(await timeline(issuer, 'over-2'))];
    return (
      lines.some(({ event: name }) => name === 'notice_answered') &&
      lines.some(({ event: name }) => name === 'event_sent')
    );
  });
  const settings = { type: 'issuer.settings', callback: { kind: 'pull' } };
  expect((await issuer.post('/settings', settings)).body.callback).toEqual({ kind: 'pull' });
  const fetched: Given[] = [];
  await until('all that was pending', async () => {
    fetched.push(...(await fetchNow(issuer)));
    return fetched.some(({ id }) => id === called.id) && fetched.some(({ id }) => id === event.id);
  });
  const { id, attempt, ...body } = fetched.find((one) => one.id === called.id) as Given;
  expect([id, attempt, body]).toEqual([called.id, 1, JSON.parse(called.raw)]);
  // Back again: the event at once, and not a second time by fetching.
  issuer.on('*', async () => ({ status: 204 }));
  expect((await issuer.post('/settings', { ...settings, callback: url })).status).toBe(200);
  await issuer.message('order.cancelled', 'over-2', 2);
  expectProblem(await issuer.get('/messages'), 409, 'not_pull');
});

test.concurrent('HEAD takes no message away', async () => {
  const issuer = await pullIssuer();
  await issuer.place('head-1');
  const target = `/v1/issuers/${issuer.issuerId}/messages?waitSeconds=2`;
  const at = new Date();
  const head = await fetch(`${file.platform.baseUrl}${target}`, {
    method: 'HEAD',
    headers: {
      'webhook-id': 'h',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(issuer.secret).sign('h', at, `HEAD ${target}`),
    },
  });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect(await fetchOne(issuer, 'order.paid', 'head-1')).toMatchObject({ attempt: 1 });
});

test.concurrent('what waits to be fetched is sent once the issuer is called', async () => {
  const issuer = await file.issuer({ codeMode: 'push' });
  const { callback } = (await issuer.get('/self')).body;
  const change = (to: object) => issuer.post('/settings', { type: 'issuer.settings', callback: to });
  expect((await change({ kind: 'pull' })).status).toBe(200);
  await issuer.place('called-1');
  const paid = await fetchOne(issuer, 'order.paid');
  expect((await change(callback)).status).toBe(200);
  const { id: _id, attempt: _attempt, ...body } = paid;
  const called = await issuer.message('order.paid', 'called-1');
  expect([called.id, JSON.parse(called.raw)]).toEqual([paid.id, body]);
});

test.concurrent('who is called fetches nothing; the query, the body and the number of readers have limits', async () => {
  const called = await file.issuer();
  expectProblem(await called.get('/messages'), 409, 'not_pull');
  const nothing = { type: 'messages.acknowledgement', results: [{ id: 'cf_paid_x' }] };
  expectProblem(await called.post('/messages/acknowledgement', nothing), 409, 'not_pull');
  const issuer = await pullIssuer();
  expect((await issuer.get('/self')).body.callback).toEqual({ kind: 'pull' });
  expectProblem(await issuer.get('/messages?limit=101'), 422, 'body_invalid', '/limit');
  expectProblem(await issuer.get('/messages?waitSeconds=31'), 422, 'body_invalid', '/waitSeconds');
  const wrong = (results: unknown) => issuer.post('/messages/acknowledgement', { ...nothing, results });
  expectProblem(await wrong([]), 422, 'body_invalid', '/results');
  expectProblem(await wrong(Array.from({ length: 101 }, () => ({ id: 'x' }))), 422, 'body_invalid', '/results');
  expectProblem(await wrong([{ id: 'x', extra: 1 }]), 422, 'body_invalid', '/results/0/extra');
  const readers = ['/messages', '/messages', '/messages', '/events', '/events', '/events'];
  const answers = await Promise.all(readers.map((path) => issuer.get(`${path}?waitSeconds=10`)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 429, 429]);
  expectProblem(answers.find(({ status }) => status === 429) as Answer, 429, 'rate_limited');
});

test.concurrent('a hundred events of one order are acknowledged by one look for them and one write, and its row is not read whole', async () => {
  const issuer = await pullIssuer();
  await placeVerified(issuer, 'many-events');
  const name = { issuerId: issuer.issuerId, orderNo: 'many-events' };
  const idOf = (n: number) => ownMessageId(name, 'event', n);
  const events = Array.from({ length: 100 }, (_, n) => ({
    ...{ id: idOf(n + 10), sequence: n + 10, type: 'order.delivered', atMs: 1, state: 'delivered', status: 'pending' },
  })) as unknown as PendingEvent[];
  const { orders } = file.platform.core.database;
  await orders.updateOne({ _id: orderId(name) }, { $push: { events: { $each: events } } });
  const { orders: store, pulls } = file.platform.core.orderDeps;
  const [told, find, mark] = [jest.spyOn(pulls, 'told'), jest.spyOn(store, 'find'), jest.spyOn(store, 'markEvent')];
  const results = [...events.map(({ id = '' }) => ({ id })), { id: idOf(1_000) }].slice(1);
  const answer = await acknowledge(issuer, ...results);
  expect(answer.body).toEqual({ acknowledged: 99, problems: [{ id: idOf(1_000), code: 'message_unknown' }] });
  expect(told.mock.calls.filter(([ids]) => ids.includes(idOf(11)))).toHaveLength(1);
  expect(find.mock.calls.filter(([order]) => order.orderNo === name.orderNo)).toEqual([]);
  expect(mark.mock.calls.filter(([order]) => order.orderNo === name.orderNo)).toHaveLength(1);
  const row = await orders.findOne({ _id: orderId(name) });
  const pending = row?.events.filter(({ id, status }) => results.some((one) => one.id === id) && status !== 'sent');
  expect([pending, row?.callLines?.event_sent?.length]).toEqual([[], 99]);
});

test.concurrent('another issuer acknowledges nothing of mine', async () => {
  const [mine, other] = [await pullIssuer(), await pullIssuer()];
  await mine.place('mine-1');
  const paid = await fetchOne(mine, 'order.paid');
  const { body } = await acknowledge(other, { id: paid.id });
  expect(body).toEqual({ acknowledged: 0, problems: [{ id: paid.id, code: 'message_unknown' }] });
  expect((await mine.order('mine-1')).body.state).toBe('accepted');
});
