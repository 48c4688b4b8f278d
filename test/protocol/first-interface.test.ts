import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Webhook } from 'standardwebhooks';
import { amount, type Received, type TestIssuer } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';
import { until } from '../support/until';
import { anInstant } from './wire-shapes';

const file = platformOfFile();
const product = { id: 'coffee', name: 'Coffee' };
const eachSecond = { noticeDelaysSeconds: [1], eventDelaysSeconds: [1, 1, 1, 1] };

const urlsOf = (issuer: TestIssuer, orderNo: string) => {
  const order = `${file.platform.baseUrl}/v1/issuers/${issuer.issuerId}/orders/${orderNo}`;
  return { verificationUrl: `${order}/verification`, codesUrl: `${order}/codes`, refusalUrl: `${order}/refusal` };
};

const countOf = (issuer: TestIssuer, type: string, orderNo: string): number =>
  issuer.received.filter((one) => one.type === type && one.data.orderNo === orderNo).length;

/** Rule 5: one message, however often it is tried. */
const expectOneMessage = (issuer: TestIssuer, ...tries: Received[]): void => {
  expect(new Set(tries.map(({ raw }) => raw)).size).toBe(1);
  expect(new Set(tries.map(({ id }) => id)).size).toBe(1);
  for (const { id, timestamp, signature, raw } of tries) {
    expect(id).toMatch(/^cf_[A-Za-z0-9_-]{1,61}$/);
    expect(signature).toBe(new Webhook(issuer.secret).sign(id, new Date(Number(timestamp) * 1_000), raw));
  }
};

