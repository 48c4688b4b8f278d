import { amount } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';
import { expectOrder, expectTimeline } from './wire-shapes';

const file = platformOfFile();
const product = { id: 'coffee', name: 'Coffee' };

const payment = (orderNo: string, changes: Record<string, unknown> = {}) => ({
  type: 'order.payment',
  orderNo,
  product,
  amount,
  ...changes,
});

describe('POST /orders', () => {
  test('answers 201 with the Order: accepted, terminal masked, the pick-up link from the start', async () => {
    const issuer = await file.issuer({ verifyWindowSeconds: 77 });
    const paid = { id: 'pay_1', paidAt: '2026-01-02T03:04:05Z', payer: 'p-9' };
    const { status, body } = await issuer.place('o-1', { quantity: 3, metadata: { seat: '4A' }, payment: paid });
    expect(status).toBe(201);
    expectOrder(body);
    expect(body).toMatchObject({
      issuerId: issuer.issuerId,
      orderNo: 'o-1',
      state: 'accepted',
      product,
      quantity: 3,
      amount,
      terminal: { channel: 'page' },
      codes: { issued: 0, outstanding: 3 },
      delivery: { state: 'none', tries: 0 },
      payment: paid,
      sequence: 0,
    });
    expect(Date.parse(body.verifyBy) - Date.parse(body.createdAt)).toBe(77_000);
    expect(body.pickupUrl).toMatch(/\/p\/[A-Za-z0-9_-]{22,}$/);
    expect(body.metadata).toEqual({ seat: '4A' });
    const read = await issuer.order('o-1');
    expectOrder(read.body);
    expect(read.body.pickupUrl).toBe(body.pickupUrl);
  });

  test('the same content again is 200: key order and spelled-out defaults make no difference', async () => {
    const issuer = await file.issuer();
    const first = await issuer.place('same-1');
    const reordered = `{"amount":{"currency":"EUR","value":1000},"product":{"name":"Coffee","id":"coffee"},
      "metadata":{},"quantity":1,"terminal":{"channel":"page"},"orderNo":"same-1","type":"order.payment"}`;
    for (const again of [await issuer.place('same-1'), await issuer.post('/orders', null, { raw: reordered })]) {
      expect(again.status).toBe(200);
      expect(again.headers.get('idempotency-replayed')).toBeNull();
      expectOrder(again.body);
      expect(again.body.createdAt).toBe(first.body.createdAt);
    }
    await issuer.message('order.paid', 'same-1');
    expect(issuer.received.filter(({ type }) => type === 'order.paid')).toHaveLength(1);
  });

  test('metadata in another key order is the same content', async () => {
    const issuer = await file.issuer();
    await issuer.place('meta-1', { metadata: { a: '1', b: '2' } });
    expect((await issuer.place('meta-1', { metadata: { b: '2', a: '1' } })).status).toBe(200);
  });

  test.each([
    ['product', { product: { id: 'coffee', name: 'Tea' } }],
    ['quantity', { quantity: 2 }],
    ['amount', { amount: { value: 1_001, currency: 'EUR' } }],
    ['currency', { amount: { value: 1_000, currency: 'USD' } }],
    ['terminal', { terminal: { channel: 'webhook', url: 'https://example.com/terminal' } }],
    ['metadata', { metadata: { seat: '4A' } }],
    ['payment', { payment: { id: 'pay_2' } }],
  ])('another %s under a used orderNo is 409 order_conflict', async (_what, change) => {
    const issuer = await file.issuer();
    await issuer.place('conflict-1');
    expectProblem(await issuer.place('conflict-1', change), 409, 'order_conflict');
  });

  test('an orderNo is unique per issuer, not over all', async () => {
    const [one, other] = [await file.issuer(), await file.issuer()];
    expect((await one.place('shared-no')).status).toBe(201);
    expect((await other.place('shared-no', { quantity: 5 })).status).toBe(201);
    expect((await one.order('shared-no')).body.quantity).toBe(1);
  });

  test('the terminal is the issuer’s preset one unless the order names one; without any it is 422 at /terminal', async () => {
    const preset = await file.issuer({ terminal: { channel: 'webhook', url: 'https://terminal.example.com/in' } });
    const byPreset = await preset.place('preset-1');
    expect(byPreset.body.terminal).toMatchObject({ channel: 'webhook' });
    expect(JSON.stringify(byPreset.body)).not.toContain('/in');
    expect((await preset.place('named-1', { terminal: { channel: 'page' } })).body.terminal.channel).toBe('page');
    const none = await file.issuer({ terminal: undefined });
    expectProblem(await none.place('none-1'), 422, 'body_invalid', '/terminal');
    expect((await none.order('none-1')).status).toBe(404);
  });

  test.each([
    { channel: 'email', address: 'someone@example.com' },
    { channel: 'sms', number: '+4915112345678' },
  ])('a channel that is not configured is 422 at /terminal: $channel', async (terminal) => {
    const issuer = await file.issuer();
    expectProblem(await issuer.place('channel-1', { terminal }), 422, 'body_invalid', '/terminal');
  });

  test('a paused issuer’s new orders are 409 issuer_paused, its old ones are still served', async () => {
    const issuer = await file.issuer();
    await issuer.place('before-pause');
    await issuer.message('order.paid', 'before-pause');
    expect((await file.platform.operator('POST', `/issuers/${issuer.issuerId}/pause`)).body.state).toBe('paused');
    expectProblem(await issuer.place('in-pause'), 409, 'issuer_paused');
    expect((await issuer.place('before-pause')).status).toBe(200);
    expect((await issuer.verify('before-pause')).status).toBe(200);
    await file.platform.operator('POST', `/issuers/${issuer.issuerId}/resume`);
    expect((await issuer.place('in-pause')).status).toBe(201);
  });
});

