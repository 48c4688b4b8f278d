import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { largeBodies } from '../../src/api/edge/large-bodies';
import { createInFlightLimit } from '../../src/overload/in-flight-limit';
import type { TestIssuer } from '../support/issuer';
import type { Answer } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

// On a busy machine so many requests may be longer at work than one may take.
jest.mock('../../src/api/edge/time-limit', () => ({ withinLimit: (work: unknown) => work }));

const perIssuer = 256;

test('448 new orders are at work at once, half of them left to others by one issuer, and questions of accepted ones have places of their own', () => {
  const { enterNewOrder: enterOf, enter } = createInFlightLimit();
  const ofOne = Array.from({ length: 224 }, () => enterOf('one'));
  expect(() => enterOf('one')).toThrow(expect.objectContaining({ code: 'rate_limited' }));
  for (const leave of ofOne) leave();
  let n = 0;
  const enterNewOrder = () => enterOf(`issuer-${n++}`);
  const refused = expect.objectContaining({ code: 'rate_limited', retryable: true });
  const leaves = Array.from({ length: 448 }, () => enterNewOrder());
  expect(enterNewOrder).toThrow(refused);
  enter('one')();
  leaves[0]?.();
  enterNewOrder();
  expect(enterNewOrder).toThrow(refused);
});

test('a place that was given back is free again, per issuer and in all, and those of few issuers fill no process', () => {
  const admission = createInFlightLimit();
  const limited = expect.objectContaining({ code: 'rate_limited' });
  const leaves = Array.from({ length: perIssuer }, () => admission.enter('one'));
  expect(() => admission.enter('one')).toThrow(limited);
  leaves[0]?.();
  admission.enter('one');
  for (const issuer of ['two', 'three']) for (let n = 0; n < perIssuer; n += 1) admission.enter(issuer);
  for (let n = 0; n < perIssuer / 2; n += 1) admission.enter('four');
  expect(() => admission.enter('four')).toThrow(limited);
  for (let n = 0; n < perIssuer / 2; n += 1) admission.enter(`small-${n}`);
  // 1024 are at work: nobody else comes in.
  expect(() => admission.enter('last')).toThrow(limited);
  leaves[1]?.();
  admission.enter('last');
  expect(() => admission.enter('one')).toThrow(limited);
});

test('addresses of one IPv6 network are one sender', () => {
  const { enterUnknown } = createInFlightLimit();
  for (let n = 0; n < 256; n += 1) enterUnknown(`2001:db8:1:2::${n.toString(16)}`);
  expect(() => enterUnknown('2001:db8:1:2::ffff')).toThrow(expect.objectContaining({ code: 'rate_limited' }));
  enterUnknown('2001:db8:1:3::1');
  const large = largeBodies();
  const sized = { 'content-length': String(8 * 1024 * 1024) };
  const send = (ip: string, headers: Record<string, string> = sized) =>
    large(
      { ip, get: (name: string) => headers[name] } as unknown as Request,
      new EventEmitter() as Response,
      () => undefined,
    );
  for (const ip of ['2001:db8:1:2::1', '2001:db8:1:2::2']) send(ip);
  expect(() => send('2001:db8:1:2::3')).toThrow(expect.objectContaining({ code: 'rate_limited' }));
  send('2001:db8:1:3::1');
  // Nobody knows how large one in chunks is, and small ones take no such place.
  for (let n = 0; n < 10; n += 1) send('2001:db8:1:4::1', { 'content-length': '1000' });
  for (let n = 0; n < 2; n += 1) send('2001:db8:1:4::1', { 'transfer-encoding': 'chunked' });
  expect(() => send('2001:db8:1:4::1')).toThrow(expect.objectContaining({ code: 'rate_limited' }));
});