describe('order.paid', () => {
  test.concurrent('carries exactly its fields, the payment when there is one, and addresses that work', async () => {
    const issuer = await file.issuer({ verifyWindowSeconds: 55 });
    const payment = { id: 'pay_1', paidAt: '2026-01-02T03:04:05Z', payer: 'p' };
    const metadata = { seat: '4A', ключ: 'значение' };
    const placed = await issuer.place('paid-1', { quantity: 2, metadata, payment });
    const { raw } = await issuer.message('order.paid', 'paid-1');
    expect(JSON.parse(raw)).toEqual({
      type: 'order.paid',
      timestamp: anInstant(),
      data: {
        issuerId: issuer.issuerId,
        orderNo: 'paid-1',
        token: expect.stringMatching(/^.{22,256}$/),
        product,
        quantity: 2,
        amount,
        metadata,
        payment,
        verifyBy: placed.body.verifyBy,
        ...urlsOf(issuer, 'paid-1'),
      },
    });
    await issuer.place('paid-2');
    const second = await issuer.message('order.paid', 'paid-2');
    expect(second.data).not.toHaveProperty('payment');
    expect(second.data.metadata).toEqual({});
    expect(second.data.token).not.toBe(issuer.tokenOf('paid-1'));
    const path = new URL(second.data.verificationUrl).pathname;
    expect(path).toBe(`/v1/issuers/${issuer.issuerId}/orders/paid-2/verification`);
  });

  test.concurrent('any 2xx is success whatever its body, and moves the order to notified', async () => {
    const issuer = await file.issuer(eachSecond);
    const answers = [200, 201, 202, 204, 299];
    issuer.on('order.paid', async ({ data }) => ({
      status: Number(data.orderNo.slice(4)),
      // Longer than what is read of it.
      raw: '<'.repeat(100_000),
    }));
    for (const status of answers) await issuer.place(`any-${status}`);
    for (const status of answers) {
      await issuer.inState(`any-${status}`, 'notified');
      expect(countOf(issuer, 'order.paid', `any-${status}`)).toBe(1);
    }
  });

  test.concurrent('is tried again with the same bytes and id, a new timestamp and signature, until verified', async () => {
    const [issuer, witness] = [await file.issuer(eachSecond), await file.issuer(eachSecond)];
    witness.on('order.paid', async () => ({ status: 500 }));
    const statuses = [500, 404, 302, 400];
    issuer.on('order.paid', async ({ data: { orderNo } }) => ({
      status: statuses[countOf(issuer, 'order.paid', orderNo) - 1] ?? 503,
    }));
    await issuer.place('retry-1');
    const tries = [];
    for (let n = 1; n <= 5; n += 1) tries.push(await issuer.message('order.paid', 'retry-1', n));
    expectOneMessage(issuer, ...tries);
    const times = tries.map(({ timestamp }) => Number(timestamp));
    for (let n = 1; n < 5; n += 1) expect(times[n]).toBeGreaterThan(times[n - 1] as number);
    expect((await issuer.order('retry-1')).body.state).toBe('accepted');
    // Verified without ever having taken the notice: that ends the tries.
    expect((await issuer.verify('retry-1')).status).toBe(200);
    await issuer.place('retry-2');
    await issuer.message('order.paid', 'retry-2');
    expect((await issuer.cancel('retry-2')).status).toBe(200);
    // One try may have been under way.
    const orderNos = ['retry-1', 'retry-2'];
    const counts = () => orderNos.map((orderNo) => countOf(issuer, 'order.paid', orderNo));
    const mostly = counts().map((count) => count + 1);
    await witness.place('retry-witness');
    await witness.message('order.paid', 'retry-witness', 3);
    counts().forEach((count, n) => {
      expect(count).toBeLessThanOrEqual(mostly[n] as number);
    });
    expect(countOf(issuer, 'order.code_requested', 'retry-1')).toBe(0);
  });

  test.concurrent('eight seconds of silence are a failed try, and the delay runs from its end', async () => {
    const issuer = await file.issuer(eachSecond);
    issuer.on('order.paid', async (message) => {
      if (countOf(issuer, 'order.paid', message.data.orderNo) > 1) return { status: 200 };
      await until('the platform to hang up', () => Date.now() - message.atMs > 8_500);
      return 'close';
    });
    await issuer.place('slow-1');
    expectOneMessage(
      issuer,
      await issuer.message('order.paid', 'slow-1'),
      await issuer.message('order.paid', 'slow-1', 2),
    );
    await issuer.inState('slow-1', 'notified');
    const { data } = (await issuer.get('/orders/slow-1/timeline')).body;
    const timesOf = (event: string): number[] =>
      data.filter((one: { event: string }) => one.event === event).map(({ at }: { at: string }) => Date.parse(at));
    const [sent, sentAgain] = timesOf('notice_sent') as [number, number];
    const [failed] = timesOf('notice_answered') as [number];
    expect(failed - sent).toBeGreaterThanOrEqual(7_990);
    expect(sentAgain - failed).toBeGreaterThanOrEqual(990);
  });

  test.concurrent('Retry-After of 429 and 503 lengthens a delay; that of another status does not', async () => {
    const issuer = await file.issuer(eachSecond);
    issuer.on('order.paid', async ({ data: { orderNo } }) =>
      countOf(issuer, 'order.paid', orderNo) > 1
        ? { status: 200 }
        : { status: Number(orderNo.slice(6)), headers: { 'retry-after': orderNo === 'later-500' ? '300' : '4' } },
    );
    const statuses = [429, 503, 500];
    await Promise.all(statuses.map((status) => issuer.place(`later-${status}`)));
    for (const status of statuses) {
      const first = await issuer.message('order.paid', `later-${status}`);
      const second = await issuer.message('order.paid', `later-${status}`, 2);
      // That of the 500 comes at all: five minutes are longer than is waited for here.
      if (status !== 500) expect(second.atMs - first.atMs).toBeGreaterThanOrEqual(3_900);
    }
  });

  test.concurrent('a redirect is a failed try and is not followed', async () => {
    let followed = 0;
    const elsewhere = createServer((_request, response) => {
      followed += 1;
      response.writeHead(200).end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    const issuer = await file.issuer(eachSecond);
    issuer.on('order.paid', async ({ data: { orderNo } }) => {
      const status = [301, 307, 308][countOf(issuer, 'order.paid', orderNo) - 1];
      return status ? { status, headers: { location } } : { status: 204 };
    });
    await issuer.place('redirect-1');
    await issuer.message('order.paid', 'redirect-1', 4);
    await issuer.inState('redirect-1', 'notified');
    await new Promise((resolve) => elsewhere.close(resolve));
    expect(followed).toBe(0);
  });

  test.concurrent('410 pauses the issuer: no callback more, running orders go on being served', async () => {
    const [issuer, witness] = [await file.issuer(eachSecond), await file.issuer(eachSecond)];
    issuer.on('order.paid', async () => ({ status: 410 }));
    witness.on('order.paid', async () => ({ status: 500 }));
    await issuer.place('gone-1');
    await issuer.message('order.paid', 'gone-1');
    await until('the pause', async () => {
      const { body } = await file.platform.operator('GET', `/issuers/${issuer.issuerId}`);
      return body.state === 'paused';
    });
    expectProblem(await issuer.place('gone-2'), 409, 'issuer_paused');
    await witness.place('gone-witness');
    await witness.message('order.paid', 'gone-witness', 4);
    expect(issuer.received).toHaveLength(1);
    expect((await issuer.verify('gone-1')).status).toBe(200);
  });

  test.concurrent('renotify is a new message of the same token', async () => {
    const issuer = await file.issuer();
    await issuer.place('renotify-1');
    const first = await issuer.message('order.paid', 'renotify-1');
    await issuer.inState('renotify-1', 'notified');
    await file.platform.operator('POST', `/orders/${issuer.issuerId}/renotify-1/renotify`);
    const second = await issuer.message('order.paid', 'renotify-1', 2);
    expect(second.id).not.toBe(first.id);
    expect(second.data.token).toBe(first.data.token);
  });
});

/** Holds the answers to one issuer's calls of that name back, after they were judged. */
const holdAnswers = (issuer: TestIssuer, orderNo: string, name: string): { letGo: () => void } => {
  const { requests } = file.platform.core;
  const { keep } = requests;
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = () => {
      requests.keep = keep;
      resolve();
    };
  });
  const heldPaths = new Map<string, true>();
  const { reserve } = requests;
  requests.reserve = async (id, path, ...rest) => {
    if (path.endsWith(`/${issuer.issuerId}/orders/${orderNo}/${name}`)) {
      heldPaths.set(id, true);
      requests.reserve = reserve;
    }
    return reserve(id, path, ...rest);
  };
  requests.keep = async (id, ...rest) => {
    if (heldPaths.has(id)) await held;
    return keep(id, ...rest);
  };
  return { letGo };
};