test('a second payment for an order is refused, and is seen: once in its timeline, and among what a person looks at', async () => {
  const issuer = await file.issuer();
  await issuer.place('twice-1', { payment: { id: 'pay-1' } });
  for (const id of ['pay-2', 'pay-2', 'pay-1', 'pay-3']) {
    const { status } = await issuer.place('twice-1', { payment: { id } });
    expect([id, status]).toEqual([id, id === 'pay-1' ? 200 : 409]);
  }
  await issuer.place('once-1', { payment: { id: 'pay-4' } });
  expectProblem(await issuer.place('once-1', { payment: { id: 'pay-4' }, quantity: 2 }), 409, 'order_conflict');
  const repeated = async (orderNo: string) => {
    const { data } = (await issuer.get(`/orders/${orderNo}/timeline`)).body;
    return data
      .filter(({ event }: { event: string }) => event === 'payment_repeated')
      .map(({ detail }: { detail: { payment: string } }) => detail.payment);
  };
  expect(await repeated('twice-1')).toEqual(['pay-2', 'pay-3']);
  expect(await repeated('once-1')).toEqual([]);
  const { data } = (await file.platform.operator('GET', '/failures')).body;
  const ofIssuer = data.filter(({ issuerId }: { issuerId: string }) => issuerId === issuer.issuerId);
  expect(ofIssuer).toMatchObject([{ orderNo: 'twice-1', kind: 'paid_twice' }]);
});

