import { Webhook } from 'standardwebhooks';
import { Failure } from '../../src/domain/failures';
import { verifySignature } from '../../src/signing/verify';
import type { TestIssuer } from '../support/issuer';
import { read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { revealItems } from '../support/reveal';
import { startTerminal, type TestTerminal } from '../support/terminal';
import { until } from '../support/until';

const file = platformOfFile();
let issuer: TestIssuer;
let terminal: TestTerminal;
beforeAll(async () => {
  issuer = await file.issuer();
  terminal = await startTerminal();
});
afterAll(() => terminal.stop());

const operator = (method: string, path: string, body?: unknown) => file.platform.operator(method, path, body);
const at = (orderNo: string) => `/orders/${issuer.issuerId}/${orderNo}`;
const delivered = async (orderNo: string, change: Record<string, unknown> = {}) => {
  const placed = await issuer.placeVerified(orderNo, change);
  await issuer.submit(orderNo, [{ itemId: 'a', value: `CODE-${orderNo}` }]);
  await issuer.inState(orderNo, 'delivered');
  return placed.body;
};
const lastAudit = async (action: string, orderNo: string) => {
  const { data } = (await operator('GET', '/audit?limit=100')).body;
  return data.find(
    (entry: { action: string; target: string }) =>
      entry.action === action && entry.target === `${issuer.issuerId}/${orderNo}`,
  );
};

describe('seeing', () => {
  test('an order, its timeline and why it waits; never a code, a token or a pick-up link', async () => {
    const placed = await delivered('seen-1', { metadata: { seat: '12' } });
    await issuer.message('order.delivered', 'seen-1');
    const order = await operator('GET', at('seen-1'));
    expect(order.status).toBe(200);
    expect(order.body).toMatchObject({ orderNo: 'seen-1', state: 'delivered', codes: { issued: 1, outstanding: 0 } });
    const { pickupUrl, ...rest } = (await issuer.order('seen-1')).body;
    const deliveredAt = expect.any(String);
    expect(order.body).toEqual({ ...rest, deliveredAt, actions: ['redeliver', 'void', 'refund', 'redeem', 'note'] });

    const timeline = await until('the event in the timeline', async () => {
      const { body } = await operator('GET', `${at('seen-1')}/timeline`);
      return body.data.some(({ event }: { event: string }) => event === 'event_sent') && body;
    });
    expect(timeline).toEqual((await issuer.get('/orders/seen-1/timeline')).body);
    const events = timeline.data.map(({ event }: { event: string }) => event);
    expect(events).toEqual(
      expect.arrayContaining([
        'accepted',
        'notice_sent',
        'notice_answered',
        'verification_judged',
        'codes_judged',
        'delivered',
      ]),
    );
    const times = timeline.data.map((entry: { at: string }) => entry.at);
    expect(times).toEqual([...times].sort());
    for (const entry of timeline.data) expect(Object.keys(entry).sort()).toEqual(['at', 'detail', 'event']);

    const why = await operator('GET', `${at('seen-1')}/why`);
    expect(why.body).toEqual({ orderNo: 'seen-1', state: 'delivered', why: 'Delivered. It waits for nothing.' });
    const list = await operator('GET', `/orders?issuerId=${issuer.issuerId}&limit=100`);
    const secrets = ['CODE-seen-1', issuer.tokenOf('seen-1'), String(placed.pickupUrl).split('/p/')[1] as string];
    const shown = JSON.stringify([order.body, timeline, why.body, list.body]);
    for (const secret of secrets) expect(shown).not.toContain(secret);
    for (const secret of secrets) expect(file.platform.logText()).not.toContain(secret);
  });

  test('when it was delivered stays what it was, whatever comes after the sale; in lists too', async () => {
    await delivered('seen-2');
    const { deliveredAt, updatedAt } = (await operator('GET', at('seen-2'))).body;
    expect(deliveredAt).toBe(updatedAt);
    expect((await operator('POST', `${at('seen-2')}/void`, { reason: 'lost' })).status).toBe(200);
    const { body } = await operator('GET', at('seen-2'));
    expect(body.updatedAt > deliveredAt).toBe(true);
    expect(body.deliveredAt).toBe(deliveredAt);
    const { data } = (await operator('GET', `/orders?issuerId=${issuer.issuerId}&q=seen-2`)).body;
    expect(data).toMatchObject([{ orderNo: 'seen-2', deliveredAt }]);
  });

  test('why an open order waits is one plain sentence', async () => {
    await issuer.placeVerified('why-1');
    const { body } = await operator('GET', `${at('why-1')}/why`);
    expect(body.why).toMatch(/^Verified; waits for the issuer to submit 1 code\(s\) until \S+Z\.$/);
  });

  test('a wrong amount is told with what was given, in the timeline too; of a wrong token nothing is kept', async () => {
    await issuer.place('why-2');
    await issuer.message('order.paid', 'why-2');
    await issuer.verify('why-2', { amount: { value: 999, currency: 'EUR' } });
    await issuer.verify('why-2', { quantity: 3 });
    await issuer.verify('why-2', { token: 'a-token-that-is-wrong' });
    const { body } = await operator('GET', `${at('why-2')}/timeline`);
    const judged = body.data.filter(({ event }: { event: string }) => event === 'verification_judged');
    expect(judged.map(({ detail }: { detail: unknown }) => detail)).toEqual([
      { verdict: 'amount_mismatch', givenValue: 999, givenCurrency: 'EUR' },
      { verdict: 'quantity_mismatch', givenQuantity: 3 },
      { verdict: 'token_mismatch' },
    ]);
    const { body: reason } = await operator('GET', `${at('why-2')}/why`);
    expect(reason.why).toMatch(/a token that is not this order's: 1 time, last at \S+Z; .* that was 3\./);
    expect(reason.next.action).toBe('renotify');
    await operator('POST', `${at('why-2')}/renotify`);
    expect((await operator('GET', `${at('why-2')}/why`)).body.why).not.toContain('a token');
  });

  test.each(['', '/timeline', '/why'])('what does not exist is 404: %s', async (part) => {
    expectProblem(await operator('GET', `${at('no-such')}${part}`), 404, 'order_unknown');
    expectProblem(await operator('GET', `/orders/no-such/seen-1${part}`), 404, 'order_unknown');
  });
});

describe('listing', () => {
  let one: TestIssuer;
  let two: TestIssuer;
  const numbers = ['L-10', 'L-11', 'L-12', 'L-20', 'L-21'];
  beforeAll(async () => {
    one = await file.issuer();
    two = await file.issuer();
    for (const orderNo of numbers) await one.place(orderNo);
    await two.place('L-10');
    await one.cancel('L-11');
  });
  const list = async (query: string) => {
    const { status, body } = await operator('GET', `/orders?${query}`);
    expect(status).toBe(200);
    return body as { data: { issuerId: string; orderNo: string }[]; nextCursor: string | null };
  };
  const names = async (query: string) => (await list(query)).data.map(({ orderNo }) => orderNo);

  test('newest first, by issuer, by state and by the beginning of the number', async () => {
    expect(await names(`issuerId=${one.issuerId}`)).toEqual([...numbers].reverse());
    expect(await names(`issuerId=${two.issuerId}`)).toEqual(['L-10']);
    expect(await names(`issuerId=${one.issuerId}&state=cancelled`)).toEqual(['L-11']);
    expect(await names('q=L-1')).toEqual(['L-10', 'L-12', 'L-11', 'L-10']);
    expect(await names(`q=L-2&issuerId=${one.issuerId}`)).toEqual(['L-21', 'L-20']);
    expect(await names('q=nothing-begins-so')).toEqual([]);
    // The number is text to look for, not a pattern.
    expect(await names('q=.*')).toEqual([]);
  });

  test('by number in any case, and by whole payment, payer and product', async () => {
    const [a, b] = [await file.issuer(), await file.issuer()];
    await a.place('MiXed-1', { payment: { id: 'Pay-77', payer: 'ann' } });
    await a.place('mixed-2', { payment: { id: 'Pay-78', payer: 'ann' } });
    await b.place('mixed-3', { product: { id: 'rare-tea', name: 'Tea' } });
    expect(await names('q=mIxEd')).toEqual(['mixed-3', 'mixed-2', 'MiXed-1']);
    expect(await names('q=Pay-77')).toEqual(['MiXed-1']);
    expect(await names('q=ann')).toEqual(['mixed-2', 'MiXed-1']);
    expect(await names('q=rare-tea')).toEqual(['mixed-3']);
    expect(await names('productId=rare-tea')).toEqual(['mixed-3']);
    expect(await names('productId=rare-tea&q=ann')).toEqual([]);
    for (const part of ['Pay', 'rare']) expect(await names(`q=${part}`)).toEqual([]);
    const { data, nextCursor } = await list('q=ann&limit=1');
    expect([data[0]?.orderNo, ...(await names(`q=ann&limit=1&cursor=${nextCursor}`))]).toEqual(['mixed-2', 'MiXed-1']);
  });

  test('page by page each order once, and the end is told', async () => {
    const seen: string[] = [];
    let cursor = '';
    for (let n = 1; n <= 3; n += 1) {
      const page = await list(`issuerId=${one.issuerId}&limit=2${cursor}`);
      seen.push(...page.data.map(({ orderNo }) => orderNo));
      expect(page.nextCursor === null).toBe(n === 3);
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual([...numbers].reverse());
  });

  test.each([
    ['limit=101', '/limit'],
    ['limit=abc', '/limit'],
    ['state=lost', '/state'],
    ['cursor=made-up', '/cursor'],
    ['sort=asc', '/sort'],
    ['productId=', '/productId'],
    ['state=issued&state=verified', '/state'],
  ])('%s is refused at %s', async (query, path) => {
    expectProblem(await operator('GET', `/orders?${query}`), 422, 'body_invalid', path);
    if (!query.startsWith('q=')) expectProblem(await issuer.get(`/orders?${query}`), 422, 'body_invalid', path);
  });
});

describe('finding by what a buyer has', () => {
  const search = async (body: unknown) => operator('POST', '/orders/search', body);
  const found = async (body: unknown) =>
    (await search(body)).body.data.map(({ orderNo }: { orderNo: string }) => orderNo);

  test('a code’s very value names its order, also once it is void; the audit log has who looked, and no code', async () => {
    await delivered('code-1');
    expect(await found({ code: 'CODE-code-1' })).toEqual(['code-1']);
    expect(await found({ code: 'CODE-code-1', issuerId: issuer.issuerId })).toEqual(['code-1']);
    for (const code of ['CODE-code', 'code-code-1', 'a']) expect(await found({ code })).toEqual([]);
    await operator('POST', `${at('code-1')}/void`, { reason: 'lost' });
    expect(await found({ code: 'CODE-code-1' })).toEqual(['code-1']);
    const { data } = (await operator('GET', '/audit?action=orders.searched&limit=1')).body;
    expect(data).toMatchObject([{ actor: 'operator', target: 'platform', after: { by: 'code', found: 1 } }]);
    const text = JSON.stringify((await operator('GET', '/audit?phase=any&limit=100')).body);
    for (const place of [text, file.platform.logText()]) expect(place).not.toContain('CODE-code-1');
  });

  test('a pick-up link names its order', async () => {
    const { pickupUrl } = await delivered('link-1');
    expect(await found({ link: `Here: ${pickupUrl}?x=1.` })).toEqual(['link-1']);
    expect(await found({ link: String(pickupUrl).slice(0, -1) })).toEqual([]);
    expect(file.platform.logText()).not.toContain(String(pickupUrl).split('/p/')[1]);
  });

  test('what a list is searched for may stand in the body, with its filters and pages', async () => {
    const own = await file.issuer();
    for (const orderNo of ['body-1', 'BODY-2', 'body-3']) await own.place(orderNo);
    const page = (await search({ q: 'body-', issuerId: own.issuerId, limit: 2 })).body;
    expect(page.data.map(({ orderNo }: { orderNo: string }) => orderNo)).toEqual(['body-3', 'BODY-2']);
    expect(await found({ q: 'body-', issuerId: own.issuerId, cursor: page.nextCursor })).toEqual(['body-1']);
    expect(await found({ q: 'body-', issuerId: own.issuerId, state: 'delivered' })).toEqual([]);
  });

  test('one of them is needed, and filters go with a list alone', async () => {
    for (const body of [{}, { code: 'a', link: 'b' }, { code: 'a', q: 'b' }]) {
      expectProblem(await search(body), 422, 'body_invalid', '');
    }
    expectProblem(await search({ code: '' }), 422, 'body_invalid', '/code');
    expectProblem(await search({ code: 'a', state: 'delivered' }), 422, 'body_invalid', '/state');
    expectProblem(await search({ link: 'a', mode: 'test' }), 422, 'body_invalid', '/mode');
    expectProblem(await search({ q: 'a', limit: 101 }), 422, 'body_invalid', '/limit');
  });
});

describe('the file of a list', () => {
  const csv = async (query: string) => {
    const response = await fetch(`${file.platform.baseUrl}/v1/operator/orders.csv?${query}`, {
      headers: { authorization: `Bearer ${file.platform.operatorToken}` },
    });
    return { response, text: await response.text() };
  };

  test('has a line an order, newest first, with amounts in minor units and without a code', async () => {
    const own = await file.issuer();
    await own.place('csv-1', { payment: { id: '=p,"1"' } });
    await own.placeVerified('csv-2', { quantity: 2, amount: { value: 2_000, currency: 'EUR' } });
    const codes = ['a', 'b'].map((itemId) => ({ itemId, value: `SECRET-${itemId}` }));
    await own.submit('csv-2', codes);
    await own.inState('csv-2', 'delivered');
    const { response, text } = await csv(`issuerId=${own.issuerId}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(response.headers.get('content-disposition')).toBe('attachment; filename=orders.csv');
    const [head, second, first, end] = text.split('\r\n');
    expect(head).toBe(
      'issuerId,orderNo,paymentId,state,product,quantity,amount,currency,issued,delivered,void,redeemed,refundDue,refundSettled,createdAt,closedAt',
    );
    expect(second).toContain(`${own.issuerId},csv-2,,delivered,`);
    expect(second).toMatch(/,2,2000,EUR,2,2,0,0,,,[^,]+Z,[^,]+Z$/);
    expect(first).toContain(`,csv-1,"'=p,""1""",`);
    expect(end).toBe('');
    expect(text).not.toContain('SECRET');
    expect((await csv(`issuerId=${own.issuerId}&q=CSV-2`)).text.split('\r\n')).toHaveLength(3);
  });

  test('is as long as the list, over all pages that are read', async () => {
    const { orders } = file.platform.core.orderDeps;
    const { list } = orders;
    const sizes: number[] = [];
    const row = (await list({ limit: 1 }))[0];
    if (!row) throw new Error('there is an order');
    const many = 1_203;
    const listMany: typeof list = async ({ limit, before }) => {
      const from = before === undefined ? 0 : Number(before.split('/')[1]);
      const rows = Array.from({ length: Math.min(limit, many - from) }, (_, n) => ({
        ...row,
        position: `2026-01-01T00:00:00.000Z/${from + n + 1}`,
      }));
      sizes.push(rows.length);
      return rows;
    };
    Object.assign(orders, { list: listMany });
    const { text } = await csv('').finally(() => Object.assign(orders, { list }));
    expect(text.split('\r\n')).toHaveLength(many + 2);
    expect(sizes).toEqual([500, 500, 203]);
  });

  test('refuses a filter that is none', async () => {
    expectProblem(await operator('GET', '/orders.csv?state=lost'), 422, 'body_invalid', '/state');
  });

  test('is in the audit log with its filter, and without what was searched for', async () => {
    await csv('state=cancelled&q=pay-of-somebody');
    // What came of it is written once the file has left.
    const done = await until('the line of the export', async () => {
      const { body } = await operator('GET', '/audit?action=orders.exported&limit=100');
      const lines: readonly { after: { state?: string } }[] = body.data;
      return lines.find(({ after }) => after.state === 'cancelled');
    });
    expect(done).toMatchObject({ actor: 'operator', phase: 'done', target: 'orders' });
    expect(done.after).toEqual({ state: 'cancelled', searched: true });
  });

  test('whose first lines cannot be read is a problem, and no empty file', async () => {
    const { orders } = file.platform.core.orderDeps;
    const { list } = orders;
    Object.assign(orders, { list: () => Promise.reject(new Failure('unavailable')) });
    const answer = await operator('GET', '/orders.csv').finally(() => Object.assign(orders, { list }));
    expectProblem(answer, 503, 'unavailable');
  });
});

test('what was sold over a day and a week counts every order by product and money', async () => {
  const own = await file.issuer();
  await own.place('sold-1', { product: { id: 'sold-once', name: 'Sold' }, amount: { value: 3, currency: 'ISK' } });
  for (const hours of [24, 168]) {
    const { status, body } = await operator('GET', `/console/sales?hours=${hours}`);
    expect(status).toBe(200);
    expect(body.products).toContainEqual(expect.objectContaining({ productId: 'sold-once', orders: 1 }));
    expect(body.money).toContainEqual({ currency: 'ISK', orders: 1, paid: 3, refundDue: 0 });
  }
  expectProblem(await operator('GET', '/console/sales?hours=2'), 422, 'body_invalid', '/hours');
});

describe('refunds', () => {
  test('are listed while they are due, whatever became of the order, with their sums; then as settled', async () => {
    const own = await file.issuer();
    const yen = (value: number) => ({ value, currency: 'JPY' });
    const of = async (query = '') => {
      const { body } = await operator('GET', `/refunds?limit=100${query}`);
      return { ...body, data: body.data.filter((one: { issuerId: string }) => one.issuerId === own.issuerId) };
    };
    await own.place('owed-1', { amount: yen(700), payment: { id: 'pay-owed' } });
    await own.message('order.paid', 'owed-1');
    await own.cancel('owed-1');
    await own.placeVerified('owed-2', { amount: yen(900) });
    expect((await own.refuse('owed-2')).status).toBe(200);
    const open = await of();
    expect(open.data).toMatchObject([
      { orderNo: 'owed-2', state: 'refused', due: yen(900) },
      {
        orderNo: 'owed-1',
        state: 'cancelled',
        closedReason: 'issuer_cancelled',
        due: yen(700),
        payment: { id: 'pay-owed' },
      },
    ]);
    expect(open.owed.sums).toContainEqual(yen(1_600));
    const settle = async (settlementId: string, value: number) =>
      own.post('/orders/owed-1/refund-settlement', {
        ...{ type: 'order.refund_settlement', orderNo: 'owed-1', token: own.tokenOf('owed-1') },
        ...{ settlementId, amount: yen(value) },
      });
    expect((await settle('one', 300)).status).toBe(201);
    const partly = await of();
    expect(partly.data[1]).toMatchObject({ orderNo: 'owed-1', settled: yen(300) });
    expect(partly.owed.sums).toContainEqual(yen(1_300));
    await settle('two', 400);
    expect((await of()).data).toHaveLength(1);
    const { body: first } = await operator('GET', '/refunds?limit=1');
    const { body: second } = await operator('GET', `/refunds?limit=1&cursor=${first.nextCursor}`);
    expect([first.owed?.isCapped, second.owed]).toEqual([false, undefined]);
    expect((await of('&settled=true')).data).toMatchObject([{ orderNo: 'owed-1', due: yen(700), settled: yen(700) }]);
  });

  test('are a file as well, due or settled, and so are failures; both are audited', async () => {
    const own = await file.issuer();
    await own.place('-owed', { amount: { value: 800, currency: 'EUR' }, payment: { id: '@pay,1' } });
    await own.cancel('-owed');
    terminal.answer('/missing', () => 410);
    await own.placeVerified('lost', { terminal: { channel: 'webhook', url: terminal.urlOf('/missing') } });
    await own.submit('lost', [{ itemId: 'a', value: 'SECRET-lost' }]);
    await own.inState('lost', 'undeliverable');
    const linesOf = async (path: string) => {
      const response = await fetch(`${file.platform.baseUrl}/v1/operator/${path}`, {
        headers: { authorization: `Bearer ${file.platform.operatorToken}` },
      });
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
      const [head, ...lines] = (await response.text()).split('\r\n');
      return [head, ...lines.filter((line) => line.startsWith(`${own.issuerId},`))];
    };
    const due = await linesOf('refunds.csv');
    expect(due[0]).toBe('issuerId,orderNo,state,closedReason,paymentId,due,settled,currency,at');
    expect(due[1]).toMatch(/,'-owed,cancelled,issuer_cancelled,"'@pay,1",800,,EUR,[^,]+Z$/);
    expect(due).toHaveLength(2);
    expect(await linesOf('refunds.csv?settled=true')).toHaveLength(1);
    const failures = await linesOf('failures.csv');
    expect(failures[0]).toBe('issuerId,orderNo,state,kind,why,lastStatus,at');
    expect(failures[1]).toContain(`${own.issuerId},lost,undeliverable,undeliverable,`);
    await until('the lines of both exports', async () => {
      const { body } = await operator('GET', '/audit?limit=100');
      const actions = body.data.map(({ action }: { action: string }) => action);
      return actions.includes('refunds.exported') && actions.includes('failures.exported');
    });
  });
});

describe('acting', () => {
  test('renotify tells the issuer anew, as a new message, and is audited', async () => {
    await issuer.place('renotify-1');
    const first = await issuer.message('order.paid', 'renotify-1');
    const { status, body } = await operator('POST', `${at('renotify-1')}/renotify`);
    expect([status, body.orderNo]).toEqual([200, 'renotify-1']);
    const second = await issuer.message('order.paid', 'renotify-1', 2);
    expect(second.id).not.toBe(first.id);
    expect(second.data.token).toBe(first.data.token);
    expect(await lastAudit('order.renotified', 'renotify-1')).toMatchObject({ actor: 'operator' });
    expectProblem(await operator('POST', `${at('renotify-1')}/renotify`, { a: 1 }), 422, 'body_invalid', '/a');
  });

  test('extend lengthens the window that runs', async () => {
    const { body: placed } = await issuer.place('extend-1');
    const extended = await operator('POST', `${at('extend-1')}/extend`, { seconds: 60 });
    expect(extended.status).toBe(200);
    expect(Date.parse(extended.body.verifyBy) - Date.parse(placed.verifyBy)).toBe(60_000);
    expect((await issuer.order('extend-1')).body.verifyBy).toBe(extended.body.verifyBy);
    expect(await lastAudit('order.extended', 'extend-1')).toMatchObject({ after: { seconds: 60 } });
    expectProblem(await operator('POST', `${at('extend-1')}/extend`), 422, 'body_invalid', '');
    expectProblem(await operator('POST', `${at('extend-1')}/extend`, { seconds: 4 }), 422, 'body_invalid', '/seconds');
  });

  test('cancel closes an order once, and never one whose delivery has begun', async () => {
    await issuer.place('cancel-1');
    const first = await operator('POST', `${at('cancel-1')}/cancel`);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({
      state: 'cancelled',
      closedReason: 'operator_cancelled',
      refundDue: { value: 1_000, currency: 'EUR' },
    });
    expect((await operator('POST', `${at('cancel-1')}/cancel`, { reason: 'again' })).body).toEqual(first.body);
    expect((await issuer.message('order.cancelled', 'cancel-1')).data.sequence).toBe(1);
    expect((await issuer.message('order.refund_due', 'cancel-1')).data.sequence).toBe(2);
    await delivered('cancel-2');
    expectProblem(await operator('POST', `${at('cancel-2')}/cancel`), 409, 'already_delivered');
    expectProblem(await operator('POST', `${at('cancel-1')}/extend`, { seconds: 60 }), 409, 'order_closed');
    expectProblem(await operator('POST', `${at('cancel-1')}/renotify`), 409, 'order_closed');
  });

  test('redeliver: nothing yet, a terminal that is fixed, the same terminal under the same id', async () => {
    terminal.answer('/again', () => 204);
    const webhook = { channel: 'webhook', url: terminal.urlOf('/again') };
    await issuer.place('again-1', { terminal: webhook });
    await issuer.message('order.paid', 'again-1');
    expectProblem(await operator('POST', `${at('again-1')}/redeliver`), 409, 'not_issued');
    await issuer.verify('again-1');
    await issuer.submit('again-1', [{ itemId: 'a', value: 'AGAIN' }]);
    const first = await terminal.delivery('/again');
    await issuer.inState('again-1', 'delivered');
    const elsewhere = { terminal: { channel: 'page' } };
    expectProblem(await operator('POST', `${at('again-1')}/redeliver`, elsewhere), 409, 'terminal_fixed');
    expect((await operator('POST', `${at('again-1')}/redeliver`)).status).toBe(200);
    const second = await terminal.delivery('/again', 2);
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(second.raw).toBe(first.raw);
  });

  test('undeliverable: among the failures with why, then delivered to a corrected terminal, audited and masked', async () => {
    terminal.answer('/gone', () => 410);
    terminal.answer('/right', () => 204);
    await issuer.placeVerified('gone-1', { terminal: { channel: 'webhook', url: terminal.urlOf('/gone?key=SECRET') } });
    terminal.answer('/gone?key=SECRET', () => 410);
    await issuer.submit('gone-1', [{ itemId: 'a', value: 'GONE' }]);
    await issuer.inState('gone-1', 'undeliverable');
    const failures = await operator('GET', '/failures');
    expect(failures.body.data).toContainEqual({
      issuerId: issuer.issuerId,
      orderNo: 'gone-1',
      state: 'undeliverable',
      kind: 'undeliverable',
      why: expect.stringMatching(/^The webhook terminal did not take the codes after 1 try;/),
      at: expect.any(String),
    });
    // Whatever changes of it later, the trouble is as old as it was.
    const hourMs = 3_600_000;
    const changedMs = Date.now() + hourMs;
    await file.platform.core.database.orders.updateOne(
      { _id: `${issuer.issuerId}/gone-1` },
      { $set: { 'facts.updatedAtMs': changedMs } },
    );
    const isGone = ({ orderNo }: { orderNo: string }) => orderNo === 'gone-1';
    const own = (await issuer.get('/failures')).body.data.find(isGone);
    const all = (await operator('GET', '/failures')).body.data.find(isGone);
    expect([own.since, all.at].filter((at) => Date.parse(at) > changedMs - hourMs)).toEqual([]);
    const bad = { terminal: { channel: 'webhook', url: 'https://10.0.0.1/' } };
    expectProblem(await operator('POST', `${at('gone-1')}/redeliver`, bad), 422, 'body_invalid', '/terminal/url');

    const right = { terminal: { channel: 'webhook', url: terminal.urlOf('/right') } };
    expect((await operator('POST', `${at('gone-1')}/redeliver`, right)).status).toBe(200);
    const told = await terminal.delivery('/right');
    expect(told.headers['webhook-id']).not.toBe((await terminal.delivery('/gone?key=SECRET')).headers['webhook-id']);
    expect(JSON.parse(told.raw).data.codes).toMatchObject([{ itemId: 'a', value: 'GONE' }]);
    await issuer.inState('gone-1', 'delivered');
    expect((await issuer.message('order.delivered', 'gone-1')).data.sequence).toBe(3);
    const entry = await lastAudit('order.redelivered', 'gone-1');
    expect(entry).toMatchObject({
      before: { terminal: { channel: 'webhook' } },
      after: { terminal: { channel: 'webhook' } },
    });
    expect(JSON.stringify(entry)).not.toContain('SECRET');
    expect((await operator('GET', '/failures')).body.data).not.toContainEqual(
      expect.objectContaining({ orderNo: 'gone-1' }),
    );
  });

  test('a delivery is signed with a key that everyone can read', async () => {
    const { headers, raw } = await terminal.delivery('/right');
    const { keys } = (await (await fetch(`${file.platform.baseUrl}/v1/keys`)).json()) as {
      keys: { publicKey: string; algorithm: string }[];
    };
    expect(keys.map(({ algorithm }) => algorithm)).toEqual(['ed25519']);
    const verdict = verifySignature({
      headers: {
        id: headers['webhook-id'],
        timestamp: headers['webhook-timestamp'],
        signature: headers['webhook-signature'],
      },
      body: Buffer.from(raw),
      keys: { secrets: [], publicKey: keys[0]?.publicKey },
      nowMs: Date.now(),
    });
    expect(verdict.ok).toBe(true);
    expect(() => new Webhook(issuer.secret).verify(raw, headers)).toThrow();
  });

  test('void: the issuer is told which codes, the page says so, and a second time changes nothing', async () => {
    const { pickupUrl } = await delivered('void-1');
    expect((await fetch(pickupUrl)).status).toBe(200);
    await issuer.message('order.delivered', 'void-1');
    expect((await operator('POST', `${at('void-1')}/void`, { reason: 'lost' })).status).toBe(200);
    const lines: { event: string; detail: object }[] = (await operator('GET', `${at('void-1')}/timeline`)).body.data;
    expect(lines.filter(({ event }) => event === 'item_void')).toMatchObject([{ detail: { text: 'lost' } }]);
    expect((await issuer.message('order.codes_void', 'void-1')).data).toMatchObject({ sequence: 2, itemIds: ['a'] });
    const ended = await fetch(pickupUrl);
    expect([ended.status, await ended.text()]).toEqual([200, expect.stringContaining('Your code is void')]);
    const { items } = (await read(revealItems(pickupUrl))).body;
    expect(items).toEqual([{ itemId: 'a', state: 'void', format: 'text', usesLeft: 0, expired: false }]);
    const { sequence } = (await issuer.order('void-1')).body;
    expect((await operator('POST', `${at('void-1')}/void`, { reason: 'lost' })).status).toBe(200);
    expect((await issuer.order('void-1')).body.sequence).toBe(sequence);
    await issuer.placeVerified('void-2');
    expectProblem(await operator('POST', `${at('void-2')}/void`, { reason: 'lost' }), 409, 'not_issued');
  });

  test('an operator sees how many codes are void, since when and why; the issuer’s view and the codes stay as they were', async () => {
    const voidOf = async (orderNo: string) => {
      const answer = await operator('GET', at(orderNo));
      expect(JSON.stringify(answer.body)).not.toContain('NEVER-SHOWN');
      return answer.body.codesVoid;
    };
    await issuer.placeVerified('void-3', { quantity: 3 });
    await issuer.submit('void-3', [
      { itemId: 'a', value: 'NEVER-SHOWN-A' },
      { itemId: 'b', value: 'NEVER-SHOWN-B' },
    ]);
    expect(await voidOf('void-3')).toBeUndefined();
    await issuer.refuse('void-3');
    const told = (await issuer.message('order.codes_void', 'void-3')).data;
    expect(await voidOf('void-3')).toEqual({ codes: 2, at: told.at, because: 'issuer_refused' });
    expect((await issuer.order('void-3')).body).toMatchObject({ codes: { issued: 0 }, state: 'refused' });
    expect((await issuer.order('void-3')).body.codesVoid).toBeUndefined();

    await issuer.placeVerified('void-4', { quantity: 2 });
    await issuer.submit('void-4', [{ itemId: 'a', value: 'NEVER-SHOWN-C' }]);
    expect((await operator('POST', `${at('void-4')}/cancel`, {})).status).toBe(200);
    await issuer.message('order.codes_void', 'void-4');
    expect(await voidOf('void-4')).toEqual({ codes: 1, at: expect.any(String), because: 'operator_cancelled' });

    await delivered('void-5');
    expect(await voidOf('void-5')).toBeUndefined();
    await operator('POST', `${at('void-5')}/void`, { reason: 'lost' });
    await issuer.message('order.codes_void', 'void-5');
    expect(await voidOf('void-5')).toEqual({ codes: 1, at: expect.any(String), because: 'operator_voided' });

    await delivered('void-7');
    await operator('POST', `${at('void-7')}/refund`, { reason: 'changed her mind' });
    await issuer.message('order.void_requested', 'void-7');
    await issuer.post('/orders/void-7/void', {
      type: 'order.void',
      orderNo: 'void-7',
      token: issuer.tokenOf('void-7'),
      reason: 'destroyed',
    });
    await issuer.message('order.codes_void', 'void-7');
    expect(await voidOf('void-7')).toEqual({ codes: 1, at: expect.any(String), because: 'issuer_voided' });

    await issuer.placeVerified('void-6');
    await issuer.refuse('void-6');
    await issuer.message('order.refund_due', 'void-6');
    expect(await voidOf('void-6')).toBeUndefined();
  });

  test.each(['renotify', 'redeliver', 'cancel', 'void', 'extend'])(
    '%s of what does not exist is 404',
    async (action) => {
      const bodies: Record<string, object> = { extend: { seconds: 60 }, void: { reason: 'lost' } };
      const body = bodies[action] ?? {};
      expectProblem(await operator('POST', `${at('no-such')}/${action}`, body), 404, 'order_unknown');
    },
  );
});

describe('batches', () => {
  test('a dry run only counts; the real one changes what it can and names what it could not', async () => {
    const shop = await file.issuer();
    for (const orderNo of ['b-1', 'b-2']) await shop.place(orderNo);
    await shop.placeVerified('b-3');
    await shop.submit('b-3', [{ itemId: 'a', value: 'B-3' }]);
    await shop.inState('b-3', 'delivered');
    const batch = { filter: { issuerId: shop.issuerId }, action: 'cancel' };
    const dry = await operator('POST', '/batches', { ...batch, dryRun: true });
    expect([dry.status, dry.body]).toEqual([200, { matched: 3, changed: 0, failed: [] }]);
    expect((await shop.order('b-1')).body.state).not.toBe('cancelled');
    const real = await operator('POST', '/batches', batch);
    expect(real.body).toEqual({
      matched: 3,
      changed: 2,
      failed: [{ issuerId: shop.issuerId, orderNo: 'b-3', code: 'already_delivered' }],
    });
    for (const orderNo of ['b-1', 'b-2']) expect((await shop.order(orderNo)).body.state).toBe('cancelled');
    const byState = await operator('POST', '/batches', {
      ...batch,
      filter: { issuerId: shop.issuerId, state: 'expired' },
    });
    expect(byState.body).toEqual({ matched: 0, changed: 0, failed: [] });
    expectProblem(await operator('POST', '/batches', { ...batch, action: 'extend' }), 422, 'body_invalid', '/action');
    expectProblem(await operator('POST', '/batches', { action: 'cancel' }), 422, 'body_invalid', '/filter');
  });

  test('issuers are asked to destroy codes for a reason, and orders with some of their codes are ended', async () => {
    const shop = await file.issuer();
    await shop.placeVerified('b-4');
    await shop.submit('b-4', [{ itemId: 'a', value: 'B-4' }]);
    await shop.inState('b-4', 'delivered');
    await shop.placeVerified('b-5', { quantity: 2 });
    await shop.submit('b-5', [{ itemId: 'a', value: 'B-5' }]);
    const of = { filter: { issuerId: shop.issuerId } };
    expectProblem(await operator('POST', '/batches', { ...of, action: 'refund' }), 422, 'body_invalid', '/reason');
    expect((await operator('POST', '/batches', { ...of, action: 'refund', dryRun: true })).body.matched).toBe(2);
    const reason = 'the concert is cancelled';
    const asked = await operator('POST', '/batches', { ...of, action: 'refund', reason });
    expect(asked.body).toMatchObject({ matched: 2, changed: 1, failed: [{ orderNo: 'b-5', code: 'not_issued' }] });
    expect((await shop.message('order.void_requested', 'b-4')).data).toMatchObject({ itemIds: ['a'], reason });
    const ended = await operator('POST', '/batches', { ...of, action: 'complete', reason });
    expect(ended.body).toMatchObject({ matched: 2, changed: 1, failed: [{ orderNo: 'b-4' }] });
    expect((await shop.inState('b-5', 'delivered')).body.codes).toMatchObject({ issued: 1 });
    expect((await shop.get('/orders/b-5/timeline')).body.data).toContainEqual(
      expect.objectContaining({ event: 'completed', detail: expect.objectContaining({ text: reason }) }),
    );
  });
});

test('a batch for a reason begins with the codes of its first order, and does not open those of all before', async () => {
  const shop = await file.issuer();
  for (const orderNo of ['r-1', 'r-2', 'r-3']) {
    await shop.placeVerified(orderNo);
    await shop.submit(orderNo, [{ itemId: 'a', value: `REASON-${orderNo}` }]);
    await shop.inState(orderNo, 'delivered');
  }
  const { codes, orders } = file.platform.core.orderDeps;
  const steps: string[] = [];
  const [opened, noted] = [codes.accepted, orders.noteVoidReason];
  const spies = [
    jest.spyOn(codes, 'accepted').mockImplementation((order, ...rest) => {
      if (order.issuerId === shop.issuerId) steps.push(`codes of ${order.orderNo}`);
      return opened(order, ...rest);
    }),
    jest.spyOn(orders, 'noteVoidReason').mockImplementation((order, ...rest) => {
      steps.push('deed');
      return noted(order, ...rest);
    }),
  ];
  const reason = 'REASON-r-1, reason r 2 and REASON-r-3 are bad';
  const asked = { filter: { issuerId: shop.issuerId }, action: 'refund', reason };
  expect((await operator('POST', '/batches', asked)).body.changed).toBe(3);
  for (const spy of spies) spy.mockRestore();
  expect(new Set(steps.slice(0, steps.indexOf('deed'))).size).toBe(1);
  const { data } = (await operator('GET', '/audit?phase=any&limit=2')).body;
  expect(JSON.stringify(data)).not.toMatch(/reason.r/i);
  expect(JSON.stringify(data)).toContain('…, … and … are bad');
});

describe('a batch of several calls', () => {
  test('goes on where the last call ended, each order once, at a pace that leaves room', async () => {
    const shop = await file.issuer();
    for (const n of [1, 2, 3, 4, 5]) await shop.place(`p-${n}`);
    const call = (cursor?: string) =>
      operator('POST', '/batches', { filter: { issuerId: shop.issuerId }, action: 'cancel', limit: 2, cursor });
    const startedAtMs = Date.now();
    const changed: number[] = [];
    for (let cursor: string | undefined, n = 0; n < 5; n += 1) {
      const { status, body } = await call(cursor);
      expect(status).toBe(200);
      changed.push(body.changed);
      cursor = body.nextCursor;
      if (cursor === undefined) break;
    }
    expect(changed).toEqual([2, 2, 1]);
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(5 * 45);
    for (const n of [1, 2, 3, 4, 5]) expect((await shop.order(`p-${n}`)).body.state).toBe('cancelled');
    expectProblem(await call('bad'), 422, 'body_invalid', '/cursor');
  });

  test('two at once: one runs, the other is asked to come again', async () => {
    const shop = await file.issuer();
    for (const n of [1, 2, 3]) await shop.place(`q-${n}`);
    const batch = { filter: { issuerId: shop.issuerId }, action: 'cancel' };
    const answers = await Promise.all([operator('POST', '/batches', batch), operator('POST', '/batches', batch)]);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(1);
    expectProblem(refused[0] as (typeof answers)[number], 429, 'rate_limited');
  });
});

test('orders are found by the time of their payment, both ends included', async () => {
  const shop = await file.issuer();
  for (const n of [1, 2, 3]) await shop.place(`t-${n}`);
  const ofShop = `/orders?issuerId=${shop.issuerId}`;
  const all = (await operator('GET', ofShop)).body.data;
  const [third, second, first] = all.map(({ createdAt }: { createdAt: string }) => createdAt);
  const numbers = async (query: string) =>
    (await operator('GET', `${ofShop}${query}`)).body.data.map(({ orderNo }: { orderNo: string }) => orderNo);
  expect(await numbers(`&from=${second}`)).toEqual(['t-3', 't-2']);
  expect(await numbers(`&to=${second}`)).toEqual(['t-2', 't-1']);
  expect(await numbers(`&from=${first}&to=${third}&q=t-2`)).toEqual(['t-2']);
  const page = (await operator('GET', `${ofShop}&to=${second}&limit=1`)).body;
  expect(await numbers(`&to=${second}&limit=1&cursor=${page.nextCursor}`)).toEqual(['t-1']);
  expect(await numbers(`&from=${new Date(Date.parse(third) + 1).toISOString()}`)).toEqual([]);
  expectProblem(await operator('GET', `${ofShop}&from=yesterday`), 422, 'body_invalid', '/from');
});

test('the audit goes on page by page, newest first, each entry once', async () => {
  const all = (await operator('GET', '/audit?limit=100')).body.data;
  const seen: unknown[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await operator('GET', `/audit?limit=7${cursor}`);
    seen.push(...body.data);
    if (body.nextCursor === null) break;
    cursor = `&cursor=${body.nextCursor}`;
  }
  expect(seen.slice(0, all.length)).toEqual(all);
  expect(all.length).toBeGreaterThan(10);
  const times = all.map((entry: { at: string }) => entry.at);
  expect(times).toEqual([...times].sort().reverse());
});