describe('what a call sets off comes after its answer', () => {
  const request = { ...eachSecond, codeMode: 'request' };
  const issued = (orderNo: string) => ({
    status: 200,
    body: { status: 'issued', codes: [{ itemId: 'a', value: orderNo }] },
  });

  test('order.code_requested after the answer to the verification', async () => {
    const issuer = await file.issuer(request);
    issuer.on('order.code_requested', async ({ data: { orderNo } }) => issued(orderNo));
    await issuer.place('held');
    await issuer.inState('held', 'notified');
    const { letGo } = holdAnswers(issuer, 'held', 'verification');
    const answer = issuer.verify('held');
    await issuer.inState('held', 'verified');
    // Another order goes all its way meanwhile.
    await issuer.placeVerified('witness');
    await issuer.inState('witness', 'delivered');
    expect(countOf(issuer, 'order.code_requested', 'held')).toBe(0);
    letGo();
    expect((await answer).status).toBe(200);
    await issuer.inState('held', 'delivered');
    expect(countOf(issuer, 'order.code_requested', 'held')).toBe(1);
  });

  test('order.delivered after the answer to the call that gave the last code', async () => {
    const issuer = await file.issuer(eachSecond);
    await issuer.placeVerified('held');
    const { letGo } = holdAnswers(issuer, 'held', 'codes');
    const answer = issuer.submit('held', [{ itemId: 'a', value: 'HELD' }]);
    await issuer.inState('held', 'delivered');
    await issuer.placeVerified('witness');
    await issuer.submit('witness', [{ itemId: 'a', value: 'WITNESS' }]);
    await issuer.message('order.delivered', 'witness');
    expect(countOf(issuer, 'order.delivered', 'held')).toBe(0);
    letGo();
    expect((await answer).status).toBe(201);
    await issuer.message('order.delivered', 'held');
  });

  test('an api that died before its answer holds nothing up for good', async () => {
    const issuer = await file.issuer(request);
    issuer.on('order.code_requested', async ({ data: { orderNo } }) => issued(orderNo));
    await issuer.place('died');
    await issuer.inState('died', 'notified');
    const { answered } = file.platform.core.orderDeps;
    const { note } = answered;
    answered.note = () => undefined;
    await issuer.verify('died');
    answered.note = note;
    await issuer.inState('died', 'delivered');
    expect(countOf(issuer, 'order.code_requested', 'died')).toBe(1);
  });
});

