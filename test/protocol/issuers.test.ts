import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { ownAuthority } from '../support/certificates';
import type { TestIssuer } from '../support/issuer';
import type { Answer } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { reveal } from '../support/reveal';
import { startTerminals } from '../support/terminal';
import { until } from '../support/until';
import { anInstant, expectOrder, expectTimeline } from './wire-shapes';

const file = platformOfFile();
const terminals = startTerminals();
afterAll(() => terminals.stop());

const operator = (method: string, path: string, body?: unknown): Promise<Answer> =>
  file.platform.operator(method, path, body);
const settings = (changes: object = {}) => ({
  issuerId: `made-${randomUUID().slice(0, 12)}`,
  name: 'Made by hand',
  callback: { kind: 'url', url: 'https://example.com/in' },
  codeMode: 'push',
  ...changes,
});

const told = async (issuer: TestIssuer, orderNo: string): Promise<void> => {
  await issuer.place(orderNo);
  await issuer.message('order.paid', orderNo);
};

describe('issuers', () => {
  test('POST answers 201 with the Issuer and its secret, shown once', async () => {
    const body = settings({ terminal: { channel: 'page' } });
    const created = await operator('POST', '/issuers', body);
    expect(created.status).toBe(201);
    const { secret, ...issuer } = created.body;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(issuer).toEqual({
      ...body,
      state: 'active',
      apiVersion: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
      verifyWindowSeconds: 600,
      issueWindowSeconds: 600,
      createdAt: anInstant(),
    });
    expect((await operator('GET', `/issuers/${body.issuerId}`)).body).toEqual(issuer);
    const listed = (await operator('GET', '/issuers?limit=100')).body;
    expect(listed.data).toContainEqual(issuer);
    expect(JSON.stringify(listed)).not.toContain('whsec_');
    expect(JSON.stringify((await operator('GET', '/audit')).body)).not.toContain('whsec_');
  });

  test('a taken id is 409 issuer_exists, a malformed one 422, an unknown one 404', async () => {
    const body = settings();
    await operator('POST', '/issuers', body);
    expectProblem(await operator('POST', '/issuers', body), 409, 'issuer_exists');
    for (const issuerId of ['', 'With-Capital', 'under_score', 'a/b', 'x'.repeat(65), 'ü']) {
      expectProblem(await operator('POST', '/issuers', settings({ issuerId })), 422, 'body_invalid', '/issuerId');
    }
    expect((await operator('POST', '/issuers', settings({ issuerId: 'x'.repeat(64) }))).status).toBe(201);
    expect((await operator('GET', '/issuers/nobody')).status).toBe(404);
  });

  test.each(['verifyWindowSeconds', 'issueWindowSeconds'])('%s is 5..7776000', async (field) => {
    for (const seconds of [4, 7_776_001, 5.5, '60', null]) {
      expectProblem(
        await operator('POST', '/issuers', settings({ [field]: seconds })),
        422,
        'body_invalid',
        `/${field}`,
      );
    }
    for (const seconds of [5, 7_776_000]) {
      expect((await operator('POST', '/issuers', settings({ [field]: seconds }))).body[field]).toBe(seconds);
    }
  });

  test.each<[string, unknown, string]>([
    ['callTimeoutSeconds', 0, ''],
    ['callTimeoutSeconds', 31, ''],
    ['ordersPerSecond', 0, ''],
    ['callCa', 'no certificate', ''],
    ['callCa', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', ''],
    ['callCertificate', { certificate: 'none', key: 'none' }, '/certificate'],
    ['callHeaders', { 'Webhook-Id': 'x' }, '/Webhook-Id'],
    ['callHeaders', { 'content-type': 'text/plain' }, '/content-type'],
    ['callHeaders', { Host: 'other.example' }, '/Host'],
    ['callHeaders', { 'transfer-encoding': 'chunked' }, '/transfer-encoding'],
    ['callHeaders', { 'Proxy-Authorization': 'x' }, '/Proxy-Authorization'],
    ['callHeaders', { 'a b': 'x' }, '/a b'],
    ['callHeaders', { 'x-a': 'one\r\nx-b: two' }, '/x-a'],
    ['callHeaders', { 'x-a': '' }, '/x-a'],
    ['callHeaders', { 'x-a': '1', 'X-A': '2' }, ''],
    ['callHeaders', Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`x-${n}`, 'v'])), ''],
  ])('%s may not be %j', async (field, value, at) => {
    const refused = await operator('POST', '/issuers', settings({ [field]: value }));
    expectProblem(refused, 422, 'body_invalid', `/${field}${at}`);
  });

  test('headers of its own go with each callback; they are kept sealed, and only their names are given back', async () => {
    const issuer = await file.issuer({ callHeaders: { 'X-Api-Key': 'open-sesame', 'x-shop': '7' } });
    const at = `/issuers/${issuer.issuerId}`;
    await issuer.place('headers-1');
    const first = await issuer.message('order.paid', 'headers-1');
    expect(first.headers).toMatchObject({
      'x-api-key': 'open-sesame',
      'x-shop': '7',
      'content-type': 'application/json',
    });
    expect((await operator('GET', at)).body.callHeaders).toEqual(['X-Api-Key', 'x-shop']);
    const row = await file.platform.core.issuers.find(issuer.issuerId);
    expect(JSON.stringify(row)).not.toContain('open-sesame');
    expect(JSON.stringify((await operator('GET', '/audit')).body)).not.toContain('open-sesame');
    expect((await operator('PATCH', at, { callHeaders: {}, callTimeoutSeconds: 30 })).body).toMatchObject({
      callTimeoutSeconds: 30,
    });
    expect((await operator('GET', at)).body.callHeaders).toBeUndefined();
    await issuer.place('headers-2');
    expect((await issuer.message('order.paid', 'headers-2')).headers['x-api-key']).toBeUndefined();
  });

  test('a certificate of its own is set by operator and issuer, kept sealed, and shown without its key', async () => {
    const { cert: certificate, key } = ownAuthority();
    const issuer = await file.issuer({ callCertificate: { certificate, key } });
    const at = `/issuers/${issuer.issuerId}`;
    const shown = { subject: expect.any(String), fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}/) };
    const { body } = await operator('GET', at);
    expect(body.callCertificate).toEqual({ ...shown, endsAt: '2126-01-01T00:00:00.000Z' });
    const row = await file.platform.core.issuers.find(issuer.issuerId);
    const all = [row, (await operator('GET', '/audit')).body, file.platform.logText()];
    expect(JSON.stringify(all)).not.toContain('PRIVATE KEY');
    const change = (callCertificate: unknown) => issuer.post('/settings', { type: 'issuer.settings', callCertificate });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = privateKey.export({ type: 'pkcs8', format: 'pem' });
    expectProblem(await change({ certificate, key: other }), 422, 'body_invalid', '/callCertificate/key');
    expect((await change(null)).body.callCertificate).toBeUndefined();
    expect((await change({ certificate, key })).body.callCertificate).toMatchObject(shown);
  });

  test('the addresses that callbacks come from are told to anybody', async () => {
    const answer = await fetch(`${file.platform.baseUrl}/v1/source-addresses`);
    expect([answer.status, await answer.json()]).toEqual([200, { data: ['203.0.113.7/32'] }]);
  });

  test('a callback may take as long as the setting says', async () => {
    const issuer = await file.issuer({ callTimeoutSeconds: 1, noticeDelaysSeconds: [1] });
    issuer.on('order.paid', () => new Promise(() => undefined));
    await issuer.place('slow-1');
    await issuer.message('order.paid', 'slow-1', 2);
    const { data } = (await issuer.get('/orders/slow-1/timeline')).body;
    const answered = data.find(({ event }: { event: string }) => event === 'notice_answered');
    expect(answered.detail).toMatchObject({ ok: false, problem: 'timeout' });
  });

  test('orders beyond ordersPerSecond are 429 with Retry-After; another issuer places its own', async () => {
    const [slow, other] = [await file.issuer({ ordersPerSecond: 1 }), await file.issuer()];
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => slow.place(`burst-${n}`)));
    const [refused] = answers.filter(({ status }) => status !== 201);
    expectProblem(refused as (typeof answers)[number], 429, 'rate_limited');
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(answers.some(({ status }) => status === 201)).toBe(true);
    expect((await other.place('calm-1')).status).toBe(201);
  });

  test('PATCH changes what it names', async () => {
    const issuer = await file.issuer();
    const changed = await operator('PATCH', `/issuers/${issuer.issuerId}`, { verifyWindowSeconds: 60, name: 'New' });
    expect(changed).toMatchObject({
      status: 200,
      body: { name: 'New', verifyWindowSeconds: 60, issueWindowSeconds: 600, codeMode: 'push' },
    });
    expectProblem(
      await operator('PATCH', `/issuers/${issuer.issuerId}`, { issuerId: 'x' }),
      422,
      'body_invalid',
      '/issuerId',
    );
    const placed = (await issuer.place('patched-1')).body;
    expect(Date.parse(placed.verifyBy) - Date.parse(placed.createdAt)).toBe(60_000);
  });

  test('without the right bearer token every operator call is 401 operator_unauthorized', async () => {
    for (const authorization of [undefined, 'Bearer wrong', `Basic ${file.platform.operatorToken}`, 'Bearer ']) {
      const answer = await fetch(`${file.platform.baseUrl}/v1/operator/issuers`, {
        headers: authorization === undefined ? {} : { authorization },
      });
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([401, 'operator_unauthorized']);
    }
  });

  test.concurrent('DELETE leaves a tombstone: open orders are cancelled and told, the id is never given again', async () => {
    const issuer = await file.issuer();
    await told(issuer, 'open-1');
    await issuer.placeVerified('done-1');
    await issuer.submit('done-1', [{ itemId: 'a', value: 'DONE-1' }]);
    await issuer.inState('done-1', 'delivered');
    expect((await operator('DELETE', `/issuers/${issuer.issuerId}?confirm=${issuer.issuerId}`)).status).toBe(204);
    const event = await issuer.message('order.cancelled', 'open-1');
    expect(event.data).toMatchObject({ state: 'cancelled', closedReason: 'operator_cancelled', sequence: 1 });
    await issuer.message('order.refund_due', 'open-1');
    expect((await operator('GET', `/orders/${issuer.issuerId}/done-1`)).body.state).toBe('delivered');
    expectProblem(await issuer.order('open-1'), 401, 'signature_invalid');
    expect((await operator('GET', `/issuers/${issuer.issuerId}`)).status).toBe(404);
    expect((await operator('DELETE', `/issuers/${issuer.issuerId}?confirm=${issuer.issuerId}`)).status).toBe(404);
    const again = settings({ issuerId: issuer.issuerId });
    expectProblem(await operator('POST', '/issuers', again), 409, 'issuer_exists');
  });

  test.concurrent('a pause stops callbacks and windows; calls and deliveries go on', async () => {
    // Long enough for a notice and a pause on a busy machine.
    const issuer = await file.issuer({ verifyWindowSeconds: 7, noticeDelaysSeconds: [1] });
    const witness = await file.issuer({ verifyWindowSeconds: 7 });
    issuer.on('order.paid', async () => ({ status: 500 }));
    await told(issuer, 'held-1');
    const paused = await operator('POST', `/issuers/${issuer.issuerId}/pause`);
    expect(paused).toMatchObject({ status: 200, body: { state: 'paused' } });
    const seen = issuer.received.length;
    await told(witness, 'witness-1');
    await witness.inState('witness-1', 'expired');
    // A window younger than this one has ended; at most one try was under way when the pause came.
    expect(issuer.received.length).toBeLessThanOrEqual(seen + 1);
    const { body: held } = await issuer.order('held-1');
    expect(held.state).toBe('accepted');
    expect(Date.parse(held.verifyBy) - Date.parse(held.createdAt)).toBeGreaterThan(7_000);
    expect((await issuer.verify('held-1')).status).toBe(200);
    expect((await issuer.submit('held-1', [{ itemId: 'a', value: 'HELD-1' }])).status).toBe(201);
    await issuer.inState('held-1', 'delivered');
    const resumed = await operator('POST', `/issuers/${issuer.issuerId}/resume`);
    expect(resumed).toMatchObject({ status: 200, body: { state: 'active' } });
    expect((await issuer.place('held-2')).status).toBe(201);
  });
});