describe('POST /orders/bulk', () => {
  const bulk = (orders: unknown) => ({ type: 'orders.bulk', orders });
  const statuses = (results: { orderNo: string; status: number }[]) =>
    results.map(({ orderNo, status }) => [orderNo, status]);

  test('each is judged as if it were sent alone, in the order of the call, and nothing is undone for another’s failure', async () => {
    const issuer = await file.issuer();
    await issuer.place('was-there');
    await issuer.place('was-other');
    const orders = [
      payment('new-1', { quantity: 2 }),
      payment('was-there', { terminal: { channel: 'page' } }),
      payment('was-other', { quantity: 2 }),
      payment('no-amount', { amount: undefined }),
      payment('no-channel', { terminal: { channel: 'sms', number: '+4915112345678' } }),
      payment('unknown-field', { colour: 'red' }),
      { orderNo: 'no-type' },
      payment('bulk'),
    ];
    const { status, body } = await issuer.post('/orders/bulk', bulk(orders));
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['results']);
    const { results } = body;
    expect(statuses(results)).toEqual([
      ['new-1', 201],
      ['was-there', 200],
      ['was-other', 409],
      ['no-amount', 422],
      ['no-channel', 422],
      ['unknown-field', 422],
      ['no-type', 422],
      ['bulk', 201],
    ]);
    for (const { status: given, order, problem } of results) {
      expect([order, problem].filter((part) => part !== undefined)).toHaveLength(1);
      if (order) expectOrder(order);
      else expect(problem).toMatchObject({ status: given, retryable: false });
    }
    expect(results[0].order).toMatchObject({ orderNo: 'new-1', quantity: 2, pickupUrl: expect.any(String) });
    expect(results[2].problem.code).toBe('order_conflict');
    const pathOf = (at: number) => results[at].problem.errors[0].path;
    expect([pathOf(3), pathOf(4), pathOf(5), pathOf(6)]).toEqual(['/amount', '/terminal', '/colour', '/type']);
    expect((await issuer.order('bulk')).body.orderNo).toBe('bulk');
    await issuer.message('order.paid', 'bulk');
    expect((await issuer.verify('bulk')).status).toBe(200);
    for (const orderNo of ['no-amount', 'no-channel', 'no-type'])
      expect((await issuer.order(orderNo)).status).toBe(404);
  });

  test('what JSON does not allow in one entry is that entry’s', async () => {
    const issuer = await file.issuer();
    const text = (order: object) => JSON.stringify(order);
    const flawed = [
      text(payment('twice')).replace('"amount"', '"type":"order.payment","amount"'),
      text(payment('fraction')).replace('1000', '1000.0'),
      text(payment('nul', { product: { id: 'coffee', name: 'Cof\0fee' } })),
      text(payment('null', { metadata: null })),
    ];
    const raw = `{"type":"orders.bulk","orders":[${[...flawed, text(payment('sound'))].join(',')}]}`;
    const { status, body } = await issuer.post('/orders/bulk', null, { raw });
    expect([status, statuses(body.results)]).toEqual([
      200,
      [
        ['twice', 422],
        ['fraction', 422],
        ['nul', 422],
        ['null', 422],
        ['sound', 201],
      ],
    ]);
    expect(
      body.results
        .slice(0, 4)
        .map(({ problem }: { problem: { errors: { path: string }[] } }) => problem.errors[0]?.path),
    ).toEqual(['/type', '/amount/value', '/product/name', '/metadata']);
  });

  test.each([
    ['no type', { orders: [payment('whole-1')] }, '/type'],
    ['no orders', { type: 'orders.bulk' }, '/orders'],
    ['no order', bulk([]), '/orders'],
    ['201 orders', bulk(Array.from({ length: 201 }, (_, n) => ({ orderNo: `n-${n}` }))), '/orders'],
    ['another field', { ...bulk([payment('whole-1')]), colour: 'red' }, '/colour'],
    [
      'an order without a number',
      bulk([payment('whole-1'), payment('whole-2', { orderNo: undefined })]),
      '/orders/1/orderNo',
    ],
    ['a number that is none', bulk([payment('whole-1'), payment('.dot')]), '/orders/1/orderNo'],
    ['null for an order', bulk([payment('whole-1'), null]), '/orders/1'],
    ['a text for an order', bulk(['whole-1']), '/orders/0'],
    ['a number twice', bulk([payment('whole-1'), payment('whole-2'), payment('whole-1')]), '/orders/2/orderNo'],
  ])('%s is 422 for the whole, and nothing is placed', async (_what, body, path) => {
    const issuer = await file.issuer();
    expectProblem(await issuer.post('/orders/bulk', body), 422, 'body_invalid', path);
    expect((await issuer.get('/orders')).body.data).toEqual([]);
  });

  test('many orders are placed by one call, whose repeat is the kept answer', async () => {
    const issuer = await file.issuer();
    const orders = Array.from({ length: 20 }, (_, n) => payment(`many-${n}`));
    const sent = bulk(orders);
    const first = await issuer.post('/orders/bulk', sent, { webhookId: 'bulk-many' });
    expect(statuses(first.body.results)).toEqual(orders.map(({ orderNo }) => [orderNo, 201]));
    const again = await issuer.post('/orders/bulk', sent, { webhookId: 'bulk-many' });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    const anew = await issuer.post('/orders/bulk', sent);
    expect(statuses(anew.body.results)).toEqual(orders.map(({ orderNo }) => [orderNo, 200]));
    expectProblem(
      await issuer.post('/orders/bulk', bulk([payment('x')]), { webhookId: 'bulk-many' }),
      422,
      'idempotency_mismatch',
    );
    const tooLarge = bulk([payment('x', { padding: 'x'.repeat(1024 * 1024) })]);
    expectProblem(await issuer.post('/orders/bulk', tooLarge), 413, 'body_too_large');
  });

  test('an answer with a retryable result is not kept: the same call again judges all anew', async () => {
    const issuer = await file.issuer();
    await issuer.place('before');
    await file.platform.operator('POST', `/issuers/${issuer.issuerId}/pause`);
    const sent = bulk([payment('before'), payment('in-pause'), payment('broken', { amount: 1 })]);
    const paused = await issuer.post('/orders/bulk', sent, { webhookId: 'bulk-paused' });
    expect(statuses(paused.body.results)).toEqual([
      ['before', 200],
      ['in-pause', 409],
      ['broken', 422],
    ]);
    expect(paused.body.results[1].problem).toMatchObject({ code: 'issuer_paused', retryable: true });
    expect(paused.headers.get('retry-after')).toMatch(/^[0-9]+$/);
    await file.platform.operator('POST', `/issuers/${issuer.issuerId}/resume`);
    const resumed = await issuer.post('/orders/bulk', sent, { webhookId: 'bulk-paused' });
    expect(resumed.headers.get('idempotency-replayed')).toBeNull();
    expect(statuses(resumed.body.results)).toEqual([
      ['before', 200],
      ['in-pause', 201],
      ['broken', 422],
    ]);
    const kept = await issuer.post('/orders/bulk', sent, { webhookId: 'bulk-paused' });
    expect([kept.headers.get('idempotency-replayed'), kept.body]).toEqual(['true', resumed.body]);
  });

  test('one order of several calls at once is new in exactly one', async () => {
    const issuer = await file.issuer();
    const numbers = Array.from({ length: 4 }, (_, n) => `race-${n}`);
    const calls = await Promise.all(
      [0, 1, 2, 3].map((shift) => {
        const turned = [...numbers.slice(shift), ...numbers.slice(0, shift)];
        return issuer.post('/orders/bulk', bulk(turned.map((orderNo) => payment(orderNo))));
      }),
    );
    const all = calls.flatMap(({ body }) => statuses(body.results));
    for (const orderNo of numbers) {
      expect(
        all
          .filter(([no]) => no === orderNo)
          .map(([, status]) => status)
          .sort(),
      ).toEqual([200, 200, 200, 201]);
    }
  });
});

