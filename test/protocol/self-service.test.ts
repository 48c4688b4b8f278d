import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile();

/** As a client does: on a busy machine an answer may be 503, and the same request again gets it. */
const read = (issuer: Awaited<ReturnType<typeof file.issuer>>, path: string) =>
  until(path, async () => {
    const answer = await issuer.get(path);
    return answer.status !== 503 && answer;
  });

describe('GET /events', () => {
  interface Event {
    readonly id: string;
    readonly type: string;
    readonly timestamp: string;
    readonly data: { readonly orderNo: string; readonly sequence: number };
  }
  const delivered = async (issuer: Awaited<ReturnType<typeof file.issuer>>, orderNo: string, value: string) => {
    await issuer.placeVerified(orderNo);
    await issuer.submit(orderNo, [{ itemId: 'a', value }]);
  };

  test('is each event once, as it was sent and by its id, in the same order for whoever reads later', async () => {
    const issuer = await file.issuer();
    const orders = Array.from({ length: 6 }, (_, n) => `feed-${n}`);
    const live: Event[] = [];
    let cursor = '';
    let isOver = false;
    const tail = (async () => {
      while (!isOver || live.length < 10) {
        const page = await read(issuer, `/events?limit=2&waitSeconds=1${cursor && `&after=${cursor}`}`);
        expect([page.status, Object.keys(page.body).sort(), typeof page.body.nextCursor]).toEqual([
          200,
          ['data', 'nextCursor'],
          'string',
        ]);
        live.push(...page.body.data);
        cursor = page.body.nextCursor;
      }
    })();
    await Promise.all(orders.map((orderNo) => delivered(issuer, orderNo, `C-${orderNo}`)));
    // Two more events of some orders: codes_void and refund_due, or cancelled for one that is open.
    await issuer.inState('feed-0', 'delivered');
    const token = issuer.tokenOf('feed-0');
    const gone = { type: 'order.void', orderNo: 'feed-0', token, reason: 'lost' };
    expect((await issuer.post('/orders/feed-0/void', gone)).status).toBe(200);
    await issuer.placeVerified('feed-open');
    await issuer.cancel('feed-open');
    await issuer.message('order.refund_due', 'feed-open');
    isOver = true;
    await tail;
    const keyOf = ({ data }: Event) => `${data.orderNo}/${data.sequence}`;
    expect(new Set(live.map(keyOf)).size).toBe(live.length);
    const of = (orderNo: string) => live.filter(({ data }) => data.orderNo === orderNo);
    for (const orderNo of [...orders, 'feed-open']) {
      const sequences = of(orderNo).map(({ data }) => data.sequence);
      expect([orderNo, sequences]).toEqual([orderNo, sequences.map((_, n) => n + 1)]);
    }
    for (const { id, ...body } of live) {
      const sent = await until(`the callback ${id}`, () => issuer.received.find((one) => one.id === id));
      expect(body).toEqual(JSON.parse(sent.raw));
    }
    const again = (await read(issuer, '/events?limit=100')).body;
    expect(again.data).toEqual(live);
    const end = await read(issuer, `/events?after=${again.nextCursor}`);
    expect(end.body).toEqual({ data: [], nextCursor: expect.any(String) });
  });

  test('shows an event five seconds after its write, not before, and a reader that waits gets it', async () => {
    const issuer = await file.issuer();
    const { nextCursor } = (await read(issuer, '/events')).body;
    await delivered(issuer, 'wait-1', 'W-1');
    const { atMs } = await issuer.message('order.delivered', 'wait-1');
    const waiting = await read(issuer, `/events?after=${nextCursor}&waitSeconds=30`);
    const seenMs = Date.now();
    expect(waiting.body.data.map(({ type }: Event) => type)).toEqual(['order.delivered']);
    // It was told after it was written; clocks of one machine.
    const row = await file.platform.core.orderDeps.orders.find({ issuerId: issuer.issuerId, orderNo: 'wait-1' });
    const writtenMs = Number(row?.events[0]?.writtenAt?.getTime());
    expect(writtenMs).toBeLessThanOrEqual(atMs);
    expect(seenMs - writtenMs).toBeGreaterThanOrEqual(5_000);
  });

  test('four readers of an issuer wait, a fifth is 429; one that does not wait is answered', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('four-1');
    const five = Array.from({ length: 5 }, () => issuer.get('/events?waitSeconds=30'));
    const refused = await Promise.any(
      five.map(async (reader) => {
        const answer = await reader;
        if (answer.status === 200) throw new Error('an event has come');
        return answer;
      }),
    );
    expectProblem(refused, 429, 'rate_limited');
    expect((await issuer.get('/events')).status).toBe(200);
    await issuer.submit('four-1', [{ itemId: 'a', value: 'F-1' }]);
    const answers = await Promise.all(five);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 429]);
    for (const { status, body } of answers) if (status === 200) expect(body.data).toHaveLength(1);
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['waitSeconds=31', 'waitSeconds'],
    ['waitSeconds=-1', 'waitSeconds'],
    ['waitSeconds=1.5', 'waitSeconds'],
    ['after=made-up', 'after'],
    ['after=', 'after'],
    [`after=${Buffer.from(`${Date.now() + 86_400_000}/0/`).toString('base64url')}`, 'after'],
    ['cursor=x', 'cursor'],
  ])('%s is 422', async (query, parameter) => {
    const issuer = await file.issuer();
    expectProblem(await issuer.get(`/events?${query}`), 422, 'body_invalid', `/${parameter}`);
  });

  test('a cursor of more than 30 days ago is 410 cursor_gone', async () => {
    const issuer = await file.issuer();
    const old = Buffer.from(`${Date.now() - 31 * 86_400_000}/1/A-1`).toString('base64url');
    expectProblem(await issuer.get(`/events?after=${old}`), 410, 'cursor_gone');
  });
});

