import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { createIssuerClient } from '../../packages/issuer/src';
import { amount, startIssuer, type TestIssuer } from '../support/issuer';
import { type Platform, startPlatform } from '../support/platform';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** An api whose clock the test moves, and no worker: what an issuer's orders are is in the rows. */
let clockMs = Date.now();
let platform: Platform;
const issuers: TestIssuer[] = [];

beforeAll(async () => {
  platform = await startPlatform({ worker: false, nowMs: () => clockMs });
});
afterAll(async () => {
  await Promise.all(issuers.map((issuer) => issuer.stop()));
  await platform.stop();
});

const startOf = (day: number): number => Math.floor(Date.now() / dayMs + day) * dayMs;
const at = (day: number, minutes: number): void => {
  clockMs = startOf(day) + minutes * minuteMs;
};
const name = (day: number): string => new Date(startOf(day)).toISOString().slice(0, 10);
const issuer = async (): Promise<TestIssuer> => {
  const started = await startIssuer(platform);
  issuers.push(started);
  return started;
};
const linesOf = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

describe('GET /statements/{day}', () => {
  test('tells the running day as of now, by order number, and is not final', async () => {
    at(0, 60);
    const one = await issuer();
    await issuer();
    for (const orderNo of ['b-2', 'B-1', '-minus', 'a-1']) {
      expect((await one.place(orderNo, { payment: { id: `pay-${orderNo}` } })).status).toBe(201);
    }
    const today = await one.get(`/statements/${name(0)}`);
    expect([today.status, today.headers.get('content-type'), today.headers.get('statement-final')]).toEqual([
      200,
      'application/x-ndjson',
      'false',
    ]);
    expect(today.headers.get('statement-as-of')).toBe(new Date(clockMs).toISOString());
    const lines = linesOf(today.body);
    expect(lines.map(({ orderNo }) => orderNo)).toEqual(['-minus', 'B-1', 'a-1', 'b-2']);
    expect(lines[2]).toEqual({
      ...{ orderNo: 'a-1', paymentId: 'pay-a-1', state: 'accepted', product: 'coffee', quantity: 1 },
      ...{ amount: amount.value, currency: amount.currency, issued: 0, delivered: 0, void: 0, redeemed: 0 },
      createdAt: new Date(clockMs).toISOString(),
    });
  });

  test('is CSV for who asks for it, with CRLF and no cell that is a formula', async () => {
    at(0, 60);
    const one = await issuer();
    await one.place('-minus', { product: { id: '=1+1', name: 'x' }, payment: { id: 'a,"b"' } });
    const csv = await one.get(`/statements/${name(0)}`, { accept: 'text/csv' });
    expect([csv.status, csv.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(csv.body).toBe(
      [
        'orderNo,paymentId,state,product,quantity,amount,currency,issued,delivered,void,redeemed,refundDue,refundSettled,createdAt,closedAt',
        `'-minus,"a,""b""",accepted,'=1+1,1,1000,EUR,0,0,0,0,,,${new Date(clockMs).toISOString()},`,
        '',
      ].join('\r\n'),
    );
    const empty = await (await issuer()).get(`/statements/${name(0)}`, { accept: 'text/csv' });
    expect(empty.body.split('\r\n')).toHaveLength(2);
    for (const [accept, type] of [
      ['application/x-ndjson, text/csv;q=0.5', 'application/x-ndjson'],
      ['application/x-ndjson;q=0.1, text/csv', 'text/csv; charset=utf-8'],
      ['*/*', 'application/x-ndjson'],
    ] as const) {
      const given = await one.get(`/statements/${name(0)}`, { accept });
      expect([accept, given.headers.get('content-type')]).toEqual([accept, type]);
    }
  });

  test('leaves out what somebody else wrote, of which a person hears', async () => {
    at(30, 60);
    const one = await issuer();
    for (const orderNo of ['a', 'b']) await one.place(orderNo);
    at(31, 11);
    const { orders } = platform.core.orderDeps;
    const real = orders.changedOn;
    const breaking = jest
      .spyOn(orders, 'changedOn')
      .mockImplementation(async (...args) =>
        (await real(...args)).map((row) => (row.orderNo === 'b' ? { ...row, facts: null as never } : row)),
      );
    const { body } = await one.get(`/statements/${name(30)}`);
    breaking.mockRestore();
    expect(linesOf(body).map(({ orderNo }) => orderNo)).toEqual(['a']);
    const _id = `${one.issuerId}/b`;
    await until('it is noted', async () => (await platform.core.database.orders.findOne({ _id }))?.tamperedAt);
  });

  test('is made once, from 00:10 of the next day on, with the facts of then, and is the same for 400 days', async () => {
    at(10, 60);
    const one = await issuer();
    await one.place('stays');
    await one.place('ends');
    at(11, 9);
    expectProblem(await one.get(`/statements/${name(10)}`), 409, 'statement_not_ready');
    await one.cancel('ends').catch(() => undefined);
    await one.place('next');
    at(11, 11);
    const [first, beside] = await Promise.all([1, 2].map(() => one.get(`/statements/${name(10)}`)));
    expect([first?.status, first?.headers.get('statement-final')]).toEqual([200, 'true']);
    const asOf = first?.headers.get('statement-as-of');
    expect(asOf).toBe(new Date(clockMs).toISOString());
    expect(linesOf(first?.body).map(({ orderNo }) => orderNo)).toEqual(['ends', 'stays']);
    expect([beside?.body, beside?.headers.get('statement-as-of')]).toEqual([first?.body, asOf]);

    at(12, 5);
    await platform.core.database.orders.updateOne(
      { _id: `${one.issuerId}/stays` },
      { $set: { 'facts.state': 'cancelled' }, $addToSet: { days: name(12) } },
    );
    const csv = await one.get(`/statements/${name(10)}`, { accept: 'text/csv' });
    for (const day of [12, 300, 410]) {
      at(day, 20);
      const again = await one.get(`/statements/${name(10)}`);
      expect([again.status, again.headers.get('statement-as-of'), again.body]).toEqual([200, asOf, first?.body]);
      expect((await one.get(`/statements/${name(10)}`, { accept: 'text/csv' })).body).toBe(csv.body);
    }
    expect(linesOf((await one.get(`/statements/${name(12)}`)).body)).toMatchObject([
      { orderNo: 'stays', state: 'cancelled' },
    ]);
    expect(await platform.core.database.statements.countDocuments({ _id: new RegExp(`^${one.issuerId}/`) })).toBe(2);
    at(411, 0);
    expectProblem(await one.get(`/statements/${name(10)}`), 422, 'body_invalid', '/day');
  });

  test('HEAD has its headers alone', async () => {
    at(5, 60);
    const one = await issuer();
    await one.place('head');
    const target = `/v1/issuers/${one.issuerId}/statements/${name(5)}`;
    const signedAt = new Date(clockMs);
    const head = await fetch(`${platform.baseUrl}${target}`, {
      method: 'HEAD',
      headers: {
        'webhook-id': 'h',
        'webhook-timestamp': String(Math.floor(clockMs / 1_000)),
        'webhook-signature': new Webhook(one.secret).sign('h', signedAt, `HEAD ${target}`),
      },
    });
    expect([head.status, head.headers.get('statement-final'), await head.text()]).toEqual([200, 'false', '']);
  });

  test('has nothing of days before the issuer, and refuses days that are to come or are none', async () => {
    at(20, 60);
    const one = await issuer();
    const before = await one.get(`/statements/${name(3)}`);
    expect([before.status, before.body, before.headers.get('statement-final')]).toEqual([200, '', 'true']);
    const kept = await platform.core.database.statements.countDocuments({ _id: new RegExp(`^${one.issuerId}/`) });
    expect(kept).toBe(0);
    for (const day of [name(21), '2026-02-30', '2026-13-01', 'today', '20260101']) {
      expectProblem(await one.get(`/statements/${day}`), 422, 'body_invalid', '/day');
    }
  });

  test('has every order of a long day, once each, also where it is kept in parts', async () => {
    at(30, 60);
    const one = await issuer();
    await one.place('p-0');
    const { database } = platform.core;
    const row = await database.orders.findOne({ _id: `${one.issuerId}/p-0` });
    if (!row) throw new Error('the order was placed');
    const count = 1_201;
    const others = Array.from({ length: count - 1 }, (_, n) => ({
      ...row,
      _id: `${one.issuerId}/p-${n + 1}`,
      orderNo: `p-${n + 1}`,
      pickupHash: randomUUID(),
    }));
    for (let n = 0; n < others.length; n += 100) await database.orders.insertMany(others.slice(n, n + 100));
    at(31, 30);
    const { body } = await one.get(`/statements/${name(30)}`);
    const numbers = linesOf(body).map(({ orderNo }) => orderNo);
    expect([numbers.length, new Set(numbers).size, numbers]).toEqual([count, count, [...numbers].sort()]);
    const again = await one.get(`/statements/${name(30)}`);
    expect(again.body).toBe(body);
  });

  test('is read by the client of issuers', async () => {
    at(35, 60);
    const one = await issuer();
    await one.place('read');
    const { issuerId, secret } = one;
    const clock = { nowMs: () => clockMs };
    const client = createIssuerClient({ baseUrl: platform.baseUrl, issuerId, secret, clock });
    const asOf = new Date(clockMs).toISOString();
    expect(await client.readStatement(name(35))).toMatchObject({ isFinal: false, asOf, lines: [{ orderNo: 'read' }] });
    await expect(client.readStatement(name(36))).rejects.toMatchObject({ code: 'body_invalid' });
  });

  test('is the same for operators, who are audited', async () => {
    at(40, 60);
    const one = await issuer();
    await one.place('seen');
    const path = `/issuers/${one.issuerId}/statements/${name(40)}`;
    const csv = await platform.operator('GET', path);
    expect([csv.status, csv.headers.get('content-type'), csv.body.split('\r\n')[1]?.startsWith('seen,')]).toEqual([
      200,
      'text/csv; charset=utf-8',
      true,
    ]);
    // What came of it is written once the file has left.
    const done = await until('the line of the export', async () => {
      const { body } = await platform.operator('GET', `/audit?action=statement.exported&target=${one.issuerId}`);
      return body.data.length > 0 && body.data;
    });
    expect(done).toMatchObject([{ after: { day: name(40) } }]);
    expectProblem(await platform.operator('GET', `/issuers/nobody/statements/${name(40)}`), 404, 'issuer_unknown');
  });
});

test('pages of a file are read in turns with what else its issuer reads', async () => {
  at(0, 60);
  const one = await issuer();
  await one.place('turn-1');
  const { orders } = platform.core.orderDeps;
  let go = () => {};
  const mayGo = new Promise<void>((resolve) => {
    go = resolve;
  });
  const list = orders.list.bind(orders);
  const listed = jest.spyOn(orders, 'list').mockImplementation(async (...asked) => {
    await mayGo;
    return list(...asked);
  });
  const read = jest.spyOn(orders, 'changedOn');
  const lists = Array.from({ length: 8 }, () => one.get('/orders'));
  await until('its places are taken', () => listed.mock.calls.length === 8);
  const file = one.get(`/statements/${name(0)}`);
  await until('it is asked for', async () => (await one.get('/statements/none')).status === 422);
  const readBefore = read.mock.calls.length;
  go();
  expect(linesOf((await file).body).map(({ orderNo }) => orderNo)).toEqual(['turn-1']);
  expect((await Promise.all(lists)).map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect([readBefore, read.mock.calls.length]).toEqual([0, 1]);
  jest.restoreAllMocks();
});