describe('order.code_requested', () => {
  const settings = { ...eachSecond, codeMode: 'request' };
  const issuing = (codes: unknown, extra = {}) => ({ status: 200, body: { status: 'issued', codes, ...extra } });

  test.concurrent('comes after the verification only, and carries exactly its fields', async () => {
    const issuer = await file.issuer({ ...settings, issueWindowSeconds: 66 });
    const payment = { id: 'pay_1' };
    const placed = await issuer.place('ask-1', { quantity: 2, metadata: { a: 'b' }, payment });
    await issuer.inState('ask-1', 'notified');
    expect(countOf(issuer, 'order.code_requested', 'ask-1')).toBe(0);
    const verified = await issuer.verify('ask-1', { quantity: 2 });
    const { raw } = await issuer.message('order.code_requested', 'ask-1');
    expect(JSON.parse(raw)).toEqual({
      type: 'order.code_requested',
      timestamp: anInstant(),
      data: {
        issuerId: issuer.issuerId,
        orderNo: 'ask-1',
        token: issuer.tokenOf('ask-1'),
        product,
        quantity: 2,
        metadata: { a: 'b' },
        verifyBy: placed.body.verifyBy,
        outstanding: 2,
        issueBy: verified.body.issueBy,
        ...urlsOf(issuer, 'ask-1'),
      },
    });
  });

  test.concurrent('`issued` in the answer is the codes, delivered as if they had been submitted', async () => {
    const issuer = await file.issuer(settings);
    const codes = [
      { itemId: 'a', value: 'ASK-2-a' },
      { itemId: 'b', value: 'ASK-2-b' },
    ];
    issuer.on('order.code_requested', async () => ({ ...issuing(codes), status: 201 }));
    const placed = await issuer.placeVerified('ask-2', { quantity: 2 });
    await issuer.inState('ask-2', 'delivered');
    expect(await (await reveal(placed.body.pickupUrl)).text()).toContain('ASK-2-a');
    expect((await issuer.submit('ask-2', codes)).status).toBe(200);
    expect(countOf(issuer, 'order.code_requested', 'ask-2')).toBe(1);
  });

  test.concurrent('an answer that is compressed all the same, or begins with a byte order mark, is read', async () => {
    const issuer = await file.issuer(settings);
    issuer.on('order.code_requested', async ({ headers, data: { orderNo } }) => {
      expect(headers['accept-encoding']).toBe('identity');
      const text = `\ufeff${JSON.stringify(issuing([{ itemId: 'a', value: orderNo }]).body)}`;
      return orderNo === 'packed'
        ? { status: 200, raw: gzipSync(text), headers: { 'content-encoding': 'gzip' } }
        : { status: 200, raw: text };
    });
    for (const orderNo of ['packed', 'marked']) {
      await issuer.placeVerified(orderNo);
      await issuer.inState(orderNo, 'delivered');
      expect(countOf(issuer, 'order.code_requested', orderNo)).toBe(1);
    }
  });

  test.concurrent('`issuing`, 202 and 204 end the asking; the codes come by /codes', async () => {
    const issuer = await file.issuer(settings);
    const answers: Record<string, { status: number; body?: unknown }> = {
      'issuing-1': { status: 200, body: { status: 'issuing' } },
      'issuing-2': { status: 202 },
      'issuing-3': { status: 204 },
    };
    issuer.on('order.code_requested', async ({ data }) => answers[data.orderNo] ?? { status: 500 });
    for (const orderNo of Object.keys(answers)) await issuer.placeVerified(orderNo);
    await issuer.placeVerified('issuing-witness');
    await issuer.message('order.code_requested', 'issuing-witness', 4);
    for (const orderNo of Object.keys(answers)) {
      expect(countOf(issuer, 'order.code_requested', orderNo)).toBe(1);
      expect((await issuer.submit(orderNo, [{ itemId: 'a', value: orderNo }])).status).toBe(201);
      await issuer.inState(orderNo, 'delivered');
    }
  });

  test.concurrent('`refused` in the answer is a refusal', async () => {
    const issuer = await file.issuer(settings);
    issuer.on('order.code_requested', async () => ({
      status: 200,
      body: { status: 'refused', reason: 'out_of_stock', detail: 'sold out' },
    }));
    await issuer.placeVerified('ask-3');
    const { body } = await issuer.inState('ask-3', 'refused');
    expect(body).toMatchObject({ closedReason: 'issuer_refused', refundDue: amount });
    expect((await issuer.message('order.refused', 'ask-3')).data.sequence).toBe(1);
  });

  test.concurrent('a part of the codes in the answer leaves the rest to /codes', async () => {
    const issuer = await file.issuer(settings);
    issuer.on('order.code_requested', async () => issuing([{ itemId: 'a', value: 'ASK-4-a' }]));
    await issuer.placeVerified('ask-4', { quantity: 2 });
    await issuer.inState('ask-4', 'partially_issued');
    expect((await issuer.submit('ask-4', [{ itemId: 'b', value: 'ASK-4-b' }])).body).toEqual({
      accepted: 1,
      outstanding: 0,
    });
    await issuer.inState('ask-4', 'delivered');
  });

  test.concurrent('codes may be pushed inside its handling, and end its tries', async () => {
    const issuer = await file.issuer(settings);
    const pushed: number[] = [];
    issuer.on('order.code_requested', async ({ data: { orderNo } }) => {
      pushed.push((await issuer.submit(orderNo, [{ itemId: 'a', value: orderNo }])).status);
      return { status: 500 };
    });
    await issuer.placeVerified('ask-5');
    await issuer.inState('ask-5', 'delivered');
    expect(await until('the answer to the push', () => pushed[0])).toBe(201);
    const asked = countOf(issuer, 'order.code_requested', 'ask-5');
    await issuer.placeVerified('ask-5-witness', { quantity: 2 });
    await issuer.message('order.code_requested', 'ask-5-witness', 3);
    expect(countOf(issuer, 'order.code_requested', 'ask-5')).toBeLessThanOrEqual(asked + 1);
  });

  const code = { itemId: 'a', value: 'BAD' };
  const garbage: [string, { status: number; body?: unknown; raw?: string }, string | undefined][] = [
    ['nothing', { status: 200 }, ' body_missing'],
    ['no JSON', { status: 200, raw: '<html>' }, ' body_malformed'],
    ['JSON that is none of the three', { status: 200, body: { ok: true } }, '/status invalid_union'],
    ['an unknown status', { status: 201, body: { status: 'later' } }, '/status invalid_union'],
    ['a surplus field', issuing([code], { note: 'x' }), '/note unknown_field'],
    ['a surplus field whose name is a code', issuing([{ ...code, 'QX7-4411': 1 }]), '/codes/0/? unknown_field'],
    ['no codes', issuing([]), '/codes too_small'],
    ['a value that is a number', issuing([{ itemId: 'a', value: 4711 }]), '/codes/0/value invalid_type'],
    ['a value beyond its format', issuing([{ itemId: 'a', value: 'x', format: 'ean13' }]), '/codes/0/value custom'],
    ['a value with NUL', issuing([{ itemId: 'a', value: 'a\0b' }]), '/codes/0/value nul'],
    [
      'a lone surrogate',
      { status: 200, raw: '{"status":"issued","codes":[{"itemId":"a","value":"\\ud800"}]}' },
      '/codes/0/value lone_surrogate',
    ],
    [
      'a key twice',
      { status: 200, raw: '{"status":"issued","codes":[{"itemId":"a","value":"X","value":"Y"}]}' },
      '/codes/0/value duplicate_key',
    ],
    ['the same itemId twice', issuing([code, { itemId: 'a', value: 'BAD-2' }]), '/codes/1/itemId custom'],
    ['more codes than wanted', issuing([code, { itemId: 'b', value: 'BAD-b' }]), undefined],
    [
      'a refusal without a reason of the list',
      { status: 200, body: { status: 'refused', reason: 'tired' } },
      '/reason invalid_value',
    ],
    ['more than 1 MiB', { status: 200, raw: `{"status":"issuing"${' '.repeat(1024 * 1024)}}` }, ' too_large_or_cut'],
    ['a server error', { status: 500, body: { status: 'issuing' } }, undefined],
  ];
  test.concurrent.each(garbage)(
    'a failed try, tried again and told in the timeline: %s',
    async (_what, answer, first) => {
      const issuer = await file.issuer(settings);
      const good = { itemId: 'a', value: 'GOOD' };
      issuer.on('order.code_requested', async ({ data: { orderNo } }) =>
        countOf(issuer, 'order.code_requested', orderNo) > 1 ? issuing([good]) : answer,
      );
      const placed = await issuer.placeVerified('garbage');
      const tries = [1, 2].map((n) => issuer.message('order.code_requested', 'garbage', n));
      expectOneMessage(issuer, ...(await Promise.all(tries)));
      await issuer.inState('garbage', 'delivered');
      expect(await (await reveal(placed.body.pickupUrl)).text()).toContain('GOOD');
      const { data } = (await issuer.get('/orders/garbage/timeline')).body;
      const answered = data.filter(({ event }: { event: string }) => event === 'code_request_answered');
      expect(answered.map(({ detail }: { detail: { ok: boolean } }) => detail.ok)).toEqual([false, true]);
      const { problem, errors } = answered[0].detail;
      expect(problem).toEqual(expect.stringMatching(/./));
      expect(errors && `${errors[0].path} ${errors[0].code}`).toBe(first);
    },
  );

  test.concurrent('codes that contradict or reuse are a failed try, and leave the order as it was', async () => {
    const issuer = await file.issuer(settings);
    const bad: Record<string, unknown[]> = {
      'conflict-1': [{ itemId: 'a', value: 'OTHER-a' }],
      'reused-1': [{ itemId: 'b', value: 'HELD-ELSEWHERE' }],
    };
    issuer.on('order.code_requested', async ({ data: { orderNo } }) => {
      if (orderNo === 'holder') return issuing([{ itemId: 'z', value: 'HELD-ELSEWHERE' }]);
      // Pushed first, so that the order holds something to contradict.
      await issuer.submit(orderNo, [{ itemId: 'a', value: `PUSHED-${orderNo}` }]);
      return issuing(bad[orderNo]);
    });
    await issuer.placeVerified('holder');
    await issuer.inState('holder', 'delivered');
    for (const orderNo of Object.keys(bad)) {
      await issuer.placeVerified(orderNo, { quantity: 3 });
      await issuer.message('order.code_requested', orderNo, 3);
      expect((await issuer.order(orderNo)).body).toMatchObject({
        state: 'partially_issued',
        codes: { issued: 1, outstanding: 2 },
      });
    }
  });

  test.concurrent('renotify asks anew, as a new message', async () => {
    const issuer = await file.issuer(settings);
    issuer.on('order.code_requested', async () => ({ status: 202 }));
    await issuer.placeVerified('ask-again');
    const first = await issuer.message('order.code_requested', 'ask-again');
    await file.platform.operator('POST', `/orders/${issuer.issuerId}/ask-again/renotify`);
    const second = await issuer.message('order.code_requested', 'ask-again', 2);
    expect(second.id).not.toBe(first.id);
  });
});