describe('an operator’s hand on an order', () => {
  test('reads it with its timeline and one plain sentence on what it waits for', async () => {
    const issuer = await file.issuer();
    await told(issuer, 'read-1');
    const at = `/orders/${issuer.issuerId}/read-1`;
    const read = await operator('GET', at);
    expectOrder(read.body);
    expect(read.body).not.toHaveProperty('pickupUrl');
    expectTimeline((await operator('GET', `${at}/timeline`)).body);
    expect((await operator('GET', `${at}/why`)).body.why).toEqual(expect.stringMatching(/^[A-Z].*\.$/));
    expectProblem(await operator('GET', `/orders/${issuer.issuerId}/nobody`), 404, 'order_unknown');
    const listed = (await operator('GET', `/orders?issuerId=${issuer.issuerId}`)).body;
    expect(listed).toEqual({ data: [expect.objectContaining({ orderNo: 'read-1' })], nextCursor: null });
    expectOrder(listed.data[0]);
    await issuer.inState('read-1', 'notified');
    const found = async (query: string) =>
      (await operator('GET', `/orders?issuerId=${issuer.issuerId}&${query}`)).body.data.length;
    expect(await found('q=rea&state=notified')).toBe(1);
    expect([await found('q=nothing'), await found('state=refused')]).toEqual([0, 0]);
  });

  test.concurrent('extend moves the running window', async () => {
    const issuer = await file.issuer({ verifyWindowSeconds: 7 });
    await told(issuer, 'longer-1');
    await issuer.place('longer-witness');
    const before = (await issuer.order('longer-1')).body;
    const extended = await operator('POST', `/orders/${issuer.issuerId}/longer-1/extend`, { seconds: 300 });
    expect(extended.status).toBe(200);
    expect(Date.parse(extended.body.verifyBy) - Date.parse(before.verifyBy)).toBe(300_000);
    await issuer.inState('longer-witness', 'expired');
    expect((await issuer.verify('longer-1')).status).toBe(200);
    const nothing = await operator('POST', `/orders/${issuer.issuerId}/longer-1/extend`, {});
    expectProblem(nothing, 422, 'body_invalid', '/seconds');
  });

  test.concurrent('void declares delivered codes void and tells the issuer which', async () => {
    const issuer = await file.issuer();
    const placed = await issuer.placeVerified('void-1');
    await issuer.submit('void-1', [{ itemId: 'a', value: 'VOID-1' }]);
    await issuer.inState('void-1', 'delivered');
    expect((await operator('POST', `/orders/${issuer.issuerId}/void-1/void`, { reason: 'lost' })).status).toBe(200);
    const { data } = await issuer.message('order.codes_void', 'void-1');
    expect(data).toMatchObject({ sequence: 2, itemIds: ['a'] });
    await until('the refund', async () => (await issuer.order('void-1')).body.refundDue !== undefined);
    expect(await (await reveal(placed.body.pickupUrl)).text()).not.toContain('VOID-1');
  });

  test.concurrent('redeliver with a terminal only from undeliverable', async () => {
    const issuer = await file.issuer();
    const redeliver = (orderNo: string) =>
      operator('POST', `/orders/${issuer.issuerId}/${orderNo}/redeliver`, {
        terminal: { channel: 'webhook', url: 'http://127.0.0.1:9/' },
      });
    await told(issuer, 'fixed-1');
    expect((await redeliver('fixed-1')).status).toBe(409);
    await issuer.verify('fixed-1');
    await issuer.submit('fixed-1', [{ itemId: 'a', value: 'FIXED-1' }]);
    await issuer.inState('fixed-1', 'delivered');
    expect((await redeliver('fixed-1')).status).toBe(409);
  });

  test.concurrent('batches count first, then change, and name what failed', async () => {
    const issuer = await file.issuer();
    const { issuerId } = issuer;
    for (const orderNo of ['batch-1', 'batch-2']) await told(issuer, orderNo);
    await issuer.placeVerified('batch-3');
    await issuer.submit('batch-3', [{ itemId: 'a', value: 'BATCH-3' }]);
    await issuer.inState('batch-3', 'delivered');
    const batch = (dryRun: boolean) => operator('POST', '/batches', { filter: { issuerId }, action: 'cancel', dryRun });
    expect((await batch(true)).body).toEqual({ matched: 3, changed: 0, failed: [] });
    expect((await issuer.order('batch-1')).body.state).toBe('notified');
    expect((await batch(false)).body).toEqual({
      matched: 3,
      changed: 2,
      failed: [{ issuerId, orderNo: 'batch-3', code: 'already_delivered' }],
    });
    expect((await issuer.order('batch-2')).body.closedReason).toBe('operator_cancelled');
  });

  test.concurrent('failures and audit are lists with a cursor, newest first', async () => {
    const issuer = await file.issuer({ terminal: { channel: 'webhook', url: await terminals.urlOf('/gone') } });
    await terminals.answer('/gone', () => 410);
    for (const orderNo of ['failed-1', 'failed-2']) {
      await issuer.placeVerified(orderNo);
      await issuer.submit(orderNo, [{ itemId: 'a', value: orderNo }]);
      await issuer.inState(orderNo, 'undeliverable');
    }
    // Other orders of this file fail meanwhile.
    const orderNos: string[] = [];
    let cursor: string | null = null;
    do {
      const after = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { body }: Answer = await operator('GET', `/failures?limit=1${after}`);
      expect(Object.keys(body).sort()).toEqual(['data', 'nextCursor']);
      expect(body.data.length).toBeLessThanOrEqual(1);
      for (const { issuerId, orderNo } of body.data) if (issuerId === issuer.issuerId) orderNos.push(orderNo);
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(orderNos).toEqual(['failed-2', 'failed-1']);
    const audit = (await operator('GET', '/audit?limit=2')).body;
    expect(audit.data).toHaveLength(2);
    expect(audit.nextCursor).toEqual(expect.any(String));
    const next = (await operator('GET', `/audit?limit=2&cursor=${encodeURIComponent(audit.nextCursor)}`)).body;
    expect(audit.data[1].at >= next.data[0].at).toBe(true);
  });
});