describe('GET', () => {
  test('an order that is not there, or is another issuer’s, is 404 order_unknown', async () => {
    const [one, other] = [await file.issuer(), await file.issuer()];
    await one.place('mine-1');
    expectProblem(await one.order('nobody-1'), 404, 'order_unknown');
    expectProblem(await other.order('mine-1'), 404, 'order_unknown');
    expectProblem(await other.get('/orders/mine-1/timeline'), 404, 'order_unknown');
  });

  test('what is read after a 2xx shows at least that change, all the way', async () => {
    const issuer = await file.issuer();
    await issuer.place('read-1', { quantity: 2 });
    expect((await issuer.order('read-1')).status).toBe(200);
    await issuer.message('order.paid', 'read-1');
    const { body: verified } = await issuer.verify('read-1', { quantity: 2 });
    const afterVerification = (await issuer.order('read-1')).body;
    expect(afterVerification).toMatchObject({ state: 'verified', issueBy: verified.issueBy });
    await issuer.submit('read-1', [{ itemId: 'a', value: 'R-1' }]);
    const afterOne = (await issuer.order('read-1')).body;
    expect(afterOne).toMatchObject({ state: 'partially_issued', codes: { issued: 1, outstanding: 1 } });
    await issuer.submit('read-1', [{ itemId: 'b', value: 'R-2' }]);
    const afterAll = (await issuer.order('read-1')).body;
    expect(['issued', 'delivered']).toContain(afterAll.state);
    expect(afterAll.codes).toEqual({ issued: 2, outstanding: 0 });
    const delivered = (await issuer.inState('read-1', 'delivered')).body;
    expectOrder(delivered);
    expect(delivered).toMatchObject({ delivery: { state: 'delivered' }, sequence: 1 });
    expect(delivered).not.toHaveProperty('refundDue');
  });

  test('the list pages newest first through all of an issuer’s orders and only its own', async () => {
    const [issuer, other] = [await file.issuer(), await file.issuer()];
    await other.place('not-in-the-list');
    const placed: string[] = [];
    for (let n = 0; n < 21; n += 1) {
      const orderNo = `list-${n}`;
      placed.unshift(orderNo);
      const { status } = await issuer.place(orderNo);
      expect(status).toBe(201);
    }
    const byDefault = (await issuer.get('/orders')).body;
    expect(Object.keys(byDefault).sort()).toEqual(['data', 'nextCursor']);
    expect(byDefault.data).toHaveLength(20);
    for (const order of byDefault.data) {
      expectOrder(order);
      expect(order).not.toHaveProperty('pickupUrl');
    }
    const walked: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '?limit=8' : `?limit=8&cursor=${encodeURIComponent(cursor)}`;
      const page = (await issuer.get(`/orders${query}`)).body;
      expect(page.data.length).toBeLessThanOrEqual(8);
      walked.push(...page.data.map(({ orderNo }: { orderNo: string }) => orderNo));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(walked).toEqual(placed);
    const exact = (await issuer.get('/orders?limit=21')).body;
    expect(exact.data).toHaveLength(21);
    expect(exact.nextCursor).toBeNull();

    const tenth = exact.data[10];
    const after = (await issuer.get(`/orders?limit=100&createdAfter=${encodeURIComponent(tenth.createdAt)}`)).body;
    const expected = exact.data.filter(({ createdAt }: { createdAt: string }) => createdAt > tenth.createdAt);
    expect(after.data.map(({ orderNo }: { orderNo: string }) => orderNo)).toEqual(
      expected.map(({ orderNo }: { orderNo: string }) => orderNo),
    );
    expect(after.nextCursor).toBeNull();
  });

  test('updatedAfter and paymentId list the newest change first, without that moment itself', async () => {
    const issuer = await file.issuer();
    const numbers = ['ch-0', 'ch-1', 'ch-2', 'ch-3', 'ch-4'];
    for (const [n, orderNo] of numbers.entries()) {
      await issuer.place(orderNo, { payment: { id: n % 2 === 0 ? 'pay-even' : 'pay-odd' } });
      await issuer.message('order.paid', orderNo);
    }
    const start = new Date(Date.parse((await issuer.order('ch-0')).body.createdAt) - 1).toISOString();
    for (const orderNo of ['ch-3', 'ch-0']) {
      await issuer.verify(orderNo);
      await issuer.refuse(orderNo);
    }
    const walk = async (query: string) => {
      const found: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: { data: { orderNo: string }[]; nextCursor: string | null } = (
          await issuer.get(`/orders?${query}${cursor && `&cursor=${cursor}`}`)
        ).body;
        found.push(...page.data.map(({ orderNo }: { orderNo: string }) => orderNo));
        cursor = page.nextCursor;
      }
      return found;
    };
    const all = await walk(`updatedAfter=${start}&limit=2`);
    expect(all.slice(0, 2)).toEqual(['ch-0', 'ch-3']);
    expect([...all].sort()).toEqual(numbers);
    expect(await walk(`updatedAfter=${start}`)).toEqual(all);
    const { updatedAt } = (await issuer.order('ch-3')).body;
    expect(await walk(`updatedAfter=${updatedAt}`)).toEqual(['ch-0']);
    expect((await walk('paymentId=pay-even&limit=1')).sort()).toEqual(['ch-0', 'ch-2', 'ch-4']);
    expect(await walk('paymentId=pay-odd&state=refused')).toEqual(['ch-3']);
    expect(await walk('paymentId=pay-none')).toEqual([]);
    expectProblem(await issuer.get('/orders?updatedAfter=yesterday'), 422, 'body_invalid', '/updatedAfter');
    const byCreation = (await issuer.get('/orders?limit=1')).body.nextCursor;
    expectProblem(await issuer.get(`/orders?paymentId=pay-odd&cursor=${byCreation}`), 422, 'body_invalid', '/cursor');
  });

  test('the list can be narrowed to one state', async () => {
    const issuer = await file.issuer();
    await issuer.place('open-1');
    await issuer.place('gone-1');
    expect((await issuer.cancel('gone-1')).status).toBe(200);
    const cancelled = (await issuer.get('/orders?state=cancelled')).body.data;
    expect(cancelled.map(({ orderNo }: { orderNo: string }) => orderNo)).toEqual(['gone-1']);
    const empty = (await issuer.get('/orders?state=undeliverable')).body;
    expect(empty).toEqual({ data: [], nextCursor: null });
  });

  test.each(['limit=0', 'limit=101', 'limit=x', 'state=nothing', 'createdAfter=yesterday', 'cursor=made-up'])(
    'a list asked for with %s is 422',
    async (query) => {
      const issuer = await file.issuer();
      expectProblem(await issuer.get(`/orders?${query}`), 422, 'body_invalid', `/${query.split('=')[0]}`);
    },
  );

  test('the timeline tells every try and answer in order, and never a code, token or pick-up link', async () => {
    const issuer = await file.issuer({ codeMode: 'request', noticeDelaysSeconds: [1] });
    let tries = 0;
    issuer.on('order.paid', async () => ({ status: ++tries === 1 ? 500 : 200 }));
    issuer.on('order.code_requested', async () => ({
      status: 200,
      body: { status: 'issued', codes: [{ itemId: 'a', value: 'TIMELINE-SECRET-1' }] },
    }));
    const placed = await issuer.place('timeline-1');
    await issuer.message('order.paid', 'timeline-1', 2);
    await issuer.verify('timeline-1', { token: 'wrong' });
    await issuer.verify('timeline-1');
    await issuer.inState('timeline-1', 'delivered');
    await issuer.message('order.delivered', 'timeline-1');
    const told = await until('the event in the timeline', async () => {
      const { body } = await issuer.get('/orders/timeline-1/timeline');
      return body.data.some(({ event }: { event: string }) => event === 'event_sent') && body;
    });
    expectTimeline(told);
    const times = told.data.map(({ at }: { at: string }) => at);
    expect(times).toEqual([...times].sort());
    const counts: Record<string, number> = {};
    for (const { event } of told.data) counts[event] = (counts[event] ?? 0) + 1;
    expect(counts).toEqual({
      accepted: 1,
      notice_sent: 2,
      notice_answered: 2,
      verification_judged: 2,
      code_requested: 1,
      code_request_answered: 1,
      codes_judged: 1,
      delivered: 1,
      event_sent: 1,
    });
    const text = JSON.stringify(told);
    for (const secret of ['TIMELINE-SECRET-1', issuer.tokenOf('timeline-1'), placed.body.pickupUrl.split('/p/')[1]]) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('what is checked before an order is looked at', () => {
  const text = { 'content-type': 'text/plain' };

  test('a path that is none is 404 path_unknown, a method that a path has not is 405', async () => {
    const issuer = await file.issuer();
    expectProblem(await issuer.get('/nothing'), 404, 'path_unknown');
    const wrongMethod = await issuer.get('/orders/x/verification');
    expectProblem(wrongMethod, 405, 'method_not_allowed');
    expect(wrongMethod.headers.get('allow')).toBe('POST');
    expectProblem(await issuer.post('/orders/x', {}), 405, 'method_not_allowed');
    expectProblem(await issuer.get('/echo'), 405, 'method_not_allowed');
  });

  test('bodies are taken up to 256 KiB, those of /codes up to 1 MiB; size is looked at before the signature', async () => {
    const issuer = await file.issuer();
    const unsigned = { 'webhook-signature': 'v1,bm90aGluZw==' };
    const ofBytes = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;
    const orders = (raw: string, headers = {}) => issuer.post('/orders', null, { raw, headers });
    const codes = (raw: string, headers = {}) => issuer.post('/orders/x/codes', null, { raw, headers });
    expectProblem(await orders(ofBytes(256 * 1024)), 422, 'body_invalid');
    expectProblem(await orders(ofBytes(256 * 1024 + 1)), 413, 'body_too_large');
    expectProblem(await orders(ofBytes(256 * 1024 + 1), unsigned), 413, 'body_too_large');
    expectProblem(await codes(ofBytes(1024 * 1024)), 422, 'body_invalid');
    expectProblem(await codes(ofBytes(1024 * 1024 + 1)), 413, 'body_too_large');
  });

  test('signature, idempotency, media type, JSON, schema, order, state: in this order', async () => {
    const issuer = await file.issuer();
    const wrongSignature = { 'webhook-signature': 'v1,bm90aGluZw==' };
    const garbage = '{"type":';
    await issuer.post('/orders', payment('checks-1'), { webhookId: 'used-id' });
    const used = await issuer.post('/orders', null, {
      webhookId: 'used-id',
      raw: garbage,
      headers: { ...text, ...wrongSignature },
    });
    expectProblem(used, 401, 'signature_invalid');
    const mismatched = await issuer.post('/orders', null, { webhookId: 'used-id', raw: garbage, headers: text });
    expectProblem(mismatched, 422, 'idempotency_mismatch');
    expectProblem(await issuer.post('/orders', null, { raw: garbage, headers: text }), 415, 'media_type_unsupported');
    expectProblem(await issuer.post('/orders', null, { raw: garbage }), 400, 'body_malformed');
    expectProblem(await issuer.post('/orders', { ...payment('x'), extra: 1 }), 422, 'body_invalid', '/extra');
    expectProblem(await issuer.verify('nobody', { quantity: 0, token: 'x' }), 422, 'body_invalid', '/quantity');
    expectProblem(await issuer.verify('nobody', { token: 'x' }), 404, 'order_unknown');
    await issuer.cancel('checks-1');
    expectProblem(await issuer.verify('checks-1', { token: '' }), 422, 'body_invalid', '/token');
    expectProblem(await issuer.verify('checks-1', { token: 'x' }), 409, 'order_closed');
  });

  test('JSON with a charset is JSON; form data and a missing type are 415', async () => {
    const issuer = await file.issuer();
    const raw = JSON.stringify(payment('media-1'));
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) {
      const refused = await issuer.post('/orders', null, { raw, headers: { 'content-type': type } });
      expectProblem(refused, 415, 'media_type_unsupported');
    }
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect((await issuer.post('/orders', null, { raw, headers })).status).toBe(201);
  });

  test.each([
    ['verification', { token: 't', quantity: 1, amount }],
    ['codes', { token: 't', codes: [{ itemId: 'a', value: 'x' }] }],
    ['refusal', { token: 't', reason: 'other' }],
    ['cancellation', { reason: 'r' }],
  ])('a signed body fits one endpoint and one order: /%s', async (name, fields) => {
    const issuer = await file.issuer();
    await issuer.place('bound-1');
    await issuer.place('bound-2');
    const post = (changes: object) =>
      issuer.post(`/orders/bound-1/${name}`, { type: `order.${name}`, orderNo: 'bound-1', ...fields, ...changes });
    expectProblem(await post({ type: 'order.payment' }), 422, 'body_invalid', '/type');
    expectProblem(await post({ orderNo: 'bound-2' }), 422, 'body_invalid', '/orderNo');
    expectProblem(await post({ orderNo: undefined }), 422, 'body_invalid', '/orderNo');
    expectProblem(await post({ surplus: true }), 422, 'body_invalid', '/surplus');
    expectProblem(
      await issuer.post('/orders', { ...payment('bound-3'), type: `order.${name}` }),
      422,
      'body_invalid',
      '/type',
    );
    expect((await issuer.order('bound-1')).body.state).not.toBe('cancelled');
  });
});