describe('an issuer of itself', () => {
  const auditOf = async (issuerId: string) => {
    const { data } = (await file.platform.operator('GET', `/audit?actor=${encodeURIComponent(`(issuer ${issuerId})`)}`))
      .body;
    return data.map(({ action, target }: { action: string; target: string }) => [action, target]);
  };

  test('GET /self is the Issuer as operators see it', async () => {
    const issuer = await file.issuer({ buyerRefunds: true });
    const self = await issuer.get('/self');
    expect(self.status).toBe(200);
    expect(self.body).toEqual((await file.platform.operator('GET', `/issuers/${issuer.issuerId}`)).body);
    expect(JSON.stringify(self.body)).not.toContain('whsec_');
  });

  test('POST /settings changes what it names, counts from the next message on, and is audited as the issuer’s', async () => {
    const issuer = await file.issuer();
    const settings = (change: object) => issuer.post('/settings', { type: 'issuer.settings', ...change });
    const changed = await settings({
      terminal: { channel: 'page' },
      branding: { displayName: 'Acme', color: '#123456' },
      signDeliveriesWithIssuerSecret: true,
      buyerRefunds: true,
      holdWhileDeciding: true,
      voidDecisionSeconds: 60,
      voidUndecided: 'approve',
    });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      branding: { displayName: 'Acme', color: '#123456' },
      ...{ signDeliveriesWithIssuerSecret: true, buyerRefunds: true, holdWhileDeciding: true },
      ...{ voidDecisionSeconds: 60, voidUndecided: 'approve' },
    });
    expect((await issuer.get('/self')).body).toEqual(changed.body);
    const { url } = changed.body.callback;
    const moved = await settings({ callback: { kind: 'url', url: `${url}-moved` } });
    expect(moved.body.callback).toEqual({ kind: 'url', url: `${url}-moved` });
    await issuer.placeVerified('moved-1');
    expect(await auditOf(issuer.issuerId)).toEqual([
      ['issuer.changed', issuer.issuerId],
      ['issuer.changed', issuer.issuerId],
    ]);
  });

  test.each([
    ['a setting of operators', { verifyWindowSeconds: 60 }, '/verifyWindowSeconds'],
    ['another name', { name: 'Other' }, '/name'],
    ['what is no setting', { colour: 'red' }, '/colour'],
    ['a callback that must not be reached', { callback: { kind: 'url', url: 'http://10.0.0.1/' } }, '/callback/url'],
    ['a function, which operators give', { callback: { kind: 'function', name: 'f' } }, '/callback/kind'],
    ['a terminal that is not configured', { terminal: { channel: 'sms', number: '+4915112345678' } }, '/terminal'],
    ['a value outside', { voidDecisionSeconds: 4 }, '/voidDecisionSeconds'],
    ['another type', { type: 'issuer.secret' }, '/type'],
  ])('POST /settings: %s is 422', async (_what, change, path) => {
    const issuer = await file.issuer();
    const before = (await issuer.get('/self')).body;
    expectProblem(await issuer.post('/settings', { type: 'issuer.settings', ...change }), 422, 'body_invalid', path);
    expect((await issuer.get('/self')).body).toEqual(before);
  });

  test('POST /secret gives a new secret; the old one lives on until its end, or ends now', async () => {
    const issuer = await file.issuer();
    const rotate = (change = {}) => issuer.post('/secret', { type: 'issuer.secret', ...change });
    const first = await rotate();
    expect([first.status, Object.keys(first.body).sort()]).toEqual([201, ['oldSecretEndsAt', 'secret']]);
    expect(Date.parse(first.body.oldSecretEndsAt)).toBeGreaterThan(Date.now() + 86_000_000);
    expect((await issuer.get('/self')).status).toBe(200);
    issuer.useSecret(first.body.secret);
    expect((await issuer.get('/self')).status).toBe(200);
    const second = await rotate({ endOldNow: true });
    expect(second.status).toBe(201);
    await until('the old secret to be refused', async () => (await issuer.get('/self')).status === 401);
    issuer.useSecret(second.body.secret);
    expect((await issuer.get('/self')).status).toBe(200);
    expectProblem(await rotate({ colour: 'red' }), 422, 'body_invalid', '/colour');
    expect((await auditOf(issuer.issuerId)).map(([action]: string[]) => action)).toEqual([
      'issuer.secret_rotated',
      'issuer.secret_rotated',
    ]);
    expect(file.platform.logText()).not.toContain(second.body.secret);
  });

  test('POST /messages/{id}/replay sends an event once more, with the same bytes and id', async () => {
    const [issuer, other] = [await file.issuer(), await file.issuer()];
    await issuer.placeVerified('again-1');
    await issuer.submit('again-1', [{ itemId: 'a', value: 'A-1' }]);
    const { id, raw } = await issuer.message('order.delivered', 'again-1');
    const replay = (by: typeof issuer, message: string) =>
      by.post(`/messages/${message}/replay`, { type: 'message.replay' });
    const answer = await replay(issuer, id);
    expect([answer.status, answer.body]).toEqual([202, { id }]);
    const again = await issuer.message('order.delivered', 'again-1', 2);
    expect([again.id, again.raw]).toEqual([id, raw]);
    expectProblem(await replay(other, id), 404, 'message_unknown');
    expectProblem(await replay(issuer, 'cf_event_none'), 404, 'message_unknown');
    await file.platform.operator('POST', `/issuers/${issuer.issuerId}/pause`);
    await until('the pause to be known', async () => (await replay(issuer, id)).body.code === 'issuer_paused');
    const audited = await auditOf(issuer.issuerId);
    expect(audited).toContainEqual(['call.replayed', `${issuer.issuerId}/again-1`]);
  });
});

