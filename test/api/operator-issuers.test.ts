import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Received } from '../support/issuer';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';
import { until } from '../support/until';

const file = platformOfFile();
const operator = (method: string, path: string, body?: unknown) => file.platform.operator(method, path, body);
const newId = () => `made-${randomUUID().slice(0, 8)}`;
const settings = (issuerId: string) => ({
  issuerId,
  name: 'Acme',
  callback: { kind: 'url', url: 'https://acme.example/callback' },
  codeMode: 'push',
});

describe('an issuer that is made', () => {
  test('is told with its secret once, and never again anywhere', async () => {
    const issuerId = newId();
    const made = await operator('POST', '/issuers', { ...settings(issuerId), terminal: { channel: 'page' } });
    const { secret, ...shown } = made.body;
    expect(made.status).toBe(201);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(shown).toEqual({
      ...settings(issuerId),
      apiVersion: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      state: 'active',
      terminal: { channel: 'page' },
      verifyWindowSeconds: 600,
      issueWindowSeconds: 600,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    const later = [
      await operator('GET', `/issuers/${issuerId}`),
      await operator('GET', '/issuers?limit=100'),
      await operator('PATCH', `/issuers/${issuerId}`, { name: 'Acme again' }),
      await operator('POST', `/issuers/${issuerId}/pause`),
      await operator('POST', `/issuers/${issuerId}/resume`),
      await operator('GET', '/audit?limit=100'),
    ];
    for (const { status, body } of later) {
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain(secret.slice('whsec_'.length));
      expect(JSON.stringify(body)).not.toContain('whsec_');
    }
    expect(later[0]?.body).toEqual(shown);
    expect(file.platform.logText()).not.toContain('whsec_');
    const row = await file.platform.core.issuers.findEver(issuerId);
    expect(row?.secrets[0]?.sealed.includes(secret)).toBe(false);
  });

  test('keeps its id to itself', async () => {
    const issuerId = newId();
    await operator('POST', '/issuers', settings(issuerId));
    expectProblem(await operator('POST', '/issuers', settings(issuerId)), 409, 'issuer_exists');
  });

  test.each<[Record<string, unknown>, string]>([
    [{ surprise: 1 }, '/surprise'],
    [{ secret: 'whsec_mine' }, '/secret'],
    [{ name: null }, '/name'],
    [{ verifyWindowSeconds: 4 }, '/verifyWindowSeconds'],
    [{ callback: { kind: 'function', name: 'no-such' } }, '/callback/name'],
    [{ codeMode: 'both' }, '/codeMode'],
  ])('%j is refused at %s, and nothing is made', async (change, path) => {
    const issuerId = newId();
    expectProblem(await operator('POST', '/issuers', { ...settings(issuerId), ...change }), 422, 'body_invalid', path);
    expectProblem(await operator('GET', `/issuers/${issuerId}`), 404, 'issuer_unknown');
  });
});

test('the list goes on page by page, each issuer once', async () => {
  const ids = Array.from({ length: 5 }, (_, n) => `paged-${n}`);
  for (const id of ids) await operator('POST', '/issuers', settings(id));
  const seen: string[] = [];
  for (let cursor: string | null = 'paged-'; cursor !== null; ) {
    const { status, body } = await operator('GET', `/issuers?limit=2&cursor=${cursor}`);
    expect(status).toBe(200);
    seen.push(...body.data.map(({ issuerId }: { issuerId: string }) => issuerId));
    cursor = body.nextCursor;
  }
  expect(seen.filter((id) => id.startsWith('paged-'))).toEqual(ids);
  expectProblem(await operator('GET', '/issuers?limit=0'), 422, 'body_invalid', '/limit');
  expectProblem(await operator('GET', '/issuers?page=2'), 422, 'body_invalid', '/page');
});

test('a change shows at once, touches nothing else, and is audited with before and after', async () => {
  const issuerId = newId();
  const { secret: _secret, ...before } = (await operator('POST', '/issuers', settings(issuerId))).body;
  const changed = await operator('PATCH', `/issuers/${issuerId}`, { name: 'New', issueWindowSeconds: 60 });
  expect([changed.status, changed.body]).toEqual([200, { ...before, name: 'New', issueWindowSeconds: 60 }]);
  expect((await operator('GET', `/issuers/${issuerId}`)).body).toEqual(changed.body);
  expectProblem(await operator('PATCH', `/issuers/${issuerId}`, { issuerId: 'x' }), 422, 'body_invalid', '/issuerId');
  expectProblem(await operator('PATCH', '/issuers/no-such', { name: 'x' }), 404, 'issuer_unknown');
  const { data } = (await operator('GET', '/audit?limit=1')).body;
  expect(data).toEqual([
    {
      at: expect.any(String),
      actor: 'operator',
      action: 'issuer.changed',
      target: issuerId,
      phase: 'done',
      seq: expect.any(Number),
      of: expect.any(Number),
      before,
      after: changed.body,
      prev: expect.any(String),
      hash: expect.any(String),
    },
  ]);
});

test('a deleted issuer: open orders end and are told of, its keys open nothing, its id is never given again', async () => {
  const issuer = await file.issuer();
  await issuer.place('open-1');
  await issuer.placeVerified('open-2');
  await issuer.placeVerified('done-1');
  await issuer.submit('done-1', [{ itemId: 'a', value: 'DONE-1' }]);
  await issuer.inState('done-1', 'delivered');

  const path = `/issuers/${issuer.issuerId}`;
  const removal = `${path}?confirm=${issuer.issuerId}`;
  for (const unsure of [path, `${path}?confirm=`, `${path}?confirm=another`]) {
    const refused = await operator('DELETE', unsure);
    expectProblem(refused, 422, 'body_invalid');
    expect(refused.body.errors.map((one: { path: string }) => one.path)).toEqual(['/confirm']);
  }
  expect((await operator('GET', path)).status).toBe(200);
  const deleted = await operator('DELETE', removal);
  expect([deleted.status, deleted.body]).toEqual([204, '']);
  for (const [method, at] of [
    ['GET', path],
    ['DELETE', removal],
    ['POST', `${path}/pause`],
    ['POST', `${path}/secret`],
  ] as const) {
    expectProblem(await operator(method, at), 404, 'issuer_unknown');
  }
  expectProblem(await operator('POST', '/issuers', settings(issuer.issuerId)), 409, 'issuer_exists');
  expectProblem(await issuer.order('open-1'), 401, 'signature_invalid');
  expectProblem(await issuer.place('late'), 401, 'signature_invalid');

  for (const orderNo of ['open-1', 'open-2']) {
    const { data } = await issuer.message('order.cancelled', orderNo);
    expect(data).toMatchObject({ state: 'cancelled', closedReason: 'operator_cancelled' });
    const seen = await operator('GET', `/orders/${issuer.issuerId}/${orderNo}`);
    expect([seen.status, seen.body.state]).toEqual([200, 'cancelled']);
  }
  expect((await operator('GET', `/orders/${issuer.issuerId}/done-1`)).body.state).toBe('delivered');
});

describe('rotation of the secret', () => {
  const signatures = ({ signature }: Received) => signature.split(' ');
  const fits = (secret: string, { id, timestamp, signature, raw }: Received) => {
    try {
      new Webhook(secret).verify(raw, {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signature,
      });
      return true;
    } catch {
      return false;
    }
  };

  test('both secrets are live for a day, callbacks carry a signature for each, a third ends the oldest', async () => {
    const issuer = await file.issuer();
    const path = `/issuers/${issuer.issuerId}/secret`;
    const before = Date.now();
    const { status, body } = await operator('POST', path);
    expect([status, Object.keys(body).sort()]).toEqual([201, ['oldSecretEndsAt', 'secret']]);
    const inADay = Date.parse(body.oldSecretEndsAt) - before - 24 * 3_600_000;
    expect(inADay).toBeGreaterThanOrEqual(0);
    expect(inADay).toBeLessThan(10_000);

    expect((await issuer.place('by-old')).status).toBe(201);
    issuer.useSecret(body.secret);
    expect((await issuer.place('by-new')).status).toBe(201);
    const told = await issuer.message('order.paid', 'by-new');
    expect(signatures(told)).toHaveLength(2);
    expect([fits(issuer.secret, told), fits(body.secret, told)]).toEqual([true, true]);

    const third = await operator('POST', path, {});
    issuer.useSecret(issuer.secret);
    expectProblem(await issuer.order('by-old'), 401, 'signature_invalid');
    for (const secret of [body.secret, third.body.secret]) {
      issuer.useSecret(secret);
      expect((await issuer.order('by-old')).status).toBe(200);
    }
  });

  test('the old one can be ended at once', async () => {
    const issuer = await file.issuer();
    const { status, body } = await operator('POST', `/issuers/${issuer.issuerId}/secret`, { endOldNow: true });
    expect(status).toBe(201);
    expectProblem(await issuer.place('x'), 401, 'signature_invalid');
    issuer.useSecret(body.secret);
    expect((await issuer.place('x')).status).toBe(201);
    expect(signatures(await issuer.message('order.paid', 'x'))).toHaveLength(1);
  });

  test('the body is strict', async () => {
    const issuer = await file.issuer();
    const wrong = await operator('POST', `/issuers/${issuer.issuerId}/secret`, { endOldNow: 'yes' });
    expectProblem(wrong, 422, 'body_invalid', '/endOldNow');
  });
});

describe('a paused issuer', () => {
  test('new orders wait outside, running ones are held: no tries, no end of the window, but answers at once', async () => {
    const issuer = await file.issuer({ verifyWindowSeconds: 6, noticeDelaysSeconds: [1] });
    issuer.on('order.paid', async () => ({ status: 500 }));
    const { body: placed } = await issuer.place('held');
    await issuer.message('order.paid', 'held');
    const paused = await operator('POST', `/issuers/${issuer.issuerId}/pause`);
    expect([paused.status, paused.body.state]).toEqual([200, 'paused']);

    const refused = await issuer.place('outside');
    expectProblem(refused, 409, 'issuer_paused');
    expect(refused.headers.get('retry-after')).toMatch(/^[0-9]+$/);
    // The same order again is no new order.
    expect((await issuer.place('held')).status).toBe(200);

    // A try that was on its way when the pause came may still arrive: the next one is put off.
    await until('a try is put off', async () => {
      const { body } = await operator('GET', `/orders/${issuer.issuerId}/held/why`);
      return body.why.includes('Held: the issuer is paused');
    });
    const tries = issuer.received.length;
    await until('the window would have ended', () => Date.now() > Date.parse(placed.verifyBy) + 1_500, 30_000);
    expect(issuer.received).toHaveLength(tries);
    const { body: held } = await issuer.order('held');
    expect(['accepted', 'notified']).toContain(held.state);
    expect(Date.parse(held.verifyBy)).toBeGreaterThan(Date.now());
    const listed = await operator('GET', `/orders?issuerId=${issuer.issuerId}`);
    expect(Date.parse(listed.body.data[0].verifyBy)).toBeGreaterThanOrEqual(Date.parse(held.verifyBy));

    expect((await issuer.verify('held')).status).toBe(200);
    const resumed = await operator('POST', `/issuers/${issuer.issuerId}/resume`);
    expect([resumed.status, resumed.body.state]).toEqual([200, 'active']);
    expect((await issuer.place('outside')).status).toBe(201);
  });

  test('pausing and resuming twice is harmless, and both are audited', async () => {
    const issuer = await file.issuer();
    const path = `/issuers/${issuer.issuerId}`;
    for (const action of ['pause', 'pause', 'resume', 'resume']) {
      const { status, body } = await operator('POST', `${path}/${action}`);
      expect([status, body.state]).toEqual([200, action === 'pause' ? 'paused' : 'active']);
    }
    const row = await file.platform.core.issuers.find(issuer.issuerId);
    expect(row?.holds).toHaveLength(1);
    const { data } = (await operator('GET', '/audit?limit=10')).body;
    const mine = data.filter(({ target }: { target: string }) => target === issuer.issuerId);
    expect(mine.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(['issuer.paused', 'issuer.resumed']),
    );
  });

  test('an issuer that answers 410 is paused', async () => {
    const issuer = await file.issuer();
    issuer.on('order.paid', async () => ({ status: 410 }));
    await issuer.place('gone');
    await until('the issuer is paused', async () => {
      const { body } = await operator('GET', `/issuers/${issuer.issuerId}`);
      return body.state === 'paused';
    });
    expectProblem(await issuer.place('next'), 409, 'issuer_paused');
  });

  test('deleted while paused its open orders still end, and are told of', async () => {
    const issuer = await file.issuer();
    await issuer.placeVerified('held-open');
    await operator('POST', `/issuers/${issuer.issuerId}/pause`);
    await operator('DELETE', `/issuers/${issuer.issuerId}?confirm=${issuer.issuerId}`);
    await issuer.message('order.cancelled', 'held-open');
  });
});
