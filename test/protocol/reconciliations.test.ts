import { randomUUID } from 'node:crypto';
import { createIssuerClient } from '../../packages/issuer/src';
import type { TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile();
const ndjson = 'application/x-ndjson';

const send = (
  issuer: TestIssuer,
  raw: string,
  { query = '', type = ndjson, webhookId = randomUUID() as string } = {},
) => issuer.post(`/reconciliations${query}`, undefined, { raw, webhookId, headers: { 'content-type': type } });
const linesOf = (...lines: object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

describe('POST /reconciliations', () => {
  test('tells what differs, by order number, of what the lines give, and changes nothing', async () => {
    const issuer = await file.issuer();
    for (const orderNo of ['r-1', 'r-2', 'r-3', 'r-4', 'r-5']) await issuer.placeVerified(orderNo);
    await issuer.submit('r-1', [{ itemId: 'a', value: 'REC-1' }]);
    await issuer.inState('r-1', 'delivered');
    await issuer.cancel('r-2');
    const settled = { settlementId: 's', amount: { value: 400, currency: 'EUR' } };
    const token = issuer.tokenOf('r-2');
    const body = { type: 'order.refund_settlement', orderNo: 'r-2', token, ...settled };
    expect((await issuer.post('/orders/r-2/refund-settlement', body)).status).toBe(201);
    const before = await Promise.all(['r-1', 'r-2', 'r-3'].map((orderNo) => issuer.order(orderNo)));

    const answer = await send(
      issuer,
      linesOf(
        { orderNo: 'r-3', amount: 999, currency: 'EUR', state: 'delivered', issued: 1, refundSettled: 5 },
        { orderNo: 'r-1', state: 'delivered', amount: 1_000, currency: 'EUR', issued: 1, refundSettled: 0 },
        { orderNo: 'r-2', state: 'cancelled', refundSettled: 400 },
        { orderNo: 'gone', state: 'delivered' },
        { orderNo: 'r-4', amount: 1_000, currency: 'CHF' },
        { orderNo: 'r-5' },
      ),
    );
    expect([answer.status, answer.body]).toEqual([
      201,
      {
        reconciliationId: expect.any(String),
        compared: 6,
        equal: 3,
        differences: [
          { orderNo: 'gone', kind: 'missing_here', ours: null, theirs: { state: 'delivered' } },
          {
            ...{ orderNo: 'r-3', kind: 'amount' },
            ...{ ours: { amount: 1_000, currency: 'EUR' }, theirs: { amount: 999, currency: 'EUR' } },
          },
          { orderNo: 'r-3', kind: 'state', ours: { state: 'verified' }, theirs: { state: 'delivered' } },
          { orderNo: 'r-3', kind: 'issued', ours: { issued: 0 }, theirs: { issued: 1 } },
          { orderNo: 'r-3', kind: 'refund', ours: { refundSettled: 0 }, theirs: { refundSettled: 5 } },
          {
            ...{ orderNo: 'r-4', kind: 'amount' },
            ...{ ours: { amount: 1_000, currency: 'EUR' }, theirs: { amount: 1_000, currency: 'CHF' } },
          },
        ],
        nextCursor: null,
      },
    ]);
    const after = await Promise.all(['r-1', 'r-2', 'r-3'].map((orderNo) => issuer.order(orderNo)));
    expect(after.map(({ body: order }) => order)).toEqual(before.map(({ body: order }) => order));
    const again = await issuer.get(`/reconciliations/${answer.body.reconciliationId}`);
    expect([again.status, again.body]).toEqual([200, answer.body]);
  });

  test('tells what the list lacks of a time, from included and to not, and of no other issuer', async () => {
    const issuer = await file.issuer();
    const other = await file.issuer();
    await other.place('t-0');
    const created: string[] = [];
    for (const orderNo of ['t-1', 't-2', 't-3']) {
      created.push((await issuer.place(orderNo)).body.createdAt);
      await until('the next millisecond', () => Date.now() > Date.parse(created.at(-1) ?? '') + 1);
    }
    const [first, , third] = created;
    const query = `?from=${first}&to=${third}`;
    const answer = await send(issuer, linesOf({ orderNo: 't-2' }), { query });
    expect(answer.body).toMatchObject({
      compared: 1,
      equal: 1,
      differences: [{ orderNo: 't-1', kind: 'missing_there' }],
    });
    expect(answer.body.differences[0]).toMatchObject({
      theirs: null,
      ours: { amount: 1_000, currency: 'EUR', issued: 0 },
    });
    const half = await send(issuer, linesOf({ orderNo: 't-2' }), { query: `?from=${first}` });
    expect(half.body).toMatchObject({ compared: 1, equal: 1, differences: [] });
    const none = await send(issuer, '\n', { query });
    expect(none.body).toMatchObject({ compared: 0, equal: 0 });
    expect(none.body.differences.map(({ orderNo }: { orderNo: string }) => orderNo)).toEqual(['t-1', 't-2']);
    expectProblem(await send(issuer, '\n', { query: `?from=${third}&to=${first}` }), 422, 'body_invalid', '/to');
    expectProblem(await send(issuer, '\n', { query: '?from=yesterday' }), 422, 'body_invalid', '/from');
    expectProblem(await send(issuer, '\n', { query: '?since=1' }), 422, 'body_invalid', '/since');
  });

  test('takes CSV, columns in any order, and what was taken out as a statement comes back equal', async () => {
    const issuer = await file.issuer();
    for (const orderNo of ['-minus', 'plus']) {
      await issuer.place(orderNo);
      await issuer.inState(orderNo, 'notified');
    }
    const csv = "currency,orderNo,issued,amount\r\nEUR,'-minus,0,1000\r\n,plus,,\r\nEUR,plus-2,,5";
    const answer = await send(issuer, csv, { type: 'text/csv; charset=utf-8' });
    expect([answer.status, answer.body.compared, answer.body.equal]).toEqual([201, 3, 2]);
    expect(answer.body.differences).toMatchObject([{ orderNo: 'plus-2', theirs: { amount: 5, currency: 'EUR' } }]);
    const day = new Date().toISOString().slice(0, 10);
    const { body } = await issuer.get(`/statements/${day}`);
    const wanted = ['orderNo', 'state', 'amount', 'currency', 'issued', 'refundSettled'];
    const own = body
      .split('\n')
      .slice(0, -1)
      .map((line: string) => JSON.parse(line))
      .map((line: object) => Object.fromEntries(Object.entries(line).filter(([name]) => wanted.includes(name))));
    expect((await send(issuer, linesOf(...own))).body).toMatchObject({ compared: 2, equal: 2, differences: [] });
  });

  test.each([
    ['another media type', '{"orderNo":"a"}', 'application/json', 415, 'media_type_unsupported', undefined],
    ['no body', '', ndjson, 422, 'body_invalid', ''],
    [
      'an order twice',
      linesOf({ orderNo: 'a' }, { orderNo: 'b' }, { orderNo: 'a' }),
      ndjson,
      422,
      'body_invalid',
      '/3',
    ],
    ['no JSON', '{"orderNo":"a"}\nnot json\n', ndjson, 422, 'body_invalid', '/2'],
    ['a field too many', linesOf({ orderNo: 'a', colour: 'red' }), ndjson, 422, 'body_invalid', '/1'],
    ['a state that is none', linesOf({ orderNo: 'a', state: 'lost' }), ndjson, 422, 'body_invalid', '/1'],
    ['a fraction', '{"orderNo":"a","amount":1.5}', ndjson, 422, 'body_invalid', '/1'],
    ['null', '{"orderNo":"a","amount":null}', ndjson, 422, 'body_invalid', '/1'],
    ['a key twice', '{"orderNo":"a","orderNo":"b"}', ndjson, 422, 'body_invalid', '/1'],
    ['no order number', linesOf({ amount: 1 }), ndjson, 422, 'body_invalid', '/1'],
    ['an unknown column', 'orderNo,colour\na,red\n', 'text/csv', 422, 'body_invalid', '/1'],
    ['no column of numbers', 'state,amount\ndelivered,1\n', 'text/csv', 422, 'body_invalid', '/1'],
    ['a cell too many', 'orderNo,amount\na,1\nb,1,2\n', 'text/csv', 422, 'body_invalid', '/3'],
    ['an order twice in CSV', 'orderNo\na\na\n', 'text/csv', 422, 'body_invalid', '/3'],
    ['an amount that is none', 'orderNo,amount\na,1e3\n', 'text/csv', 422, 'body_invalid', '/2'],
  ])('refuses %s', async (_what, raw, type, status, code, path) => {
    const issuer = await file.issuer();
    const answer = raw === '' ? await emptyPost(issuer) : await send(issuer, raw, { type });
    expectProblem(answer, status, code, path);
  });

  /** Signed as a request without a body is. */
  const emptyPost = (issuer: TestIssuer) =>
    issuer.post('/reconciliations', undefined, {
      raw: `POST /v1/issuers/${issuer.issuerId}/reconciliations`,
      sent: '',
      headers: { 'content-type': ndjson },
    });

  test('takes 50,000 lines and no more, answers others meanwhile, and gives all differences page by page', async () => {
    const issuer = await file.issuer();
    await issuer.place('big-7');
    const max = 50_000;
    const lines = Array.from({ length: max }, (_, n) => ({ orderNo: `big-${n}`, issued: 0 }));
    const raw = linesOf(...lines);
    const tooMany = await send(issuer, `${raw}${linesOf({ orderNo: 'one-more' })}`);
    expectProblem(tooMany, 422, 'body_invalid', `/${max + 1}`);
    expectProblem(await send(issuer, ' '.repeat(8 * 1024 * 1024 + 1)), 413, 'body_too_large');

    const webhookId = 'big';
    let isOver = false;
    let others = 0;
    const beside = (async () => {
      while (!isOver) {
        expect((await issuer.order('big-7')).status).toBe(200);
        others += 1;
      }
    })();
    // A slow database: the call goes on, and its repeat gets what became of it.
    const first = await until('the list compared', async () => {
      const answer = await send(issuer, raw, { webhookId });
      return answer.status === 201 && answer;
    });
    isOver = true;
    await beside;
    expect(others).toBeGreaterThan(0);
    expect(first.body).toMatchObject({ compared: max, equal: 1, nextCursor: expect.any(String) });
    const seen: string[] = [];
    let page = first;
    for (;;) {
      seen.push(...page.body.differences.map(({ orderNo }: { orderNo: string }) => orderNo));
      const { reconciliationId, nextCursor } = page.body;
      if (nextCursor === null) break;
      expect(page.body.differences).toHaveLength(1_000);
      page = await issuer.get(`/reconciliations/${reconciliationId}?cursor=${nextCursor}`);
    }
    const missing = lines.map(({ orderNo }) => orderNo).filter((orderNo) => orderNo !== 'big-7');
    expect(seen).toEqual(missing.sort());
  });

  test('is kept for its webhook-id and for its issuer alone', async () => {
    const issuer = await file.issuer();
    const webhookId = 'once';
    const first = await send(issuer, linesOf({ orderNo: 'k-1' }), { webhookId });
    await issuer.place('k-1');
    const again = await send(issuer, linesOf({ orderNo: 'k-1' }), { webhookId });
    expect([again.status, again.body, again.headers.get('idempotency-replayed')]).toEqual([201, first.body, 'true']);
    expectProblem(await send(issuer, linesOf({ orderNo: 'k-2' }), { webhookId }), 422, 'idempotency_mismatch');
    const path = `/reconciliations/${first.body.reconciliationId}`;
    expectProblem(await (await file.issuer()).get(path), 404, 'reconciliation_unknown');
    expectProblem(await issuer.get('/reconciliations/rec_none'), 404, 'reconciliation_unknown');
    expectProblem(await issuer.get(`${path}?cursor=nonsense`), 422, 'body_invalid', '/cursor');
    expectProblem(
      await issuer.get(`${path}?cursor=${Buffer.from('9').toString('base64url')}`),
      422,
      'body_invalid',
      '/cursor',
    );
    const { dayCounts } = file.platform.core.database;
    await dayCounts.updateOne({ _id: new RegExp(`^reconciliations/${issuer.issuerId}/`) }, { $set: { count: 499 } });
    const many = await Promise.all([1, 2].map((n) => send(issuer, linesOf({ orderNo: `k-${n}` }))));
    expect(many.map(({ status }) => status).sort()).toEqual([201, 429]);
    expect((await send(issuer, linesOf({ orderNo: 'k-1' }), { webhookId })).body).toEqual(first.body);
  });

  test('is made and read by the client of issuers', async () => {
    const { issuerId, secret } = await file.issuer();
    const client = createIssuerClient({ baseUrl: file.platform.baseUrl, issuerId, secret });
    const made = await client.reconcile([{ orderNo: 'c-1', state: 'delivered' }], {
      from: '2026-01-01T00:00:00Z',
      to: '2026-01-02T00:00:00Z',
    });
    expect(made).toMatchObject({ compared: 1, differences: [{ orderNo: 'c-1', kind: 'missing_here' }] });
    expect(await client.readReconciliation(made.reconciliationId)).toEqual(made);
  });
});