describe('over the wire', () => {
  const file = platformOfFile({ worker: false, trustedProxies: ['127.0.0.0/8'] });
  afterEach(() => jest.restoreAllMocks());

  test('an issuer with 256 requests at work is refused the next one, and no other issuer is', async () => {
    const [busy, other] = [await file.issuer(), await file.issuer()];
    const { orders } = file.platform.core.orderDeps;
    const view = orders.view.bind(orders);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let waiting = 0;
    jest.spyOn(orders, 'view').mockImplementation(async (order) => {
      if (order.issuerId !== busy.issuerId) return view(order);
      waiting += 1;
      await held;
      return null;
    });
    const running = Array.from({ length: perIssuer }, (_, n) => busy.order(`n-${n}`));
    let placed = 0;
    const refused = await until(`${perIssuer} requests at work`, async () => {
      placed += 1;
      const answer = await busy.place(`one-more-${placed}`);
      return answer.status === 429 && answer;
    });
    expectProblem(refused, 429, 'rate_limited');
    expectProblem(await busy.order('one-more'), 429, 'rate_limited');
    // They take turns with others: few of one are looked at together.
    expect(waiting).toBe(8);
    expectProblem(await other.order('unknown'), 404, 'order_unknown');
    // A stranger who names the busy issuer takes none of its places and learns nothing of its load.
    const stranger = await busy.get('/orders', { 'webhook-signature': 'v1,AAAA' });
    expectProblem(stranger, 401, 'signature_invalid');
    release();
    for (const answer of await Promise.all(running)) expectProblem(answer, 404, 'order_unknown');
    expectProblem(await busy.order('after'), 404, 'order_unknown');
  });

  test('what nobody signed takes no room of new orders, and no more of its address than 256 at once', async () => {
    const [named, other] = [await file.issuer(), await file.issuer()];
    const { issuers } = file.platform.core;
    const find = issuers.findTogether;
    let release = (): void => undefined;
    const held = new Promise<null>((resolve) => {
      release = () => resolve(null);
    });
    let waiting = 0;
    jest.spyOn(issuers, 'findTogether').mockImplementation((issuerId) => {
      if (issuerId !== named.issuerId) return find(issuerId);
      waiting += 1;
      return held;
    });
    const junk = () =>
      fetch(`${file.platform.baseUrl}/v1/issuers/${named.issuerId}/orders`, {
        method: 'POST',
        headers: { 'x-forwarded-for': '192.0.2.7', 'webhook-signature': 'v1,AAAA' },
        body: '{}',
      });
    const running = Array.from({ length: perIssuer }, junk);
    await until('256 of one address are looked at', () => waiting === perIssuer, 40_000);
    expect((await junk()).status).toBe(429);
    expect((await other.place('one')).status).toBe(201);
    expect(waiting).toBe(perIssuer);
    release();
    expect(new Set((await Promise.all(running)).map(({ status }) => status))).toEqual(new Set([401]));
  });

  test('what takes a tenth of a second for few bytes costs its issuer as much', async () => {
    const [busy, other] = [await file.issuer(), await file.issuer()];
    const calls: ((issuer: TestIssuer) => Promise<Answer>)[] = [
      (issuer) => issuer.post('/preview', { type: 'issuer.preview' }),
      (issuer) => issuer.get('/failures'),
    ];
    for (const call of calls) {
      const statuses = new Set(
        (await Promise.all(Array.from({ length: 50 }, () => call(busy)))).map((one) => one.status),
      );
      expect(statuses).toContain(429);
      // On a machine that is far behind all are asked to come again.
      await until('another issuer is answered', async () => (await call(other)).status === 200);
    }
  });

  test('while orders are answered too slowly, new ones are refused before anything is written; all else is answered', async () => {
    const [busy, quiet] = [await file.issuer(), await file.issuer()];
    const slow = Array.from({ length: 24 }, (_, n) => `slow-${n}`);
    for (const orderNo of slow) await busy.place(orderNo);
    let n = 0;
    const place = async () => {
      n += 1;
      const orderNo = `new-${n}`;
      return { orderNo, answer: await busy.place(orderNo) };
    };
    // No worker answers these: questions that take too long. Asked anew all the time, as what was slow is forgotten within seconds.
    let isOver = false;
    const asking = Promise.allSettled(
      slow.map(async (orderNo) => {
        while (!isOver) expectProblem(await busy.verify(orderNo, { token: 'any' }), 503, 'unavailable');
      }),
    );
    const { orderNo, answer } = await until('a new order is refused', async () => {
      // Many at once: a burst is taken whatever is measured, and is over within three looks however slow this machine is.
      const placed = await Promise.all(Array.from({ length: 32 }, place));
      // On a machine that is far behind some are not begun in time: no refusal, and nothing that is looked for here.
      return placed.find((one) => one.answer.status === 429);
    }).finally(() => {
      isOver = true;
    });
    expectProblem(answer, 429, 'rate_limited');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const { orders } = file.platform.core.orderDeps;
    expect(await orders.find({ issuerId: busy.issuerId, orderNo })).toBeNull();
    const metrics = await fetch(`${file.platform.baseUrl}/metrics`);
    expect(await metrics.text()).toMatch(/^codeferry_new_orders_limit \d/m);
    expect((await quiet.place('one')).status).toBe(201);
    expect((await asking).filter(({ status }) => status === 'rejected')).toEqual([]);
    expect((await busy.order('slow-0')).status).toBe(200);
    expect((await busy.get('/orders')).status).toBe(200);
    await until('new orders are taken again', async () => (await place()).answer.status === 201);
  });
});