describe('GET /failures', () => {
  const failures = async (issuer: Awaited<ReturnType<typeof file.issuer>>, query = '') =>
    (await issuer.get(`/failures${query}`)).body;
  const one = (issuer: Awaited<ReturnType<typeof file.issuer>>, orderNo: string) =>
    until(`a failure of ${orderNo}`, async () =>
      (await failures(issuer)).data.find((failure: { orderNo: string }) => failure.orderNo === orderNo),
    );

  test('names what is not taken, not answered and not readable, until it is', async () => {
    const issuer = await file.issuer({ codeMode: 'request', noticeDelaysSeconds: [1, 1, 1] });
    expect(await failures(issuer)).toEqual({ data: [], nextCursor: null });
    issuer.on('order.paid', async () => ({ status: 503 }));
    await issuer.place('f-notice');
    const notice = await one(issuer, 'f-notice');
    expect(notice).toEqual({
      orderNo: 'f-notice',
      since: expect.any(String),
      kind: 'not_notified',
      lastStatus: 503,
    });
    issuer.on('order.code_requested', async () => ({ status: 500 }));
    expect((await issuer.verify('f-notice')).status).toBe(200);
    expect(await one(issuer, 'f-notice')).toMatchObject({ kind: 'not_answered', lastStatus: 500 });
    issuer.on('order.code_requested', async () => ({
      status: 200,
      body: { status: 'issued', codes: [{ itemId: 7 }] },
    }));
    const unread = await until('an answer that is not readable', async () => {
      const [failure] = (await failures(issuer)).data;
      return failure?.kind === 'answer_unreadable' && failure;
    });
    expect(unread).toMatchObject({ orderNo: 'f-notice', lastStatus: 200 });
    expect(unread.errors[0]).toEqual({ path: expect.stringContaining('/codes/0'), code: expect.any(String) });
    issuer.on('order.code_requested', async () => ({ status: 204 }));
    await issuer.message('order.code_requested', 'f-notice');
    await until('no failure', async () => (await failures(issuer)).data.length === 0);
  });

  test('pages newest first, and tells operators of the same beside their own', async () => {
    const issuer = await file.issuer();
    issuer.on('order.paid', async () => ({ status: 500 }));
    for (const orderNo of ['f-1', 'f-2', 'f-3']) {
      await issuer.place(orderNo);
      await one(issuer, orderNo);
    }
    const all = (await failures(issuer)).data.map(({ orderNo }: { orderNo: string }) => orderNo);
    expect([...all].sort()).toEqual(['f-1', 'f-2', 'f-3']);
    const walked: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { data: { orderNo: string }[]; nextCursor: string | null } = await failures(
        issuer,
        `?limit=1${cursor && `&cursor=${cursor}`}`,
      );
      walked.push(...page.data.map(({ orderNo }) => orderNo));
      cursor = page.nextCursor;
    }
    expect(walked).toEqual(all);
    const other = await file.issuer();
    expect((await failures(other)).data).toEqual([]);
    expectProblem(await issuer.get('/failures?cursor=made-up'), 422, 'body_invalid', '/cursor');
    const operators = (await file.platform.operator('GET', '/failures?limit=100')).body.data;
    const told = operators.filter((failure: { issuerId: string }) => failure.issuerId === issuer.issuerId);
    expect(told.map(({ kind, lastStatus }: { kind: string; lastStatus: number }) => [kind, lastStatus])).toEqual(
      Array.from({ length: 3 }, () => ['not_notified', 500]),
    );
  });
});