describe('events', () => {
  test.concurrent('order.delivered has exactly its fields and is tried again with the same bytes and id', async () => {
    const issuer = await file.issuer(eachSecond);
    issuer.on('order.delivered', async ({ data: { orderNo } }) => ({
      status: countOf(issuer, 'order.delivered', orderNo) > 2 ? 200 : 500,
    }));
    await issuer.placeVerified('event-1', { quantity: 2 });
    await issuer.submit('event-1', [
      { itemId: 'a', value: 'EVENT-a' },
      { itemId: 'b', value: 'EVENT-b' },
    ]);
    const tries = [];
    for (let n = 1; n <= 3; n += 1) tries.push(await issuer.message('order.delivered', 'event-1', n));
    expectOneMessage(issuer, ...tries);
    expect(JSON.parse(String(tries[0]?.raw))).toEqual({
      type: 'order.delivered',
      timestamp: anInstant(),
      data: {
        issuerId: issuer.issuerId,
        orderNo: 'event-1',
        sequence: 1,
        at: anInstant(),
        state: 'delivered',
        itemIds: ['a', 'b'],
      },
    });
  });

  test.concurrent('nobody waits on them: an issuer that never takes one does not hold its orders up', async () => {
    const issuer = await file.issuer({ ...eachSecond, eventDelaysSeconds: [300] });
    issuer.on('order.delivered', async () => ({ status: 500 }));
    await issuer.placeVerified('event-2');
    await issuer.submit('event-2', [{ itemId: 'a', value: 'EVENT-2' }]);
    await issuer.inState('event-2', 'delivered');
    await issuer.message('order.delivered', 'event-2');
    expect((await issuer.order('event-2')).body.sequence).toBe(1);
  });

  test.concurrent('410 to an event pauses the issuer, too', async () => {
    const issuer = await file.issuer(eachSecond);
    issuer.on('order.cancelled', async () => ({ status: 410 }));
    await issuer.place('event-3');
    await issuer.cancel('event-3');
    await issuer.message('order.cancelled', 'event-3');
    await until('the pause', async () => {
      const { body } = await file.platform.operator('GET', `/issuers/${issuer.issuerId}`);
      return body.state === 'paused';
    });
  });
});
